"""A line drawn on a picture must lie on the voxels that were seen under it."""

from __future__ import annotations

from itertools import permutations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.geometry import Geometry
from core.imaging.mask_edit import paint
from dashboard.figures import slices, strokes

SHAPE_LPS, SPACING_LPS = (30, 24, 16), (3.0, 4.0, 5.0)


def scan(order: tuple[int, ...], signs: tuple[int, ...]) -> Volume:
    """A body in air on a grid whose axes run in any order and direction."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        affine[world, axis] = sign * SPACING_LPS[world]
    shape = tuple(SHAPE_LPS[world] for world in order)
    hu = np.full(shape, -1000, dtype=np.int16)
    hu[tuple(slice(5, n - 3) for n in shape)] = 40
    return Volume(hu, Geometry((shape[0], shape[1], shape[2]), affine), Phase.PORTAL_VENOUS, "sha", simulated=True)


@pytest.mark.parametrize("plane", slices.PLANES)
@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_what_is_drawn_is_what_is_seen(plane: slices.Plane, order: tuple[int, ...], signs: tuple[int, ...]) -> None:
    volume = scan(order, signs)
    section = slices.Section(volume.geometry, plane, 7)
    height, width = slices.picture(slices.Layers(volume), section, slices.Look(slices.WINDOWS["Wide"])).shape[:2]
    x = np.array([0.30, 0.62, 0.62, 0.30]) * width
    y = np.array([0.25, 0.25, 0.51, 0.51]) * height
    empty = LiverMask(np.zeros(volume.hu.shape, np.uint8), volume.geometry, MaskOrigin.MODEL)
    mask = paint(empty, strokes.outline(volume, section, x, y))

    box = slices._plane_box(slices.body_box(volume), section)
    drawn = slices.take(mask.labels, section)[box]
    shown = np.asarray(Image.fromarray(drawn * 255).resize((width, height), Image.Resampling.NEAREST)) > 0
    rows, columns = np.indices(shown.shape) + 0.5
    wanted = (columns > x[0]) & (columns < x[1]) & (rows > y[0]) & (rows < y[2])
    voxel = max(height / drawn.shape[0], width / drawn.shape[1])
    near = (np.abs(columns - x[0]) < voxel) | (np.abs(columns - x[1]) < voxel)
    near |= (np.abs(rows - y[0]) < voxel) | (np.abs(rows - y[2]) < voxel)
    assert shown.any()
    assert (shown == wanted)[~near].all()
    assert mask.labels.sum() == slices.take(mask.labels, section).sum()  # on no other slice


@given(
    place=st.tuples(st.integers(0, 29), st.integers(0, 23)),
    position=st.integers(0, 15),
)
@settings(max_examples=40)
def test_the_middle_of_a_voxel_on_the_picture_is_that_voxel(place: tuple[int, int], position: int) -> None:
    volume = scan((0, 1, 2), (1, 1, 1))
    section = slices.Section(volume.geometry, "axial", position)
    rows, columns = box = slices._plane_box(slices.body_box(volume), section)
    width, height = slices._size(box, section)
    pixel = np.array(
        [
            [
                (place[0] - columns.start + 0.5) * width / (columns.stop - columns.start),
                (place[1] - rows.start + 0.5) * height / (rows.stop - rows.start),
            ]
        ]
    )
    axis, index, found = slices.on_slice(volume, section, pixel)
    assert (axis, index) == (2, position)
    assert found[0] == pytest.approx(place)


def test_lassos_and_boxes_are_closed_lines() -> None:
    drawn = SimpleNamespace(
        lasso=[{"x": [1.0, 5.0, 3.0], "y": [1.0, 1.0, 4.0]}], box=[{"x": [10.0, 20.0], "y": [5.0, 8.0]}]
    )
    (x, y), (left, top) = strokes.lines(drawn)
    assert x.tolist() == [1.0, 5.0, 3.0]
    assert y.tolist() == [1.0, 1.0, 4.0]
    assert left.tolist() == [10.0, 20.0, 20.0, 10.0]
    assert top.tolist() == [5.0, 5.0, 8.0, 8.0]


def test_nothing_drawn_is_no_line() -> None:
    assert strokes.lines(None) == []
    assert strokes.lines(SimpleNamespace(lasso=[], box=[])) == []
