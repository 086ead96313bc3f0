"""Measures of a mask against what was built."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.geometry import Geometry
from core.segmentation.tissue import body, look

GRID = Geometry.from_spacing((80, 60, 50), (3.0, 3.0, 3.0))
Mask = npt.NDArray[np.bool_]


def block(i: slice, j: slice = slice(15, 40), k: slice = slice(10, 40)) -> Mask:
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[i, j, k] = True
    return mask


BODY = block(slice(5, 75), slice(5, 55), slice(0, 50))
LIVER = block(slice(10, 40))
HU = np.where(LIVER, 110.0, np.where(BODY, 40.0, -1000.0)).astype(np.float32)


def test_a_whole_organ() -> None:
    tissue = look(HU, LIVER, GRID)
    assert tissue.median_hu == pytest.approx(110.0)
    assert tissue.spread_hu < 1.0
    assert tissue.foreign_share == tissue.goes_on_share == tissue.bone_share == 0.0
    assert tissue.right_share == 1.0
    assert tissue.thin_share < 0.1
    assert (tissue.largest_share, tissue.second_share) == (1.0, 0.0)


def test_half_of_an_organ_goes_on_at_the_cut() -> None:
    half = block(slice(10, 25))
    face, surface = 25 * 30, 2 * (15 * 25 + 15 * 30 + 25 * 30)
    assert look(HU, half, GRID).goes_on_share == pytest.approx(face / surface, rel=0.35)
    assert look(HU, block(slice(10, 39)), GRID).goes_on_share == 0.0  # a thin rest is no part left out


def test_the_side_is_that_of_the_body_not_of_the_images() -> None:
    aside = np.roll(HU, 5, axis=0)
    aside[:5] = -1000
    mask = np.roll(block(slice(10, 41)), 5, axis=0)
    assert look(HU, block(slice(20, 61)), GRID).right_share == pytest.approx(20 / 41, abs=0.02)
    assert look(aside, mask, GRID).right_share == pytest.approx(30 / 31, abs=0.04)
    assert look(HU, block(slice(45, 70)), GRID).right_share == 0.0


def test_an_arm_and_a_table_do_not_move_the_middle() -> None:
    hu = HU.copy()
    hu[76:80, 30:38] = 40
    hu[:, 57:59] = -150
    assert look(hu, block(slice(30, 50)), GRID).right_share == pytest.approx(0.5, abs=0.1)


def test_fat_and_bone() -> None:
    hu = HU.copy()
    hu[10:40, 15:40, 30:40] = -100
    hu[40:43, 15:40, 10:40] = 700
    tissue = look(hu, LIVER, GRID)
    assert tissue.foreign_share == pytest.approx(1 / 3, abs=0.05)
    assert tissue.spread_hu > 100
    assert 0.05 < tissue.bone_share < 0.2


def test_a_necrotic_tumour_is_not_foreign_to_a_liver() -> None:
    hu = HU.copy()
    hu[20:35, 20:35, 15:30] = 15
    tissue = look(hu, LIVER, GRID)
    assert tissue.foreign_share == 0.0
    assert tissue.goes_on_share == 0.0


def test_a_shell_is_thin_and_parts_are_counted() -> None:
    shell = LIVER & ~block(slice(12, 38), slice(17, 38), slice(12, 38))
    assert look(HU, shell, GRID).thin_share == 1.0
    two = look(HU, block(slice(10, 30)) | block(slice(50, 55)), GRID)
    assert (two.largest_share, two.second_share) == pytest.approx((0.8, 0.2))


def test_a_single_voxel_is_measured() -> None:
    one = block(slice(20, 21), slice(20, 21), slice(20, 21))
    assert look(HU, one, GRID).median_hu == pytest.approx(110.0)


def test_the_body_is_found_where_air_was_clipped() -> None:
    assert (body(HU) == BODY).all()
    assert (body(np.clip(HU, -160, 240)) == BODY).all()
