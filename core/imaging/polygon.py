"""Which voxel centres lie within closed polygons, by the even-odd rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

# Points that arithmetic has moved off a voxel's centre by less than this are taken to lie on it.
_DECIMALS = 4


def even_odd(polygons: Sequence[FloatArray], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Voxels whose centre lies within an odd number of the polygons, bool `shape`.

    A polygon inside another is a hole, one inside the hole is filled again; the order of points and of polygons does
    not matter. A centre on an edge belongs to the side of the greater index, so polygons that share an edge share no
    voxel. A ray that runs from a point along the first axis crosses the outline an odd number of times if the point is
    inside (M. Shimrat, Algorithm 112, Communications of the ACM 1962).

    Args:
        polygons: each (n, 2), in voxels, centres at whole numbers; the last point joins the first. Points may lie
            outside of `shape`. Fewer than 3 points hold nothing.
    """
    crossings = np.zeros((shape[0] + 1, shape[1]), dtype=np.int64)
    for polygon in polygons:
        if len(polygon) >= 3:
            points: FloatArray = np.asarray(polygon, dtype=np.float64)
            _count_crossings(points.round(_DECIMALS), crossings)
    inside: npt.NDArray[np.bool_] = np.cumsum(crossings[:-1], axis=0) % 2 == 1
    return inside


def _count_crossings(points: FloatArray, crossings: npt.NDArray[np.int64]) -> None:
    """Adds 1 at the first voxel past each crossing of an edge with a line of voxel centres along the first axis."""
    ends = np.roll(points, -1, axis=0)
    upwards = points[:, 1] <= ends[:, 1]
    low = np.where(upwards[:, None], points, ends)
    high = np.where(upwards[:, None], ends, points)
    lines = crossings.shape[1]
    start = np.clip(np.ceil(low[:, 1]), 0, lines).astype(np.int64)
    stop = np.clip(np.ceil(high[:, 1]), 0, lines).astype(np.int64)
    count = np.maximum(stop - start, 0)
    edge = np.repeat(np.arange(len(points)), count)
    line = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + start[edge]
    share = (line - low[edge, 1]) / (high[edge, 1] - low[edge, 1])
    at = low[edge, 0] + share * (high[edge, 0] - low[edge, 0])
    first = np.clip(np.ceil(np.round(at, _DECIMALS)), 0, crossings.shape[0] - 1).astype(np.int64)
    np.add.at(crossings, (first, line), 1)
