"""How a patient's values lie against those of the published training cohort, one value at a time.

    mean and SD printed        z = (value - mean) / SD of all 489, pooled from the two printed columns
    only medians printed       the value as a multiple of the median: no spread is printed, so no distance can be told
    counts printed             share of the cohort with the same answer
    DLR score                  share of patients with a lower score, by the law derived from the published figures
    MTM score                  z in patients with and in patients without MTM

One distance over all values (Mahalanobis) would need how they go together, which is not printed; a patient can be
ordinary in every value and still unlike anybody in the cohort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.case import ClinicalRecord
from core.findings import Score, ScoreOrigin, Scores
from core.simulate.latents import dlr_normal_score
from core.staging.albi import albi
from core.studies.table2 import ALIVE, COUNT, DEAD, MEAN_SD, MEDIAN, MTM_SCORE, pooled
from core.survival.model import Nomogram
from core.survival.tagged import Tag

FAR = 2.0
"""Standard deviations beyond which a value is called far: about one in twenty of a normal distribution lies there."""


@dataclass(frozen=True)
class Deviation:
    """A value against a mean and standard deviation.

    Attributes:
        name: field of the clinical record, or the group of a score.
        value: in the field's unit; None is unknown.
        z: in standard deviations, None if unknown.
    """

    name: str
    value: float | None
    mean: float
    sd: float

    @property
    def z(self) -> float | None:
        """Standard deviations above the mean."""
        return None if self.value is None else (self.value - self.mean) / self.sd


@dataclass(frozen=True)
class AgainstMedian:
    """A value against the medians of those alive and those dead at the end of follow-up; None is unknown."""

    name: str
    value: float | None
    alive: float
    dead: float


@dataclass(frozen=True)
class Frequency:
    """How many of the cohort have the patient's answer.

    Attributes:
        name: field of the clinical record, or albi_grade.
        answer: of the patient, in the words of the table; None is unknown.
        count: patients with that answer; None where no count is printed, or nobody had it by the study's criteria.
        share: of the 489, 0..1; None if unknown.
        tag: published for a count, assumed where the table has none.
    """

    name: str
    answer: str | None
    count: int | None
    share: float | None
    tag: Tag = "published"


@dataclass(frozen=True)
class CohortDistance:
    """A patient against the training cohort.

    Attributes:
        deviations, medians, frequencies: by field, in the order of the table.
        dlr_below: share of patients with a lower DLR score, 0..1; None if unknown.
        mtm: the MTM score against those of both subtypes; () if unknown, or known from pathology as 0 or 1.
    """

    deviations: tuple[Deviation, ...]
    medians: tuple[AgainstMedian, ...]
    frequencies: tuple[Frequency, ...]
    dlr_below: float | None
    mtm: tuple[Deviation, ...]

    @property
    def known(self) -> int:
        """Values with a distance in standard deviations."""
        return sum(one.value is not None for one in self.deviations)

    @property
    def far(self) -> tuple[Deviation, ...]:
        """Those beyond FAR, the farthest first."""
        beyond = [(abs(one.z), one) for one in self.deviations if one.z is not None and abs(one.z) > FAR]
        return tuple(one for _, one in sorted(beyond, key=lambda pair: -pair[0]))


def cohort_distance(clinical: ClinicalRecord, scores: Scores, nomogram: Nomogram) -> CohortDistance:
    """`clinical` and `scores` against the cohort; `nomogram` is the postoperative one, with the assumed frequencies."""
    deviations = tuple(Deviation(name, getattr(clinical, name), *pooled(name)) for name in MEAN_SD)
    medians = tuple(AgainstMedian(name, getattr(clinical, name), *pair) for name, pair in MEDIAN.items())
    return CohortDistance(
        deviations,
        medians,
        (*_counted(clinical), *_assumed(clinical, nomogram)),
        None if scores.dlr is None else _dlr_below(scores.dlr.value),
        _mtm(scores.mtm),
    )


def _counted(clinical: ClinicalRecord) -> list[Frequency]:
    answers: dict[str, str | None] = {
        "sex": clinical.sex,
        "ecog": None if clinical.ecog is None else str(clinical.ecog),
        "ascites": None if clinical.ascites is None else _yes(clinical.ascites != "none"),
        "albi_grade": _albi(clinical),
        "tumour_count": _up_to_three(clinical.tumour_count),
        "haic_sessions": _up_to_three(clinical.haic_sessions),
        "afp_ng_ml": None if clinical.afp_ng_ml is None else ("< 400" if clinical.afp_ng_ml < 400 else ">= 400"),
    }
    return [
        _frequency(name, answers[name] if name in answers else _yes(getattr(clinical, name)), counts)
        for name, counts in COUNT.items()
    ]


def _frequency(name: str, answer: str | None, counts: Mapping[str, tuple[int, int]]) -> Frequency:
    if answer is None:
        return Frequency(name, None, None, None)
    count = sum(counts.get(answer, (0, 0)))
    return Frequency(name, answer, count, count / (ALIVE + DEAD))


def _assumed(clinical: ClinicalRecord, nomogram: Nomogram) -> list[Frequency]:
    """PVTT and objective response, which the table lacks: the shares at which the baseline is taken."""
    answers = {"pvtt": clinical.pvtt, "response": clinical.objective_response}
    found = []
    for name, answer in answers.items():
        reference = nomogram.terms[nomogram.names.index(name)].reference
        share = None if answer is None else reference.value if answer else 1 - reference.value
        found.append(Frequency(name, _yes(answer), None, share, reference.tag))
    return found


def _yes(answer: bool | None) -> str | None:
    return None if answer is None else "yes" if answer else "no"


def _albi(clinical: ClinicalRecord) -> str | None:
    grade = albi(clinical).grade
    return None if grade is None else "1" if grade == 1 else "2-3"


def _up_to_three(number: int | None) -> str | None:
    return None if number is None else str(number) if number <= 3 else "> 3"


def _dlr_below(dlr: float) -> float:
    import numpy as np
    from scipy.special import ndtr

    return float(ndtr(dlr_normal_score(np.array([dlr])))[0])


def _mtm(score: Score | None) -> tuple[Deviation, ...]:
    if score is None or (score.origin is ScoreOrigin.MANUAL and score.value in (0.0, 1.0)):
        return ()
    return tuple(Deviation(group, score.value, mean, sd) for group, (mean, sd) in MTM_SCORE.items())
