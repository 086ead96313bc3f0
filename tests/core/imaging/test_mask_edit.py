"""Editing a mask: closed forms on uneven spacing, and what must hold for any mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import LiverMask, MaskOrigin
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.mask_edit import Disc, Polygon, Slice, dilate, erase, erode, paint

SPACING = (0.8, 1.5, 5.0)
GRID = Geometry.from_spacing((40, 30, 14), SPACING)


def mask(labels: np.ndarray, geometry: Geometry = GRID) -> LiverMask:
    return LiverMask(labels.astype(np.uint8), geometry, MaskOrigin.MODEL)


def box(low: tuple[int, int, int], high: tuple[int, int, int]) -> np.ndarray:
    values = np.zeros(GRID.shape, np.uint8)
    values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = 1
    return values


def random_mask(seed: int) -> LiverMask:
    """A few blobs with lesions in them."""
    random = np.random.default_rng(seed)
    values = np.zeros(GRID.shape, np.uint8)
    for label in (1, 1, 1, 2, 2):
        low = random.integers(0, np.array(GRID.shape) - 2)
        high = low + random.integers(1, 12, 3)
        part = values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        part[...] = label if label == 1 else np.where(part > 0, 2, 0)
    values[20, 15, 7] = 1
    return mask(values)


@pytest.mark.parametrize("distance_mm", [0.0, 0.7, 0.8, 1.6, 2.4, 4.9, 5.0, 6.2])
def test_along_each_axis_a_step_counts_whole_voxels(distance_mm: float) -> None:
    start = box((10, 10, 4), (30, 20, 9))
    steps = [int(distance_mm / s + 1e-9) for s in SPACING]
    grown, shrunk = dilate(mask(start), distance_mm).labels, erode(mask(start), distance_mm).labels
    for axis, (n, step) in enumerate(zip((20, 10, 5), steps, strict=True)):
        others = tuple(other for other in range(3) if other != axis)
        assert grown.any(axis=others).sum() == n + 2 * step
        assert shrunk.any(axis=others).sum() == max(n - 2 * step, 0) or not shrunk.any()
    if distance_mm:
        inner = box((10 + steps[0], 10 + steps[1], 4 + steps[2]), (30 - steps[0], 20 - steps[1], 9 - steps[2]))
        np.testing.assert_array_equal(shrunk, inner)  # a box shrinks to a box


@pytest.mark.parametrize("radius_mm", [4.0, 9.0])
def test_a_grown_voxel_is_a_ball(radius_mm: float) -> None:
    fine = Geometry.from_spacing((60, 50, 44), (0.5, 0.6, 0.7))
    values = np.zeros(fine.shape, np.uint8)
    values[30, 25, 22] = 1
    ball = dilate(mask(values, fine), radius_mm)
    assert ball.volume_ml == pytest.approx(4 / 3 * np.pi * radius_mm**3 / 1000, rel=0.02)


def test_lesions_follow_the_liver_and_never_leave_it() -> None:
    values = box((10, 10, 4), (30, 20, 9))
    values[10:14, 12:16, 5:7] = 2
    grown = dilate(mask(values), 1.6, "lesion").labels
    np.testing.assert_array_equal(grown > 0, values > 0)
    assert (grown[10:16, 13, 5] == 2).all()
    assert grown[16, 13, 5] == 1
    shrunk = erode(mask(values), 1.6).labels
    assert not shrunk[10:12].any()
    assert (shrunk[12:14, 13:15, 5] == 2).all()
    less = erode(mask(values), 0.8, "lesion").labels
    np.testing.assert_array_equal(less > 0, values > 0)
    assert np.count_nonzero(less == 2) == 2 * 4 * 2


def test_the_edge_of_the_images_is_no_border() -> None:
    full = np.ones(GRID.shape)
    np.testing.assert_array_equal(erode(mask(full), 20.0).labels, full)
    slab = box((5, 5, 0), (35, 25, 6))
    shrunk = erode(mask(slab), 5.0).labels
    assert shrunk[20, 15, 0] == 1
    assert shrunk[20, 15, 5] == 0
    assert not dilate(mask(box((0, 0, 0), (0, 0, 0))), 5.0).labels.any()


@given(st.integers(0, 2**32 - 1), st.floats(0, 12), st.sampled_from(["liver", "lesion"]))
def test_steps_only_grow_or_only_shrink_and_more_is_more(seed: int, distance_mm: float, tissue: str) -> None:
    start = random_mask(seed)
    label = {"liver": 1, "lesion": 2}[tissue]
    grown, shrunk = dilate(start, distance_mm, tissue), erode(start, distance_mm, tissue)
    assert (grown.labels >= start.labels).all()
    assert (shrunk.labels <= start.labels).all()
    assert grown.origin == shrunk.origin == "edited"
    further = dilate(start, distance_mm + 1.0, tissue)
    assert (further.labels >= grown.labels).all()
    again = erode(grown, distance_mm, tissue)
    if tissue == "liver":
        assert (again.labels >= label)[start.labels >= label].all()  # closing keeps what was there
    opened = dilate(shrunk, distance_mm, tissue)
    assert not (opened.labels >= label)[start.labels < label].any()  # opening adds nothing


@given(st.integers(0, 2**32 - 1), st.floats(0, 10))
def test_growing_the_liver_is_shrinking_what_is_not_liver(seed: int, distance_mm: float) -> None:
    start = random_mask(seed)
    background = mask(start.labels == 0)
    grown, shrunk = dilate(start, distance_mm), erode(background, distance_mm)
    np.testing.assert_array_equal(grown.liver, ~shrunk.liver)


@pytest.mark.parametrize(("axis", "spacing"), [(0, (1.5, 5.0)), (1, (0.8, 5.0)), (2, (0.8, 1.5))])
def test_a_disc_covers_its_centres_in_mm_on_one_slice(axis: int, spacing: tuple[float, float]) -> None:
    disc = Disc(Slice(axis, 6), (9.3, 7.6), 6.5)
    painted = paint(mask(np.zeros(GRID.shape)), disc).labels
    plane = np.moveaxis(painted, axis, 0)
    first, second = np.ogrid[: plane.shape[1], : plane.shape[2]]
    expected = np.hypot((first - 9.3) * spacing[0], (second - 7.6) * spacing[1]) <= 6.5
    np.testing.assert_array_equal(plane[6], expected)
    assert not plane[:6].any()
    assert not plane[7:].any()


def test_polygons_paint_and_erase_by_tissue() -> None:
    square = np.array([[9.5, 9.5], [19.5, 9.5], [19.5, 14.5], [9.5, 14.5]])
    liver = paint(mask(np.zeros(GRID.shape)), Polygon(Slice(2, 3), square))
    assert np.count_nonzero(liver.labels) == 50
    lesion = paint(liver, Polygon(Slice(2, 3), square[:, :] * 0.5 + 7.0), "lesion")
    assert lesion.has_lesions
    np.testing.assert_array_equal(paint(lesion, Polygon(Slice(2, 3), square)).labels, lesion.labels)
    np.testing.assert_array_equal(erase(lesion, Polygon(Slice(2, 3), square), "lesion").labels > 0, lesion.labels > 0)
    assert not erase(lesion, Polygon(Slice(2, 3), square), "lesion").has_lesions
    assert not erase(lesion, Disc(Slice(2, 3), (14.0, 12.0), 60.0)).labels.any()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["liver", "lesion"]))
def test_a_stroke_changes_nothing_outside_of_itself(seed: int, tissue: str) -> None:
    start = random_mask(seed)
    random = np.random.default_rng(seed)
    disc = Disc(Slice(2, int(random.integers(14))), tuple(random.uniform(0, 30, 2)), float(random.uniform(0, 20)))
    inside = paint(mask(np.zeros(GRID.shape)), disc).labels > 0
    for changed in (paint(start, disc, tissue), erase(start, disc, tissue)):
        np.testing.assert_array_equal(changed.labels[~inside], start.labels[~inside])
    label = {"liver": 1, "lesion": 2}[tissue]
    assert (paint(start, disc, tissue).labels[inside] >= label).all()
    assert (erase(start, disc, tissue).labels[inside] < label).all()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda m: dilate(m, -1.0), "0-100 mm, got -1"),
        (lambda m: erode(m, float("nan")), "0-100 mm, got nan"),
        (lambda m: paint(m, Disc(Slice(2, 14), (1, 1), 3)), "a slice from 0 to 13 of axis 0, 1 or 2, got 14 of 2"),
        (lambda m: paint(m, Disc(Slice(3, 1), (1, 1), 3)), "got 1 of 3"),
        (lambda m: erase(m, Disc(Slice(2, -1), (1, 1), 3)), "got -1 of 2"),
        (lambda m: paint(m, Disc(Slice(2, 1), (1, 1), 1e9)), "0-100 mm"),
        (lambda m: paint(m, Disc(Slice(2, 1), (float("inf"), 1), 3)), "2 finite numbers"),
        (lambda m: paint(m, Polygon(Slice(2, 1), np.zeros((2, 2)))), "at least 3 points"),
        (lambda m: paint(m, Polygon(Slice(2, 1), np.full((4, 2), np.nan))), "at least 3 points"),
    ],
)
def test_what_makes_no_sense_is_refused(act: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        act(random_mask(1))  # type: ignore[operator]
    assert words in str(caught.value)
