"""One patient scored in a worker: a row of cells, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.case import ClinicalRecord, Notice
from core.errors import ArtefactError, InputError
from core.findings import ScoreOrigin
from core.io.image_cohort import Patient
from core.jobs.score import ScoreTask, made_with, score_patient, why_no_score
from core.models import load_models

STOP = Notice("image_scores_stopped", "No image score is drawn.")


@dataclass
class Told:
    """The parts of a case and of an assessment that are looked at."""

    notes: tuple[Notice, ...] = ()
    image_notices: tuple[Notice, ...] = ()
    evidence: object = None


def test_the_reason_is_what_stopped_the_scores() -> None:
    note = Notice("hu_clipped", "The HU are clipped.")
    swapped = Notice("phases_swapped", "The phases look swapped.")
    case, found = Told(notes=(note,)), Told(image_notices=(note, Notice("registered", "Moved."), swapped, STOP))
    reason: Any = why_no_score
    assert reason(case, found) == "no image score: The phases look swapped."
    found.evidence = ScoreOrigin.MODEL
    assert reason(case, found) == ""


def test_a_worker_with_other_weights_stops_everything(tmp_path: Path) -> None:
    image = tmp_path / "a.nii.gz"
    image.write_text("no image")
    patient = Patient(2, "p", "0", "haic", "train", image, image, None, ClinicalRecord(), None, None, None)
    ours = made_with(load_models())
    with pytest.raises(InputError, match="got a text file"):
        score_patient(ScoreTask(patient, None, ours))
    for other in ({"weights": "0"}, {"haic-nomogram": "0.0.1"}):
        with pytest.raises(ArtefactError, match="software and weights of the command"):
            score_patient(ScoreTask(patient, None, ours | other))
