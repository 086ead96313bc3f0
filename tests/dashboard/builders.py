"""Small cases and assessments for the dashboard's tests, made in milliseconds and without trained weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.artefacts import read_artefact
from core.case import ClinicalRecord, LiverMask, MaskOrigin, Notice, Phase, Volume
from core.findings import (
    HEADS,
    Assessment,
    Heatmap,
    HeatmapCheck,
    HeatmapReliability,
    ImageEvidence,
    LiverFinding,
    Registration,
    Score,
    ScoreOrigin,
    Scores,
    Verdict,
)
from core.geometry import Geometry
from core.model_card import ModelCard
from core.pipeline import update
from core.survival.model import Nomogram

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
GRID = Geometry.from_spacing((60, 48, 30), (6.0, 6.0, 8.0), (-180.0, -144.0, 0.0))
CLINICAL = ClinicalRecord(
    age_years=57.0,
    sex="male",
    ecog=0,
    afp_ng_ml=1280.0,
    largest_tumour_cm=9.4,
    tumour_count=2,
    pvtt=True,
    response="PR",
    haic_sessions=4,
    albumin_g_l=38.0,
    bilirubin_umol_l=16.0,
    inr=1.1,
    ascites="none",
    encephalopathy_grade=0,
    prior_treatment=False,
)
MTM = Score(
    0.62, 0.47, 0.75, 0.07, ScoreOrigin.MODEL, {"network": 0.58, "radiomics": 0.61, "clinical": 0.71}, "fusion", "1.0.0"
)
DLR = Score(0.81, 0.72, 0.88, 0.04, ScoreOrigin.MODEL, {"network": 0.81}, "fusion", "1.0.0")


@dataclass(frozen=True)
class FixedFusion:
    """Answers the same scores whatever it is asked."""

    def scores(
        self, evidence: ImageEvidence, clinical: ClinicalRecord
    ) -> tuple[Scores, Mapping[str, float], tuple[Notice, ...]]:
        return Scores(MTM, DLR), dict(zip(HEADS[1:], (0.86, 0.61, 0.45, 0.33), strict=True)), ()


@cache
def cards() -> dict[str, ModelCard]:
    """The cards of the shipped weights."""
    return {path.parts[-3]: ModelCard.from_json(path.read_bytes()) for path in sorted(WEIGHTS.glob("*/*/card.json"))}


@dataclass(frozen=True)
class FixedModels:
    """Stands in for a ModelSet: the published nomograms and a fusion that always answers the same."""

    pre: Nomogram
    post: Nomogram
    fusion: FixedFusion = field(default_factory=FixedFusion)
    checksum: str = "0" * 64
    cards: Mapping[str, ModelCard] = field(default_factory=cards)
    versions: Mapping[str, str] = field(default_factory=lambda: {"fusion": "1.0.0", "nomogram": "1.0.0"})
    provenance: Mapping[str, str] = field(
        default_factory=lambda: {
            "fusion": "Demonstration weights, trained on simulated tumours; not valid for patients.",
            "nomogram": "Published model, He et al. 2023; baseline derived from the published group survival.",
        }
    )


@cache
def models() -> FixedModels:
    """Models without trained weights."""
    document = read_artefact(WEIGHTS, "nomogram").read_json("nomogram.json")
    return FixedModels(Nomogram.from_dict(document["pre"]), Nomogram.from_dict(document["post"]))


def volume(phase: Phase, simulated: bool = True) -> Volume:
    """A body with a liver and a lesion that is bright in the arterial phase."""
    noise = np.random.default_rng(0).normal(0, 12, GRID.shape)
    hu = np.full(GRID.shape, -1000.0)
    hu[_ball((30, 24), (26, 18))] = 30
    liver = 70 if phase is Phase.ARTERIAL else 110
    hu[labels() > 0] = liver
    hu[labels() == 2] = 130 if phase is Phase.ARTERIAL else 80
    return Volume((hu + noise).astype(np.int16), GRID, phase, f"{phase}-sha", simulated=simulated)


def labels(lesions: bool = True) -> np.ndarray[Any, Any]:
    """Liver on the patient's right (low I), with two lesions, the larger near its middle."""
    found = np.zeros(GRID.shape, dtype=np.uint8)
    i, j, k = np.indices(GRID.shape)
    found[((i - 19) / 11) ** 2 + ((j - 22) / 11) ** 2 + ((k - 15) / 11) ** 2 < 1] = 1
    if lesions:
        found[((i - 17) / 4) ** 2 + ((j - 22) / 4) ** 2 + ((k - 18) / 3) ** 2 < 1] = 2
        found[17, 17:28, 18] = 2
        found[25:27, 22:24, 9:11] = 2
    return found


