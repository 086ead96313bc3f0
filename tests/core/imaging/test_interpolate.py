import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.geometry import Geometry
from core.imaging.interpolate import _sample_by_sample, interpolate

SOURCE = Geometry.from_spacing((12, 11, 10), (24.0, 24.0, 24.0), (-100.0, 30.0, 5.0))


def target(rotation: np.ndarray) -> Geometry:
    affine = np.eye(4)
    affine[:3, :3] = rotation * [4.0, 5.0, 7.0]
    affine[:3, 3] = (SOURCE.affine_lps @ [5, 5, 4, 1])[:3] - affine[:3, :3] @ [15, 12, 8]
    return Geometry((30, 24, 16), affine)


@pytest.mark.parametrize(
    "rotation",
    [
        np.eye(3),
        np.diag([-1.0, 1.0, -1.0]),
        np.array([[0, 0, 1.0], [-1.0, 0, 0], [0, 1.0, 0]]),
        Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_matrix(),
    ],
    ids=["straight", "flipped", "turned", "oblique"],
)
def test_every_direction_equals_the_sample_by_sample_spline(rotation: np.ndarray) -> None:
    values = np.random.default_rng(3).random(SOURCE.shape).astype(np.float32)
    grid = target(rotation)
    to_source = np.linalg.inv(SOURCE.affine_lps) @ grid.affine_lps
    expected = _sample_by_sample(values, to_source, grid.shape)
    assert np.allclose(interpolate(values, SOURCE, grid), expected, atol=2e-5)


def test_a_linear_field_stays_linear_inside() -> None:
    i, j, k = np.indices(SOURCE.shape)
    found = interpolate((i - 2 * j + 0.5 * k).astype(np.float32), SOURCE, target(np.eye(3)))
    grid = target(np.eye(3))
    index = np.linalg.inv(SOURCE.affine_lps) @ grid.affine_lps @ [14, 12, 8, 1]
    # the spline bends towards the constant beyond the border, less than a hundredth this far inside
    assert found[14, 12, 8] == pytest.approx(index @ [1, -2, 0.5, 0], abs=0.05)
