"""What a training of all image models did, as its report shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.studies.image_scores import ScoreFigure

PAPER_PATIENTS = 752
"""Of the paper, to which the cost is extrapolated."""


@dataclass(frozen=True)
class CohortRow:
    """Patients of one split and treatment: how many, deaths, and those with a known MTM and with MTM."""

    split: str
    cohort: str
    n: int
    followed: int
    deaths: int
    labelled: int
    with_mtm: int


@dataclass(frozen=True)
class Exclusion:
    """A patient left out: row of the table, stage, why."""

    row: int
    stage: str
    reason: str


@dataclass(frozen=True)
class CurvePoint:
    """One epoch of one of the networks of an ensemble: loss on the training and on the stopping patients."""

    member: int
    epoch: int
    loss: float
    stopping_loss: float | None


@dataclass(frozen=True)
class ImageTraining:
    """A training.

    Attributes:
        name, dates: of the cohort.
        simulated: whether any patient was.
        provenance: the sentence shown with every score.
        rows: the cohort.
        notices: what was not trained, and what is meagre.
        exclusions: patients left out.
        figures: with their intervals.
        classifiers: of radiomics features, out of fold: XGBoost first, then others on the same patients.
        robustness: of radiomics features in the test-retest; empty if none was made.
        curve: learning curve of the network for use.
        seconds: of work by stage, all runs together.
        patients: that went through each stage.
        settings: of the preset.
        facts: more about parts, such as where the clinical model comes from.
    """

    name: str
    dates: str
    simulated: bool
    provenance: str
    rows: tuple[CohortRow, ...]
    notices: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    figures: tuple[ScoreFigure, ...]
    classifiers: tuple[Mapping[str, Any], ...]
    robustness: Mapping[str, Any]
    curve: tuple[CurvePoint, ...]
    seconds: Mapping[str, float]
    patients: Mapping[str, int]
    settings: Mapping[str, Any]
    facts: Mapping[str, str]

    def extrapolated(self, patients: int = PAPER_PATIENTS) -> dict[str, float]:
        """Seconds by stage for another number of patients, in proportion to those of each stage: a rough figure."""
        return {
            stage: seconds * patients / self.patients[stage]
            for stage, seconds in self.seconds.items()
            if self.patients.get(stage)
        }


def training_document(study: ImageTraining) -> dict[str, Any]:
    """training.json."""
    return {**asdict(study), "extrapolated_seconds": {str(PAPER_PATIENTS): study.extrapolated()}}
