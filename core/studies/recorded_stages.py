"""How well the stages that a TACE cohort's own centre recorded tell its patients' survival apart.

The recorded stages are of the editions of their time: BCLC of 1999, TNM of the 7th edition of AJCC (it has IIIC), where
the product follows BCLC 2022 and AJCC 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.studies.tace_cohort import BCLC, CHILD_PUGH, CLIP, OKUDA, TNM, TaceCohort
from core.survival.calibration import Estimate
from core.survival.concordance import concordance
from core.survival.follow_up import FollowUp, IntArray
from core.survival.intervals import z_of
from core.survival.kaplan_meier import KaplanMeier, kaplan_meier
from core.survival.log_rank import LogRank, log_rank

FEWEST = 5  # the survival of a smaller group would be that of single patients


@dataclass(frozen=True, eq=False)
class GroupSurvival:
    """Kaplan-Meier of one group.

    Attributes:
        group: its name.
        n, events: patients and deaths.
        curve: in months.
    """

    group: str
    n: int
    events: int
    curve: KaplanMeier


@dataclass(frozen=True, eq=False)
class GroupedSurvival:
    """Kaplan-Meier of several groups and the log-rank test of all of them."""

    groups: tuple[GroupSurvival, ...]
    test: LogRank


@dataclass(frozen=True, eq=False)
class StageCheck:
    """One staging system as recorded.

    Attributes:
        system: its name.
        n, events: patients and deaths.
        concordance: Harrell's index of the stage on its full scale; ties count half.
        survival: by stage, stages of few patients joined.
    """

    system: str
    n: int
    events: int
    concordance: Estimate
    survival: GroupedSurvival


def stage_checks(cohort: TaceCohort) -> tuple[StageCheck, ...]:
    """CLIP, BCLC, TNM, Okuda and Child-Pugh as recorded."""
    recorded = {
        "CLIP": (cohort.clip, CLIP),
        "BCLC (1999)": (cohort.bclc, BCLC),
        "TNM (AJCC 7)": (cohort.tnm, TNM),
        "Okuda": (cohort.okuda, OKUDA),
        "Child-Pugh": (cohort.child_pugh, CHILD_PUGH),
    }
    return tuple(_stage_check(system, cohort.follow_up, *stages) for system, stages in recorded.items())


def survival_of(follow_up: FollowUp, group: str) -> GroupSurvival:
    """Kaplan-Meier of all patients of `follow_up`, in months."""
    return GroupSurvival(group, len(follow_up), follow_up.events, kaplan_meier(follow_up))


def survival_by(follow_up: FollowUp, group: IntArray, labels: Sequence[str]) -> GroupedSurvival:
    """Kaplan-Meier by `group`, (n,) positions in `labels`; labels without a patient are left out.

    Raises:
        InputError: for a single group.
    """
    parts = tuple(survival_of(follow_up.of(group == place), labels[place]) for place in np.unique(group).tolist())
    return GroupedSurvival(parts, log_rank(follow_up, group))


def joined(group: IntArray, labels: Sequence[str], fewest: int = FEWEST) -> tuple[IntArray, tuple[str, ...]]:
    """Ordered groups with those under `fewest` patients joined to the one before: positions (n,) and labels.

    The first group may stay smaller, having none before it.
    """
    present, counts = np.unique(group, return_counts=True)
    starts = present[(counts >= fewest) | (np.arange(len(present)) == 0)]
    position = np.searchsorted(starts, group, side="right") - 1
    lasts = [int(group[position == place].max()) for place in range(len(starts))]
    names = (
        labels[start] if start == last else f"{labels[start]}-{labels[last]}"
        for start, last in zip(starts.tolist(), lasts, strict=True)
    )
    return position, tuple(names)


def concordance_of(follow_up: FollowUp, score: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Harrell's index of `score` (n,), higher = worse, with normal limits within 0..1; errors as in `concordance`."""
    found = concordance(follow_up, score)
    half = z_of(level) * found.se
    return Estimate(found.value, found.se, max(found.value - half, 0.0), min(found.value + half, 1.0))


def _stage_check(system: str, follow_up: FollowUp, stage: IntArray, labels: Sequence[str]) -> StageCheck:
    index = concordance_of(follow_up, stage)
    return StageCheck(system, len(follow_up), follow_up.events, index, survival_by(follow_up, *joined(stage, labels)))
