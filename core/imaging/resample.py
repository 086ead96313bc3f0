"""Bringing voxels from one grid to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray, Geometry
from core.imaging.crop import Box, box_of_grid, sub_geometry
from core.imaging.layout import reversed_axes

if TYPE_CHECKING:
    import SimpleITK as sitk

AIR_HU = -1024
SLAB_VOXELS = 2**24
"""Voxels of a large CT that are averaged and resampled at a time."""


def to_image(values: npt.NDArray[Any], geometry: Geometry) -> sitk.Image:
    """An ITK image of `values` (I, J, K); ITK's arrays are (K, J, I)."""
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(reversed_axes(values))
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    image.SetDirection(_directions(geometry))
    return image


def _directions(geometry: Geometry) -> list[float]:
    """Row by row; ITK cannot invert a matrix with entries such as 1e-300, and would give an image of nothing."""
    directions: list[float] = np.round(geometry.direction_cosines, 15).ravel().tolist()
    return directions


def from_image(image: sitk.Image) -> npt.NDArray[Any]:
    """The voxels of an ITK image as (I, J, K)."""
    import SimpleITK as sitk

    return reversed_axes(sitk.GetArrayFromImage(image))


def resample(
    values: npt.NDArray[Any],
    source: Geometry,
    target: Geometry,
    *,
    interpolation: Literal["linear", "nearest"] = "linear",
    outside: float = AIR_HU,
    transform_lps: FloatArray | None = None,
) -> npt.NDArray[Any]:
    """`values` on the grid `target`, of the same type.

    Args:
        values: (I, J, K) on `source`.
        interpolation: "nearest" for labels.
        outside: value where `source` has no voxel.
        transform_lps: 4x4, from target LPS mm to source LPS mm; None for the identity.
    """
    import SimpleITK as sitk

    if transform_lps is None and source.same_grid(target):
        return values
    affine = sitk.AffineTransform(3)
    if transform_lps is not None:
        affine.SetMatrix(transform_lps[:3, :3].ravel().tolist())
        affine.SetTranslation(transform_lps[:3, 3].tolist())
    resampler = sitk.ResampleImageFilter()
    resampler.SetSize(target.shape)
    resampler.SetOutputSpacing(target.spacing_mm)
    resampler.SetOutputOrigin(target.origin_mm)
    resampler.SetOutputDirection(_directions(target))
    resampler.SetTransform(affine)
    resampler.SetInterpolator(sitk.sitkLinear if interpolation == "linear" else sitk.sitkNearestNeighbor)
    resampler.SetDefaultPixelValue(float(outside))
    return from_image(resampler.Execute(to_image(values, source)))


def box_average(
    values: npt.NDArray[Any], geometry: Geometry, spacing_mm: float
) -> tuple[npt.NDArray[np.float32], Geometry]:
    """Mean over whole blocks of voxels, of about `spacing_mm` a side at most: a cheap low-pass filter.

    The voxels of an incomplete last block are dropped, at the same side of the patient however the file stores its
    axes. Returns float32 values and their grid.
    """
    blocks = _blocks(geometry, spacing_mm)
    i, j, k = (slice(0, n) for n in blocks.grid.shape)
    return blocks.mean(values, (i, j, k)), blocks.grid


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Blocks of `factors` voxels, from voxel `first` on; `grid` is that of their centres."""

    factors: tuple[int, ...]
    first: tuple[int, ...]
    grid: Geometry

    def mean(self, values: npt.NDArray[Any], box: Box) -> npt.NDArray[np.float32]:
        """Mean of each block of the box (indices of `grid`), float32."""
        i, j, k = (
            slice(first + part.start * factor, first + part.stop * factor)
            for first, part, factor in zip(self.first, box, self.factors, strict=True)
        )
        averaged: npt.NDArray[Any] = values[i, j, k]
        for axis in (2, 1, 0):
            if self.factors[axis] > 1:
                averaged = _mean_of_neighbours(averaged, axis, self.factors[axis])
        return averaged.astype(np.float32)


def _mean_of_neighbours(values: npt.NDArray[Any], axis: int, count: int) -> npt.NDArray[np.float32]:
    """Mean of each `count` neighbours along an axis; adding whole planes is twice as fast as numpy's mean of a few."""
    every = [slice(None)] * 3
    every[axis] = slice(0, None, count)
    total: npt.NDArray[np.float32] = values[tuple(every)].astype(np.float32)
    for offset in range(1, count):
        every[axis] = slice(offset, None, count)
        total += values[tuple(every)]
    total /= count
    return total


