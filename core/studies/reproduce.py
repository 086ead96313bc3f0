"""The published figures of He et al. 2023, reproduced from the published nomogram and the law that was derived for it.

    expectation    in a very large sample: 200,000 patients by default, ten times as many for the curves of the groups
    range          2.5th to 97.5th percentile over 500 cohorts of 489, 122 and 141 patients

One law serves all three cohorts, which the paper says too little about to tell apart: an expectation is the same for
each, a range is not. Nothing is fitted to the figures here. Where they differ the residual says so.

Survival in groups, calibration and landmarks need no clinical record and use patients simulated at once. Table 3 and
Figure 3 need stages: their patients have records, and their cohorts are drawn from these, with replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.studies.calibration_figures import calibration
from core.studies.contradictions import Contradiction, contradictions
from core.studies.decision import net_benefit
from core.studies.group_survival import follow_up_measures, group_survival
from core.studies.landmark import landmark_analysis
from core.studies.published_figures import COHORT_SIZE
from core.studies.ranges import Measures, Ranged, ranged
from core.studies.simulated_cohorts import Patients, simulate_cohorts, simulate_patients
from core.studies.staged_patients import StagedPatients, simulate_staged
from core.studies.table3 import clinical_models, discrimination, model_scores
from core.survival.cox import CoxFit
from core.survival.model import Nomogram

PATIENTS, COHORTS = 200_000, 500
MORE_FOR_GROUPS = 10  # a high-risk group is a small part of the sample, and a curve costs little
FEWEST_PATIENTS, FEWEST_COHORTS = 1000, 2

STEPS = ("patients with records", "expectation", "cohorts")
_BEGIN = (0.0, 0.4, 0.55)
"""Shares of the time gone when each step begins, about."""

Progress = Callable[[str, float], None]
_P_VALUES = frozenset({"log_rank_p", "auc_p"})


@dataclass(frozen=True, eq=False)
class CohortFigures:
    """Figures of one of the paper's cohorts: m models (MODELS), c cuts (CUTS), g groups (GROUPS), h horizons.

    Attributes:
        died, median_alive, median_dead: see `group_survival.follow_up_measures`, (1,).
        curve, at_risk, share_high, log_rank_p: see `group_survival.group_survival`.
        predicted, observed, excess, slope, refitted_log_hr: see `calibration_figures.calibration`.
        auc, auc_p, auc_over_time, concordance: see `table3.discrimination`.
        net_benefit: see `decision.net_benefit`.
    """

    died: Ranged
    median_alive: Ranged
    median_dead: Ranged
    curve: Ranged
    at_risk: Ranged
    share_high: Ranged
    log_rank_p: Ranged
    predicted: Ranged
    observed: Ranged
    excess: Ranged
    slope: Ranged
    refitted_log_hr: Ranged
    auc: Ranged
    auc_p: Ranged
    auc_over_time: Ranged
    concordance: Ranged
    net_benefit: Ranged


@dataclass(frozen=True, eq=False)
class LandmarkFigures:
    """The landmark analysis in the training cohort; see `landmark.landmark_analysis`."""

    share: Ranged
    concordance: Ranged
    auc: Ranged
    log_hr: Ranged
    lost: Ranged


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Everything that `reproduce` finds.

    Attributes:
        patients, cohorts, seed: of the simulation.
        nomograms: "pre" and "post", whose figures these are.
        figures: by cohort, in the order of COHORT_SIZE.
        landmark: in the training cohort.
        contradictions: of the paper, every one.
    """

    patients: int
    cohorts: int
    seed: int
    nomograms: Mapping[str, Nomogram]
    figures: Mapping[str, CohortFigures]
    landmark: LandmarkFigures
    contradictions: tuple[Contradiction, ...]


def reproduce(
    nomograms: Mapping[str, Nomogram],
    patients: int = PATIENTS,
    cohorts: int = COHORTS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Reproduction:
    """Simulate and compare; the same arguments give the same figures.

    Args:
        nomograms: the published models, "pre" and "post".
        patients: of the large sample, at least FEWEST_PATIENTS; MORE_FOR_GROUPS times as many for curves of groups.
        cohorts: simulated for the ranges, at least FEWEST_COHORTS.
        seed: of the random numbers, 0 or more.
        progress: called as (step, share of the time gone, about).

    Raises:
        InputError: for too few patients or cohorts, or a negative seed.
    """
    _check(patients, cohorts, seed)
    tell = progress or _silent
    staged = simulate_staged(patients, seed, lambda done: tell(STEPS[0], _BEGIN[1] * done))
    tell(STEPS[1], _BEGIN[1])
    everyone = simulate_patients(MORE_FOR_GROUPS * patients, np.random.default_rng([seed, 1]))
    fewer = everyone.of(slice(0, patients))
    large = {**_in_groups(everyone, nomograms), **calibration(fewer, nomograms), **_in_large(staged, nomograms)}
    large_landmark = landmark_analysis(fewer, nomograms)
    by_cohort: dict[str, list[Measures]] = {name: [] for name in COHORT_SIZE}
    landmarks = []
    trios = zip(simulate_cohorts(cohorts, np.random.default_rng([seed, 2])), _drawn(staged, cohorts, seed), strict=True)
    for done, (trio, staged_trio) in enumerate(trios):
        tell(STEPS[2], _BEGIN[2] + (1 - _BEGIN[2]) * done / cohorts)
        clinical = clinical_models(staged_trio["training"].patients)
        for name in COHORT_SIZE:
            found = _judged(staged_trio[name], nomograms, clinical)
            in_groups, calibrated = _in_groups(trio[name], nomograms), calibration(trio[name], nomograms)
            by_cohort[name].append({**in_groups, **calibrated, **found})
        landmarks.append(landmark_analysis(trio["training"], nomograms))
    figures = {name: CohortFigures(**ranged(large, rows, _P_VALUES)) for name, rows in by_cohort.items()}
    landmark = LandmarkFigures(**ranged(large_landmark, landmarks))
    return Reproduction(patients, cohorts, seed, dict(nomograms), figures, landmark, contradictions())


def _in_groups(patients: Patients, nomograms: Mapping[str, Nomogram]) -> Measures:
    return {**follow_up_measures(patients), **group_survival(patients, nomograms)}


def _in_large(staged: StagedPatients, nomograms: Mapping[str, Nomogram]) -> Measures:
    return _judged(staged, nomograms, clinical_models(staged.patients))


def _judged(staged: StagedPatients, nomograms: Mapping[str, Nomogram], clinical: Mapping[str, CoxFit]) -> Measures:
    scores = model_scores(staged, nomograms, clinical)
    return {**discrimination(staged.patients.follow_up, scores), **net_benefit(staged, nomograms)}


def _drawn(staged: StagedPatients, cohorts: int, seed: int) -> Iterator[dict[str, StagedPatients]]:
    """The three cohorts, `cohorts` times, drawn from the large sample with replacement."""
    rng = np.random.default_rng([seed, 3])
    for _ in range(cohorts):
        yield {name: staged.of(rng.integers(len(staged), size=size)) for name, size in COHORT_SIZE.items()}


def _check(patients: int, cohorts: int, seed: int) -> None:
    for role, value, fewest in (
        ("patients", patients, FEWEST_PATIENTS),
        ("cohorts", cohorts, FEWEST_COHORTS),
        ("seed", seed, 0),
    ):
        if value < fewest:
            raise InputError(f"{role}: expected {fewest} or more, got {value}")


def _silent(step: str, share: float) -> None:
    """Nobody wants to know."""
