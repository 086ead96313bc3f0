"""Measuring contrast in an abdominal CT: the aorta in front of the spine, the liver, the kidneys.

All is measured on a grid of 3 mm voxels with I to the left, J to posterior and K to superior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.imaging.resample import to_isotropic

GRID_MM = 3.0
_AIR_EDGE_HU = -200.0
_BONE_HU = 170.0
_CLIP_HU = (-100.0, 300.0)  # lung and dense bone would else outweigh the vessel's rim
_STEP_PENALTY = 6.0  # HU; the aorta runs straight, so a step aside must pay for itself
_VERTEBRA_PENALTY = 200.0
_VERTEBRA_RADIUS = 5.5  # voxels, 16.5 mm: wider than an aorta, narrower than a vertebra
_VERTEBRA_STEP = 3  # slices; a vertebra is 9 to 12 of them high
_BODY_FRACTION = 0.05
_MARGIN = 14  # voxels around a window, so that filters see what lies beside it

_EVEN_HU = 25.0
_LEAST_VOXELS = 20

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Enhancement:
    """Median HU of what takes up contrast; None where it was not found.

    Attributes:
        aorta: HU inside the tubular structure in front of the spine, median over slices.
        liver: HU of the largest homogeneous soft tissue, or of the liver where its mask is known.
        kidney: HU of the brighter tissue beside the spine; None if the slices show none.
    """

    aorta: float | None
    liver: float | None
    kidney: float | None


def measure(hu: npt.NDArray[Any], geometry: Geometry, liver: npt.NDArray[np.bool_] | None = None) -> Enhancement:
    """Enhancement of a CT (I, J, K); with `liver`, on the same grid, the slices are limited to the liver's."""
    coarse, mask = _coarse(hu, geometry, liver)
    spine = _spine(coarse)
    if spine is None:
        return Enhancement(None, _liver(coarse, mask), None)
    return Enhancement(_aorta(coarse, spine), _liver(coarse, mask), _kidney(coarse, spine))


def _coarse(
    hu: npt.NDArray[Any], geometry: Geometry, liver: npt.NDArray[np.bool_] | None
) -> tuple[Floats, npt.NDArray[np.bool_] | None]:
    coarse, _ = to_isotropic(hu, geometry, GRID_MM)
    if liver is None or not liver.any():
        return coarse, None
    mask = to_isotropic(liver.view(np.uint8), geometry, GRID_MM, outside=0)[0] > 0.5
    slices = np.flatnonzero(mask.any(axis=(0, 1)))
    if slices.size == 0:
        return coarse, None
    window = slice(int(slices[0]), int(slices[-1]) + 1)
    return coarse[:, :, window], mask[:, :, window]


def _spine(hu: Floats) -> tuple[int, int] | None:
    """Index (i, j) where wide bone is densest in the middle third and the posterior half of the body."""
    from scipy import ndimage

    body = hu > _AIR_EDGE_HU
    left, right = _extent(body.sum(axis=(1, 2)), 0.1)
    front, back = _extent(body.sum(axis=(0, 2)), 0.3)
    if body.mean() < _BODY_FRACTION or right - left < 30 or back - front < 20:
        return None
    third, middle = (right - left) // 3, (front + back) // 2
    around, inner = _around(hu, (left + third, right - third + 1), (middle, back + 1))
    density = ndimage.gaussian_filter(_wide_bone(around)[inner].mean(axis=2), 5.0)
    if density.max() < 0.05:
        return None
    i, j = np.unravel_index(int(density.argmax()), density.shape)
    return left + third + int(i), middle + int(j)


def _around(hu: Floats, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Floats, tuple[slice, slice]]:
    """A window of `hu` with a margin where there is one, and where the window lies in it."""
    top, before = max(rows[0] - _MARGIN, 0), max(columns[0] - _MARGIN, 0)
    inner = slice(rows[0] - top, rows[1] - top), slice(columns[0] - before, columns[1] - before)
    return hu[top : rows[1] + _MARGIN, before : columns[1] + _MARGIN], inner


def _extent(profile: npt.NDArray[Any], share: float) -> tuple[int, int]:
    inside = np.flatnonzero(profile > share * max(float(profile.max()), 1.0))
    return (int(inside[0]), int(inside[-1])) if inside.size else (0, 0)


