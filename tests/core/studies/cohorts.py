"""Cohorts for the tests of studies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from core.io.cohort_table import read_cohort_table
from core.io.selection import Selection, select
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram
from tests import r_answers


def golden_selection(terms: list[str]) -> Selection:
    """The simulated cohort of tests/golden."""
    return select(read_cohort_table(r_answers.FOLDER / "cohort_sim.csv"), "time", "status", terms)


def write(table: pd.DataFrame, folder: Path) -> Path:
    """A cohort.csv."""
    path = folder / "cohort.csv"
    table.to_csv(path, index=False)
    return path


def inputs(n: int, seed: int) -> np.ndarray:
    """Inputs of the post-HAIC nomogram, (n, 5)."""
    rng = np.random.default_rng(seed)
    columns = [rng.random(n) < 0.55, rng.random(n) < 0.46, rng.integers(1, 5, n), rng.random(n) < 0.6]
    return np.column_stack([*columns, rng.beta(4, 1.2, n)]).astype(float)


def survivors(nomogram: Nomogram, lp: np.ndarray, seed: int, *, faster: float = 1.0, lost: float = 120.0) -> FollowUp:
    """Follow-up with the nomogram's survival at linear predictors `lp`, all hazards multiplied by `faster`."""
    rng = np.random.default_rng(seed)
    grid = np.linspace(0, 60, 6001)
    hazard = nomogram.reference_hazard(grid)
    drawn = rng.exponential(size=len(lp)) / faster / np.exp(lp - nomogram.lp_reference.value)
    death = np.interp(drawn, hazard, grid, right=np.inf)
    censored = np.minimum(rng.exponential(lost, len(lp)), 70.0)
    return FollowUp(np.minimum(death, censored), death <= censored)
