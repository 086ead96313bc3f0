"""Filled polygons against closed forms, and against scikit-image's own filling where no centre lies on an edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.draw import polygon as skimage_polygon

from core.imaging.polygon import even_odd


def rectangle(x0: float, x1: float, y0: float, y1: float) -> np.ndarray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])


def circle(radius: float, centre: tuple[float, float] = (50.3, 49.6), points: int = 400) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)], axis=1)


def test_a_rectangle_between_centres_is_exact() -> None:
    inside = even_odd([rectangle(1.5, 5.5, 2.5, 4.5)], (8, 9))
    expected = np.zeros((8, 9), bool)
    expected[2:6, 3:5] = True
    np.testing.assert_array_equal(inside, expected)


def test_rectangles_that_share_an_edge_share_no_voxel() -> None:
    left, right = rectangle(1, 4, 1, 6), rectangle(4, 7, 1, 6)
    both = even_odd([left], (9, 9)).astype(int) + even_odd([right], (9, 9))
    assert both.max() == 1
    assert both.sum() == 6 * 5
    np.testing.assert_array_equal(both == 1, even_odd([left, right], (9, 9)))


@pytest.mark.parametrize("radius", [5.0, 17.3, 40.0])
def test_a_disc_has_its_area(radius: float) -> None:
    area = even_odd([circle(radius)], (101, 101)).sum()
    assert area == pytest.approx(np.pi * radius**2, abs=2 * np.sqrt(2 * np.pi * radius))


def test_holes_and_islands_in_holes() -> None:
    rings = [circle(radius) for radius in (40.0, 30.0, 12.0)]
    filled = even_odd(rings, (101, 101))
    assert filled.sum() == pytest.approx(np.pi * (40**2 - 30**2 + 12**2), rel=0.01)
    np.testing.assert_array_equal(filled, even_odd([ring[::-1] for ring in rings[::-1]], (101, 101)))


def test_a_hole_cut_by_a_channel_is_a_hole() -> None:
    outer, inner = rectangle(0.5, 9.5, 0.5, 9.5), rectangle(3.5, 6.5, 3.5, 6.5)[::-1]
    keyhole = np.vstack([outer, outer[:1], inner, inner[:1]])
    np.testing.assert_array_equal(even_odd([keyhole], (11, 11)), even_odd([outer, inner], (11, 11)))


def test_what_lies_outside_is_cut_and_what_has_no_area_is_empty() -> None:
    inside = even_odd([rectangle(-20, 3.5, -20, 40)], (6, 5))
    assert inside[:4].all()
    assert not inside[4:].any()
    assert not even_odd([rectangle(-20, -3, -20, 40), rectangle(30, 40, 0, 4)], (6, 5)).any()
    assert not even_odd([np.array([[1.0, 1.0], [4.0, 4.0]]), np.empty((0, 2))], (6, 5)).any()


@given(st.integers(0, 2**32 - 1), st.integers(3, 25))
def test_any_polygon_is_filled_as_scikit_image_fills_it(seed: int, count: int) -> None:
    points = np.random.default_rng(seed).uniform(-5, 45, (count, 2))
    expected = np.zeros((40, 38), bool)
    expected[skimage_polygon(points[:, 0], points[:, 1], expected.shape)] = True
    differing = even_odd([points], expected.shape) != expected
    assert differing.sum() <= 1  # a centre within rounding of an edge


@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(-6, 6), st.integers(-6, 6)))
def test_filling_moves_with_the_polygon(seed: int, shift: tuple[int, int]) -> None:
    points = np.round(np.random.default_rng(seed).uniform(12, 28, (7, 2)) * 2) / 2
    still, moved = even_odd([points], (40, 40)), even_odd([points + np.array(shift)], (40, 40))
    np.testing.assert_array_equal(np.roll(still, shift, axis=(0, 1)), moved)
