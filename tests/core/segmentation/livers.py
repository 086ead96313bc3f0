"""Volumes with a liver, and ways to spoil, turn and cut them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.geometry import Geometry
from core.imaging.crop import sub_geometry
from core.imaging.resample import resample
from core.simulate.anatomy import Anatomy, build_anatomy
from core.simulate.phases import draw_scanner, render_phase
from core.simulate.tissues import draw_enhancement

Mask = npt.NDArray[np.bool_]


class Scan(NamedTuple):
    volume: Volume
    mask: LiverMask

    @property
    def geometry(self) -> Geometry:
        return self.volume.geometry


def procedural(
    seed: int,
    spacing_mm: tuple[float, float, float] = (3.0, 3.0, 3.0),
    phase: Phase = Phase.PORTAL_VENOUS,
    cirrhosis: float = 0.0,
) -> tuple[Scan, Anatomy]:
    """A body without a tumour, with its labels."""
    anatomy = build_anatomy(seed, spacing_mm, cirrhosis=cirrhosis)
    rng = np.random.default_rng(seed)
    volume = render_phase(anatomy, [], draw_enhancement(phase, 0.0, rng), phase, draw_scanner(0, rng), rng)
    return Scan(volume, given(anatomy.liver, anatomy.geometry)), anatomy


def given(mask: Mask, geometry: Geometry) -> LiverMask:
    return LiverMask(mask.astype(np.uint8), geometry, MaskOrigin.GIVEN)


def like(scan: Scan, hu: npt.NDArray[np.int16], geometry: Geometry) -> Volume:
    return Volume(np.ascontiguousarray(hu), geometry, scan.volume.phase, "test", scan.volume.simulated)


def halves(mask: Mask) -> dict[str, Mask]:
    """The two halves of equal volume along each index axis."""
    parts = {}
    for axis, index in enumerate(np.indices(mask.shape, sparse=True)):
        middle = np.median(np.nonzero(mask)[axis])
        parts[f"axis {axis} low"] = mask & (index < middle)
        parts[f"axis {axis} high"] = mask & (index >= middle)
    return parts


def moved(mask: Mask, voxels: tuple[int, int, int]) -> Mask:
    """Shifted within the grid; what leaves it is lost."""
    out = np.zeros_like(mask)
    to = tuple(slice(max(0, k), n + min(0, k)) for k, n in zip(voxels, mask.shape, strict=True))
    out[to] = mask[tuple(slice(max(0, -k), n + min(0, -k)) for k, n in zip(voxels, mask.shape, strict=True))]
    return out


def centred_on(mask: Mask, other: Mask) -> Mask:
    """`other`, of any grid of equal voxels, put where `mask` has its centre of mass."""
    points = np.argwhere(other)
    points += np.rint(np.argwhere(mask).mean(axis=0) - points.mean(axis=0)).astype(int)
    out = np.zeros_like(mask)
    out[tuple(points[((points >= 0) & (points < mask.shape)).all(axis=1)].T)] = True
    return out


def cut(scan: Scan, start: int, stop: int) -> Scan:
    """Slices start to stop of the third axis."""
    box = (slice(0, scan.geometry.shape[0]), slice(0, scan.geometry.shape[1]), slice(start, stop))
    grid = sub_geometry(scan.geometry, box)
    return Scan(
        like(scan, scan.volume.hu[box], grid),
        LiverMask(np.ascontiguousarray(scan.mask.labels[box]), grid, scan.mask.origin),
    )


def thick(scan: Scan, thickness_mm: float) -> Scan:
    """The mean over slices of `thickness_mm`, one after the other, and the liver where it fills over half of one."""
    spacing = scan.geometry.spacing_mm[2]
    edges = np.arange(int(scan.geometry.shape[2] * spacing // thickness_mm) + 1) * thickness_mm / spacing
    hu, liver = (_mean_between(v, edges) for v in (scan.volume.hu, scan.mask.liver))
    affine = scan.geometry.affine_lps.copy()
    along = affine[:3, 2] / spacing
    affine[:3, 3] += along * (thickness_mm - spacing) / 2
    affine[:3, 2] = along * thickness_mm
    grid = Geometry(hu.shape, affine)
    return Scan(like(scan, np.rint(hu).astype(np.int16), grid), given(liver > 0.5, grid))


def _mean_between(values: npt.NDArray[np.generic], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    total = np.concatenate([np.zeros((*values.shape[:2], 1)), np.cumsum(values, axis=2, dtype=float)], axis=2)
    below = np.minimum(edges.astype(int), values.shape[2] - 1)
    at_edge = total[:, :, below] + (total[:, :, below + 1] - total[:, :, below]) * (edges - below)
    means: npt.NDArray[np.float32] = (np.diff(at_edge, axis=2) / np.diff(edges)).astype(np.float32)
    return means


def turn(geometry: Geometry, axis: str, degrees: float) -> npt.NDArray[np.float64]:
    """4x4: a rotation of LPS points about the middle of the volume."""
    middle = (geometry.affine_lps @ [*((np.array(geometry.shape) - 1) / 2), 1.0])[:3]
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
    matrix[:3, 3] = middle - matrix[:3, :3] @ middle
    return matrix


def patient_turned(scan: Scan, axis: str, degrees: float) -> Volume:
    """The patient lies turned in the scanner: the same grid, other content."""
    transform = turn(scan.geometry, axis, degrees)
    floor = int(scan.volume.hu.min())
    hu = resample(scan.volume.hu, scan.geometry, scan.geometry, transform_lps=transform, outside=floor)
    return like(scan, hu, scan.geometry)


def stored_oblique(scan: Scan, axis: str, degrees: float) -> Volume:
    """The same patient stored on a turned grid that holds the whole volume."""
    spacing = np.array(scan.geometry.spacing_mm)
    direction = turn(scan.geometry, axis, degrees)[:3, :3] @ scan.geometry.direction_cosines
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in scan.geometry.shape], [1.0])).reshape(4, -1)
    along = direction.T @ (scan.geometry.affine_lps @ corners)[:3]
    low, high = along.min(axis=1), along.max(axis=1)
    affine = np.eye(4)
    affine[:3, :3] = direction * spacing
    affine[:3, 3] = direction @ (low + spacing / 2)
    i, j, k = np.ceil((high - low) / spacing).astype(int)
    grid = Geometry((int(i), int(j), int(k)), affine)
    return like(scan, resample(scan.volume.hu, scan.geometry, grid, outside=int(scan.volume.hu.min())), grid)


def stored_in_order(scan: Scan, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> Volume:
    """The same voxels with their axes stored in another order and direction."""
    hu = scan.volume.hu.transpose(order)
    affine = scan.geometry.affine_lps[:, [*order, 3]].copy()
    for axis, flip in enumerate(flips):
        if flip:
            hu = np.flip(hu, axis)
            affine[:, 3] += affine[:, axis] * (hu.shape[axis] - 1)
            affine[:, axis] *= -1
    return like(scan, hu, Geometry(hu.shape, affine))


def brought_back(mask: LiverMask, geometry: Geometry, transform: npt.NDArray[np.float64] | None = None) -> Mask:
    """The mask on `geometry`, where `transform` had turned the content by nearest neighbour."""
    back = None if transform is None else np.linalg.inv(transform)
    labels: npt.NDArray[np.uint8] = resample(
        mask.labels, mask.geometry, geometry, interpolation="nearest", outside=0, transform_lps=back
    )
    return labels > 0
