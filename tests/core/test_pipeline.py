"""The straight line with stand-ins for the image models, whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.artefacts import read_artefact
from core.case import Case, ClinicalRecord, LiverMask, MaskOrigin, Notice, Phase, Volume
from core.errors import NoLiverError
from core.findings import HEADS, Assessment, Heatmap, HeatmapReliability, Score, ScoreOrigin, Scores
from core.geometry import Geometry
from core.imaging.resample import resample
from core.pipeline import STEPS, assess, update
from core.segmentation.predict import CoarseLiver, on_grid
from core.survival.model import read_nomogram

WEIGHTS = Path(__file__).parents[2] / "weights"
GRID = Geometry.from_spacing((72, 60, 44), (3.0, 3.0, 3.0), (-110.0, -90.0, -60.0))
CLINICAL = ClinicalRecord(pvtt=True, response="PR", haic_sessions=3, afp_ng_ml=800.0, age_years=55.0)


def liver() -> np.ndarray:
    x, y, z = np.indices(GRID.shape)
    return ((x - 30) / 20) ** 2 + ((y - 30) / 17) ** 2 + ((z - 22) / 15) ** 2 < 1


def volume(phase: Phase, liver_hu: float, vessel_hu: float, displaced_mm: float = 0.0) -> Volume:
    """A body with a textured liver and an aorta ahead of a bright spine."""
    from scipy import ndimage

    rng = np.random.default_rng(8)
    x, y, _ = np.indices(GRID.shape)
    hu = np.where(((x - 36) / 33) ** 2 + ((y - 30) / 26) ** 2 < 1, 40.0, -1000.0)
    texture = 40 * ndimage.gaussian_filter(rng.normal(size=GRID.shape), 2) / 0.07
    hu = np.where(liver(), liver_hu + texture, hu)
    hu[(x - 40) ** 2 + (y - 50) ** 2 < 36] = 450.0
    hu[(x - 42) ** 2 + (y - 41) ** 2 < 14] = vessel_hu
    shift = np.eye(4)
    shift[0, 3] = -displaced_mm
    moved = resample(hu.astype(np.float32), GRID, GRID, transform_lps=shift)
    return Volume(moved.astype(np.int16), GRID, phase, "0" * 64, simulated=True)


class StandInSegmenter:
    """Finds the ellipsoid; in the arterial phase displaced with the image."""

    def __init__(self, displaced_mm: float = 0.0, finds: bool = True) -> None:
        self.displaced_mm, self.finds = displaced_mm, finds

    def find(self, hu: np.ndarray, geometry: Geometry) -> CoarseLiver:
        if not self.finds:
            raise NoLiverError("no liver found")
        shift = np.eye(4)
        shift[0, 3] = -self.displaced_mm
        probability = resample(liver().astype(np.float32), GRID, GRID, outside=0, transform_lps=shift)
        return CoarseLiver(probability, GRID, 0.0, 0.99)

    def segment(self, hu: np.ndarray, geometry: Geometry) -> tuple[LiverMask, CoarseLiver]:
        coarse = StandInSegmenter(0.0, self.finds).find(hu, geometry)
        return on_grid(coarse, geometry), coarse


class StandInNetwork:
    def probabilities(self, phases: np.ndarray) -> np.ndarray:
        return np.tile([0.7, 0.9, 0.8, 0.7, 0.6], (8, 1)) + np.linspace(-0.02, 0.02, 8)[:, None]

    def heatmaps(self, phases: Any, cube: Any, mask: LiverMask) -> dict[str, Heatmap]:
        sound = HeatmapReliability("reliable", 0.3, None, ())
        return {head: Heatmap(mask.liver.astype(np.float16), 1.0, 20, sound) for head in HEADS}


class StandInRadiomics:
    def read(self, *images: Any) -> tuple[np.ndarray, dict[str, float]]:
        return np.array([0.6, 0.62]), {"ap_original_glcm_Contrast": 0.4}


class StandInFusion:
    """MTM rises with AFP; DLR is the mean of the heads."""

    def scores(self, evidence: Any, clinical: ClinicalRecord) -> tuple[Scores, dict[str, float], tuple[Notice, ...]]:
        mtm = 0.65 if clinical.afp_ng_ml is None or clinical.afp_ng_ml <= 400 else 0.75
        notices = () if clinical.afp_ng_ml is not None else (Notice("clinical_model_missing", "AFP is unknown."),)
        dlr = float(evidence.heads[:, 1:].mean())
        made = [Score(v, v - 0.1, v + 0.1, 0.05, ScoreOrigin.MODEL, {}, "fusion", "1.0.0") for v in (mtm, dlr)]
        return Scores(*made), dict(zip(HEADS[1:], evidence.heads[0, 1:], strict=True)), notices


@dataclass
class StandInModels:
    segmenter: Any = field(default_factory=StandInSegmenter)
    network: Any = field(default_factory=StandInNetwork)
    radiomics: Any = field(default_factory=StandInRadiomics)
    fusion: Any = field(default_factory=StandInFusion)
    versions: dict[str, str] = field(default_factory=lambda: {"network": "1.0.0"})
    provenance: dict[str, str] = field(default_factory=lambda: {"network": "simulated"})

    def __post_init__(self) -> None:
        document = read_artefact(WEIGHTS, "nomogram").read_json("nomogram.json")
        self.pre, self.post = read_nomogram(document, "pre"), read_nomogram(document, "post")


def case(clinical: ClinicalRecord = CLINICAL, **changes: Any) -> Case:
    arterial = changes.pop("arterial", volume(Phase.ARTERIAL, 68, 310))
    portal_venous = changes.pop("portal_venous", volume(Phase.PORTAL_VENOUS, 115, 150))
    return Case("P001", arterial, portal_venous, clinical, **changes)


@pytest.fixture(scope="module")
def models() -> StandInModels:
    return StandInModels()


@pytest.fixture(scope="module")
def assessed(models: StandInModels) -> Assessment:
    return assess(case(), models)


def codes(assessment: Assessment) -> set[str]:
    return {notice.code for notice in assessment.warnings}


def test_the_line_is_walked_step_by_step_and_ends_in_two_prognoses(models: StandInModels) -> None:
    told: list[tuple[str, float]] = []
    result = assess(case(), models, lambda step, share: told.append((step, share)))
    assert [step for step, _ in told] == list(STEPS)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert set(result.seconds) == set(STEPS)
    assert result.scores.mtm is not None
    assert result.scores.mtm.value == 0.75
    assert set(result.heatmaps) == set(HEADS)
    assert result.pre is not None
    assert result.post is not None
    assert result.post.os[12].value > result.post.os[36].value > result.post.os[60].value
    assert "image_scores_stopped" not in codes(result)


def test_a_score_by_hand_replaces_the_models(models: StandInModels) -> None:
    result = assess(case(mtm=1.0, dlr=0.25), models)
    assert result.scores.mtm == Score.manual(1.0)
    assert result.scores.dlr == Score.manual(0.25)
    assert result.overrides == {"mtm": 1.0, "dlr": 0.25}
    assert result.post is not None
    expected = np.log([1.38, 0.54, 2.44]).sum() + 3 * np.log(0.74) + 0.25 * np.log(0.10)
    assert result.post.linear_predictor == pytest.approx(expected, abs=1e-12)


def test_an_update_equals_a_whole_assessment(models: StandInModels, assessed: Assessment) -> None:
    changed = replace(CLINICAL, pvtt=False, response="SD", haic_sessions=5, afp_ng_ml=10.0)
    quick, whole = update(assessed, models, changed, dlr=0.4), assess(case(changed, dlr=0.4), models)
    assert quick.post == whole.post
    assert quick.pre == whole.pre
    assert quick.scores == whole.scores
    assert quick.warnings == whole.warnings
    assert quick.criteria == whole.criteria


def test_taking_an_override_back_restores_the_models_score(models: StandInModels, assessed: Assessment) -> None:
    there = update(assessed, models, CLINICAL, mtm=0.0)
    back = update(there, models, CLINICAL)
    assert back.scores == assessed.scores
    assert back.overrides == {}


def test_what_is_unknown_makes_a_model_unknown_and_names_it(models: StandInModels) -> None:
    result = assess(case(ClinicalRecord(pvtt=False)), models)
    assert result.pre is not None
    assert result.post is None
    texts = [notice.text for notice in result.warnings if notice.code == "missing_input"]
    assert any("response" in text.lower() and "sessions" in text.lower() for text in texts)
    assert "clinical_model_missing" in codes(result)


def test_a_displaced_arterial_phase_is_brought_back_and_told(models: StandInModels) -> None:
    shifted = StandInModels(segmenter=StandInSegmenter(displaced_mm=9.0))
    result = assess(case(arterial=volume(Phase.ARTERIAL, 68, 310, displaced_mm=9.0)), shifted)
    assert result.registration is not None
    assert result.registration.shift_mm == pytest.approx(9.0, abs=1.0)
    assert result.registration.liver_overlap is not None
    assert result.registration.liver_overlap > 0.93
    assert "phase_mismatch" not in codes(result)


def test_livers_that_do_not_overlap_are_a_mismatch() -> None:
    wrong = StandInModels(segmenter=StandInSegmenter(displaced_mm=40.0))
    result = assess(case(), wrong)
    assert {"phase_mismatch", "livers_disagree", "image_scores_stopped"} <= codes(result)
    assert result.scores == Scores()


def test_a_mask_of_half_the_liver_disagrees_with_the_arterial_phase(models: StandInModels) -> None:
    half = liver() & (np.arange(GRID.shape[0]) >= 30)[:, None, None]
    result = assess(case(liver_mask=LiverMask(half.astype(np.uint8), GRID, MaskOrigin.GIVEN)), models)
    assert {"livers_disagree", "phase_mismatch", "image_scores_stopped"} <= codes(result)
    assert result.scores == Scores()


def test_an_arterial_phase_without_a_liver_gives_no_image_score(models: StandInModels) -> None:
    mask = LiverMask(liver().astype(np.uint8), GRID, MaskOrigin.GIVEN)
    result = assess(case(liver_mask=mask), StandInModels(segmenter=StandInSegmenter(finds=False)))
    assert {"phase_mismatch", "livers_disagree", "image_scores_stopped"} <= codes(result)
    assert result.registration is not None
    assert result.registration.liver_overlap is None


def test_what_volume_is_plausible_follows_the_record(models: StandInModels, assessed: Assessment) -> None:
    assert "liver_volume" in codes(assessed)  # 570 mL, under the 600 mL of an adult
    small = replace(CLINICAL, sex="female", bmi_kg_m2=19.0)
    changed, whole = update(assessed, models, small), assess(case(small), models)
    assert "liver_volume" not in codes(changed)
    assert changed.warnings == whole.warnings


def test_an_unusable_mask_stops_the_image_scores_but_not_the_nomogram(models: StandInModels) -> None:
    x, y, z = np.indices(GRID.shape)
    small = (x - 30) ** 2 + (y - 30) ** 2 + (z - 22) ** 2 < 64
    mask = LiverMask(small.astype(np.uint8), GRID, MaskOrigin.GIVEN)
    result = assess(case(liver_mask=mask), models)
    assert {"liver_too_small", "image_scores_stopped"} <= codes(result)
    assert result.scores == Scores()
    assert result.pre is None
    by_hand = update(result, models, CLINICAL, mtm=1.0, dlr=0.8)
    assert by_hand.post is not None


def test_unenhanced_phases_are_flagged_and_give_no_image_score(models: StandInModels) -> None:
    native = volume(Phase.PORTAL_VENOUS, 55, 42)
    result = assess(case(arterial=replace(native, phase=Phase.ARTERIAL), portal_venous=native), models)
    assert "image_scores_stopped" in codes(result)
    assert result.scores.mtm is None


def test_no_liver_is_an_error_not_a_number() -> None:
    with pytest.raises(NoLiverError):
        assess(case(), StandInModels(segmenter=StandInSegmenter(finds=False)))


def test_the_notes_of_the_reading_travel_with_the_result(models: StandInModels) -> None:
    note = Notice("hu_clipped", "HU are clipped.")
    assert note in assess(case(notes=(note,)), models).warnings
