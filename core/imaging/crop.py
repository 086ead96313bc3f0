"""Boxes of voxels, and the grids they make."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray, Geometry

Box = tuple[slice, slice, slice]


def bounding_box(inside: npt.NDArray[Any], geometry: Geometry, margin_mm: float = 0.0) -> Box:
    """The smallest box of indices that holds all nonzero voxels plus a margin, within the grid.

    Raises:
        ValueError: if no voxel is nonzero.
    """
    slices = []
    for axis, (count, spacing) in enumerate(zip(geometry.shape, geometry.spacing_mm, strict=True)):
        others = tuple(other for other in range(3) if other != axis)
        where = np.flatnonzero(inside.any(axis=others))
        if where.size == 0:
            raise ValueError("bounding box: expected at least one voxel, got none")
        margin = int(np.ceil(margin_mm / spacing))
        slices.append(slice(max(0, int(where[0]) - margin), min(count, int(where[-1]) + 1 + margin)))
    return slices[0], slices[1], slices[2]


def sub_geometry(geometry: Geometry, box: Box) -> Geometry:
    """The grid of the voxels in `box`."""
    affine = geometry.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ np.array([part.start for part in box], dtype=float)
    shape = tuple(part.stop - part.start for part in box)
    return Geometry((shape[0], shape[1], shape[2]), affine)


def centre_lps(inside: npt.NDArray[Any], geometry: Geometry) -> FloatArray:
    """LPS mm of the middle of the bounding box of the nonzero voxels."""
    box = bounding_box(inside, geometry)
    middle = np.array([(part.start + part.stop - 1) / 2 for part in box])
    centre: FloatArray = geometry.affine_lps[:3, :3] @ middle + geometry.affine_lps[:3, 3]
    return centre


def box_of_grid(inner: Geometry, outer: Geometry, margin: int = 0) -> Box:
    """Indices of `outer` that cover all of `inner`'s voxels and `margin` more, within `outer` (possibly empty)."""
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in inner.shape], [1.0])).reshape(4, -1)
    indices = (np.linalg.inv(outer.affine_lps) @ inner.affine_lps @ corners)[:3]
    low = np.floor(indices.min(axis=1)).astype(int) - margin
    high = np.ceil(indices.max(axis=1)).astype(int) + 1 + margin
    parts = [
        slice(int(np.clip(start, 0, count)), int(np.clip(stop, 0, count)))
        for start, stop, count in zip(low, high, outer.shape, strict=True)
    ]
    return parts[0], parts[1], parts[2]
