"""The liver among what looks like one, with probabilities made by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from core.errors import NoLiverError
from core.geometry import Geometry
from core.segmentation.components import keep_liver

GRID = Geometry.from_spacing((64, 60, 50), (3.0, 3.0, 3.0))
Mask = npt.NDArray[np.bool_]


def ball(radius_mm: float, centre_mm: tuple[float, float, float]) -> Mask:
    axes = np.indices(GRID.shape, sparse=True)
    squared = sum((3.0 * axis - centre) ** 2 for axis, centre in zip(axes, centre_mm, strict=True))
    return np.asarray(squared < radius_mm**2)


def scene(liver: Mask, liver_hu: float = 110.0, around_hu: float = 30.0) -> npt.NDArray[np.float32]:
    hu = np.where(ball(88, (95, 90, 75)), around_hu, -1000.0)
    return np.where(liver, liver_hu, hu).astype(np.float32)


def sure(liver: Mask) -> npt.NDArray[np.float32]:
    """A network that is sure but for a slope of a voxel at the boundary."""
    slope = ndimage.gaussian_filter(liver.astype(np.float32), 0.4)
    return np.clip(slope, 0.01, 0.99)


LIVER = ball(48, (80, 90, 75))


def test_only_the_largest_component_is_kept_and_its_holes_are_filled() -> None:
    hole, island = ball(9, (80, 90, 75)), ball(14, (165, 30, 30))
    probability = np.where((LIVER & ~hole) | island, 0.95, 0.02).astype(np.float32)
    coarse = keep_liver(probability, scene(LIVER), GRID)
    assert ((coarse.probability > 0.5) == LIVER).all()
    assert coarse.other_components_ml == pytest.approx(island.sum() * 0.027)
    assert coarse.confidence == pytest.approx(0.95)


def test_a_liver_is_kept_with_the_slope_at_its_boundary() -> None:
    coarse = keep_liver(sure(LIVER), scene(LIVER), GRID)
    assert ((coarse.probability > 0.5) == (sure(LIVER) > 0.5)).all()
    assert ((coarse.probability > 0) & (coarse.probability < 0.5)).any()


def test_too_little_liver_is_no_liver() -> None:
    small = ball(20, (80, 90, 75))
    with pytest.raises(NoLiverError, match="at least 100 mL"):
        keep_liver(sure(small), scene(small), GRID)


def test_a_network_in_doubt_has_found_no_liver() -> None:
    with pytest.raises(NoLiverError, match=r"mean probability of 0.91, got 0.8"):
        keep_liver(np.where(LIVER, 0.8, 0.0).astype(np.float32), scene(LIVER), GRID)


def test_doubt_all_around_is_no_outline() -> None:
    halo = np.where(LIVER, 0.97, np.where(ball(60, (80, 90, 75)), 0.3, 0.0)).astype(np.float32)
    with pytest.raises(NoLiverError, match="expected an outline"):
        keep_liver(halo, scene(LIVER), GRID)


def test_a_brain_in_its_skull_is_no_liver() -> None:
    hu = scene(LIVER, 35.0, 40.0)
    hu[ball(60, (80, 90, 75)) & ~LIVER] = 900
    with pytest.raises(NoLiverError, match="bone, as around a brain"):
        keep_liver(sure(LIVER), hu, GRID)
    ribs = scene(LIVER)
    ribs[ball(57, (80, 90, 75)) & ~LIVER & (np.arange(50) % 10 == 0)] = 900
    assert keep_liver(sure(LIVER), ribs, GRID).confidence > 0.9


def test_a_piece_of_even_tissue_is_no_liver() -> None:
    with pytest.raises(NoLiverError, match="expected an edge around a liver"):
        keep_liver(sure(LIVER), scene(LIVER, 110.0, 110.0), GRID)


def test_a_liver_lies_on_the_right() -> None:
    left = ball(52, (140, 90, 75))
    with pytest.raises(NoLiverError, match=r"99% of what looks like it on the left \(is the series stored mirrored"):
        keep_liver(sure(left), scene(left), GRID)


def test_a_liver_that_regrew_on_the_left_is_kept_a_heart_of_that_place_is_not() -> None:
    grown, small = ball(56, (107, 90, 75)), ball(44, (107, 90, 75))
    assert keep_liver(sure(grown), scene(grown), GRID).confidence > 0.9
    with pytest.raises(NoLiverError, match="on the left"):
        keep_liver(sure(small), scene(small), GRID)
