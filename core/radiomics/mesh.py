"""Surface, volume and diameters of PyRadiomics' mesh of a region, without its search through all pairs of vertices.

The mesh (W. Lorensen, H. Cline 1987) has its vertices halfway along each voxel edge that leaves the region. Area and
volume are sums over cubes of 2x2x2 voxels, of which there are 256 kinds: how much each kind adds is worked out once
from PyRadiomics' own answers on those 256 small masks, then the kinds of the region are counted. Its mesh is not closed
where voxels touch at edges or corners only, and then its volume depends on where the mask lies; so does this one, in
the same way. The largest distance is looked for among the corners of the convex hull, those within planes among the
ends of each row.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray

Mask = npt.NDArray[np.bool_]
CORNERS = tuple(product((0, 1), repeat=3))
KINDS = 2 ** len(CORNERS)


class Mesh:
    """The mesh of a region; each measure is worked out when it is asked for.

    Args:
        mask: bool (K, J, I), the slices first. spacing_mm: in the same order.
    """

    def __init__(self, mask: Mask, spacing_mm: tuple[float, float, float]) -> None:
        self.mask, self.spacing_mm = mask, spacing_mm

    @property
    def area_mm2(self) -> float:
        """Of the surface."""
        return float(np.bincount(self._kind.ravel(), minlength=KINDS) @ _shares(self.spacing_mm)[:, 0])

    @property
    def volume_mm3(self) -> float:
        """Of what the surface encloses."""
        kind, shares = self._kind, _shares(self.spacing_mm)
        volume = np.bincount(kind.ravel(), minlength=KINDS) @ shares[:, 1]
        for axis, count in enumerate(kind.shape):
            index = np.arange(count)
            by_plane = np.moveaxis(kind, axis, 0).reshape(count, -1) + KINDS * index[:, None]
            counts = np.bincount(by_plane.ravel(), minlength=KINDS * count).reshape(count, KINDS)
            volume += index @ counts @ shares[:, 2 + axis]
        return float(volume)

    def diameter_mm(self, across: int) -> float:
        """The largest distance of two vertices in one plane across an axis of the mask."""
        return _in_planes(self._vertices, self.spacing_mm, across)

    @property
    def largest_diameter_mm(self) -> float:
        """The largest distance of any two vertices."""
        return _in_space(self._vertices * (np.array(self.spacing_mm) / 2))

    @cached_property
    def _kind(self) -> npt.NDArray[np.uint8]:
        return _kinds(np.pad(self.mask, 1))

    @cached_property
    def _vertices(self) -> npt.NDArray[np.intp]:
        return _vertices(self.mask)


def _kinds(padded: Mask) -> npt.NDArray[np.uint8]:
    """The kind of each cube; bit b is the voxel at CORNERS[b]."""
    kind = np.zeros([count - 1 for count in padded.shape], dtype=np.uint8)
    for bit, corner in enumerate(CORNERS):
        part = padded[tuple(slice(start, start + count) for start, count in zip(corner, kind.shape, strict=True))]
        kind |= part.astype(np.uint8) << np.uint8(bit)
    return kind


@cache
def _shares(spacing_mm: tuple[float, float, float]) -> FloatArray:
    """What a cube of each kind adds, (256, 5): to the area, to the volume, and to the volume per index along each axis.

    A measure that is a sum over neighbouring slices k, k + 1 is the sum of it over every two such slices alone, less
    the sum over every single slice within. Half of each single slice is given to either neighbour; the same along all
    axes makes it a sum over cubes of 2x2x2 voxels alone.
    """
    alone = _measured_alone(spacing_mm)
    both = 2
    shares = np.zeros_like(alone)
    for sides in product((0, 1, both), repeat=3):
        kept = sum(
            1 << bit
            for bit, corner in enumerate(CORNERS)
            if all(side in (both, at) for side, at in zip(sides, corner, strict=True))
        )
        shares += (-0.5) ** sum(side != both for side in sides) * alone[np.arange(KINDS) & kept]
    return shares


def _measured_alone(spacing_mm: tuple[float, float, float]) -> FloatArray:
    """PyRadiomics' answers on each of the 256 masks of 2x2x2 voxels, (256, 5), as `_shares`."""
    found = np.zeros((KINDS, 5))
    for kind in range(1, KINDS):
        area, here = _of_pyradiomics(kind, (0, 0, 0), spacing_mm)
        moved = [_of_pyradiomics(kind, (a == 0, a == 1, a == 2), spacing_mm)[1] - here for a in range(3)]
        found[kind] = (area, here, *moved)
    return found - np.outer(found[:, 2:].sum(axis=1), (0, 1, 0, 0, 0))  # the mask began at index 1, not 0


def _of_pyradiomics(kind: int, at: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> tuple[float, float]:
    from radiomics import cShape

    mask = np.zeros((5, 5, 5), dtype=bool)
    for bit, corner in enumerate(CORNERS):
        mask[tuple(np.add(corner, at) + 1)] = bool(kind >> bit & 1)
    area, volume, _ = cShape.calculate_coefficients(mask, np.array(spacing_mm))
    return float(area), float(volume)


def _vertices(mask: Mask) -> npt.NDArray[np.intp]:
    """Positions of the vertices in half voxels, whole numbers, (n, 3)."""
    padded = np.pad(mask, 1)
    found = []
    for axis in range(3):
        at = 2 * np.argwhere(np.diff(padded, axis=axis))
        at[:, axis] += 1
        found.append(at)
    return np.concatenate(found)


def _in_planes(vertices: npt.NDArray[np.intp], spacing_mm: tuple[float, float, float], axis: int) -> float:
    """The largest distance of two vertices in one plane across `axis`; only a row's two ends can be farthest apart."""
    row, column = (other for other in range(3) if other != axis)
    rows, columns = vertices.max(axis=0)[[row, column]] + 1
    key = np.sort((vertices[:, axis] * rows + vertices[:, row]) * columns + vertices[:, column])
    new_row = np.diff(key // columns) != 0
    ends = key[np.r_[True, new_row] | np.r_[new_row, True]]
    flat = np.stack([ends // columns % rows * spacing_mm[row], ends % columns * spacing_mm[column]], axis=1) / 2
    planes = np.split(flat, np.flatnonzero(np.diff(ends // (rows * columns))) + 1)
    return max(_farthest(plane) for plane in planes)


def _in_space(points: FloatArray) -> float:
    from scipy.spatial import ConvexHull

    return _farthest(points[ConvexHull(points).vertices])


def _farthest(points: FloatArray) -> float:
    from scipy.spatial.distance import pdist

    return float(pdist(points).max()) if len(points) > 1 else 0.0
