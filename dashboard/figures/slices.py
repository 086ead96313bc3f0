"""Slices as pictures: plane, window, heatmap and outline, at true aspect in radiological convention."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.case import Volume
from core.geometry import Geometry
from dashboard.figures.heat import lay_heat

Plane = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")

# Radiological convention: the patient's right on the left of the picture, seen from the feet; anterior up, superior up.
# Per plane: LPS axis across the planes, LPS axis to the right of the picture, LPS axis downwards with its sign.
_AXES: dict[Plane, tuple[int, int, tuple[int, int]]] = {
    "axial": (2, 0, (1, 1)),
    "coronal": (1, 0, (2, -1)),
    "sagittal": (0, 1, (2, -1)),
}
LETTERS: dict[Plane, tuple[str, str, str, str]] = {
    "axial": ("R", "L", "A", "P"),
    "coronal": ("R", "L", "S", "I"),
    "sagittal": ("A", "P", "S", "I"),
}
"""Left, right, top, bottom of the picture."""

PIXELS = 680  # the longer side of a picture: enough for a 700 px column
BODY_HU = -300
MARGIN_MM = 12.0
OUTLINE_RGB = (80, 220, 235)
LESION_RGB = (255, 255, 255)


@dataclass(frozen=True)
class Window:
    """A display window in HU."""

    width: float
    level: float


WINDOWS = {"Liver": Window(150, 90), "Soft tissue": Window(400, 40), "Wide": Window(1200, 100)}


@dataclass(frozen=True)
class Section:
    """One slice of a grid.

    Attributes:
        position: 0..count-1, counted towards the patient's superior, posterior or left.
    """

    geometry: Geometry
    plane: Plane
    position: int


@dataclass(frozen=True)
class Look:
    """How a slice is shown; opacity 0..1 of the hottest place."""

    window: Window
    opacity: float = 0.6
    outline: bool = True


@dataclass(frozen=True, eq=False)
class Layers:
    """What lies over each other, all (I, J, K) on one grid: CT, labels or None, heat 0..1 or None, `grey` or not."""

    volume: Volume
    labels: npt.NDArray[np.uint8] | None = None
    heat: npt.NDArray[Any] | None = None
    grey: bool = False


def index_axes(geometry: Geometry) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """For L, P and S: the index axis that runs most nearly along it and the sign."""
    cosines = geometry.direction_cosines
    best = max(permutations(range(3)), key=lambda order: sum(abs(cosines[w, a]) for w, a in enumerate(order)))
    left, posterior, superior = ((axis, 1 if cosines[world, axis] >= 0 else -1) for world, axis in enumerate(best))
    return left, posterior, superior


def count(geometry: Geometry, plane: Plane) -> int:
    """Number of slices of a plane."""
    return geometry.shape[index_axes(geometry)[_AXES[plane][0]][0]]


def position_of(geometry: Geometry, plane: Plane, index: int) -> int:
    """The position of the slice with array index `index` across the plane."""
    _, sign = index_axes(geometry)[_AXES[plane][0]]
    return index if sign > 0 else count(geometry, plane) - 1 - index


def take(values: npt.NDArray[Any], section: Section) -> npt.NDArray[Any]:
    """The slice, rows downwards and columns to the right of the picture."""
    axes = index_axes(section.geometry)
    through, right, (down, down_sign) = _AXES[section.plane]
    index = position_of(section.geometry, section.plane, section.position)
    plane = np.take(values, index, axis=axes[through][0])
    if axes[down][0] > axes[right][0]:
        plane = plane.T
    plane = plane[:: axes[down][1] * down_sign, :: axes[right][1]]
    return np.ascontiguousarray(plane)


def on_slice(
    volume: Volume, section: Section, points: npt.NDArray[np.float64]
) -> tuple[int, int, npt.NDArray[np.float64]]:
    """Places on `picture` as voxels: index axis across the slice, index along it, places (n, 2) along the other two.

    Args:
        points: (n, 2) pixels from the upper left corner: to the right, downwards.
    """
    axes = index_axes(section.geometry)
    through, right, (down, down_sign) = _AXES[section.plane]
    rows, columns = box = _plane_box(body_box(volume), section)
    width, height = _size(box, section)
    across = points[:, 0] / width * (columns.stop - columns.start) + columns.start - 0.5
    downwards = points[:, 1] / height * (rows.stop - rows.start) + rows.start - 0.5

    def along(world: int, sign: int, places: npt.NDArray[np.float64]) -> tuple[int, npt.NDArray[np.float64]]:
        axis, axis_sign = axes[world]
        return axis, places if axis_sign * sign > 0 else section.geometry.shape[axis] - 1 - places

    found = dict([along(right, 1, across), along(down, down_sign, downwards)])
    index = position_of(section.geometry, section.plane, section.position)
    return axes[through][0], index, np.column_stack([found[axis] for axis in sorted(found)])


def pixel_mm(section: Section) -> tuple[float, float]:
    """Spacing of rows and of columns of `take`, mm."""
    axes = index_axes(section.geometry)
    _, right, (down, _) = _AXES[section.plane]
    spacing = section.geometry.spacing_mm
    return spacing[axes[down][0]], spacing[axes[right][0]]


def amount_by_slice(values: npt.NDArray[Any], geometry: Geometry, plane: Plane) -> npt.NDArray[np.float64]:
    """Sum of `values` over each slice, by position."""
    axis, sign = index_axes(geometry)[_AXES[plane][0]]
    others = tuple(other for other in range(3) if other != axis)
    sums: npt.NDArray[np.float64] = values.sum(axis=others, dtype=np.float64)[::sign]
    return sums


def largest_lesion_position(labels: npt.NDArray[np.uint8], geometry: Geometry, plane: Plane) -> int:
    """The position of the slice through the largest part of the largest lesion (label 2 must occur)."""
    from scipy import ndimage

    found = np.argwhere(labels == 2)
    low, high = found.min(axis=0), found.max(axis=0) + 1
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    numbered, _ = ndimage.label(labels[box] == 2)
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    lesion = np.zeros(labels.shape, dtype=bool)
    lesion[box] = numbered == sizes.argmax()
    return int(amount_by_slice(lesion, geometry, plane).argmax())


def body_box(volume: Volume) -> tuple[slice, slice, slice]:
    """Index ranges that hold the body with a small margin; the whole grid where there is no air to tell it from."""
    steps = [max(1, n // 96) for n in volume.hu.shape]
    coarse = volume.hu[:: steps[0], :: steps[1], :: steps[2]] > BODY_HU
    if not coarse.any():
        return slice(None), slice(None), slice(None)
    ranges = []
    for axis, (step, spacing, size) in enumerate(zip(steps, volume.geometry.spacing_mm, volume.hu.shape, strict=True)):
        # A row of the body holds more than stray voxels of the table.
        rows = coarse.mean(axis=tuple(other for other in range(3) if other != axis)) > 0.02
        hits = np.flatnonzero(rows) if rows.any() else np.arange(len(rows))
        margin = int(MARGIN_MM / spacing) + step
        ranges.append(slice(max(0, int(hits[0]) * step - margin), min(size, int(hits[-1]) * step + margin + 1)))
    return ranges[0], ranges[1], ranges[2]


def picture(layers: Layers, section: Section, look: Look) -> npt.NDArray[np.uint8]:
    """RGB uint8 (rows, columns, 3) with square pixels, at most PIXELS on the longer side."""
    box = _plane_box(body_box(layers.volume), section)
    size = _size(box, section)
    ct = _scaled(take(layers.volume.hu, section)[box], size, Image.Resampling.BICUBIC)
    low = look.window.level - look.window.width / 2
    grey = np.clip((ct - low) * (255.0 / look.window.width), 0, 255)
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    if layers.heat is not None and look.opacity > 0:
        heat = _scaled(take(layers.heat, section)[box], size, Image.Resampling.BILINEAR)
        lay_heat(rgb, heat, look.opacity, grey=layers.grey)
    if layers.labels is not None and look.outline:
        labels = take(layers.labels, section)[box]
        _draw_outline(rgb, labels > 0, size, OUTLINE_RGB)
        _draw_outline(rgb, labels == 2, size, LESION_RGB)
    return rgb.astype(np.uint8)


def _plane_box(box: tuple[slice, slice, slice], section: Section) -> tuple[slice, slice]:
    """The body's rows and columns in the picture of the section."""
    axes = index_axes(section.geometry)
    _, right, (down, down_sign) = _AXES[section.plane]

    def along(world: int, sign: int) -> slice:
        axis, axis_sign = axes[world]
        size = section.geometry.shape[axis]
        start, stop, _ = box[axis].indices(size)
        return slice(start, stop) if axis_sign * sign > 0 else slice(size - stop, size - start)

    return along(down, down_sign), along(right, 1)


def _size(box: tuple[slice, slice], section: Section) -> tuple[int, int]:
    """(width, height) in pixels."""
    row_mm, column_mm = pixel_mm(section)
    rows, columns = box
    height, width = (rows.stop - rows.start) * row_mm, (columns.stop - columns.start) * column_mm
    scale = PIXELS / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled(plane: npt.NDArray[Any], size: tuple[int, int], method: Image.Resampling) -> npt.NDArray[np.float32]:
    return np.asarray(Image.fromarray(plane.astype(np.float32)).resize(size, method))


def _draw_outline(
    rgb: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_], size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    if not inside.any():
        return
    mask = _scaled(inside, size, Image.Resampling.BILINEAR) > 0.5
    edge = np.zeros_like(mask)
    edge[1:] |= mask[1:] != mask[:-1]
    edge[:, 1:] |= mask[:, 1:] != mask[:, :-1]
    edge[:-1] |= edge[1:]
    edge[:, :-1] |= edge[:, 1:]
    rgb[edge] = colour
