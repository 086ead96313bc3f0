"""What goes out: every part of an Assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.case import ClinicalRecord, LiverMask, Notice, Volume

HEADS = ("mtm", "os1", "os2", "os3", "os_gt3")
"""The network's heads: MTM subtype; alive at 12, 24, 36 and 48 months."""

RiskGroup = Literal["low", "high", "indeterminate"]
Verdict = Literal["reliable", "doubtful", "failed"]
CheckName = Literal["liver", "tumour", "untrained", "noise", "mirror"]


class ScoreOrigin(StrEnum):
    """Who says so."""

    MANUAL = "manual"
    MODEL = "model"


@dataclass(frozen=True)
class Score:
    """An image score.

    Attributes:
        value, low, high: 0..1; low and high are the 95 % range from test-time augmentation and the spread of the
            boosters; equal to value if given by hand.
        sd: standard deviation behind low and high, 0 if given by hand.
        origin: manual or model.
        parts: the components' values (network, radiomics, clinical), by name.
        model: name of the artefact, "" if given by hand.
        version: its version.
    """

    value: float
    low: float
    high: float
    sd: float
    origin: ScoreOrigin
    parts: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    version: str = ""

    @classmethod
    def manual(cls, value: float) -> Score:
        """A score given by hand, taken as exact."""
        return cls(value, value, value, 0.0, ScoreOrigin.MANUAL)


@dataclass(frozen=True)
class Scores:
    """The two image scores; None if neither given nor computable."""

    mtm: Score | None = None
    dlr: Score | None = None


@dataclass(frozen=True)
class Survival:
    """A probability with its 95 % band; all 0..1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CurvePoint:
    """One point of a survival curve."""

    time_months: float
    survival: Survival


@dataclass(frozen=True)
class Prognosis:
    """One nomogram's answer for one patient.

    Attributes:
        model: "pre", "post", or "own" for a centre's own with other terms.
        linear_predictor: uncentred sum of beta * x.
        points: points by axis (keys of the model: pvtt, response, haic_sessions, mtm, dlr).
        total_points: their sum.
        os: survival at the model's horizons, by months from the first HAIC (of an own nomogram: from the start of its
            cohort's follow-up); whole months are ints, 12, 36 and 60 of the published models.
        curve: from 0 to the end of the model's follow-up, with band.
        risk_group: low, high or indeterminate, by the published and the effective cut.
        widest_source: what contributes most to the band's width at 36 months, or at the end of a shorter follow-up:
            coefficients, baseline, image score.
        os_conditional: S(t)/S(s) for horizons t > s where months since the first HAIC, s, are known; else None.
        conditional_curve: S(t)/S(s) from s to the end of the follow-up; () if s is unknown.
        months_since_first_haic: s, None if unknown.
    """

    model: Literal["pre", "post", "own"]
    linear_predictor: float
    points: Mapping[str, float]
    total_points: float
    os: Mapping[float, Survival]
    curve: tuple[CurvePoint, ...]
    risk_group: RiskGroup
    widest_source: str
    os_conditional: Mapping[float, Survival] | None = None
    conditional_curve: tuple[CurvePoint, ...] = ()
    months_since_first_haic: float | None = None


@dataclass(frozen=True)
class Criterion:
    """One inclusion criterion of the study: met, not met or unknown."""

    name: str
    expected: str
    state: Literal["met", "not met", "unknown"]


@dataclass(frozen=True)
class LiverFinding:
    """The liver mask in numbers."""

    volume_ml: float
    origin: str
    lesion_volume_ml: float | None
    largest_lesion_mm: float | None


@dataclass(frozen=True)
class Registration:
    """How the arterial phase was brought onto the portal-venous grid.

    Attributes:
        shift_mm: displacement of the liver's centre by the rigid transform, mm.
        rotation_deg: rotation angle, degrees.
        liver_overlap: Dice of the arterial liver, after the transform, with the portal-venous liver; None if it could
            not be measured.
        transform_lps: 4x4, maps portal-venous LPS mm to arterial LPS mm.
    """

    shift_mm: float
    rotation_deg: float
    liver_overlap: float | None
    transform_lps: npt.NDArray[np.float64]


@dataclass(frozen=True)
class HeatmapCheck:
    """One figure of a heatmap (core.network.reliability says which and why).

    `value` is None if it could not be measured, which does not pass; `limit` and `passed` if this head has none.
    """

    name: CheckName
    value: float | None
    limit: float | None
    passed: bool | None


@dataclass(frozen=True)
class HeatmapReliability:
    """How far a heatmap can be trusted.

    Attributes:
        verdict: reliable if all checks pass, doubtful if only such fail that a sound map may fail.
        chance_in_liver: the liver's share of the crop, 0..1.
        chance_in_tumour: the tumours' share of the liver, 0..1; None, and no such check, without lesions in the mask.
    """

    verdict: Verdict
    chance_in_liver: float
    chance_in_tumour: float | None
    checks: tuple[HeatmapCheck, ...]


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Grad-CAM of one head on the portal-venous grid.

    Attributes:
        values: float16 (I, J, K), 0..1 scaled to the head's own maximum in the liver; 0 outside the liver.
        share_in_liver: share of the map's heat that lay inside the liver before it was cut to it, 0..1.
        hottest_slice: index along the superior axis with the most heat in the liver.
    """

    values: npt.NDArray[np.float16]
    share_in_liver: float
    hottest_slice: int
    reliability: HeatmapReliability


@dataclass(frozen=True, eq=False)
class ImageEvidence:
    """What the image models said before fusion; kept so that a changed clinical value needs no images.

    Attributes:
        heads: float64 (variants, 5), calibrated probabilities by test-time variant, columns as HEADS.
        radiomics: float64 (boosters,), calibrated MTM probability of each booster.
        contributions: log-odds of MTM contributed by each selected radiomics feature, by name.
    """

    heads: npt.NDArray[np.float64]
    radiomics: npt.NDArray[np.float64]
    contributions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Assessment:
    """All that is known about one case after `core.pipeline.assess`.

    Attributes:
        arterial, portal_venous: both phases on the portal-venous grid.
        liver_mask: the mask that was used.
        os_heads: the network's calibrated survival heads at 12, 24, 36, 48 months, by head name.
        versions: artefact name -> version, and the software's own under "haic-nomogram".
        provenance: artefact name -> the sentence shown with every score it makes.
        seconds: duration by step.
        evidence: the image models' answers before fusion, None where images could not be scored.
        image_notices: the warnings that come from the images alone.
        overrides: scores given by hand, by name (mtm, dlr).
    """

    case_id: str
    clinical: ClinicalRecord
    arterial: Volume
    portal_venous: Volume
    liver_mask: LiverMask | None
    liver: LiverFinding | None
    registration: Registration | None
    scores: Scores
    os_heads: Mapping[str, float]
    heatmaps: Mapping[str, Heatmap]
    pre: Prognosis | None
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Notice, ...]
    versions: Mapping[str, str]
    provenance: Mapping[str, str]
    seconds: Mapping[str, float]
    evidence: ImageEvidence | None = None
    image_notices: tuple[Notice, ...] = ()
    overrides: Mapping[str, float] = field(default_factory=dict)
