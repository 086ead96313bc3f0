"""Smooth random fields and the canvas on which organs are painted as distance fields, all in millimetres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.simulate.tissues import Tissue

# float32 throughout; the type is wider because numpy types float * float32 as float64
Field = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]
Box = tuple[slice, slice, slice]
Point = Sequence[float] | npt.NDArray[np.floating]

# Mean over a cell of the sum of squared cubic B-spline weights: variance of a spline with white coefficients, per axis.
_SPLINE_VARIANCE = 151.0 / 315.0


def axes_mm(geometry: Geometry, box: Box | None = None) -> tuple[Field, Field, Field]:
    """Coordinates of the voxels along I, J and K, mm; LPS where the grid is axis-aligned."""
    parts = box or (slice(None), slice(None), slice(None))
    x, y, z = (
        (origin + spacing * np.arange(n)).astype(np.float32)[part]
        for origin, spacing, n, part in zip(geometry.origin_mm, geometry.spacing_mm, geometry.shape, parts, strict=True)
    )
    return x, y, z


def _spline_weights(coordinates: Field, scale_mm: float) -> Field:
    position = (coordinates - coordinates[0]) / scale_mm
    cell = np.floor(position).astype(int)
    t = (position - cell).astype(np.float32)
    weights = np.zeros((len(coordinates), int(cell.max()) + 4), dtype=np.float32)
    rows = np.arange(len(coordinates))
    parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    for offset, part in enumerate(parts):
        weights[rows, cell + offset] = part / 6
    return weights


def smooth_noise(rng: np.random.Generator, axes: tuple[Field, Field, Field], scale_mm: float) -> Field:
    """Gaussian field of unit variance, correlated over about `scale_mm`: a cubic B-spline with white coefficients.

    Returns float32 (len(axes[0]), len(axes[1]), len(axes[2])).
    """
    wx, wy, wz = (_spline_weights(axis, scale_mm) for axis in axes)
    coefficients = rng.standard_normal((wx.shape[1], wy.shape[1], wz.shape[1]), dtype=np.float32)
    values = coefficients @ wz.T
    values = wy @ values
    values = np.tensordot(wx, values, axes=(1, 0))
    return np.asarray(values * np.float32(_SPLINE_VARIANCE**-1.5), dtype=np.float32)


def smooth_max(a: Field, b: Field, k: float) -> Field:
    """Maximum of two distance fields with an edge rounded over `k` mm (the rounded intersection of two shapes)."""
    h = np.clip(0.5 + (a - b) * np.float32(0.5 / k), 0, 1)
    return np.asarray(b + (a - b) * h + np.float32(k) * h * (1 - h), dtype=np.float32)


def sigmoid(values: Field) -> Field:
    """1 / (1 + exp(-values)), without overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(values * np.float32(0.5)), dtype=np.float32)


class Canvas:
    """Labels being painted, and the patient's own (smoothly deformed) coordinates of every voxel.

    Attributes:
        geometry: the grid.
        axes: undeformed coordinates along each index axis, mm.
        x, y, z: float32 (I, J, K), deformed LPS mm: organs drawn in them differ between patients.
        tissue: uint8 (I, J, K), labels of `Tissue`.
    """

    def __init__(self, geometry: Geometry, rng: np.random.Generator, warp_mm: float = 4.0) -> None:
        self.geometry = geometry
        self.axes = axes_mm(geometry)
        x, y, z = self.axes
        self.x = x[:, None, None] + warp_mm * smooth_noise(rng, self.axes, 75.0)
        self.y = y[None, :, None] + warp_mm * smooth_noise(rng, self.axes, 75.0)
        self.z = z[None, None, :] + warp_mm * smooth_noise(rng, self.axes, 75.0)
        self._margin_mm = 3 * warp_mm
        self.tissue = np.zeros(geometry.shape, dtype=np.uint8)

    def box(self, low: Point, high: Point) -> Box:
        """Slices that hold the deformed block between two corners, mm."""
        parts = []
        for axis, a, b in zip(self.axes, low, high, strict=True):
            start = int(np.searchsorted(axis, a - self._margin_mm))
            stop = int(np.searchsorted(axis, b + self._margin_mm))
            parts.append(slice(min(start, len(axis) - 1), max(stop, min(start, len(axis) - 1) + 1)))
        return parts[0], parts[1], parts[2]

    def ellipsoid(self, centre: Point, radii: Point, tilt_deg: float = 0.0) -> tuple[Box, Field]:
        """Box, and in it the signed distance, mm, to an ellipsoid that is turned by `tilt_deg` in the x-z plane."""
        reach = max(radii) if tilt_deg else 0.0
        box = self.box(
            [c - max(r, reach) for c, r in zip(centre, radii, strict=True)],
            [c + max(r, reach) for c, r in zip(centre, radii, strict=True)],
        )
        u, v, w = self.x[box] - centre[0], self.y[box] - centre[1], self.z[box] - centre[2]
        if tilt_deg:
            cos, sin = np.float32(np.cos(np.radians(tilt_deg))), np.float32(np.sin(np.radians(tilt_deg)))
            u, w = cos * u + sin * w, cos * w - sin * u
        return box, ellipsoid_distance((u, v, w), radii)

    def paint(self, box: Box, inside: Mask, tissue: Tissue, over: Sequence[Tissue] | None = None) -> None:
        """Label the voxels `inside` (a mask of the box) as `tissue`, only over tissues `over` if given."""
        view = self.tissue[box]
        if over is not None:
            inside = inside & is_any(view, over)
        view[inside] = tissue


def is_any(labels: npt.NDArray[np.uint8], tissues: Sequence[Tissue]) -> Mask:
    """Where `labels` is one of `tissues`."""
    table = np.zeros(256, dtype=bool)
    table[list(tissues)] = True
    return np.asarray(table[labels], dtype=bool)


def ellipsoid_distance(offsets: tuple[Field, Field, Field], radii: Point) -> Field:
    """Signed distance, first order, mm, at `offsets` from the centre of an ellipsoid with semi-axes `radii`, mm."""
    squared: Field = np.zeros(1, dtype=np.float32)
    gradient: Field = np.full(1, 1e-9, dtype=np.float32)
    for offset, radius in zip(offsets, radii, strict=True):
        part = (offset / np.float32(radius)) ** 2
        squared = squared + part
        gradient = gradient + part / np.float32(radius**2)
    norm = np.sqrt(squared)
    return np.asarray((norm - 1) * norm / np.sqrt(gradient), dtype=np.float32)