def reliability(verdict: Verdict = "reliable") -> HeatmapReliability:
    """Figures that belong to a verdict."""
    noise, mirror = {"reliable": (0.9, 0.8), "doubtful": (0.9, 0.2), "failed": (0.1, 0.2)}[verdict]
    checks = (
        HeatmapCheck("liver", 0.83, 0.36, True),
        HeatmapCheck("tumour", 0.31, None, None),
        HeatmapCheck("untrained", 0.12, 0.5, True),
        HeatmapCheck("noise", noise, 0.5, noise >= 0.5),
        HeatmapCheck("mirror", mirror, 0.5, mirror >= 0.5),
    )
    return HeatmapReliability(verdict, 0.3, 0.1, checks)


def heatmap(centre: tuple[int, int, int] = (17, 22, 18), verdict: Verdict = "reliable") -> Heatmap:
    """Heat around one place."""
    distance = sum((axis - c) ** 2 for axis, c in zip(np.indices(GRID.shape), centre, strict=True))
    values = np.exp(-distance / 40).astype(np.float16)
    return Heatmap(values, share_in_liver=0.83, hottest_slice=centre[2], reliability=reliability(verdict))


def assessment(clinical: ClinicalRecord = CLINICAL, *, lesions: bool = True, mtm: float | None = None) -> Assessment:
    """An assessment as `core.pipeline.assess` would give it."""
    mask = LiverMask(labels(lesions), GRID, MaskOrigin.MODEL)
    blank = Assessment(
        case_id="Case 7T",
        clinical=clinical,
        arterial=volume(Phase.ARTERIAL),
        portal_venous=volume(Phase.PORTAL_VENOUS, simulated=False),
        liver_mask=mask,
        liver=LiverFinding(mask.volume_ml, "model", 74.0 if lesions else None, 48.0 if lesions else None),
        registration=Registration(3.2, 0.4, 0.94, np.eye(4)),
        scores=Scores(),
        os_heads={},
        heatmaps={head: heatmap((17, 22, 18 - n)) for n, head in enumerate(HEADS)},
        pre=None,
        post=None,
        criteria=(),
        warnings=(),
        versions=models().versions,
        provenance=models().provenance,
        seconds={
            "liver": 3.1,
            "registration": 2.2,
            "image checks": 0.2,
            "network": 0.9,
            "heatmaps": 1.1,
            "radiomics": 5.0,
        },
        evidence=ImageEvidence(np.full((2, 5), 0.5), np.array([0.6])),
        image_notices=(
            Notice("registered", "The arterial phase was moved rigidly by 3.2 mm onto the portal-venous phase."),
        ),
    )
    return update(blank, models(), clinical, mtm)  # type: ignore[arg-type]


def _ball(centre: tuple[int, int], radii: tuple[int, int]) -> np.ndarray[Any, Any]:
    i, j, _ = np.indices(GRID.shape)
    inside: np.ndarray[Any, Any] = ((i - centre[0]) / radii[0]) ** 2 + ((j - centre[1]) / radii[1]) ** 2 < 1
    return inside
