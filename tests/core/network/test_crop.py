import numpy as np
import pytest

from core.geometry import Geometry
from core.network.crop import liver_crop, main_parts

GEOMETRY = Geometry.from_spacing((60, 50, 40), (3.0, 3.0, 5.0), (-100.0, -50.0, 20.0))


def ball(centre: tuple[int, int, int], radius: float) -> np.ndarray:
    x, y, z = np.indices(GEOMETRY.shape)
    away = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (5 / 3 * (z - centre[2])) ** 2
    return away < radius**2


LIVER = ball((25, 25, 20), 18)
ISLAND = ball((52, 40, 33), 2.0)


def test_a_stray_island_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    phases = [rng.normal(hu, 10, GEOMETRY.shape).astype(np.int16) for hu in (70, 110)]
    clean, grid = liver_crop(phases[0], phases[1], LIVER, GEOMETRY)
    with_island, same_grid = liver_crop(phases[0], phases[1], LIVER | ISLAND, GEOMETRY)
    assert 0.5 < ISLAND.sum() * GEOMETRY.voxel_volume_ml < 5
    assert np.array_equal(clean, with_island)
    assert grid.same_grid(same_grid)


def test_a_second_part_of_some_size_stays() -> None:
    part = ball((50, 40, 32), 8)
    assert np.array_equal(main_parts(LIVER | part | ISLAND, GEOMETRY), LIVER | part | ball((52, 40, 33), 2.0))
    far = ball((5, 5, 5), 2.0)
    assert np.array_equal(main_parts(LIVER | part | far, GEOMETRY), LIVER | part)


def test_a_single_part_is_taken_as_it_is() -> None:
    assert main_parts(LIVER, GEOMETRY) is LIVER


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one voxel"):
        main_parts(np.zeros(GEOMETRY.shape, bool), GEOMETRY)
