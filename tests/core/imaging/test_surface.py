"""Distances of surfaces against what geometry says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry import Geometry
from core.imaging.surface import surface_distance_mm

GRID = Geometry.from_spacing((60, 50, 40), (1.0, 1.5, 2.5), (3.0, -7.0, 20.0))


def box(low: tuple[int, int, int], high: tuple[int, int, int]) -> np.ndarray:
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = True
    return mask


def ball(radius_mm: float, grid: Geometry, centre_mm: tuple[float, float, float]) -> np.ndarray:
    index = np.stack([*np.indices(grid.shape), np.ones(grid.shape)]).reshape(4, -1)
    away = (grid.affine_lps @ index)[:3] - np.array(centre_mm)[:, None]
    return (np.linalg.norm(away, axis=0) <= radius_mm).reshape(grid.shape)


def test_a_mask_lies_on_itself() -> None:
    mask = box((10, 10, 10), (30, 40, 30))
    assert surface_distance_mm(mask, mask, GRID) == 0.0


@pytest.mark.parametrize(("axis", "voxels"), [(0, 4), (1, 3), (2, 2)])
def test_the_greatest_distance_of_a_shifted_box_is_the_shift(axis: int, voxels: int) -> None:
    first = box((10, 10, 10), (30, 30, 25))
    second = np.roll(first, voxels, axis=axis)
    expected = voxels * GRID.spacing_mm[axis]
    assert surface_distance_mm(first, second, GRID, 100.0) == pytest.approx(expected, abs=1e-12)
    assert surface_distance_mm(second, first, GRID, 100.0) == pytest.approx(expected, abs=1e-12)


def test_a_box_shifted_askew_is_as_far_as_its_corner() -> None:
    first = box((10, 10, 10), (30, 30, 25))
    second = np.roll(first, (3, 2, 1), axis=(0, 1, 2))
    assert surface_distance_mm(first, second, GRID, 100.0) == pytest.approx(math.hypot(3.0, 3.0, 2.5), abs=1e-12)


def test_a_box_with_one_face_moved() -> None:
    small, large = box((10, 10, 10), (30, 30, 25)), box((10, 10, 10), (36, 30, 25))
    assert surface_distance_mm(small, large, GRID, 100.0) == pytest.approx(6.0, abs=1e-12)
    assert surface_distance_mm(small, large, GRID, 50.0) == 0.0


@pytest.mark.parametrize("shift", [4.0, 7.5])
def test_shifted_balls(shift: float) -> None:
    """A point at angle t from the shift lies sqrt(r^2 + d^2 + 2 r d cos t) - r from the other; cos t is uniform."""
    grid = Geometry.from_spacing((120, 120, 120), (1.0, 1.0, 1.0))
    radius = 40.0
    first = ball(radius, grid, (56.0, 60.0, 60.0))
    second = ball(radius, grid, (56.0 + shift, 60.0, 60.0))
    cosine = np.linspace(-1, 1, 20001)
    away = np.abs(np.sqrt(radius**2 + shift**2 + 2 * radius * shift * cosine) - radius)
    for percentile in (50.0, 95.0):
        expected = float(np.percentile(away, percentile))
        assert surface_distance_mm(first, second, grid, percentile) == pytest.approx(expected, abs=0.6)


def test_concentric_balls_are_their_radii_apart() -> None:
    grid = Geometry.from_spacing((100, 100, 66), (1.0, 1.0, 1.5))
    inner, outer = (ball(radius, grid, (50.0, 50.0, 49.5)) for radius in (25.0, 33.0))
    for percentile in (5.0, 50.0, 95.0):
        assert surface_distance_mm(inner, outer, grid, percentile) == pytest.approx(8.0, abs=0.8)


def points(mask: np.ndarray, grid: Geometry) -> np.ndarray:
    """The outline's voxels, mm: those with a neighbour by a face outside of the mask."""
    padded = np.pad(mask, 1)
    sides = [np.roll(padded, step, axis) for axis in range(3) for step in (-1, 1)]
    outline = padded & ~np.logical_and.reduce(sides)
    return np.argwhere(outline[1:-1, 1:-1, 1:-1]) * grid.spacing_mm


@given(st.integers(0, 2**31), st.sampled_from([50.0, 95.0, 100.0]))
def test_every_pair_of_points_says_the_same(seed: int, percentile: float) -> None:
    rng = np.random.default_rng(seed)
    grid = Geometry.from_spacing((9, 8, 7), (1.0, 2.0, 3.0))
    first, second = (rng.random(grid.shape) < share for share in (0.3, 0.7))
    first[4, 4, 4] = second[2, 3, 1] = True
    pairs = np.linalg.norm(points(first, grid)[:, None] - points(second, grid)[None], axis=2)
    expected = max(np.percentile(pairs.min(axis=1), percentile), np.percentile(pairs.min(axis=0), percentile))
    value = surface_distance_mm(first, second, grid, percentile)
    assert value == pytest.approx(expected, abs=1e-9)
    turned = Geometry(grid.shape[::-1], grid.affine_lps[:, [2, 1, 0, 3]])
    assert surface_distance_mm(second.T, first.T, turned, percentile) == pytest.approx(value, abs=1e-9)


@pytest.mark.filterwarnings("ignore:.*always_return_as_numpy:FutureWarning")
def test_monai_gives_the_same() -> None:
    import torch
    from monai.metrics.hausdorff_distance import compute_hausdorff_distance

    first, second = ball(30.0, GRID, (30, 28, 60)), ball(26.0, GRID, (34, 30, 66))
    theirs = compute_hausdorff_distance(
        *(torch.from_numpy(mask)[None, None].float() for mask in (first, second)),
        include_background=True,
        percentile=95,
        spacing=GRID.spacing_mm,
    )
    assert surface_distance_mm(first, second, GRID) == pytest.approx(float(theirs), abs=1e-4)


def test_empty_masks_are_infinitely_far_or_unknown() -> None:
    some, none = box((1, 1, 1), (5, 5, 5)), np.zeros(GRID.shape, dtype=bool)
    assert surface_distance_mm(some, none, GRID) == math.inf
    assert surface_distance_mm(none, some, GRID) == math.inf
    assert math.isnan(surface_distance_mm(none, none, GRID))
