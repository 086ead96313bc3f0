import numpy as np
import pytest
import torch

from core.case import LiverMask, MaskOrigin
from core.errors import NoLiverError
from core.geometry import Geometry
from core.segmentation import predict
from core.segmentation.network import DEFAULT_ARGUMENTS, HU_WINDOW, build, normalise
from core.segmentation.predict import CoarseLiver, Segmenter, _largest, on_grid
from core.segmentation.quality import check_mask

GRID = Geometry.from_spacing((60, 50, 40), (3.0, 3.0, 3.0))


class BrightIsLiver(torch.nn.Module):
    """A stand-in network whose answer is known: voxels above 70 HU are liver."""

    def forward(self, scaled: torch.Tensor) -> torch.Tensor:
        low, high = HU_WINDOW
        hu = (scaled + 1) * (high - low) / 2 + low
        return (hu - 70) / 5


def ball(radius_mm: float, geometry: Geometry, centre_mm: tuple[float, float, float]) -> np.ndarray:
    index = np.stack([*np.indices(geometry.shape), np.ones(geometry.shape)]).reshape(4, -1)
    away = (geometry.affine_lps @ index)[:3] - np.array(centre_mm)[:, None]
    return (np.linalg.norm(away, axis=0) < radius_mm).reshape(geometry.shape)


def phantom(geometry: Geometry) -> tuple[np.ndarray, np.ndarray]:
    liver = ball(50, geometry, (90, 75, 60))
    body = ball(75, geometry, (90, 75, 60))
    return np.where(liver, 110, np.where(body, 30, -1000)).astype(np.int16), liver


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, -1)])
def test_the_liver_is_found_in_the_same_place_from_any_direction(flips: tuple[int, int, int]) -> None:
    geometry = Geometry.from_spacing((120, 100, 60), (1.5, 1.5, 2.0))
    hu, liver = phantom(geometry)
    flip = np.diag([*flips, 1.0])
    flip[:3, 3] = [(n - 1) if f < 0 else 0 for f, n in zip(flips, geometry.shape, strict=True)]
    turned = Geometry(geometry.shape, geometry.affine_lps @ flip)
    view = tuple(slice(None, None, f) for f in flips)

    mask, _ = Segmenter(BrightIsLiver()).segment(hu[view], turned)

    overlap = 2 * (mask.liver & liver[view]).sum() / (mask.liver.sum() + liver.sum())
    assert overlap > 0.97
    assert mask.origin is MaskOrigin.MODEL


def test_only_the_largest_component_is_kept_and_its_holes_are_filled() -> None:
    liver = ball(45, GRID, (80, 75, 60))
    hole, island = ball(9, GRID, (80, 75, 60)), ball(14, GRID, (165, 20, 20))
    probability = np.where((liver & ~hole) | island, 0.95, 0.02).astype(np.float32)
    coarse = _largest(probability, GRID)
    assert ((coarse.probability > 0.5) == liver).all()
    assert coarse.other_components_ml == pytest.approx(island.sum() * 0.027)
    assert coarse.confidence == pytest.approx(0.95)


def test_too_little_liver_is_no_liver() -> None:
    with pytest.raises(NoLiverError, match="at least 100 mL"):
        _largest(ball(20, GRID, (80, 75, 60)).astype(np.float32), GRID)


def test_a_brain_in_its_skull_is_no_liver(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Geometry.from_spacing((72, 72, 72), (3.0, 3.0, 3.0))
    brain, skull, head = (ball(radius, grid, (108.0, 108.0, 108.0)) for radius in (72.0, 80.0, 85.0))
    hu = np.where(brain, 35, np.where(skull, 900, np.where(head, 40, -1000))).astype(np.int16)
    monkeypatch.setattr(predict, "_slide", lambda _, scaled: np.zeros(scaled.shape, np.float32))
    monkeypatch.setattr(predict, "_largest", lambda *_: CoarseLiver(brain.astype(np.float32), grid, 0.0, 1.0))
    with pytest.raises(NoLiverError, match="bone, as around a brain"):
        Segmenter(torch.nn.Identity()).find(hu, grid)
    ribs = np.where(skull & ~brain & (np.arange(72) % 10 == 0), 900, np.where(head, 40, -1000)).astype(np.int16)
    assert Segmenter(torch.nn.Identity()).find(ribs, grid).confidence == 1.0


def test_a_series_of_air_has_no_liver() -> None:
    with pytest.raises(NoLiverError, match="only air"):
        Segmenter(BrightIsLiver()).find(np.full(GRID.shape, -1000, np.int16), GRID)


def test_the_boundary_is_smooth_at_ct_resolution() -> None:
    fine = Geometry.from_spacing((180, 150, 120), (1.0, 1.0, 1.0))
    coarse = CoarseLiver(ball(40, GRID, (90, 75, 60)).astype(np.float32), GRID, 0.0, 1.0)
    mask = on_grid(coarse, fine)
    truth = ball(40, fine, (90, 75, 60))
    assert 2 * (mask.liver & truth).sum() / (mask.liver.sum() + truth.sum()) > 0.97


def test_hu_are_clipped_to_the_window() -> None:
    assert normalise(np.array([-1000.0, -160.0, 40.0, 240.0, 3000.0])).tolist() == [-1, -1, 0, 1, 1]


def test_the_network_keeps_the_shape() -> None:
    network = build(DEFAULT_ARGUMENTS)
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 32, 48, 16)).shape == (1, 1, 32, 48, 16)


def mask_of(liver: np.ndarray) -> LiverMask:
    return LiverMask(liver.astype(np.uint8), GRID, MaskOrigin.GIVEN)


def codes(liver: np.ndarray, hu: np.ndarray, coarse: CoarseLiver | None = None) -> set[str]:
    return {notice.code for notice in check_mask(mask_of(liver), hu, coarse).notices}


def test_a_plausible_liver_raises_nothing() -> None:
    liver = ball(54, GRID, (90, 75, 60))
    quality = check_mask(mask_of(liver), np.full(GRID.shape, 110, np.int16), None)
    assert quality.usable
    assert quality.notices == ()


def test_planted_failures_are_named_and_stop_the_scores() -> None:
    liver, hu = ball(54, GRID, (90, 75, 60)), np.full(GRID.shape, 110, np.int16)
    cases = {
        "empty_mask": (np.zeros(GRID.shape, bool), hu),
        "liver_too_small": (ball(35, GRID, (90, 75, 60)), hu),
        "not_liver_like": (liver, np.full(GRID.shape, -700, np.int16)),
        "liver_cut_off": (np.broadcast_to(ball(54, GRID, (90, 75, 60))[:, :, 20:21], GRID.shape), hu),
    }
    for code, (mask, image) in cases.items():
        quality = check_mask(mask_of(mask), image, None)
        assert code in {notice.code for notice in quality.notices}, code
        assert not quality.usable, code


def test_doubts_are_told_but_do_not_stop_the_scores() -> None:
    hu = np.full(GRID.shape, 110, np.int16)
    liver = ball(54, GRID, (90, 75, 60))
    doubtful = CoarseLiver(liver.astype(np.float32), GRID, 200.0, 0.7)
    assert codes(liver, hu, doubtful) == {"low_confidence", "several_components"}
    low = ball(54, GRID, (90, 75, 40))
    assert codes(low, hu) == {"slab"}
    assert check_mask(mask_of(low), hu, None).usable
    assert codes(ball(54, GRID, (40, 75, 60)), hu) == {"liver_at_side"}
