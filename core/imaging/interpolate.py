"""Cubic splines from a small grid to a large one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray, Geometry

Small = npt.NDArray[np.float32]


def interpolate(values: Small, source: Geometry, target: Geometry) -> Small:
    """`values` of a small axis-aligned grid on the grid `target`, by a cubic spline, constant beyond the last voxels.

    Where the axes of `target` are the patient's axes, in whatever order and direction, the spline is applied axis by
    axis: on a CT of 512x512x130 that takes a tenth of the time of a sample-by-sample interpolation, with equal values.

    Args:
        values: float32 (I, J, K) on `source`.
    """
    to_source = np.linalg.inv(source.affine_lps) @ target.affine_lps
    order = np.argmax(np.abs(to_source[:3, :3]), axis=0)
    rest = to_source[:3, :3].copy()
    rest[order, range(3)] = 0.0
    # an axis may stray by a hundredth of a source voxel over its whole length
    if sorted(order) == [0, 1, 2] and np.abs(rest @ np.diag(target.shape)).max() < 0.01:
        return _axis_by_axis(values, to_source, order, target.shape)
    return _sample_by_sample(values, to_source, target.shape)


def _axis_by_axis(
    values: Small, to_source: FloatArray, order: npt.NDArray[np.intp], shape: tuple[int, int, int]
) -> Small:
    out = values.transpose(order)
    for axis in range(3):
        along = to_source[order[axis], axis] * np.arange(shape[axis]) + to_source[order[axis], 3]
        out = np.tensordot(out, _weights(along, values.shape[order[axis]]), axes=(0, 1))
    return out.astype(np.float32)


def _weights(positions: FloatArray, count: int) -> Small:
    """Row n holds the share of each of `count` knots in the spline at positions[n]."""
    from scipy import ndimage

    knots = np.eye(count)
    columns = [ndimage.map_coordinates(knot, positions[None], order=3, mode="nearest") for knot in knots]
    return np.stack(columns, axis=1).astype(np.float32)


def _sample_by_sample(values: Small, to_source: FloatArray, shape: tuple[int, int, int]) -> Small:
    from scipy import ndimage

    out: Small = ndimage.affine_transform(
        values, to_source[:3, :3], to_source[:3, 3], output_shape=shape, order=3, mode="nearest", output=np.float32
    )
    return out
