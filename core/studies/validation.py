"""An existing nomogram on a new cohort: how well it does, and what must be changed for it to do well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.case import Notice
from core.errors import InputError
from core.studies.performance import Performance, Risks, performance
from core.studies.recalibration import Recalibration, recalibrate, recalibrated_nomogram
from core.survival.calibration import InTheLarge, calibration_over_time
from core.survival.concordance import Concordance, concordance
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray, weighted_sum

FEW_EVENTS = 100  # under it a validation says little (Collins et al., Stat Med 2016;35:214-226)

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class NewCohort:
    """Patients on whom a nomogram is judged, n complete rows.

    Attributes:
        follow_up: in months.
        x: the nomogram's inputs, (n, p).
        stages: codes of the patients' stage by staging system, -1 where it is unknown, (n,) each.
        n_read, missing: rows read, and by input how many had no value.
        notices: what the reading had to say.
    """

    follow_up: FollowUp
    x: FloatArray
    stages: Mapping[str, np.ndarray]
    n_read: int
    missing: Mapping[str, int]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class Validation:
    """The results; figures of the model as it is, unless `recalibration` says otherwise.

    Attributes:
        nomogram, cohort: what was judged, and on whom.
        horizons: of the nomogram that lie within the cohort's follow-up, months.
        in_the_large: deaths over those expected within the model's follow-up.
        harrell, uno: concordance.
        performance: slope, AUC, Brier, calibration, decision curve with the staging systems as rivals.
        recalibration: the candidates.
        changed: the nomogram after the recommended change; `nomogram` itself if none is needed.
        notices: what the reader must know.
    """

    nomogram: Nomogram
    cohort: NewCohort
    horizons: FloatArray
    in_the_large: InTheLarge
    harrell: Concordance
    uno: Concordance
    performance: Performance
    recalibration: Recalibration
    changed: Nomogram
    notices: tuple[Notice, ...]

    @property
    def linear_predictor(self) -> FloatArray:
        """Uncentred linear predictor of the patients, (n,)."""
        return weighted_sum(self.cohort.x, self.nomogram.beta)


def validate_nomogram(
    nomogram: Nomogram, cohort: NewCohort, bootstrap: tuple[int, int], progress: Progress
) -> Validation:
    """Judge `nomogram` on `cohort`.

    Args:
        nomogram: of any kind.
        cohort: new patients.
        bootstrap: resamples and seed.
        progress: told each step.

    Raises:
        InputError: if no death, no horizon of the model or no difference between the patients' predictions is left.
    """
    follow_up, x = cohort.follow_up, cohort.x
    horizons = _horizons(nomogram, follow_up)
    notices = (*cohort.notices, *_notices(nomogram, cohort, horizons))
    lp = weighted_sum(x, nomogram.beta)
    if np.ptp(lp) == 0:
        raise InputError("cohort: expected patients with different linear predictors, got one for all")
    progress("discrimination, calibration, decision curves", 0.1)
    risk = 1 - nomogram.survival(horizons, lp[:, None])
    rivals = {name: stage_risks(follow_up, codes, horizons) for name, codes in cohort.stages.items()}
    judged = performance(
        Risks(follow_up, lp, np.asarray(risk), horizons), nomogram.cut_effective.value, bootstrap[1], rivals
    )
    progress("recalibration", 0.4)
    recalibration = recalibrate(nomogram, follow_up, x, horizons, bootstrap)
    chosen = recalibration.candidate(recalibration.recommended)
    return Validation(
        nomogram=nomogram,
        cohort=cohort,
        horizons=horizons,
        in_the_large=_in_the_large(nomogram, follow_up, lp),
        harrell=concordance(follow_up, lp),
        uno=concordance(follow_up, lp, "n/G2"),
        performance=judged,
        recalibration=recalibration,
        changed=nomogram if chosen is None else recalibrated_nomogram(nomogram, chosen, horizons),
        notices=notices,
    )


def stage_risks(follow_up: FollowUp, codes: np.ndarray, horizons: FloatArray) -> FloatArray:
    """Risk of death by each horizon by a staging system, (n, h): one minus Kaplan-Meier within each stage.

    The stages' risks are read off these very patients, which flatters staging; unknown stages are a group of their own.
    """
    risks = np.empty((len(follow_up), len(horizons)))
    for code in np.unique(codes):
        members = codes == code
        risks[members] = 1 - kaplan_meier(follow_up.of(members)).at(horizons).survival
    return risks


def _horizons(nomogram: Nomogram, follow_up: FollowUp) -> FloatArray:
    shown = np.array(nomogram.readings_months)
    last, first = float(follow_up.time.max()), float(follow_up.time[follow_up.event].min(initial=np.inf))
    within = shown[(shown < last) & (shown >= first)]
    if not within.size:
        raise InputError(
            f"cohort: expected deaths before and follow-up past {shown[0]:g} months, the model's first horizon, "
            f"got follow-up of {last:g} months with {follow_up.events} deaths"
        )
    return within


def _in_the_large(nomogram: Nomogram, follow_up: FollowUp, lp: FloatArray) -> InTheLarge:
    """Over the model's follow-up: what happened after it is not the model's to predict."""
    end = nomogram.follow_up_months.value
    time = np.minimum(follow_up.time, end)
    seen = FollowUp(time, follow_up.event & (follow_up.time <= end))
    return calibration_over_time(seen, nomogram.cumulative_hazard_at(time, lp))


def _notices(nomogram: Nomogram, cohort: NewCohort, horizons: FloatArray) -> list[Notice]:
    notices = []
    events, left_out = cohort.follow_up.events, cohort.n_read - len(cohort.follow_up)
    if left_out:
        counts = ", ".join(f"{name} {count}" for name, count in cohort.missing.items() if count)
        text = f"{left_out} of {cohort.n_read} rows were left out because a value is missing: {counts}."
        notices.append(Notice("rows_left_out", text))
    if events < FEW_EVENTS:
        text = f"{events} deaths: under {FEW_EVENTS}, a validation can miss much; the intervals say how much."
        notices.append(Notice("few_events", text))
    lost = [months for months in nomogram.readings_months if months not in horizons]
    if lost:
        text = f"Not judged at {', '.join(f'{m:g}' for m in lost)} months: the cohort's follow-up does not reach there."
        notices.append(Notice("short_follow_up", text))
    for position, term in enumerate(nomogram.terms):
        low, high = term.range
        outside = int(np.count_nonzero((cohort.x[:, position] < low) | (cohort.x[:, position] > high)))
        if outside:
            text = f"{term.name}: {outside} patients lie outside {low:g}-{high:g}, the range the model was made from."
            notices.append(Notice("extrapolated", text))
    return notices
