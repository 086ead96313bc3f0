"""What a mask covers and what lies around it: the facts by which a liver is told from what is none.

All is measured on cubic voxels of 3 mm with I to the left, J to posterior and K to superior. Limits on these measures
stand where they are used; the measured values behind them are in docs/segmenter.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box

SHELL_VOXELS = 3
BONE_SHELL_VOXELS = 5
MARGIN_MM = 24.0
"""Around the mask: what the filters below reach."""
AIR_HU = -300.0
CLIPPED_AIR_HU = 20.0
"""In a CT whose HU were clipped, air lies at the lowest value: tissue is what exceeds it by this much."""
BONE_HU = 200.0
"""Under the 240 HU at which the public scans are clipped; veins and cortex of the kidneys stay below it."""
FAT_HU = -20.0
FAR_BELOW_HU = 60.0
SAME_HU = 12.0
SAME_RANGE_HU = 8.0
"""Tissue beyond the surface is the same if it is within SAME_HU of the nearest tissue well inside, and no more than
SAME_RANGE_HU outside of the mask's own 10th to 90th percentile."""

Mask = npt.NDArray[np.bool_]
Field = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Tissue:
    """Measures of one mask.

    Attributes:
        median_hu, spread_hu: median and interquartile range inside, HU, without the outermost 3 mm.
        foreign_share: share of the inside that is fat, gas or lung, 0..1.
        goes_on_share: share of the shell of 9 mm around the mask that is the same tissue as inside, 0..1.
        bone_share: share of bone in the shell of 15 mm, 0..1.
        right_share: share of the mask on the right of the body's middle, 0..1.
        thin_share: share of the mask that is less than some 18 mm thick, 0..1.
        largest_share: share of the largest connected part, 0..1.
        second_share: share of the second largest, 0..1.
    """

    median_hu: float
    spread_hu: float
    foreign_share: float
    goes_on_share: float
    bone_share: float
    right_share: float
    thin_share: float
    largest_share: float
    second_share: float


def look(hu: Field, mask: Mask, grid: Geometry) -> Tissue:
    """Measure.

    Args:
        hu: float32 (I, J, K), the whole series on `grid`: 3 mm, axis-aligned. mask: on the same grid, not empty.
    """
    from scipy import ndimage

    box = bounding_box(mask, grid, MARGIN_MM)
    inside, smooth = mask[box], ndimage.uniform_filter(hu[box], 3)
    eroded = ndimage.binary_erosion(inside)
    values = smooth[eroded if eroded.any() else inside]
    median = float(np.median(values))
    low, high = np.percentile(values, [25, 75])
    first, second = _parts(inside)
    return Tissue(
        median_hu=median,
        spread_hu=float(high - low),
        foreign_share=float((values < min(FAT_HU, median - FAR_BELOW_HU)).mean()),
        goes_on_share=_share(_same_beyond(smooth, inside, values), _shell(inside, SHELL_VOXELS)),
        bone_share=_share(hu[box] > BONE_HU, _shell(inside, BONE_SHELL_VOXELS)),
        right_share=_right_share(hu, mask, box),
        thin_share=1.0 - _share(ndimage.binary_opening(inside, iterations=SHELL_VOXELS), inside),
        largest_share=first,
        second_share=second,
    )


def body(hu: npt.NDArray[np.floating]) -> Mask:
    """Where there is tissue, or a table, and not air."""
    return np.asarray(hu > max(AIR_HU, float(hu.min()) + CLIPPED_AIR_HU))


def _share(what: Mask, where: Mask) -> float:
    return float(what[where].mean()) if where.any() else 0.0


def _shell(mask: Mask, voxels: int) -> Mask:
    from scipy import ndimage

    return np.asarray(ndimage.binary_dilation(mask, iterations=voxels) & ~mask)


def _same_beyond(smooth: Field, mask: Mask, values: npt.NDArray[np.floating]) -> Mask:
    """Tissue outside that continues what lies inside of the nearest surface, where it is more than a thin bridge."""
    from scipy import ndimage

    deep = ndimage.binary_erosion(mask, iterations=2)
    if not deep.any():
        deep = mask
    nearest = ndimage.distance_transform_edt(~deep, return_distances=False, return_indices=True)
    low, high = np.percentile(values, [10, 90])
    same = np.abs(smooth - smooth[tuple(nearest)]) < SAME_HU
    same &= (smooth > low - SAME_RANGE_HU) & (smooth < high + SAME_RANGE_HU) & ~mask
    return np.asarray(ndimage.binary_opening(same, iterations=2))


def _right_share(hu: Field, mask: Mask, box: Box) -> float:
    """The middle is the mean over the body's outline, so that arms and a table weigh little; I runs to the left."""
    tissue = body(hu)[:, :, box[2]]
    from_front = np.maximum.accumulate(tissue, axis=1)
    from_back = np.maximum.accumulate(tissue[:, ::-1], axis=1)[:, ::-1]
    width = np.count_nonzero(from_front & from_back, axis=(1, 2)).astype(float)
    if not width.any():
        return 1.0
    middle = float(np.average(np.arange(len(width)), weights=width))
    columns = np.count_nonzero(mask, axis=(1, 2))
    return float(columns[: int(np.ceil(middle))].sum() / columns.sum())


def _parts(mask: Mask) -> tuple[float, float]:
    from scipy import ndimage

    labels, count = ndimage.label(mask)
    sizes = np.sort(np.bincount(labels.ravel(), minlength=max(count + 1, 3))[1:])[::-1] / np.count_nonzero(mask)
    return float(sizes[0]), float(sizes[1])
