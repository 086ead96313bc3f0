"""Changes to a liver mask by hand: grow, shrink, paint, erase. Each takes a mask and returns another.

Lesions belong to the liver: what shrinks the liver takes its lesions with it, what shrinks a lesion leaves liver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, MaskOrigin
from core.errors import InputError
from core.geometry import FloatArray, Geometry
from core.imaging.polygon import even_odd

Tissue = Literal["liver", "lesion"]
LARGEST_STEP_MM = 100.0
KEEP = 255
"""In `put`: the voxel stays as it is."""
_ROUNDING_MM = 1e-6  # three voxels of 0.8 mm are 2.4 mm
_LABELS: dict[Tissue, int] = {"liver": 1, "lesion": 2}


@dataclass(frozen=True)
class Slice:
    """One slice of a mask: the index axis it crosses (0, 1, 2) and its index there.

    In-plane positions are in voxels along the two other axes, in their order; centres are at whole numbers.
    """

    axis: int
    index: int


@dataclass(frozen=True)
class Disc:
    """A round brush on one slice: centre in voxels of the slice, radius in mm."""

    slice: Slice
    centre: tuple[float, float]
    radius_mm: float


@dataclass(frozen=True, eq=False)
class Polygon:
    """A closed outline on one slice: points (n, 2) in voxels of the slice, n >= 3; the even-odd rule."""

    slice: Slice
    points: FloatArray


def dilate(mask: LiverMask, distance_mm: float, tissue: Tissue = "liver") -> LiverMask:
    """Grown by the voxels whose centres lie within `distance_mm` of a centre of it.

    The liver grows into background, a lesion into liver but never beyond it.

    Raises:
        InputError: a distance outside of 0 to 100 mm.
    """
    _check_distance(distance_mm)
    label = _LABELS[tissue]
    box = _box(mask, distance_mm)
    labels = mask.labels.copy()
    part = labels[box]
    near = _distance_mm(part < label, mask.geometry) <= distance_mm + _ROUNDING_MM
    part[near & (part == label - 1)] = label
    return _edited(mask, labels)


def erode(mask: LiverMask, distance_mm: float, tissue: Tissue = "liver") -> LiverMask:
    """Shrunk by the voxels whose centres lie within `distance_mm` of a centre outside of it.

    The edge of the images is no border: nothing is known beyond it. The liver loses voxels to the background, lesions
    in them included, a lesion to the liver.

    Raises:
        InputError: a distance outside of 0 to 100 mm.
    """
    _check_distance(distance_mm)
    label = _LABELS[tissue]
    box = _box(mask, distance_mm)
    labels = mask.labels.copy()
    part = labels[box]
    lost = (part >= label) & (_distance_mm(part >= label, mask.geometry) <= distance_mm + _ROUNDING_MM)
    part[lost] = label - 1
    return _edited(mask, labels)


def paint(mask: LiverMask, stroke: Disc | Polygon, tissue: Tissue = "liver") -> LiverMask:
    """With the voxels whose centres lie in the stroke made liver, or lesion; liver does not paint over lesions.

    Raises:
        InputError: a slice or axis that is not there, a radius outside of 0 to 100 mm, points that are no polygon.
    """
    labels = mask.labels.copy()
    plane, inside = _plane(labels, stroke, mask.geometry)
    plane[inside] = np.maximum(plane[inside], _LABELS[tissue])
    return _edited(mask, labels)


def erase(mask: LiverMask, stroke: Disc | Polygon, tissue: Tissue = "liver") -> LiverMask:
    """With the voxels whose centres lie in the stroke made background, or only their lesion made liver.

    Raises:
        InputError: as `paint`.
    """
    labels = mask.labels.copy()
    plane, inside = _plane(labels, stroke, mask.geometry)
    plane[inside] = np.minimum(plane[inside], _LABELS[tissue] - 1)
    return _edited(mask, labels)


def put(mask: LiverMask, change: npt.NDArray[np.uint8]) -> LiverMask:
    """With the labels of `change` (I, J, K) put in place; where it is KEEP the mask stays as it is.

    Raises:
        InputError: another shape, or labels other than 0, 1, 2 and KEEP.
    """
    if change.shape != mask.labels.shape:
        raise InputError(f"mask edit: expected labels of shape {mask.labels.shape}, got {change.shape}")
    set_here = change != KEEP
    if (change[set_here] > max(_LABELS.values())).any():
        raise InputError("mask edit: expected the labels 0, 1 and 2, got another")
    return _edited(mask, np.where(set_here, change, mask.labels))


def _edited(mask: LiverMask, labels: npt.NDArray[np.uint8]) -> LiverMask:
    return LiverMask(labels, mask.geometry, MaskOrigin.EDITED)


def _check_distance(distance_mm: float) -> None:
    if not 0.0 <= distance_mm <= LARGEST_STEP_MM:
        raise InputError(f"mask edit: expected a distance of 0-{LARGEST_STEP_MM:g} mm, got {distance_mm:g}")


def _box(mask: LiverMask, margin_mm: float) -> tuple[slice, ...]:
    """The part of the grid that a step of `margin_mm` can change, and one voxel around it."""
    box = []
    for axis, (count, spacing) in enumerate(zip(mask.labels.shape, mask.geometry.spacing_mm, strict=True)):
        others = tuple(other for other in range(3) if other != axis)
        marked = np.flatnonzero(mask.labels.any(axis=others))
        margin = int(margin_mm / spacing) + 2
        box.append(slice(max(marked[0] - margin, 0), min(marked[-1] + margin + 1, count)) if len(marked) else slice(0))
    return tuple(box)


def _distance_mm(inside: npt.NDArray[np.bool_], geometry: Geometry) -> FloatArray:
    """Of each voxel inside, to the nearest centre outside, mm; 0 outside, inf where there is nothing outside."""
    from scipy import ndimage

    if inside.all():
        return np.full(inside.shape, np.inf)
    distance: FloatArray = ndimage.distance_transform_edt(inside, sampling=geometry.spacing_mm)
    return distance


def _plane(
    labels: npt.NDArray[np.uint8], stroke: Disc | Polygon, geometry: Geometry
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The stroke's slice, as a view, and which of its voxels the stroke covers."""
    axis, index = stroke.slice.axis, stroke.slice.index
    if axis not in (0, 1, 2) or not 0 <= index < labels.shape[axis]:
        count = labels.shape[axis] if axis in (0, 1, 2) else 0
        raise InputError(f"mask edit: expected a slice from 0 to {count - 1} of axis 0, 1 or 2, got {index} of {axis}")
    plane = np.moveaxis(labels, axis, 0)[index]
    spacing = [s for other, s in enumerate(geometry.spacing_mm) if other != axis]
    if isinstance(stroke, Disc):
        return plane, _disc(stroke, plane.shape, spacing)
    points: FloatArray = np.asarray(stroke.points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3 or not np.isfinite(points).all():
        raise InputError("mask edit: expected a polygon of at least 3 points of 2 finite numbers")
    return plane, even_odd([points], (plane.shape[0], plane.shape[1]))


def _disc(disc: Disc, shape: tuple[int, ...], spacing: list[float]) -> npt.NDArray[np.bool_]:
    _check_distance(disc.radius_mm)
    if not np.isfinite(disc.centre).all():
        raise InputError("mask edit: expected a centre of 2 finite numbers")
    first, second = np.ogrid[: shape[0], : shape[1]]
    along = (first - disc.centre[0]) * spacing[0], (second - disc.centre[1]) * spacing[1]
    inside: npt.NDArray[np.bool_] = along[0] ** 2 + along[1] ** 2 <= disc.radius_mm**2
    return inside
