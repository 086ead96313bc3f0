"""One patient of a cohort scored, in a worker: the images read, `assess`, a row of scores.csv."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from core import __version__
from core.errors import ArtefactError
from core.io.case_files import read_case
from core.io.mask_files import MaskFile
from core.io.scores_table import score_cells
from core.models import ModelSet, load_models
from core.pipeline import assess

if TYPE_CHECKING:
    from core.case import Case
    from core.findings import Assessment
    from core.io.image_cohort import Patient

_LOADING = Lock()
HARMLESS = {"registered", "image_scores_stopped", "slab", "liver_at_side", "low_confidence"}
"""Notices on images that never are the reason why no score is drawn from them."""


@dataclass(frozen=True)
class ScoreTask:
    """What a worker needs to score a patient.

    Attributes:
        weights: the weights folder, None for that of the worker's installation.
        made_with: of `made_with`, in the command's process: the worker must find the same.
    """

    patient: Patient
    weights: Path | None
    made_with: dict[str, str]


def score_patient(task: ScoreTask) -> dict[str, str]:
    """The patient's cells of scores.csv; the scores are the models', whatever is known of the patient's MTM.

    Raises:
        InputError: images that cannot be used.
        ArtefactError: software or weights of the worker are not those of the command.
    """
    started = time.perf_counter()
    models, found = models_here(task.weights)
    if found != task.made_with:
        raise ArtefactError("worker: expected the software and weights of the command, got others")
    patient = task.patient
    case, _ = read_case(
        arterial=patient.arterial,
        portal_venous=patient.portal_venous,
        clinical=patient.clinical,
        mask=MaskFile(patient.mask) if patient.mask else None,
    )
    assessment = assess(case, models, heatmaps=False)
    cells = score_cells(assessment, time.perf_counter() - started)
    return cells | {"error": why_no_score(case, assessment)}


def why_no_score(case: Case, assessment: Assessment) -> str:
    """Why nothing was drawn from the images, "" if it was."""
    if assessment.evidence is not None:
        return ""
    seen = assessment.image_notices[len(case.notes) :]
    return "no image score: " + " ".join(notice.text for notice in seen if notice.code not in HARMLESS)


def made_with(models: ModelSet) -> dict[str, str]:
    """The software's version and a checksum of all weights, cards included."""
    total = hashlib.sha256()
    for name, artefact in sorted(models.artefacts.items()):
        total.update(artefact.card.to_json())
        for file, content in sorted(artefact.files.items()):
            total.update(f"{name}/{file}:{hashlib.sha256(content).hexdigest()}".encode())
    return {"haic-nomogram": __version__, "weights": total.hexdigest()}


def models_here(weights: Path | None) -> tuple[ModelSet, dict[str, str]]:
    """The models and what they are, once in each worker.

    Raises:
        ArtefactError: if weights are missing or damaged.
    """
    with _LOADING:
        return _checked(weights)


@lru_cache(maxsize=1)
def _checked(weights: Path | None) -> tuple[ModelSet, dict[str, str]]:
    models = load_models(weights)
    return models, made_with(models)
