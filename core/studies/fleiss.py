"""Agreement of several readers on the same patients beyond chance: Fleiss' kappa."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.calibration import Estimate
from core.survival.intervals import z_of


def fleiss_kappa(counts: npt.ArrayLike, level: float = 0.95) -> Estimate | None:
    """Kappa of m readers who each put each of n patients into one of k categories.

        kappa = (P - Pe) / (1 - Pe),   P = mean over patients of sum c (c - 1) / (m (m - 1)),   Pe = sum p^2

    with c a patient's counts and p the categories' shares (J. Fleiss, Psychol Bull 1971;76:378-382). The standard error
    is for patients drawn at random and holds for any kappa, unlike Fleiss' own, which holds for 0; with each patient's
    linear part of kappa (K. Gwet, Br J Math Stat Psychol 2008;61:29-48):

        [(P_i - P) - 2 (1 - kappa) (sum p c_i / m - Pe)] / (1 - Pe)

    Args:
        counts: (n, k): how many readers put each patient into each category; every row adds up to m, 2 or more.
        level: of the normal interval, which is cut at 1.

    Returns:
        None for fewer than two patients, and where chance alone makes all agree, as when one category takes all.

    Raises:
        InputError: for counts that are no table of whole numbers with equal sums.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or (table < 0).any() or (table != np.round(table)).any():
        raise InputError("readers' counts: expected whole numbers by patient and category, got others")
    if len(table) < 2:
        return None
    readers = float(table[0].sum())
    if readers < 2 or (table.sum(axis=1) != readers).any():
        raise InputError("readers' counts: expected the same two readers or more for each patient, got other sums")
    agreeing = (table * (table - 1)).sum(axis=1) / (readers * (readers - 1))
    shares = table.mean(axis=0) / readers
    observed, chance = float(agreeing.mean()), float(np.square(shares).sum())
    if chance >= 1 - 1e-12:
        return None
    value = (observed - chance) / (1 - chance)
    linear = ((agreeing - observed) - 2 * (1 - value) * (table @ shares / readers - chance)) / (1 - chance)
    se = float(np.sqrt(np.square(linear).sum() / (len(table) * (len(table) - 1))))
    half = z_of(level) * se
    return Estimate(value, se, value - half, min(value + half, 1.0))
