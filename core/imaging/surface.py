"""How far the surfaces of two masks lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray, Geometry
from core.imaging.crop import bounding_box

MARGIN_VOXELS = 1


def surface_distance_mm(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], geometry: Geometry, percentile: float = 95.0
) -> float:
    """The percentile of the distances from one surface to the nearest point of the other, mm: the larger of both ways.

    With 95 this is the robust Hausdorff distance as most segmentation challenges report it (as MONAI's
    `HausdorffDistanceMetric` defines it). The surface is the outermost voxels of a mask, by faces; where a mask touches
    the border of the images, its end is surface. Distances are between centres of voxels.

    Args:
        first, second: bool (I, J, K) on `geometry`, whose axes are at right angles.

    Returns:
        0 where the surfaces are the same; infinity if one of the masks is empty, not both; NaN if both are.
    """
    if not first.any() or not second.any():
        return float("nan") if not first.any() and not second.any() else float("inf")
    box = bounding_box(np.logical_or(first, second), geometry)
    outlines = [_outline(np.pad(mask[box], MARGIN_VOXELS)) for mask in (first, second)]
    one_way, other_way = (_distances(a, b, geometry) for a, b in (outlines, outlines[::-1]))
    return max(float(np.percentile(one_way, percentile)), float(np.percentile(other_way, percentile)))


def _outline(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    from scipy import ndimage

    return np.asarray(mask & ~ndimage.binary_erosion(mask))


def _distances(outline: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_], geometry: Geometry) -> FloatArray:
    from scipy import ndimage

    distance: npt.NDArray[Any] = ndimage.distance_transform_edt(~other, sampling=geometry.spacing_mm)
    return np.asarray(distance[outline], dtype=np.float64)
