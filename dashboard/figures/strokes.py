"""Lines drawn on a picture, as outlines on the slice it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.case import Volume
from core.geometry import FloatArray
from core.imaging.mask_edit import Polygon, Slice
from dashboard.figures.slices import Section, on_slice


def outline(volume: Volume, section: Section, x: Sequence[float], y: Sequence[float]) -> Polygon:
    """A closed line on `slices.picture` of `volume`.

    Args:
        x, y: n >= 3 places in pixels from the upper left corner, x to the right, y downwards.
    """
    axis, index, points = on_slice(volume, section, np.column_stack([x, y]).astype(np.float64))
    return Polygon(Slice(axis, index), points)


def lines(selection: object) -> list[tuple[FloatArray, FloatArray]]:
    """The closed lines in what a Plotly chart says was drawn: lassos and boxes, x and y each."""
    found = []
    for one in getattr(selection, "lasso", ()) or ():
        found.append((np.asarray(one["x"], dtype=np.float64), np.asarray(one["y"], dtype=np.float64)))
    for one in getattr(selection, "box", ()) or ():
        (left, right), (top, bottom) = one["x"], one["y"]
        found.append((np.array([left, right, right, left]), np.array([top, top, bottom, bottom])))
    return found
