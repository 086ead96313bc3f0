"""The cohort's scores as figures, and as a table by patient."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.findings import HEADS, Scores
from core.fusion import PARTS
from core.geometry import FloatArray
from core.io.atomic import write_text
from core.io.image_cohort import Patient
from core.models import load_models
from core.studies.image_scores import ScoredCohort, ScoreFigure, score_figures
from core.survival.prognoses import model_inputs
from core.train.cohort.fusion import FusionStage
from core.train.cohort.images import Member
from core.train.cohort.network import NetworkStage

TERMS = ("pvtt", "response", "haic_sessions")


def judged(
    members: Sequence[Member], network: NetworkStage, fusion: FusionStage, weights: Path | None
) -> tuple[ScoreFigure, ...]:
    """Every figure that the cohort allows; the nomograms are those of `weights`."""
    models = load_models(weights)
    return score_figures(scored(members, network, fusion), (models.pre, models.post))


def scored(members: Sequence[Member], network: NetworkStage, fusion: FusionStage) -> ScoredCohort:
    """Scores and outcomes, rows as the members."""
    patients = [member.patient for member in members]
    by_record = [model_inputs(patient.clinical, Scores()) for patient in patients]
    inputs = {name: _column([record[name] for record in by_record]) for name in TERMS}
    truths = [patient.truth for patient in patients]
    return ScoredCohort(
        split=np.array([patient.split for patient in patients]),
        mtm_label=_column([_number(patient.mtm) for patient in patients]),
        parts={**dict(zip(PARTS, fusion.parts.T, strict=True)), "fused": fusion.mtm},
        heads=network.probability,
        targets=network.targets.astype(np.float64),
        inputs={**inputs, "mtm": 1 / (1 + np.exp(-fusion.mtm)), "dlr": fusion.dlr},
        time_months=_column([patient.time_months for patient in patients]),
        event=_column([_number(patient.event) for patient in patients]),
        true_mtm=_column([None if truth is None else float(truth.mtm) for truth in truths]),
        true_mtm_logit=_column([None if truth is None else truth.mtm_logit for truth in truths]),
        true_dlr=_column([None if truth is None else truth.dlr for truth in truths]),
    )


def write_scores(members: Sequence[Member], network: NetworkStage, fusion: FusionStage, path: Path) -> None:
    """The score of each patient by models that were not trained on him, empty where unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    parts = [f"mtm_{name}" for name in PARTS]
    writer.writerow(("patient_id", "split", "mtm", *parts, "dlr", *(f"p_{head}" for head in HEADS[1:])))
    survival = np.where(np.isnan(fusion.dlr)[:, None], np.nan, network.probability[:, 1:])
    values = np.column_stack([1 / (1 + np.exp(-np.column_stack([fusion.mtm, fusion.parts]))), fusion.dlr, survival])
    for member, row in zip(members, values, strict=True):
        patient: Patient = member.patient
        writer.writerow((patient.patient_id, patient.split, *("" if np.isnan(v) else f"{v:.6f}" for v in row)))
    write_text(path, text.getvalue())


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _column(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
