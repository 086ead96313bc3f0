"""Smooth noise, distance fields, vessels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry import Geometry
from core.simulate.fields import Canvas, ellipsoid_distance, sigmoid, smooth_max, smooth_noise
from core.simulate.tissues import Tissue
from core.simulate.vessels import distance_to_segment, grow_tree, paint_tubes, polyline


def _axes(count: int, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axis = (np.arange(count) * step).astype(np.float32)
    return axis, axis, axis


def test_noise_has_unit_variance_and_is_smooth() -> None:
    noise = smooth_noise(np.random.default_rng(0), _axes(80, 1.0), 5.0)
    assert noise.dtype == np.float32
    assert noise.std() == pytest.approx(1.0, abs=0.1)
    assert np.abs(np.diff(noise, axis=0)).max() < 1.2


def test_noise_is_the_same_for_the_same_seed() -> None:
    first, second = (smooth_noise(np.random.default_rng(3), _axes(12, 2.0), 9.0) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@given(radius=st.floats(2, 80), outward=st.floats(0.5, 2))
def test_distance_to_a_sphere_is_exact(radius: float, outward: float) -> None:
    x = np.array([radius * outward], dtype=np.float32)
    zero = np.zeros(1, dtype=np.float32)
    distance = ellipsoid_distance((x, zero, zero), (radius, radius, radius))
    assert distance[0] == pytest.approx(radius * (outward - 1), abs=radius * 1e-4 + 1e-4)


@given(a=st.floats(-50, 50), b=st.floats(-50, 50), k=st.floats(1, 30))
def test_smooth_maximum_is_at_least_the_maximum_and_not_much_more(a: float, b: float, k: float) -> None:
    value = float(smooth_max(np.array([a], np.float32), np.array([b], np.float32), k)[0])
    assert max(a, b) - 1e-3 <= value <= max(a, b) + k / 4 + 1e-3


def test_sigmoid_does_not_overflow() -> None:
    np.testing.assert_allclose(sigmoid(np.array([-1e6, 0, 1e6], np.float32)), [0, 0.5, 1])


def test_tube_distance() -> None:
    segment = polyline([(0, 0, 0), (10, 0, 0)], 2.0)[0]
    points = tuple(np.array(v, np.float32) for v in ([5, 5, 14], [0, 3, 0], [0, 0, 0]))
    np.testing.assert_allclose(distance_to_segment(points, segment), [-2, 1, 2], atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_tree_stays_near_its_organ_and_tapers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-50, 50, (300, 3))
    tree = grow_tree((0, 0, 0), points, 6.0, rng)
    assert len(tree) > 30
    assert all(np.abs(s.end).max() < 60 for s in tree)
    assert all(s.end_radius_mm < s.radius_mm for s in tree)
    assert {s.branch for s in tree} == {-1, 0, 1}


def test_a_vessel_thinner_than_a_voxel_is_still_painted() -> None:
    canvas = Canvas(Geometry.from_spacing((20, 20, 20), (3, 3, 3)), np.random.default_rng(0), warp_mm=0.0)
    paint_tubes(canvas, polyline([(5, 30, 30), (50, 30, 30)], 0.5), Tissue.AORTA)
    assert np.count_nonzero(canvas.tissue == Tissue.AORTA) >= 14
