"""Which radiomics features are kept: filters on the features alone, then on the labels of the training part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import FloatArray
from core.radiomics.selected import (
    ARTERIAL_COUNT,
    ARTERIAL_PREFIX,
    PORTAL_VENOUS_COUNT,
    PORTAL_VENOUS_PREFIX,
    SelectedFeatures,
    split_names,
)

if TYPE_CHECKING:
    import pandas as pd

LARGEST_CORRELATION = 0.9
LARGEST_SHARE_OF_ONE_VALUE = 0.9
CANDIDATES_PER_PHASE = 40
IntArray = npt.NDArray[np.intp]
COUNTS = {ARTERIAL_PREFIX: ARTERIAL_COUNT, PORTAL_VENOUS_PREFIX: PORTAL_VENOUS_COUNT}


def select(
    table: pd.DataFrame, labels: npt.NDArray[np.int_], seed: int, robust: Collection[str] | None = None
) -> SelectedFeatures:
    """Keep 10 arterial and 12 portal-venous features.

    Near-constant and undefined features go first, then all that are not `robust`. The rest is ranked by univariate AUC;
    of features that correlate over .9 (Spearman) only the best stays, at most 40 a phase. Boosted trees on these
    candidates give the importance by which the final ones are taken.

    Args:
        table: one row per patient, columns "ap_..." and "pvp_...". labels: (n,) 0 or 1.
        robust: names that passed a test-retest filter; None to skip it.

    Raises:
        InputError: if fewer features than needed are left.
    """
    names = [name for name in usable(table) if robust is None or name in robust]
    candidates = _uncorrelated(table[names], labels)
    importance = _importance(table[candidates], labels, seed)
    order = sorted(candidates, key=lambda name: (-importance[name], candidates.index(name)))
    kept: list[str] = []
    for prefix, count in COUNTS.items():
        found = [name for name in order if name.startswith(prefix)][:count]
        if len(found) < count:
            raise InputError(f"features table: expected {count} usable features of a phase, got {len(found)}")
        kept += found
    return split_names(kept)


def usable(table: pd.DataFrame) -> list[str]:
    """Names of the features that are defined for every patient and vary."""
    values = table.to_numpy(dtype=np.float64)
    finite = np.isfinite(values).all(axis=0)
    return [
        name for name, keep, column in zip(table.columns, finite, values.T, strict=True) if keep and _varies(column)
    ]


def labelled_folds(labels: npt.NDArray[np.int_], folds: int, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Folds with alike shares of both labels: positions to fit on and positions to score.

    Raises:
        InputError: if a label is rarer than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    fewest = int(min(labels.sum(), labels.size - labels.sum()))
    if fewest < folds:
        raise InputError(f"cohort: expected at least {folds} patients with and without MTM, got {fewest} of one kind")
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(labels.size), labels))


def _varies(column: FloatArray) -> bool:
    _, counts = np.unique(column, return_counts=True)
    spread = float(column.std())
    return bool(counts.max() <= LARGEST_SHARE_OF_ONE_VALUE * column.size and spread > 1e-8 * abs(float(column.mean())))


def _uncorrelated(table: pd.DataFrame, labels: npt.NDArray[np.int_]) -> list[str]:
    """Best first, by distance of the univariate AUC from one half; each not close to a better one."""
    from scipy.stats import rankdata

    if table.shape[1] == 0:
        return []
    ranks = rankdata(table.to_numpy(dtype=np.float64), axis=0)
    positives = int(labels.sum())
    below = ranks[labels == 1].sum(axis=0) - positives * (positives + 1) / 2
    strength = np.abs(below / (positives * (labels.size - positives)) - 0.5)
    centred = ranks - ranks.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=0)
    kept: list[int] = []
    room = dict.fromkeys(COUNTS, CANDIDATES_PER_PHASE)
    for index in np.argsort(-strength, kind="stable"):
        prefix = next(prefix for prefix in COUNTS if str(table.columns[index]).startswith(prefix))
        if room[prefix] and (not kept or np.abs(unit[:, kept].T @ unit[:, index]).max() <= LARGEST_CORRELATION):
            kept.append(int(index))
            room[prefix] -= 1
    return [str(table.columns[index]) for index in kept]


def _importance(table: pd.DataFrame, labels: npt.NDArray[np.int_], seed: int, repeats: int = 5) -> dict[str, float]:
    """Total gain of each feature, mean over a few boosters of other seeds."""
    from core.train.boosting import fit_booster

    total = dict.fromkeys(map(str, table.columns), 0.0)
    for repeat in range(repeats):
        booster = fit_booster(table.to_numpy(dtype=np.float64), labels, list(table.columns), seed + repeat)
        for name, gain in booster.get_score(importance_type="total_gain").items():
            total[name] += float(np.sum(gain)) / repeats
    return total


def stability(choices: Sequence[SelectedFeatures]) -> float:
    """Mean Jaccard overlap of the selections of every two folds, 0..1."""
    sets = [set(choice.prefixed) for choice in choices]
    overlaps = [len(a & b) / len(a | b) for i, a in enumerate(sets) for b in sets[i + 1 :]]
    return float(np.mean(overlaps)) if overlaps else 1.0
