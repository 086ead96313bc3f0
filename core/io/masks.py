"""A liver mask from a label map, on the portal-venous grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, MaskOrigin, Notice
from core.errors import InputError
from core.geometry import FloatArray, Geometry
from core.imaging.resample import resample
from core.io.raw import check_finite
from core.io.volumes import read_image

ROLE = "liver mask"
LESION = 2
MAX_LABELS = 4
CORNER_TOLERANCE = 0.25  # of the finest spacing: headers round their numbers, voxels do not move


def read_mask(
    path: Path, portal_venous: Geometry, arterial: Geometry | None = None, value: int | None = None
) -> tuple[LiverMask, tuple[Notice, ...]]:
    """Labels on the portal-venous grid: 2 is lesion, any other label than 0 is liver.

    With a `value` only that label is liver, and none is lesion; but 1 in a map of 0, 1 and 2 changes nothing.

    A mask on the arterial grid is brought over by nearest neighbour, and a notice says so. Its axes may be stored in
    another order or direction than the CT's.

    Raises:
        InputError: not an integer label map, empty, or on a grid that fits neither phase, with the distance in mm.
    """
    raw = read_image(path, ROLE)
    labels, notices = _labels(raw.values, value)
    grid = Geometry((labels.shape[0], labels.shape[1], labels.shape[2]), raw.affine_lps)
    fitted, moved = _on_portal_venous(labels, grid, portal_venous, arterial)
    return given(fitted, portal_venous), notices + moved


def given(labels: npt.NDArray[np.uint8], geometry: Geometry) -> LiverMask:
    """A mask from a file.

    Raises:
        InputError: it marks nothing.
    """
    if not labels.any():
        raise InputError(f"{ROLE}: expected liver within the portal-venous series, got none of it there")
    return LiverMask(labels, geometry, MaskOrigin.GIVEN)


def _labels(values: npt.NDArray[Any], value: int | None) -> tuple[npt.NDArray[np.uint8], tuple[Notice, ...]]:
    check_finite(values, ROLE)
    if values.dtype.kind == "f" and not np.array_equal(values, np.rint(values)):
        low, high = float(values.min()), float(values.max())
        raise InputError(
            f"{ROLE}: expected whole labels (0 background, 1 liver, 2 lesion), "
            f"got fractions between {low:g} and {high:g} (a probability map or an image)"
        )
    present = np.unique(values)
    present = present[present != 0]
    if present.size == 0:
        raise InputError(f"{ROLE}: expected at least one liver voxel, got none")
    if value is not None and not (value == 1 and set(present.tolist()) <= {1, LESION}):
        return _only(values, value, present), ()
    if present.size > MAX_LABELS or float(present[0]) < 0:
        raise InputError(
            f"{ROLE}: expected labels 0, 1 and 2, got {present.size} labels from {float(present[0]):g} "
            f"to {float(present[-1]):g} (an image or a map of several organs; choose the liver's with --mask-value)"
        )
    labels = (values != 0).astype(np.uint8)
    labels[values == LESION] = LESION
    others = [float(label) for label in present if label not in (1, LESION)]
    if not others or present.size == 1:
        return labels, ()
    named = ", ".join(f"{label:g}" for label in others)
    return labels, (Notice("mask_labels", f"{ROLE}: labels {named} are taken as liver, expected only 0, 1 and 2"),)


def _only(values: npt.NDArray[Any], value: int, present: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if value not in present:
        raise InputError(
            f"{ROLE}: expected label {value}, got {present.size} other labels from {float(present[0]):g} "
            f"to {float(present[-1]):g}"
        )
    chosen: npt.NDArray[np.uint8] = (values == value).astype(np.uint8)
    return chosen


def _on_portal_venous(
    labels: npt.NDArray[np.uint8], grid: Geometry, portal_venous: Geometry, arterial: Geometry | None
) -> tuple[npt.NDArray[np.uint8], tuple[Notice, ...]]:
    if _fits(grid, portal_venous):
        return _nearest(labels, grid, portal_venous), ()
    if arterial is not None and _fits(grid, arterial):
        return _nearest(labels, grid, portal_venous), (resampled_notice(),)
    grids = [portal_venous] if arterial is None else [portal_venous, arterial]
    nearest = min(corner_distance(grid, other) for other in grids)
    raise InputError(
        f"{ROLE}: expected the grid of the portal-venous or the arterial series "
        f"({size_text(portal_venous)}), got {size_text(grid)} with corners up to {nearest:.1f} mm away"
    )


def resampled_notice() -> Notice:
    """Said of a mask that lay on the arterial grid."""
    text = f"{ROLE}: lies on the arterial grid; resampled to the portal-venous grid by nearest neighbour"
    return Notice("mask_resampled", text)


def _fits(grid: Geometry, other: Geometry) -> bool:
    if sorted(grid.shape) != sorted(other.shape):
        return False
    return corner_distance(grid, other) <= CORNER_TOLERANCE * min(other.spacing_mm)


def _nearest(labels: npt.NDArray[np.uint8], grid: Geometry, target: Geometry) -> npt.NDArray[np.uint8]:
    if grid.shape == target.shape and _ordered_distance(grid, target) <= CORNER_TOLERANCE * min(target.spacing_mm):
        return labels
    moved: npt.NDArray[np.uint8] = resample(labels, grid, target, interpolation="nearest", outside=0)
    return moved


def corner_distance(first: Geometry, second: Geometry) -> float:
    """How far the corner of `first` that lies farthest from any corner of `second` is from it, mm."""
    between = np.linalg.norm(_corners(first)[:, None] - _corners(second)[None], axis=2)
    return float(between.min(axis=1).max())


def _ordered_distance(first: Geometry, second: Geometry) -> float:
    return float(np.linalg.norm(_corners(first) - _corners(second), axis=1).max())


def _corners(geometry: Geometry) -> FloatArray:
    """The centres of the eight corner voxels, LPS mm (8, 3)."""
    index = np.array(np.meshgrid(*[(0, n - 1) for n in geometry.shape], [1.0], indexing="ij")).reshape(4, -1)
    corners: FloatArray = (geometry.affine_lps @ index)[:3].T
    return corners


def size_text(geometry: Geometry) -> str:
    """Shape and spacing in words."""
    spacing = " x ".join(f"{s:.3g}" for s in geometry.spacing_mm)
    return f"{' x '.join(str(n) for n in geometry.shape)} voxels of {spacing} mm"