def _blocks(geometry: Geometry, spacing_mm: float) -> _Blocks:
    factors = [
        max(1, min(int(spacing_mm / s + 0.25), n)) for s, n in zip(geometry.spacing_mm, geometry.shape, strict=True)
    ]
    shape = [n // f for n, f in zip(geometry.shape, factors, strict=True)]
    first = [
        n % f if backwards else 0 for n, f, backwards in zip(geometry.shape, factors, _backwards(geometry), strict=True)
    ]
    affine = geometry.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ (np.array(first) + (np.array(factors) - 1) / 2)
    affine[:3, :3] = affine[:3, :3] * np.array(factors)
    return _Blocks(tuple(factors), tuple(first), Geometry((shape[0], shape[1], shape[2]), affine))


def _backwards(geometry: Geometry) -> list[bool]:
    """Whether each index axis runs to the right, anterior or inferior."""
    direction = geometry.direction_cosines
    return [bool(direction[np.abs(direction[:, axis]).argmax(), axis] < 0) for axis in range(3)]


def isotropic_grid(geometry: Geometry, spacing_mm: float) -> Geometry:
    """The axis-aligned grid (I left, J posterior, K superior) of cubic voxels that holds all of `geometry`."""
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in geometry.shape], [1.0])).reshape(4, -1)
    lps = (geometry.affine_lps @ corners)[:3]
    low, high = lps.min(axis=1), lps.max(axis=1)
    count = np.maximum(np.ceil((high - low) / spacing_mm - 1e-6), 1).astype(int)
    x, y, z = (low + high) / 2 - (count - 1) * spacing_mm / 2
    spacing = (spacing_mm, spacing_mm, spacing_mm)
    return Geometry.from_spacing((int(count[0]), int(count[1]), int(count[2])), spacing, (float(x), float(y), float(z)))


def to_isotropic(
    values: npt.NDArray[Any], geometry: Geometry, spacing_mm: float, outside: float = AIR_HU
) -> tuple[npt.NDArray[np.float32], Geometry]:
    """`values` low-passed and resampled to cubic voxels on an axis-aligned grid; float32."""
    grid = isotropic_grid(geometry, spacing_mm)
    return onto(grid, values, geometry, outside), grid


def onto(
    grid: Geometry, values: npt.NDArray[Any], geometry: Geometry, outside: float = AIR_HU
) -> npt.NDArray[np.float32]:
    """`values` low-passed to the voxels of `grid`, cubic ones, and resampled to it, slab by slab; float32.

    A slab needs float copies of its own part of `values` only: memory does not grow with the length of the scan.
    """
    blocks = _blocks(geometry, grid.spacing_mm[0])
    height = max(1, grid.shape[2] * SLAB_VOXELS // int(np.prod(geometry.shape, dtype=np.int64)))
    out = np.full(grid.shape, outside, dtype=np.float32)
    for start in range(0, grid.shape[2], height):
        slab = (slice(0, grid.shape[0]), slice(0, grid.shape[1]), slice(start, min(start + height, grid.shape[2])))
        target = sub_geometry(grid, slab)
        source = box_of_grid(target, blocks.grid, margin=1)
        if all(part.stop > part.start for part in source):
            part = sub_geometry(blocks.grid, source)
            out[slab] = resample(blocks.mean(values, source), part, target, outside=outside)
    return out
