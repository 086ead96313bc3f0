"""How often of two patients the one with the higher score dies first: Harrell's and Uno's concordance index.

A pair counts if the shorter time is a death. Each death's pairs may be weighted, as in survival::concordance of R
(Therneau and Atkinson, Concordance vignette): "n" is Harrell's C, "n/G2" is Uno's (Uno et al., Stat Med
2011;30:1105-1117), "S" is Peto-Wilcoxon's, "S/G" is Schemper's, "I" divides by the number at risk. The
variance is the infinitesimal jackknife: the sum of squared influences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.censoring import censoring_survival
from core.survival.follow_up import FollowUp, IntArray
from core.survival.intervals import z_of
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray

Weighting = Literal["n", "S", "S/G", "n/G2", "I"]


@dataclass(frozen=True, eq=False)
class Concordance:
    """The index and its parts.

    Attributes:
        value: (concordant + tied_score / 2) / comparable, 0..1.
        se: its standard error.
        concordant, discordant, tied_score: weighted numbers of comparable pairs.
        influence: of each patient on the value, (n,), in the caller's order; differences of two indices on the same
            patients have the variance sum (a - b)^2.
    """

    value: float
    se: float
    concordant: float
    discordant: float
    tied_score: float
    influence: FloatArray

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Normal limits, within 0..1."""
        half = z_of(level) * self.se
        return max(self.value - half, 0.0), min(self.value + half, 1.0)


def concordance(
    follow_up: FollowUp, score: npt.ArrayLike, weighting: Weighting = "n", ymax: float | None = None
) -> Concordance:
    """Concordance of `score` (n,), higher meaning worse, in O(n log n) time.

    Args:
        follow_up: of n patients.
        score: finite; pairs with equal scores count half.
        weighting: of the deaths.
        ymax: deaths after this time are not counted (Uno's tau); None counts all.

    Raises:
        InputError: for a score that is not finite or of another length, or if no pair can be compared.
    """
    scores = np.asarray(score, dtype=np.float64)
    if scores.shape != (len(follow_up),) or not np.isfinite(scores).all():
        raise InputError(f"score: expected {len(follow_up)} finite numbers, got others")
    weight = np.where(follow_up.event, _death_weights(follow_up, weighting), 0.0)
    if ymax is not None:
        weight[follow_up.time > ymax] = 0.0
    # Deaths at one time cannot be compared; a patient censored at that time outlived them.
    place = np.unique(2 * np.unique(follow_up.time, return_inverse=True)[1] + ~follow_up.event, return_inverse=True)[1]
    as_death, as_survivor = _comparisons(place, np.unique(scores, return_inverse=True)[1], weight)
    each = as_death * weight[:, None] + as_survivor
    concordant, discordant, tied = (as_death * weight[:, None]).sum(axis=0)
    comparable = concordant + discordant + tied
    if comparable <= 0:
        raise InputError("concordance: expected at least one pair of patients that can be compared, got none")
    somers = (concordant - discordant) / comparable
    influence = ((each[:, 0] - each[:, 1]) - somers * each.sum(axis=1)) / comparable / 2
    se = float(np.sqrt((influence**2).sum()))
    return Concordance(float((somers + 1) / 2), se, float(concordant), float(discordant), float(tied), influence)


def _death_weights(follow_up: FollowUp, weighting: Weighting) -> FloatArray:
    """Weight of a comparison by the time of its death, for every patient's time, (n,)."""
    if weighting == "n":
        return np.ones(len(follow_up))
    if weighting == "n/G2":
        return np.asarray(censoring_survival(follow_up).before(follow_up.time) ** -2.0)
    curve = kaplan_meier(follow_up)
    at = np.searchsorted(curve.time, follow_up.time)
    at_risk = curve.at_risk[at]
    if weighting == "I":
        return np.asarray(1.0 / at_risk)
    peto = len(follow_up) * np.append(1.0, curve.survival)[at] / at_risk
    return peto if weighting == "S" else np.asarray(peto / censoring_survival(follow_up).before(follow_up.time))


def _comparisons(place: IntArray, rank: IntArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each patient, as the earlier death: numbers of later patients with a lower, higher and equal rank, (n, 3).

    And as the later one: the weights of earlier deaths with a higher, lower and equal rank, (n, 3): concordant,
    discordant, tied. Pairs are split by the highest bit in which their places differ; patients are kept sorted by
    (leading bits of the place, rank), so that at each bit running sums count them.
    """
    n = len(place)
    as_death, as_survivor = np.zeros((n, 3)), np.zeros((n, 3))
    order = np.argsort(rank, kind="stable")
    for bit in range(int(place.max()).bit_length() - 1, -1, -1):
        block, later = place[order] >> (bit + 1), (place[order] >> bit) & 1
        run = _runs(block, rank[order])
        as_death[order] += (1 - later)[:, None] * _sides(block, run, later.astype(np.float64))
        # of the earlier deaths those with the higher score are concordant: the sides change places
        as_survivor[order] += later[:, None] * _sides(block, run, (1 - later) * weight[order])[:, [1, 0, 2]]
        order = order[np.argsort(place[order] >> bit, kind="stable")]
    return as_death, as_survivor


def _runs(block: IntArray, rank: IntArray) -> tuple[IntArray, IntArray]:
    """Begin and end of each element's run of equal (block, rank)."""
    new = np.concatenate([[True], (np.diff(block) != 0) | (np.diff(rank) != 0)])
    starts = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    return starts[run], np.append(starts[1:], len(block))[run]


def _sides(block: IntArray, run: tuple[IntArray, IntArray], value: FloatArray) -> FloatArray:
    """Sums of `value` over the elements of one's block of lower, higher and equal rank, (n, 3)."""
    total = np.concatenate([[0.0], np.cumsum(value)])
    begin, end = np.searchsorted(block, block, side="left"), np.searchsorted(block, block, side="right")
    first, last = run
    return np.stack([total[first] - total[begin], total[end] - total[last], total[last] - total[first]], axis=1)
