"""The expected numbers from R in tests/golden/r_answers; the scripts that made them lie in tests/golden/r."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).resolve().parent / "golden" / "r_answers"
POST = ["PVTT", "OR", "sess4", "MTM", "DLR"]
PRE = ["PVTT", "DLR"]
LUNG = ["ph.ecog", "age", "sex", "wt.loss"]


def read(name: str) -> pd.DataFrame:
    """One CSV file."""
    return pd.read_csv(FOLDER / name)


def scalars(tag: str) -> dict[str, float]:
    """Single numbers by key, of `sim` or `lung`."""
    table = read(f"scalars_{tag}.csv")
    return dict(zip(table["key"], table["value"].astype(float), strict=True))


def cohort() -> pd.DataFrame:
    """489 simulated patients: time in months, status, the inputs of both models."""
    return read("cohort_sim.csv")


def lung() -> pd.DataFrame:
    """survival::lung without incomplete rows: time in days, status 0/1."""
    return read("data_lung.csv")
