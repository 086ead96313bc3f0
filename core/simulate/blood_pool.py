"""Finds what is bright outside the liver in a real portal-venous CT (aorta, kidneys, veins) and tells it from bone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Volume
from core.geometry import Geometry
from core.imaging.resample import resample, to_isotropic
from core.simulate.aorta import find_aorta
from core.simulate.fields import Box, Field, Mask, sigmoid

SPACING_MM = 2.5
BONE_HU = 225.0
ARTERIAL_AORTA_HU = 300.0


@dataclass(frozen=True, eq=False)
class Pool:
    """One enhanced region.

    Attributes:
        box: slices of the full grid.
        share: float32, 0..1 in the box.
        level_hu: its mean in the portal-venous phase.
        target_hu: its mean in the arterial phase.
    """

    box: Box
    share: Field
    level_hu: float
    target_hu: float


def find_pools(portal_venous: Volume, mask: LiverMask, liver_level: float) -> list[Pool]:
    """Aorta (with what is connected to it), kidneys and veins, with the level each has in the arterial phase, HU."""
    from scipy.ndimage import label

    hu, grid = to_isotropic(portal_venous.hu, portal_venous.geometry, SPACING_MM)
    liver, _ = to_isotropic(mask.liver.astype(np.uint8), portal_venous.geometry, SPACING_MM, outside=0)
    bone = _bone(hu)
    spine = _spine(bone, liver > 0.5)
    if spine is None:
        return []
    aorta = find_aorta(hu, bone | (liver > 0.3), spine, SPACING_MM)
    pools = []
    if aorta.any():
        level = float(np.median(hu[aorta]))
        pools.append(_grown(aorta.astype(np.float32), grid, portal_venous.geometry, level, ARTERIAL_AORTA_HU))
    bright = _bright(hu, bone, liver > 0.2, liver_level) & ~aorta
    parts, count = label(bright)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    for number in range(1, count + 1):
        volume_ml = sizes[number] * SPACING_MM**3 / 1000
        if volume_ml < 1.0:
            continue
        here = np.argwhere(parts == number)
        pools.extend(_pools(_Region(here, volume_ml), hu, grid, spine, portal_venous.geometry))
    return pools


@dataclass(frozen=True, eq=False)
class _Region:
    voxels: npt.NDArray[np.intp]
    volume_ml: float


def _bone(hu: Field) -> Mask:
    """Dense voxels and what they enclose: marrow is as bright as blood."""
    from scipy.ndimage import binary_closing, binary_dilation, binary_fill_holes, label

    dense = hu > BONE_HU - 15
    closed = binary_closing(np.pad(dense, 4), iterations=4)[4:-4, 4:-4, 4:-4]
    filled = np.stack([binary_fill_holes(closed[:, :, k]) for k in range(hu.shape[2])], axis=2)
    parts, count = label(filled)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    large = sizes * SPACING_MM**3 > 2000
    large[0] = False
    return np.asarray(binary_dilation(large[parts], iterations=1), dtype=bool)


def _spine(bone: Mask, liver: Mask) -> tuple[float, float] | None:
    """(I, J) voxel of the front of the spine: the widest column of bone behind the liver's middle."""
    if not bone.any() or not liver.any():
        return None
    occupied = bone.mean(axis=2)
    middle = float(np.argwhere(liver)[:, 1].mean())
    occupied[:, : int(middle)] = 0
    column = np.argwhere(occupied > 0.55 * max(float(occupied.max()), 1e-6))
    if not len(column):
        return None
    return float(np.median(column[:, 0])), float(np.quantile(column[:, 1], 0.1))


def _bright(hu: Field, bone: Mask, liver: Mask, liver_level: float) -> Mask:
    from scipy.ndimage import binary_opening, uniform_filter

    smooth = uniform_filter(hu, 3, mode="nearest")
    squares = uniform_filter(hu * hu, 3, mode="nearest") - smooth * smooth
    even = squares < 32.0**2
    bright = (hu > liver_level + 15) & (smooth > liver_level + 8) & even & ~bone & ~liver
    return np.asarray(binary_opening(bright), dtype=bool)


def _pools(region: _Region, hu: Field, grid: Geometry, spine: tuple[float, float], target: Geometry) -> list[Pool]:
    at = region.voxels.mean(axis=0)
    values = hu[tuple(region.voxels.T)]
    level = float(np.median(values))
    left = (at[0] - spine[0]) * SPACING_MM
    front = (spine[1] - at[1]) * SPACING_MM
    inside = np.zeros(hu.shape, dtype=np.float32)
    inside[tuple(region.voxels.T)] = 1
    if abs(left) > 75:  # spleen, or bowel with positive contrast
        return [_grown(inside, grid, target, level, max(level, 118.0))]
    if region.volume_ml > 25 and abs(left) > 32 and front < 45:
        return [_grown(inside, grid, target, level, max(level, 175.0))]
    # what is left is mostly veins, which fill later than the aorta
    return [_grown(inside, grid, target, level, min(level, 105.0))]


def _grown(inside: Field, grid: Geometry, target: Geometry, level: float, arterial_hu: float) -> Pool:
    """The region with soft edges on the full grid, cropped to its box."""
    from scipy.ndimage import gaussian_filter

    hit = np.argwhere(inside > 0)
    low, high = np.maximum(hit.min(axis=0) - 3, 0), np.minimum(hit.max(axis=0) + 4, inside.shape)
    coarse = inside[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    soft = sigmoid((gaussian_filter(coarse, 0.9) - np.float32(0.33)) * np.float32(12.0))
    affine = grid.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    small = Geometry((soft.shape[0], soft.shape[1], soft.shape[2]), affine)
    box, geometry = _target_box(small, target)
    return Pool(box, resample(soft, small, geometry, outside=0.0), level, arterial_hu)


def _target_box(source: Geometry, target: Geometry) -> tuple[Box, Geometry]:
    """The part of `target` that covers `source`."""
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in source.shape], [1.0])).reshape(4, -1)
    index = (np.linalg.inv(target.affine_lps) @ source.affine_lps @ corners)[:3]
    low = np.clip(np.floor(index.min(axis=1)), 0, np.array(target.shape) - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=1)) + 1, low + 1, target.shape).astype(int)
    affine = target.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    shape = high - low
    box = (slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1])), slice(int(low[2]), int(high[2])))
    return box, Geometry((int(shape[0]), int(shape[1]), int(shape[2])), affine)
