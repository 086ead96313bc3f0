"""What the texture matrices share: the grey levels of an image, and what is known of a region whatever the image.

PyRadiomics bins an image again for each feature class. Here it is binned once, and the lines through a region and the
number of each voxel's neighbours are worked out once for all images of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

IntArray = npt.NDArray[np.intp]
DIRECTIONS = tuple(d for d in product((-1, 0, 1), repeat=3) if d > (0, 0, 0))
"""The 13 directions to 26 neighbours, without their opposites."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The region's voxels in one direction.

    Attributes:
        order: (n,) positions among the region's voxels, line after line.
        breaks: (n,) bool, True where a voxel does not follow the one before it.
    """

    order: IntArray
    breaks: npt.NDArray[np.bool_]


class Inside:
    """A region within its bounding box; shared by all images of it.

    Attributes:
        mask: bool, C-contiguous.
    """

    def __init__(self, mask: npt.NDArray[np.bool_]) -> None:
        self.mask = np.ascontiguousarray(mask)

    @cached_property
    def lines(self) -> tuple[Lines, ...]:
        """One for each direction in which voxels share a line; PyRadiomics leaves out the others."""
        points = tuple(index.astype(np.int32) for index in np.nonzero(self.mask))
        found = (_lines(points, direction) for direction in DIRECTIONS)
        return tuple(lines for lines in found if lines is not None)

    @cached_property
    def neighbours(self) -> npt.NDArray[np.int64]:
        """(n,) how many of each voxel's 26 neighbours are in the region."""
        return around(self.mask.astype(np.int64))[self.mask] - 1


def _lines(points: tuple[npt.NDArray[np.int32], ...], direction: tuple[int, ...]) -> Lines | None:
    """Points are listed in the order of their indices, so that those of one line already come one after the other."""
    step = points[next(axis for axis, d in enumerate(direction) if d)]
    line = np.zeros_like(step)
    for index, d in zip(points, direction, strict=True):
        origin = index - d * step
        origin -= origin.min()
        line = line * (origin.max() + 1) + origin
    order = np.argsort(line, kind="stable")
    line, step = line[order], step[order]
    breaks = np.ones(order.size, dtype=bool)
    breaks[1:] = line[1:] != line[:-1]
    if breaks.all():
        return None
    breaks[1:] |= step[1:] != step[:-1] + 1
    return Lines(order, breaks)


@dataclass(frozen=True, eq=False)
class GreyLevels:
    """A region's intensities, binned.

    Attributes:
        matrix: int64 of the box's shape, 1 to `highest`; 0 outside.
        inside: the region.
        present: (g,) the grey levels that occur, ascending.
        position: (n,) of each voxel's level in `present`.
    """

    matrix: npt.NDArray[np.int64]
    inside: Inside
    present: npt.NDArray[np.int64]
    position: IntArray

    @property
    def highest(self) -> int:
        """The largest level."""
        return int(self.present[-1])


def grey_levels(values: FloatArray, inside: Inside, width: float) -> GreyLevels:
    """Bin the intensities of a region by a fixed width, counted from zero, as PyRadiomics does.

    Args:
        values: of the box's shape, in the order of `inside.mask`.
    """
    found = values[inside.mask]
    low, high = float(found.min()), float(found.max())
    edges = np.arange(low - low % width, high + 2 * width, width)
    levels = np.digitize(found, edges)
    matrix = np.zeros(values.shape, dtype=np.int64)
    matrix[inside.mask] = levels
    occurs = np.bincount(levels) > 0
    present = np.flatnonzero(occurs)
    return GreyLevels(matrix, inside, present, (np.cumsum(occurs) - 1)[levels])


def around(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The sum over each voxel and its 26 neighbours; nothing beyond the box."""
    for axis in range(3):
        padded = np.pad(values, [(1, 1) if axis == other else (0, 0) for other in range(3)])
        count = values.shape[axis]
        parts = [tuple(slice(s, s + count) if axis == other else slice(None) for other in range(3)) for s in range(3)]
        values = padded[parts[0]] + padded[parts[1]] + padded[parts[2]]
    return values
