"""How well a cut tells who will die: sensitivity, specificity, predictive values and accuracy; high is above the cut.

For labels that are known, the counts with Wilson's intervals (J Am Stat Assoc 1927;22:209-212).

For survival to a horizon h, where some were censored before h, Kaplan-Meier within the groups (Heagerty et al.,
Biometrics 2000;56:337-344). With q the share of patients in the high group and S a group's survival,

    dead and high    q (1 - S_high(h))             dead and low    (1 - q) (1 - S_low(h))
    alive and high   q S_high(h)                   alive and low   (1 - q) S_low(h)

and each figure is a share of these four. Heagerty divides by the survival of all patients, not by the mixture of the
groups'; these four add up to 1, so that no figure leaves 0..1, and censoring may differ between the groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.delong import checked_labels
from core.survival.follow_up import BoolArray, FollowUp
from core.survival.intervals import z_of
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray


@dataclass(frozen=True)
class Proportion:
    """A share, 0..1, with its interval; limits are None if none were asked for or could be found."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Figures:
    """What a cut is worth; each is None where nobody is in its denominator.

    Attributes:
        sensitivity: share above the cut among those who die.
        specificity: share not above it among those who live.
        ppv: share dying among those above the cut.
        npv: share living among those not above it.
        accuracy: share on the right side.
    """

    sensitivity: Proportion | None
    specificity: Proportion | None
    ppv: Proportion | None
    npv: Proportion | None
    accuracy: Proportion | None


@dataclass(frozen=True)
class Classification:
    """A cut on known labels; positive is above it.

    Attributes:
        true_positive, false_positive, false_negative, true_negative: patients.
        figures: made of them.
    """

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    figures: Figures


@dataclass(frozen=True)
class HorizonClassification:
    """A cut on survival to a horizon.

    Attributes:
        high, low: patients above the cut and not above it.
        figures: None also where follow-up of a group ends before the horizon with survivors: of the high group ppv, of
            the low group npv, of either the other three.
    """

    high: int
    low: int
    figures: Figures


def classification(label: npt.ArrayLike, score: npt.ArrayLike, cut: float, level: float = 0.95) -> Classification:
    """The figures of `score` (n,) at `cut` for `label` (n,), 1 or 0, with Wilson's intervals.

    Raises:
        InputError: unless labels are 0 or 1 and scores are finite.
    """
    case, scores = checked_labels(label, score)
    high = scores > cut
    tp, fp, fn, tn = (int(np.count_nonzero(c)) for c in (case & high, ~case & high, case & ~high, ~case & ~high))
    shares = ((tp, tp + fn), (tn, tn + fp), (tp, tp + fp), (tn, tn + fn), (tp + tn, len(scores)))
    return Classification(tp, fp, fn, tn, Figures(*(wilson(hits, n, level) for hits, n in shares)))


def classification_at_horizon(
    follow_up: FollowUp, risk: npt.ArrayLike, cut: float, horizon: float, resamples: int = 1000, seed: int = 0
) -> HorizonClassification:
    """The figures of dying by `horizon`, with 95 % percentile intervals from a bootstrap of patients.

    Args:
        follow_up: of n patients.
        risk: higher is worse, (n,).
        cut: patients above it are high.
        horizon: in the unit of the follow-up.
        resamples: of the bootstrap; 0 for no intervals. Those in which a figure is None do not count for it.
        seed: of the bootstrap.

    Raises:
        InputError: for a risk that is not finite or of another length, or a horizon that is negative or not finite.
    """
    risks = np.asarray(risk, dtype=np.float64)
    if risks.shape != (len(follow_up),) or not np.isfinite(risks).all():
        raise InputError(f"risk: expected {len(follow_up)} finite numbers, got others")
    high = risks > cut
    rng = np.random.default_rng(seed)
    values = _figures_at(follow_up, high, horizon)
    samples = (rng.integers(len(high), size=len(high)) for _ in range(resamples))
    drawn = [_figures_at(follow_up.of(sample), high[sample], horizon) for sample in samples]
    spread = np.array(drawn).reshape(resamples, len(values))
    figures = Figures(*(_proportion(value, around) for value, around in zip(values, spread.T, strict=True)))
    return HorizonClassification(int(np.count_nonzero(high)), int(np.count_nonzero(~high)), figures)


def wilson(hits: int, n: int, level: float = 0.95) -> Proportion | None:
    """`hits` of `n` with Wilson's score interval (R's prop.test, correct=FALSE); None of 0."""
    if n == 0:
        return None
    share, z2 = hits / n, z_of(level) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (share * (1 - share) / n + z2 / (4 * n**2))) ** 0.5 / (1 + z2 / n)
    return Proportion(share, max(centre - half, 0.0), min(centre + half, 1.0))


def _figures_at(follow_up: FollowUp, high: BoolArray, horizon: float) -> FloatArray:
    """Sensitivity, specificity, ppv, npv and accuracy; not a number where undefined."""
    dead_high, alive_high = _shares(follow_up, high, horizon)
    dead_low, alive_low = _shares(follow_up, ~high, horizon)
    right = np.array([dead_high, alive_low, dead_high, alive_low, dead_high + alive_low])
    wrong = np.array([dead_low, alive_high, alive_high, dead_low, alive_high + dead_low])
    with np.errstate(invalid="ignore"):
        return np.asarray(right / (right + wrong))


def _shares(follow_up: FollowUp, members: BoolArray, horizon: float) -> tuple[float, float]:
    """Of all patients, those of a group who are dead by the horizon and those alive then."""
    share = float(members.mean())
    if share == 0:
        return 0.0, 0.0
    survival = kaplan_meier(follow_up.of(members)).known_at(horizon)
    return (np.nan, np.nan) if survival is None else (share * (1 - survival), share * survival)


def _proportion(value: float, around: FloatArray) -> Proportion | None:
    if np.isnan(value):
        return None
    defined = around[~np.isnan(around)]
    if defined.size == 0:
        return Proportion(float(value), None, None)
    low, high = (float(limit) for limit in np.percentile(defined, [2.5, 97.5]))
    return Proportion(float(value), low, high)
