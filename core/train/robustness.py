"""Which radiomics features survive another outline and other noise: a test-retest on the training images themselves.

Each patient is measured as he is, with the liver outline shrunk, grown, moved and drawn with a wandering boundary, and
with noise added (A. Zwanenburg et al., Scientific Reports 2019;9:614). A reader who always draws tighter or wider
shifts everybody alike, which is judged by consistency, ICC(3,1); errors that differ from patient to patient and noise
are judged by absolute agreement, ICC(2,1). A feature is kept if all three are high. No label is looked at; take
training patients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.geometry import FloatArray
from core.jobs.settings import WorkerSettings
from core.radiomics.settings import RadiomicsSettings
from core.train.perturbations import PERTURBATIONS, perturbed
from core.train.radiomics_features import Loader, RadiomicsImages, extract_cohort

if TYPE_CHECKING:
    import pandas as pd

SMALLEST_ICC = 0.75
"""Good reliability begins here (T. Koo, M. Li, J Chiropr Med 2016;15:155)."""
FEWEST_PATIENTS = 5
AS_IS = "as it is"
SYSTEMATIC = frozenset({"margin"})
"""Kinds of change that are the same in every patient."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """What a test-retest found.

    Attributes:
        icc: intraclass correlation by feature (index, prefixed names) and kind of change (columns), NaN where
            undefined.
        patients: who were measured every time.
        minimum: the smallest correlation of a robust feature.
    """

    icc: pd.DataFrame
    patients: int
    minimum: float

    @property
    def names(self) -> frozenset[str]:
        """The robust features: what `fit_radiomics` takes."""
        return frozenset(self.icc.index[(self.icc >= self.minimum).all(axis=1)])

    def summary(self) -> dict[str, Any]:
        """Plain data for a card or report: how many of each feature class passed."""
        by_class: dict[str, list[int]] = {}
        for name in self.icc.index:
            kept = by_class.setdefault(str(name).split("_")[2], [0, 0])
            kept[0] += name in self.names
            kept[1] += 1
        return {
            "patients": self.patients,
            "smallest_icc": self.minimum,
            "median_icc": {str(kind): float(self.icc[kind].median()) for kind in self.icc.columns},
            "kept": len(self.names),
            "of": len(self.icc),
            "kept_by_class": {name: {"kept": kept, "of": of} for name, (kept, of) in sorted(by_class.items())},
        }


@dataclass(frozen=True)
class Retest:
    """How to measure again.

    Attributes:
        seed: of directions, boundaries and noise.
        amount_mm: how far an outline is changed.
        minimum: the smallest correlation of a robust feature.
        workers: processes, 0 to compute here; or a Dask cluster.
    """

    seed: int = 29
    amount_mm: float = 2.0
    minimum: float = SMALLEST_ICC
    workers: int | WorkerSettings = 2


def measure_robustness(
    cases: Sequence[tuple[str, Loader]],
    folder: Path,
    settings: RadiomicsSettings,
    retest: Retest | None = None,
    report: Callable[[str], None] | None = None,
) -> Robustness:
    """Measure every patient as he is and after each change; a stopped run goes on where it was.

    Args:
        cases: (patient id, loader) of some 20 to 30 training patients.
        folder: one table per change is kept here.

    Raises:
        InputError: if fewer than 5 patients could be measured every time.
    """
    retest = retest or Retest()
    tables = {}
    for change in (AS_IS, *PERTURBATIONS):
        again = [
            (name, partial(measured_again, load, change, (retest.seed, number), retest.amount_mm))
            for number, (name, load) in enumerate(cases)
        ]
        path = folder / f"{change.replace(' ', '_')}.csv"
        tables[change], _ = extract_cohort(again, path, settings, retest.workers, report)
    return robustness_of(tables, retest.minimum)


def measured_again(load: Loader, change: str, seed: tuple[int, ...], amount_mm: float) -> RadiomicsImages:
    """One patient's images after a change, or AS_IS; runs in the worker."""
    images = load()
    return images if change == AS_IS else perturbed(images, change, seed, amount_mm)


def robustness_of(tables: Mapping[str, pd.DataFrame], minimum: float = SMALLEST_ICC) -> Robustness:
    """Compare measurements of the same patients.

    Args:
        tables: by change (AS_IS and names of PERTURBATIONS), index patient_id, columns by feature.

    Raises:
        InputError: if fewer than 5 patients are in all of them.
    """
    import pandas as pd

    plain = tables[AS_IS]
    common = [name for name in plain.index if all(name in table.index for table in tables.values())]
    if len(common) < FEWEST_PATIENTS:
        raise InputError(f"test-retest: expected at least {FEWEST_PATIENTS} patients, got {len(common)}")
    found = {}
    for kind in sorted({kind for kind, _ in PERTURBATIONS.values()}):
        changes = [AS_IS, *(name for name, (of, _) in PERTURBATIONS.items() if of == kind and name in tables)]
        if len(changes) > 1:
            measured = [tables[change].loc[common, plain.columns].to_numpy(dtype=np.float64) for change in changes]
            icc = icc_consistency if kind in SYSTEMATIC else icc_agreement
            found[kind] = icc(np.stack(measured, axis=1))
    return Robustness(pd.DataFrame(found, index=plain.columns), len(common), minimum)


def icc_agreement(values: FloatArray) -> FloatArray:
    """ICC(2,1): two-way random effects, absolute agreement, single measurement.

    Source: P. Shrout, J. Fleiss, Psychological Bulletin 1979;86:420; ICC(A,1) of K. McGraw, S. Wong, Psychological
        Methods 1996;1:30. (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n).

    Args:
        values: (n subjects, k measurements, ...), n and k at least 2.

    Returns:
        (...); NaN where nothing varies or a value is not finite.
    """
    n, k = values.shape[:2]
    rows, columns, error = _mean_squares(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    return found


def icc_consistency(values: FloatArray) -> FloatArray:
    """ICC(3,1): as `icc_agreement`, but what shifts all subjects alike does not count.

    (MSR - MSE) / (MSR + (k - 1) MSE); ICC(C,1) of McGraw and Wong.
    """
    k = values.shape[1]
    rows, _, error = _mean_squares(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = (rows - error) / (rows + (k - 1) * error)
    return found


def _mean_squares(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean squares between subjects, between measurements, and of the rest."""
    n, k = values.shape[:2]
    with np.errstate(invalid="ignore"):
        mean = values.mean(axis=(0, 1), keepdims=True)
        by_subject, by_measurement = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
        rest = values - by_subject - by_measurement + mean
        rows: FloatArray = k * np.square(by_subject - mean).sum(axis=(0, 1)) / (n - 1)
        columns: FloatArray = n * np.square(by_measurement - mean).sum(axis=(0, 1)) / (k - 1)
        error: FloatArray = np.square(rest).sum(axis=(0, 1)) / ((n - 1) * (k - 1))
    return rows, columns, error
