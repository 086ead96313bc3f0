"""The product's staging functions on the inputs that a TACE cohort recorded, beside the stages that it recorded.

What the table lacks is filled with every value it could have, and a stage counts as determined if all of them lead to
it. The fillings are of the classes in which the systems think:

    several tumours         2 or 4, as only "multinodular" is recorded
    size, where empty       1.5, 2.5, 4 or 10 cm
    ECOG, by group          0; 1 or 2; 3 or 4
    Child-Pugh, by class    laboratory values that make 5, 7 or 10 points: only the class matters
    transplantation         candidate or not
    invaded major vein      no without vascular invasion, else yes or no; a second reading takes all invasion as major

Taken as absent, being no part of the table: diffuse tumours, invaded organs, perforation. ALBI and the points of
Child-Pugh need laboratory values, HKLC is not recorded: they cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from core.case import ClinicalRecord
from core.staging.ajcc8 import ajcc8
from core.staging.bclc import bclc
from core.staging.clip import clip
from core.staging.mrecist import mrecist
from core.studies.agreement import Agreement, agreement
from core.studies.tace_cohort import BCLC, CLIP, TNM, TaceCohort

RESPONSES = ("CR", "PR", "SD", "PD")
TNM_GROUPS = ("I", "II", "IIIA", "IIIB", "IVA", "IVB")
_TNM_GROUP = {"IA": "I", "IB": "I", "IIIC": "IIIB"}
_SIZES_CM = (1.5, 2.5, 4.0, 10.0)
_ECOG = {0: (0,), 1: (1, 2), 3: (3, 4)}
_MAJOR_VEIN = {(False, False): (False,), (False, True): (False,), (True, False): (False, True), (True, True): (True,)}
_LABORATORY: tuple[dict[str, Any], ...] = (
    {"bilirubin_umol_l": 10.0, "albumin_g_l": 45.0, "ascites": "none"},
    {"bilirubin_umol_l": 40.0, "albumin_g_l": 30.0, "ascites": "none"},
    {"bilirubin_umol_l": 60.0, "albumin_g_l": 25.0, "ascites": "mild"},
)


@dataclass(frozen=True)
class Disagreement:
    """Patients of whom the table records one stage and the product finds another.

    Attributes:
        recorded, ours: the stages.
        findings: tumour number, size class and spread that these patients share.
        count: of patients.
    """

    recorded: str
    ours: str
    findings: str
    count: int


@dataclass(frozen=True)
class GradeCheck:
    """One system of stages or grades.

    Attributes:
        system: its name and what was taken for what.
        n: patients with a recorded grade.
        agreement: over those of whom the inputs determine ours.
        disagreements: among these, by kind.
        possible: patients of whom several of ours are possible, the recorded one among them.
        impossible: of whom several are possible, the recorded one not among them.
    """

    system: str
    n: int
    agreement: Agreement
    disagreements: tuple[Disagreement, ...]
    possible: int = 0
    impossible: int = 0


def grade_checks(cohort: TaceCohort) -> tuple[GradeCheck, ...]:
    """CLIP, BCLC, AJCC in two readings of vascular invasion, and mRECIST for each reader."""
    records = tuple(_possible_records(cohort, place, major=False) for place in range(len(cohort)))
    major = tuple(_possible_records(cohort, place, major=True) for place in range(len(cohort)))
    tnm = tuple(_tnm_group(TNM[place]) for place in cohort.tnm)
    return (
        _stage_check("CLIP", cohort, records, tuple(CLIP[place] for place in cohort.clip), _clip, CLIP),
        _stage_check(
            "BCLC 2022 against 1999", cohort, records, tuple(BCLC[place] for place in cohort.bclc), _bclc, BCLC
        ),
        _stage_check("AJCC 8 against 7, major vein unknown", cohort, records, tnm, _ajcc, TNM_GROUPS),
        _stage_check("AJCC 8 against 7, vascular invasion taken as major", cohort, major, tnm, _ajcc, TNM_GROUPS),
        *(_response_check(cohort, reader) for reader in range(cohort.response.shape[1])),
    )


def reader_agreement(cohort: TaceCohort) -> tuple[tuple[str, Agreement], ...]:
    """Objective response between pairs of readers, over patients whom both read."""
    pairs = [(a, b) for a in range(cohort.response.shape[1]) for b in range(a)]
    return tuple((f"readers {b + 1} and {a + 1}", _readers_agree(cohort, b, a)) for a, b in sorted(pairs))


def _readers_agree(cohort: TaceCohort, first: int, second: int) -> Agreement:
    one, two = cohort.objective_response_of(first), cohort.objective_response_of(second)
    both = np.isfinite(one) & np.isfinite(two)
    return agreement(one[both].astype(np.intp), two[both].astype(np.intp), 2)


def _possible_records(cohort: TaceCohort, place: int, major: bool) -> tuple[ClinicalRecord, ...]:
    """All records that the table leaves possible for the patient at `place`."""
    invasion = bool(cohort.vascular_invasion[place])
    size = float(cohort.size_cm[place])
    fillings: dict[str, tuple[Any, ...]] = {
        "tumour_count": (2, 4) if cohort.multinodular[place] else (1,),
        "largest_tumour_cm": _SIZES_CM if np.isnan(size) else (size,),
        "ecog": _ECOG[int(cohort.performance[place])],
        "major_vein_invasion": _MAJOR_VEIN[invasion, major],
        "transplant_candidate": (False, True),
    }
    known = _LABORATORY[cohort.child_pugh[place]] | {
        "inr": 1.0,
        "encephalopathy_grade": 0,
        "afp_ng_ml": float(cohort.afp_ng_ml[place]),
        "pvtt": bool(cohort.pvtt[place]),
        "macrovascular_invasion": invasion,
        "extrahepatic_spread": bool(cohort.metastasis[place]),
        "lymph_node_metastasis": bool(cohort.lymph_nodes[place]),
        "liver_involvement_over_half": bool(cohort.over_half[place]),
        "massive_or_diffuse": False,
        "adjacent_organ_invasion": False,
        "peritoneal_perforation": False,
    }
    return tuple(
        ClinicalRecord(**known, **dict(zip(fillings, values, strict=True))) for values in product(*fillings.values())
    )


def _clip(record: ClinicalRecord) -> str:
    return str(clip(record).score)


def _bclc(record: ClinicalRecord) -> str:
    return str(bclc(record).stage)


def _ajcc(record: ClinicalRecord) -> str:
    return _tnm_group(str(ajcc8(record).stage))


def _tnm_group(stage: str) -> str:
    """The stage on the scale that both editions share: IA and IB are I, IIIC of the 7th is IIIB of the 8th."""
    return _TNM_GROUP.get(stage, stage)


def _stage_check(
    system: str,
    cohort: TaceCohort,
    records: Sequence[Sequence[ClinicalRecord]],
    recorded: Sequence[str],
    stage_of: Callable[[ClinicalRecord], str],
    scale: Sequence[str],
) -> GradeCheck:
    ours = [{stage_of(record) for record in possible} for possible in records]
    determined = [place for place, stages in enumerate(ours) if len(stages) == 1]
    open_ = [place for place, stages in enumerate(ours) if len(stages) > 1]
    possible = sum(recorded[place] in ours[place] for place in open_)
    return GradeCheck(
        system=system,
        n=len(recorded),
        agreement=_agreement([recorded[p] for p in determined], [min(ours[p]) for p in determined], scale),
        disagreements=_kinds((recorded[p], min(ours[p]), _findings(cohort, p)) for p in determined),
        possible=possible,
        impossible=len(open_) - possible,
    )


def _response_check(cohort: TaceCohort, reader: int) -> GradeCheck:
    """New and non-target lesions are no part of the table: taken as none."""
    recorded, before, now = (values[:, reader] for values in (cohort.response, cohort.baseline_mm, cohort.now_mm))
    read = np.flatnonzero(np.isfinite(recorded) & np.isfinite(before) & np.isfinite(now))
    theirs = [RESPONSES[int(grade) - 1] for grade in recorded[read]]
    ours = [
        str(mrecist(b, n, nadir=b).response) for b, n in zip(before[read].tolist(), now[read].tolist(), strict=True)
    ]
    kinds = _kinds((one, two, ()) for one, two in zip(theirs, ours, strict=True))
    return GradeCheck(f"mRECIST, reader {reader + 1}", len(read), _agreement(theirs, ours, RESPONSES), kinds)


def _agreement(recorded: Sequence[str], ours: Sequence[str], scale: Sequence[str]) -> Agreement:
    places = {word: place for place, word in enumerate(scale)}
    return agreement([places[word] for word in recorded], [places[word] for word in ours], len(scale))


def _kinds(pairs: Iterable[tuple[str, str, tuple[str, ...]]]) -> tuple[Disagreement, ...]:
    """Kinds of pairs that differ, the most frequent first."""
    kinds: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for recorded, ours, findings in pairs:
        if recorded != ours:
            kinds.setdefault((recorded, ours), []).append(findings)
    found = [Disagreement(*stages, _shared(findings), len(findings)) for stages, findings in kinds.items()]
    return tuple(sorted(found, key=lambda kind: (-kind.count, kind.recorded, kind.ours)))


def _shared(findings: Sequence[tuple[str, ...]]) -> str:
    """The findings that all of these patients have."""
    return ", ".join(name for name in findings[0] if all(name in others for others in findings))


def _findings(cohort: TaceCohort, place: int) -> tuple[str, ...]:
    size = float(cohort.size_cm[place])
    present = {
        "several tumours": cohort.multinodular[place],
        "one tumour": not cohort.multinodular[place],
        "at most 2 cm": size <= 2,
        "over 2 cm, at most 5 cm": 2 < size <= 5,
        "over 5 cm": size > 5,
        "vascular invasion": cohort.vascular_invasion[place],
        "no vascular invasion": not cohort.vascular_invasion[place],
        "lymph nodes": cohort.lymph_nodes[place],
        "metastasis": cohort.metastasis[place],
    }
    return tuple(name for name, holds in present.items() if holds)
