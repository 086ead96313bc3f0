"""How far two gradings of the same patients agree: the share that is equal, and Cohen's weighted kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.calibration import Estimate
from core.survival.classification import Proportion, wilson
from core.survival.follow_up import IntArray
from core.survival.intervals import z_of


@dataclass(frozen=True)
class Agreement:
    """Two gradings of n patients.

    Attributes:
        n, agreed: patients graded by both, and alike.
        share: agreed / n with Wilson's interval; None without a patient.
        kappa: None where chance alone would make all agree, as when both know one grade only; its limits are normal, at
            most 1, and coincide where all agree.
    """

    n: int
    agreed: int
    share: Proportion | None
    kappa: Estimate | None


def agreement(first: npt.ArrayLike, second: npt.ArrayLike, grades: int, level: float = 0.95) -> Agreement:
    """Of gradings `first` and `second`, (n,) each, positions 0..`grades` - 1 on one ordered scale.

    Kappa has linear weights: two grades apart are twice as far as neighbours. With two grades it is Cohen's own.

        kappa = 1 - sum d p / sum d r c      d distances, p shares of pairs, r and c shares of either grading

    Its standard error is by the delta method, equal to that of Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323-327.

    Raises:
        InputError: for gradings of unequal length or positions off the scale.
    """
    one, two = (_checked(values, grades) for values in (first, second))
    if one.shape != two.shape:
        raise InputError(f"gradings: expected as many of both, got {one.size} and {two.size}")
    agreed = int(np.count_nonzero(one == two))
    return Agreement(one.size, agreed, wilson(agreed, one.size, level), _weighted_kappa(one, two, grades, level))


def _checked(values: npt.ArrayLike, grades: int) -> IntArray:
    positions = np.asarray(values, dtype=np.intp)
    if positions.ndim != 1 or ((positions < 0) | (positions >= grades)).any():
        raise InputError(f"grading: expected a row of positions from 0 to {grades - 1}, got others")
    return positions


def _weighted_kappa(one: IntArray, two: IntArray, grades: int, level: float) -> Estimate | None:
    scale = np.arange(grades)
    distance = np.abs(scale[:, None] - scale)
    shares = [np.bincount(grading, minlength=grades) / max(one.size, 1) for grading in (one, two)]
    by_chance = float(shares[0] @ distance @ shares[1])
    if by_chance == 0:
        return None
    observed = distance[one, two]
    value = 1 - float(observed.mean()) / by_chance
    # what each patient's pair adds to kappa, its mean taken off by the variance
    expected = (distance @ shares[1])[one] + (shares[0] @ distance)[two]
    influence = ((1 - value) * expected - observed) / by_chance
    se = float(influence.std() / np.sqrt(one.size))
    half = z_of(level) * se
    return Estimate(value, se, value - half, min(value + half, 1.0))
