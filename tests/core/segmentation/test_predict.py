import numpy as np
import pytest
import torch

from core.case import MaskOrigin
from core.errors import NoLiverError
from core.geometry import Geometry
from core.segmentation import predict
from core.segmentation.components import CoarseLiver
from core.segmentation.network import DEFAULT_ARGUMENTS, HU_WINDOW, build, normalise
from core.segmentation.predict import Segmenter, on_grid

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


def test_a_series_of_air_has_no_liver() -> None:
    with pytest.raises(NoLiverError, match="got only -1000 to -1000 HU"):
        Segmenter(BrightIsLiver()).find(np.full(GRID.shape, -1000, np.int16), GRID)


def test_the_boundary_is_smooth_at_ct_resolution() -> None:
    fine = Geometry.from_spacing((180, 150, 120), (1.0, 1.0, 1.0))
    coarse = CoarseLiver(ball(40, GRID, (90, 75, 60)).astype(np.float32), GRID, 0.0, 1.0)
    mask = on_grid(coarse, fine)
    truth = ball(40, fine, (90, 75, 60))
    assert 2 * (mask.liver & truth).sum() / (mask.liver.sum() + truth.sum()) > 0.97


def test_the_closer_look_moves_the_boundary_and_decides_nothing_deeper() -> None:
    fine = Geometry.from_spacing((180, 150, 120), (1.0, 1.0, 1.0))
    coarse = CoarseLiver(ball(40, GRID, (90, 75, 60)).astype(np.float32), GRID, 0.0, 1.0)
    near = Geometry.from_spacing((60, 56, 44), (2.5, 2.5, 2.5), (15.0, 5.0, 5.0))
    closer = CoarseLiver(ball(43, near, (90, 75, 60)).astype(np.float32), near, 0.0, 1.0)
    alone, both = on_grid(coarse, fine).volume_ml, on_grid(coarse, fine, closer).volume_ml
    between, larger = (4 / 3 * np.pi * (radius / 10) ** 3 for radius in (40.5, 43))
    assert alone < between < both < larger


def test_the_closer_look_sees_the_rim_only(monkeypatch: pytest.MonkeyPatch) -> None:
    geometry = Geometry.from_spacing((120, 100, 60), (1.5, 1.5, 2.0))
    hu, liver = phantom(geometry)
    segmenter = Segmenter(BrightIsLiver())
    coarse = segmenter.find(hu, geometry)
    monkeypatch.setattr(predict, "_slide", lambda _, scaled: np.zeros(scaled.shape, np.float32))
    nothing = segmenter._closer(hu, geometry, coarse)
    kept = on_grid(nothing, geometry).liver
    assert (ball(40, geometry, (90, 75, 60)) <= kept).all()
    assert (kept <= liver).all()


def test_the_body_is_cropped_where_air_was_clipped() -> None:
    geometry = Geometry.from_spacing((60, 50, 40), (3.0, 3.0, 3.0))
    hu, _ = phantom(geometry)
    boxes = [predict._body_box(image.astype(np.float32), geometry) for image in (hu, np.clip(hu, -160, 240))]
    assert boxes[0] == boxes[1]
    assert boxes[0][0].stop < 60


def test_hu_are_clipped_to_the_window() -> None:
    assert normalise(np.array([-1000.0, -160.0, 40.0, 240.0, 3000.0])).tolist() == [-1, -1, 0, 1, 1]


def test_the_network_keeps_the_shape() -> None:
    network = build(DEFAULT_ARGUMENTS)
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 32, 48, 16)).shape == (1, 1, 32, 48, 16)
