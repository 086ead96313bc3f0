import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from core.geometry import Geometry
from core.imaging import resample as module
from core.imaging.crop import bounding_box, box_of_grid, centre_lps, sub_geometry
from core.imaging.resample import box_average, from_image, isotropic_grid, resample, to_image, to_isotropic


def plane(geometry: Geometry) -> np.ndarray:
    """A field that is linear in LPS mm: resampling it linearly is exact."""
    index = np.stack([*np.indices(geometry.shape), np.ones(geometry.shape)]).reshape(4, -1)
    x, y, z = (geometry.affine_lps @ index)[:3]
    return (2 * x - 3 * y + 0.5 * z).reshape(geometry.shape)


def oblique(shape: tuple[int, int, int], angles: tuple[float, float, float]) -> Geometry:
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() * [1.5, 1.2, 3.0]
    affine[:3, 3] = [-20, 10, 5]
    return Geometry(shape, affine)


@settings(deadline=None, max_examples=20)
@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(-180, 180))
def test_a_linear_field_is_resampled_exactly_from_any_direction(a: float, b: float, c: float) -> None:
    source = oblique((30, 32, 16), (a, b, c))
    centre = (source.affine_lps @ [15, 16, 8, 1])[:3]
    target = Geometry.from_spacing((6, 6, 6), (2.0, 2.0, 2.0), tuple(centre - 5.0))
    assert np.allclose(resample(plane(source), source, target), plane(target), atol=1e-6)


def test_an_image_survives_the_way_to_itk_and_back() -> None:
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    assert np.array_equal(from_image(to_image(values, Geometry.from_spacing((2, 3, 4), (1.0, 2.0, 3.0)))), values)


def test_outside_of_the_source_is_the_value_asked_for() -> None:
    source = Geometry.from_spacing((4, 4, 4), (1.0, 1.0, 1.0))
    far = Geometry.from_spacing((4, 4, 4), (1.0, 1.0, 1.0), (100.0, 0.0, 0.0))
    assert (resample(np.zeros((4, 4, 4), np.int16), source, far, outside=-7) == -7).all()


def test_a_transform_moves_the_content() -> None:
    grid = Geometry.from_spacing((20, 20, 20), (1.0, 1.0, 1.0))
    values = np.zeros(grid.shape, np.uint8)
    values[10, 10, 10] = 1
    shift = np.eye(4)
    shift[:3, 3] = [3, 0, -2]
    moved = resample(values, grid, grid, interpolation="nearest", outside=0, transform_lps=shift)
    assert np.argwhere(moved).tolist() == [[7, 10, 12]]


def test_box_average_keeps_a_linear_field_and_its_place() -> None:
    fine = Geometry.from_spacing((40, 36, 10), (0.75, 0.75, 3.0), (-10.0, 4.0, 7.0))
    averaged, coarse = box_average(plane(fine), fine, 3.0)
    assert coarse.spacing_mm == (3.0, 3.0, 3.0)
    assert np.allclose(averaged, plane(coarse), atol=1e-4)


@settings(deadline=None, max_examples=20)
@given(st.floats(-180, 180), st.floats(-30, 30), st.floats(-30, 30), st.floats(1.0, 5.0))
def test_the_isotropic_grid_holds_every_voxel(a: float, b: float, c: float, spacing: float) -> None:
    source = oblique((8, 9, 7), (a, b, c))
    grid = isotropic_grid(source, spacing)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in source.shape], [1.0])).reshape(4, -1)
    inside = np.linalg.inv(grid.affine_lps) @ source.affine_lps @ corners
    assert (inside[:3] >= -0.5 - 1e-6).all()
    assert (np.array(grid.shape) - 0.5 + 1e-6 >= inside[:3].T).all()


def test_to_isotropic_of_a_flipped_volume_is_the_same_picture() -> None:
    source = Geometry.from_spacing((24, 24, 12), (1.5, 1.5, 3.0))
    values = np.random.default_rng(1).normal(size=source.shape).astype(np.float32)
    flipped_affine = source.affine_lps @ np.array([[-1, 0, 0, 23], [0, 1, 0, 0], [0, 0, -1, 11], [0, 0, 0, 1.0]])
    straight, _ = to_isotropic(values, source, 3.0, 0)
    turned, _ = to_isotropic(values[::-1, :, ::-1], Geometry(source.shape, flipped_affine), 3.0, 0)
    assert np.allclose(straight, turned, atol=1e-5)


def test_incomplete_blocks_are_dropped_at_the_same_side_of_the_patient() -> None:
    source = Geometry.from_spacing((25, 24, 13), (1.5, 1.5, 1.5))
    values = np.random.default_rng(2).normal(size=source.shape).astype(np.float32)
    flipped = source.affine_lps @ np.array([[-1, 0, 0, 24], [0, 1, 0, 0], [0, 0, -1, 12], [0, 0, 0, 1.0]])
    straight, _ = to_isotropic(values, source, 3.0, 0)
    turned, _ = to_isotropic(values[::-1, :, ::-1], Geometry(source.shape, flipped), 3.0, 0)
    assert np.allclose(straight, turned, atol=1e-5)


@pytest.mark.parametrize("angles", [(0, 0, 0), (0, 90, 180), (20, -35, 50)])
@pytest.mark.parametrize("spacing", [2.0, 3.1])
def test_slab_by_slab_gives_what_one_piece_gives(
    angles: tuple[float, float, float], spacing: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = oblique((41, 37, 29), angles)
    values = np.random.default_rng(3).normal(size=source.shape).astype(np.float32)
    whole, grid = to_isotropic(values, source, spacing, -5.0)
    monkeypatch.setattr(module, "SLAB_VOXELS", 3000)
    pieces, same = to_isotropic(values, source, spacing, -5.0)
    assert same.same_grid(grid)
    assert np.allclose(whole, pieces, atol=1e-5)


def test_boxes_and_their_grids() -> None:
    grid = Geometry.from_spacing((20, 20, 20), (2.0, 2.0, 2.0), (5.0, 0.0, 0.0))
    inside = np.zeros(grid.shape, bool)
    inside[4:8, 10, 3:5] = True
    box = bounding_box(inside, grid, margin_mm=4.0)
    assert box == (slice(2, 10), slice(8, 13), slice(1, 7))
    assert sub_geometry(grid, box).origin_mm == (9.0, 16.0, 2.0)
    assert np.allclose(centre_lps(inside, grid), [16.0, 20.0, 7.0])
    covered = box_of_grid(sub_geometry(grid, box), grid)
    assert all(c.start <= b.start and c.stop >= b.stop for b, c in zip(box, covered, strict=True))


def test_a_box_around_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one voxel"):
        bounding_box(np.zeros((3, 3, 3)), Geometry.from_spacing((3, 3, 3), (1.0, 1.0, 1.0)))
