"""The texture matrices of a binned image, the same numbers as PyRadiomics' in the same shapes.

PyRadiomics visits the neighbours of one voxel after the other; here one direction after the other is done for all
voxels. Its co-occurrences are fast as they are, and used. Definitions: A. Zwanenburg et al., Image Biomarker
Standardisation Initiative, Radiology 2020;295:328. Shapes begin with a 1, for PyRadiomics' formulas also serve many
regions at once; g is the number of grey levels that occur.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray
from core.radiomics.grey_levels import DIRECTIONS, GreyLevels, IntArray, around

Pair = tuple[tuple[slice, ...], tuple[slice, ...]]


def run_lengths(levels: GreyLevels) -> FloatArray:
    """Grey level run lengths, (1, g, longest run, directions). Source: M. Galloway, CGIP 1975;4:172."""
    count = len(levels.present)
    position = levels.position.astype(np.int32)
    found = [_runs(position[lines.order], lines.breaks) for lines in levels.inside.lines]
    longest = max(int(lengths.max()) for _, lengths in found)
    counts = [np.bincount(at * longest + n - 1, minlength=count * longest) for at, n in found]
    return np.stack(counts, axis=-1).reshape(1, count, longest, len(counts)).astype(np.float64)


def size_zones(levels: GreyLevels) -> tuple[FloatArray, FloatArray]:
    """Sizes of 26-connected zones of one grey level, (1, g, sizes), and the sizes that occur (sizes,).

    Source: G. Thibault et al., Pattern Recognition and Information Processing 2009, 140.
    """
    from skimage.measure import label

    inside = levels.inside.mask
    zone = label(levels.matrix, background=0, connectivity=3)[inside] - 1
    sizes, column = np.unique(np.bincount(zone), return_inverse=True)
    level = np.zeros(column.size, dtype=np.intp)
    level[zone] = levels.position
    return _table(level, column, len(levels.present), sizes.size), sizes.astype(np.float64)


def dependences(levels: GreyLevels) -> tuple[FloatArray, FloatArray]:
    """How many of a voxel's neighbours have its grey level, itself counted: (1, g, sizes), and the sizes (sizes,).

    Source: C. Sun, W. Wee, CVGIP 1983;23:341; neighbouring grey level dependence with coarseness 0 and distance 1.
    """
    padded = _positions(levels)
    same = np.zeros(padded.shape, dtype=np.uint8)
    for first, second in _neighbouring(padded.shape):
        equal = padded[first] == padded[second]
        same[first] += equal
        same[second] += equal
    sizes, column = np.unique(same[levels.inside.mask], return_inverse=True)
    return _table(levels.position, column, len(levels.present), sizes.size), sizes.astype(np.float64) + 1


def neighbour_differences(levels: GreyLevels) -> FloatArray:
    """By grey level: voxels, sum of their differences from their neighbours' mean, level: (1, g, 3).

    Source: M. Amadasun, R. King, IEEE Trans SMC 1989;19:1264. A voxel without neighbours counts with a difference of 0,
        as in PyRadiomics; the consensus leaves it out.
    """
    inside, neighbours = levels.inside.mask, levels.inside.neighbours
    own = levels.matrix[inside]
    mean = (around(levels.matrix)[inside] - own) / np.maximum(neighbours, 1)
    difference = np.where(neighbours > 0, np.abs(own - mean), 0.0)
    count = len(levels.present)
    voxels = np.bincount(levels.position, minlength=count)
    summed = np.bincount(levels.position, difference, count)
    return np.stack([voxels, summed, levels.present], axis=-1)[None].astype(np.float64)


def _positions(levels: GreyLevels) -> npt.NDArray[np.int32]:
    """Position of each voxel's grey level among those that occur, from 1; 0 outside."""
    found = np.zeros(levels.matrix.shape, dtype=np.int32)
    found[levels.inside.mask] = levels.position + 1
    return found


def _neighbouring(shape: tuple[int, ...]) -> list[Pair]:
    """For each direction, the parts of a box that lie over each other when it is moved by one voxel."""
    pairs = []
    for direction in DIRECTIONS:
        first = tuple(slice(max(0, -d), n - max(0, d)) for d, n in zip(direction, shape, strict=True))
        second = tuple(slice(max(0, d), n - max(0, -d)) for d, n in zip(direction, shape, strict=True))
        pairs.append((first, second))
    return pairs


def _runs(position: npt.NDArray[np.int32], breaks: npt.NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Level position and length of each run."""
    begins = breaks.copy()
    begins[1:] |= position[1:] != position[:-1]
    starts = np.flatnonzero(begins)
    lengths = np.empty_like(starts)
    lengths[:-1] = starts[1:] - starts[:-1]
    lengths[-1] = position.size - starts[-1]
    return position[starts].astype(np.intp), lengths


def _table(row: IntArray, column: IntArray, rows: int, columns: int) -> FloatArray:
    counts = np.bincount(row * columns + column, minlength=rows * columns)
    return counts.reshape(1, rows, columns).astype(np.float64)
