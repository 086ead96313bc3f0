"""Planes and volumes of a mask laid onto a CT's voxels by their positions, without interpolation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray, Geometry
from core.io.mask_target import Target
from core.io.masks import CORNER_TOLERANCE

Labels = npt.NDArray[np.uint8]
_FAR = 1e9  # beyond any grid, within any integer


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane of one segment.

    Attributes:
        pixels: bool (columns, rows).
        affine_lps: 4x4, (column, row, 0, 1) -> LPS mm; its third column is not used.
        label: 1 liver, 2 lesion.
    """

    pixels: npt.NDArray[np.bool_]
    affine_lps: FloatArray
    label: int


@dataclass(frozen=True, eq=False)
class Laid:
    """Labels on a target's grid.

    Attributes:
        labels: uint8 (I, J, K); None if the mask does not lie on the target's voxels.
        off_mm: how far the farthest plane lies from the target's voxels; inf for another angle or spacing.
        outside: marked voxels beyond the target's edges, left out.
        gaps: slices between marked ones that the file leaves out.
    """

    labels: Labels | None
    off_mm: float
    outside: int = 0
    gaps: int = 0


@dataclass(frozen=True, eq=False)
class _Place:
    """Where index (0, 0, 0) goes and in which whole steps the axes run (3, 3); `axis` crosses the plane."""

    turn: FloatArray
    start: FloatArray
    off_mm: float
    axis: int = -1


def lay_planes(planes: Sequence[Plane], target: Target) -> Laid:
    """Planes in any order, of any of the target's three index axes, onto `target.grid`.

    Where scanned slices are missing or uneven, each slice of the grid takes the plane of the scanned slice nearest to
    it, as its planes were drawn on the scanned slices. Lesions are laid over liver.
    """
    finder = np.linalg.inv(target.grid.affine_lps).astype(np.float64)
    places = [_plane_place(plane, finder, target) for plane in planes]
    off = max((place.off_mm for place in places), default=0.0)
    axes = {place.axis for place in places}
    if off > CORNER_TOLERANCE * min(target.grid.spacing_mm) or len(axes) > 1:
        return Laid(None, off if len(axes) == 1 else np.inf)
    scanned = target.places if axes == {2} else None
    shape = target.grid.shape if scanned is None else (*target.grid.shape[:2], len(scanned))
    labels = np.zeros(shape, np.uint8)
    outside = 0
    for label in sorted({plane.label for plane in planes}):
        for plane, place in zip(planes, places, strict=True):
            if plane.label == label:
                outside += _paste(plane.pixels[:, :, None] * np.uint8(label), place, labels)
    return Laid(labels if scanned is None else spread(labels, target), off, outside)


def lay_volume(labels: Labels, affine_lps: FloatArray, grid: Geometry) -> Laid:
    """A volume of labels onto `grid`, if its voxels are voxels of the grid; it may be turned, flipped or cropped."""
    to_grid = np.linalg.inv(grid.affine_lps) @ affine_lps
    turn = np.rint(to_grid[:3, :3])
    if not _is_turn(turn):
        return Laid(None, np.inf)
    ends = _ends(labels.shape)
    exact = to_grid[:3, :3] @ ends + to_grid[:3, 3:]
    start = np.rint((exact - turn @ ends).mean(axis=1))
    off = _farthest(exact - turn @ ends - start[:, None], grid)
    if off > CORNER_TOLERANCE * min(grid.spacing_mm):
        return Laid(None, off)
    laid = np.zeros(grid.shape, np.uint8)
    return Laid(laid, off, _paste(labels, _Place(turn, start, off), laid))


def nearest_scanned(position: FloatArray, target: Target, axis: int) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """The slices nearest to positions along an index axis of the grid, and how far they are, in slices of the grid.

    Along K a slice is counted among the scanned ones where those are known, else it is the index. Beyond the grid's
    ends slices are counted on.
    """
    slices = np.arange(target.grid.shape[axis], dtype=np.float64)
    if axis == 2 and target.places is not None:
        slices = target.places
    distance = np.abs(slices[:, None] - position[None, :])
    nearest = distance.argmin(axis=0)
    far = distance[nearest, np.arange(len(position))]
    before, after = position < slices[0] - 0.5, position > slices[-1] + 0.5
    past = len(slices) - 1 + np.rint(position - slices[-1])
    slots = np.where(before, np.rint(position - slices[0]), np.where(after, past, nearest))
    return np.clip(slots, -_FAR, _FAR).astype(np.int64), np.where(
        before | after, np.abs(position - np.rint(position)), far
    )


def spread(scanned: Labels, target: Target) -> Labels:
    """Labels of scanned slices (I, J, slices) as labels of the grid (I, J, K)."""
    if target.places is None or np.array_equal(target.places, np.arange(target.grid.shape[2])):
        return scanned
    along = np.arange(target.grid.shape[2], dtype=np.float64)
    labels: Labels = scanned[:, :, np.abs(target.places[:, None] - along[None, :]).argmin(axis=0)]
    return labels


def _plane_place(plane: Plane, finder: FloatArray, target: Target) -> _Place:
    steps = finder[:3, :3] @ plane.affine_lps[:3, :2]
    start = finder[:3] @ plane.affine_lps[:, 3]
    turn = np.zeros((3, 3))
    turn[:, :2] = np.rint(steps)
    axis = int(np.abs(turn).sum(axis=1).argmin())
    turn[axis, 2] = 1.0
    if not _is_turn(turn):
        return _Place(turn, start, np.inf)
    slots, far = nearest_scanned(start[axis : axis + 1], target, axis)
    ends = _ends((*plane.pixels.shape, 1))
    strays = steps @ ends[:2] + start[:, None] - turn @ ends
    whole = np.rint(strays.mean(axis=1))
    whole[axis] = start[axis] - far[0]
    off = _farthest(strays - whole[:, None], target.grid)
    whole[axis] = slots[0]
    return _Place(turn, whole, off, axis)


def _is_turn(turn: FloatArray) -> bool:
    """True if each axis runs along one other, one step at a time."""
    steps = np.abs(turn)
    return bool((steps.sum(axis=0) == 1).all() and (steps.sum(axis=1) == 1).all())


def _ends(shape: Sequence[int]) -> FloatArray:
    return np.array(np.meshgrid(*[(0, n - 1) for n in shape]), dtype=np.float64).reshape(3, -1)


def _farthest(strays: FloatArray, grid: Geometry) -> float:
    """The longest of displacements (3, n), given in voxels, mm."""
    return float(np.linalg.norm(grid.affine_lps[:3, :3] @ strays, axis=0).max())


def _paste(marks: Labels, place: _Place, onto: Labels) -> int:
    """Writes marks over 0 into `onto`; returns how many lie outside of it."""
    order = np.abs(place.turn).argmax(axis=1)
    backwards = place.turn[np.arange(3), order] < 0
    turned = marks.transpose(order)[tuple(slice(None, None, -1 if back else 1) for back in backwards)]
    first = np.clip(place.start - backwards * (np.array(turned.shape) - 1), -_FAR, _FAR).astype(int)
    low = np.maximum(first, 0)
    high = np.maximum(np.minimum(first + turned.shape, onto.shape), low)
    part = turned[tuple(slice(a, b) for a, b in zip(low - first, high - first, strict=True))]
    place_in = onto[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    place_in[part > 0] = part[part > 0]
    return int(np.count_nonzero(turned)) - int(np.count_nonzero(part))