def _aorta(hu: Floats, spine: tuple[int, int]) -> float | None:
    """HU along the best path through round, even, outstanding places that are not bone, 12-66 mm before the spine."""
    from scipy import ndimage

    i, j = spine
    rows, columns = (max(i - 6, 0), i + 15), (max(j - 22, 0), max(j - 4, 0))
    around, inner = _around(hu, rows, columns)
    clipped = np.clip(around, *_CLIP_HU)
    mean = ndimage.uniform_filter(clipped, (3, 3, 1))
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(clipped**2, (3, 3, 1)) - mean**2, 0.0))
    round_bright = ndimage.gaussian_filter(clipped, (2.0, 2.0, 1.0)) - ndimage.gaussian_filter(clipped, (4.5, 4.5, 1.0))
    score = (round_bright - spread - _VERTEBRA_PENALTY * _wide_bone(around))[inner]
    if min(score.shape[:2]) < 5:
        return None
    across, along = _best_path(score)
    return float(np.median(mean[inner][across, along, np.arange(score.shape[2])]))


def _wide_bone(hu: Floats) -> npt.NDArray[np.bool_]:
    """Vertebrae: bone over 39 mm of the long axis, filled in each slice, where it is too wide to be a vessel."""
    from scipy import ndimage

    bone = ndimage.maximum_filter1d((hu > _BONE_HU).astype(np.uint8), 13, axis=2)[:, :, ::_VERTEBRA_STEP] > 0
    radius = int(_VERTEBRA_RADIUS)
    disc = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1]) <= _VERTEBRA_RADIUS
    filled = np.stack([ndimage.binary_fill_holes(bone[:, :, k]) for k in range(bone.shape[2])], axis=2)
    wide = ndimage.binary_opening(filled, disc[:, :, None])
    grown = ndimage.binary_dilation(wide, np.ones((3, 3, 1), dtype=bool))
    return np.asarray(grown, dtype=bool).repeat(_VERTEBRA_STEP, axis=2)[:, :, : hu.shape[2]]


def _best_path(score: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The path of greatest sum through (I, J, K): one voxel a slice, at most one voxel aside (dynamic programming)."""
    rows, columns, slices = score.shape
    total = score[:, :, 0].copy()
    came_from = np.zeros(score.shape, dtype=np.int8)
    penalty = np.full(9, _STEP_PENALTY, dtype=np.float32)
    penalty[4] = 0.0
    for k in range(1, slices):
        padded = np.pad(total, 1, constant_values=-1e9)
        steps = np.stack([padded[a : a + rows, b : b + columns] for a in range(3) for b in range(3)])
        steps -= penalty[:, None, None]
        came_from[:, :, k] = steps.argmax(axis=0)
        total = steps.max(axis=0) + score[:, :, k]
    a, b = (int(n) for n in np.unravel_index(int(total.argmax()), total.shape))
    path = [(a, b)]
    for k in range(slices - 1, 0, -1):
        step = int(came_from[a, b, k])
        a, b = a + step // 3 - 1, b + step % 3 - 1
        path.append((a, b))
    points = np.array(path[::-1], dtype=np.intp)
    return points[:, 0], points[:, 1]


def _liver(hu: Floats, mask: npt.NDArray[np.bool_] | None) -> float | None:
    """Most frequent HU of even tissue: in the mask, else among all soft tissue, of which the liver is the largest."""
    from scipy import ndimage

    mean = ndimage.uniform_filter(hu, 3)
    if mask is None:
        spread = np.sqrt(np.maximum(ndimage.uniform_filter(hu**2, 3) - mean**2, 0.0))
        values = mean[(mean > 20) & (mean < 200) & (spread < 0.2 * np.clip(mean, 60, None))]
    else:
        inner = ndimage.binary_erosion(mask, iterations=2)
        values = mean[inner if inner.any() else mask]
    if values.size < 200:
        return None
    counts, edges = np.histogram(values, bins=np.arange(-50.0, 254.0, 4.0))
    smooth = np.convolve(counts, np.ones(3), mode="same")
    return float(edges[int(smooth.argmax())] + 2.0)


def _kidney(hu: Floats, spine: tuple[int, int]) -> float | None:
    """The upper decile of even tissue 24-84 mm beside the spine and level with it or before it, median over slices."""
    from scipy import ndimage

    i, j = spine
    clipped = np.clip(hu[max(i - 29, 0) : i + 29, max(j - 21, 0) : j + 5], *_CLIP_HU)
    mean = ndimage.uniform_filter(clipped, 3)
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(clipped**2, 3) - mean**2, 0.0))
    even = np.where((mean > 0) & (spread < _EVEN_HU), mean, np.nan)
    centre = min(i, 29)
    beside = np.concatenate([even[1 : max(centre - 8, 1), 1:-1], even[centre + 8 : -1, 1:-1]])
    enough = np.isfinite(beside).sum(axis=(0, 1)) >= _LEAST_VOXELS
    if not enough.any():
        return None
    return float(np.median(np.nanpercentile(beside[:, :, enough], 90, axis=(0, 1))))
