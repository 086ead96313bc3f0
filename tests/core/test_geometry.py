import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from core.errors import InputError
from core.geometry import RAS_TO_LPS, Geometry

angle = st.floats(-180, 180)
spacing = st.floats(0.3, 8)


@given(angle, angle, angle, spacing, spacing, spacing)
def test_spacing_and_directions_make_the_affine_again(
    a: float, b: float, c: float, x: float, y: float, z: float
) -> None:
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", [a, b, c], degrees=True).as_matrix() * [x, y, z]
    geometry = Geometry((10, 20, 30), affine)
    assert np.allclose(geometry.spacing_mm, [x, y, z])
    assert np.allclose(geometry.direction_cosines * geometry.spacing_mm, affine[:3, :3])
    assert np.isclose(geometry.voxel_volume_ml, x * y * z / 1000)


def test_ras_and_lps_are_each_others_inverse() -> None:
    assert np.array_equal(RAS_TO_LPS @ RAS_TO_LPS, np.eye(4))


def test_a_grid_is_the_same_only_where_its_corners_are() -> None:
    grid = Geometry.from_spacing((100, 100, 50), (1.0, 1.0, 3.0))
    nearly = Geometry.from_spacing((100, 100, 50), (1.00001, 1.0, 3.0))
    assert grid.same_grid(nearly)
    assert not grid.same_grid(Geometry.from_spacing((100, 100, 50), (1.001, 1.0, 3.0)))
    assert not grid.same_grid(Geometry.from_spacing((100, 100, 51), (1.0, 1.0, 3.0)))


@pytest.mark.parametrize("affine", [np.zeros((4, 4)), np.full((4, 4), np.nan), np.eye(3)])
def test_an_affine_that_is_none_is_refused(affine: np.ndarray) -> None:
    with pytest.raises(InputError, match="image geometry"):
        Geometry((2, 2, 2), affine)


def test_the_affine_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Geometry.from_spacing((2, 2, 2), (1.0, 1.0, 1.0)).affine_lps[0, 0] = 2
