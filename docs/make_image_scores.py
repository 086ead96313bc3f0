"""How good the image scores are on simulated patients that the weights have never seen, beside the ideal reader.

    haic-nomogram simulate --patients 500 --mtm-patients 0 --seed 6006 --anatomy CT/ --anatomy-share .5 --out FRESH/
    haic-nomogram batch FRESH/cohort.csv --out scores.csv
    python docs/make_image_scores.py FRESH/cohort.csv scores.csv

All patients of centre 0 are "internal" here and all others "external": nobody was learned from.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.findings import HEADS, Scores
from core.fusion import PARTS
from core.geometry import FloatArray
from core.io.image_cohort import read_image_cohort
from core.io.patient import Patient
from core.models import load_models
from core.studies.image_scores import ScoredCohort, ScoreFigure, score_figures
from core.survival.prognoses import model_inputs

Rows = Sequence[dict[str, str]]


def image_scores(cohort: Path, scores: Path) -> tuple[tuple[ScoreFigure, ...], int]:
    """The figures, and how many patients had no score."""
    patients = {patient.patient_id: patient for patient in read_image_cohort(cohort)[0]}
    with scores.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["patient_id"] in patients]
    scored = [row for row in rows if not row["error"]]
    models = load_models()
    known = _scored([patients[row["patient_id"]] for row in scored], scored)
    return score_figures(known, (models.pre, models.post)), len(patients) - len(scored)


def _scored(patients: Sequence[Patient], rows: Rows) -> ScoredCohort:
    records = [model_inputs(patient.clinical, Scores()) for patient in patients]
    inputs = {name: _column([record[name] for record in records]) for name in ("pvtt", "response", "haic_sessions")}
    parts = {name: _log_odds(rows, f"mtm_{name}") for name in PARTS}
    truths = [patient.truth for patient in patients]
    return ScoredCohort(
        split=np.array(["internal" if patient.centre == "0" else "external" for patient in patients]),
        mtm_label=np.full(len(rows), np.nan),
        parts={**parts, "fused": _log_odds(rows, "mtm")},
        heads=np.full((len(rows), len(HEADS)), np.nan),
        targets=np.full((len(rows), len(HEADS)), np.nan),
        inputs={**inputs, "mtm": _numbers(rows, "mtm"), "dlr": _numbers(rows, "dlr")},
        time_months=_column([patient.time_months for patient in patients]),
        event=_column([None if patient.event is None else float(patient.event) for patient in patients]),
        true_mtm=_column([None if truth is None else float(truth.mtm) for truth in truths]),
        true_mtm_logit=_column([None if truth is None else truth.mtm_logit for truth in truths]),
        true_dlr=_column([None if truth is None else truth.dlr for truth in truths]),
    )


def _numbers(rows: Rows, name: str) -> FloatArray:
    return np.array([float(row[name]) if row[name] else math.nan for row in rows])


def _log_odds(rows: Rows, name: str) -> FloatArray:
    share = np.clip(_numbers(rows, name), 1e-9, 1 - 1e-9)
    found: FloatArray = np.log(share / (1 - share))
    return found


def _column(values: Sequence[float | None]) -> FloatArray:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


if __name__ == "__main__":
    figures, lost = image_scores(Path(sys.argv[1]), Path(sys.argv[2]))
    print("| figure | on whom | n | events | value (95 %) |\n|---|---|---|---|---|")
    for one in figures:
        limits = "" if one.low is None or one.high is None else f" ({one.low:.3f} to {one.high:.3f})"
        print(f"| {one.name} | {one.group} | {one.n} | {one.events} | {one.value:.3f}{limits} |")
    print(f"\n{lost} patients had no score.")
