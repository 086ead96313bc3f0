"""From voxels as read to a checked CT volume: Hounsfield units, right angles, a key without identity."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import Notice, Phase, Volume
from core.errors import InputError
from core.geometry import FloatArray, Geometry
from core.imaging.resample import AIR_HU, resample
from core.io.raw import RawImage, check_finite

# A CT holds air (-1000) beside tissue. Files cut to a window keep at least fat; files without any of it are not HU.
FULL_RANGE_BELOW_HU = -500
NOT_HU_ABOVE = -20
LEAST_SPAN_HU = 200
LARGEST_HU = 2**16  # metal on an extended scale reaches half of it
PADDING_BELOW_HU = -2000  # outside the field of view; no tissue is lighter than air
THICK_SLICE_MM = 5.5
SHORT_COVERAGE_MM = 100.0


def to_volume(raw: RawImage, phase: Phase, role: str) -> tuple[Volume, tuple[Notice, ...]]:
    """A CT volume of int16 HU on an orthogonal grid, with what its checks had to say.

    Raises:
        InputError: NaN or infinite voxels, or values that are not Hounsfield units.
    """
    check_finite(raw.values, role)
    range_notices = _check_range(raw.values, role)
    hu, geometry, shear_notices = right_angles(_int16(raw.values), raw.affine_lps, role)
    volume = Volume(hu, geometry, phase, sha256_of(hu, geometry), raw.simulated)
    return volume, raw.notices + range_notices + shear_notices + _check_coverage(geometry, role)


def _int16(values: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
    if values.dtype == np.int16:
        hu = np.ascontiguousarray(values)
    else:
        limits = np.iinfo(np.int16)
        rounded = np.rint(values) if values.dtype.kind == "f" else values
        hu = np.ascontiguousarray(np.clip(rounded, limits.min, limits.max).astype(np.int16))
    if int(hu.min()) < PADDING_BELOW_HU:
        hu = np.where(hu < PADDING_BELOW_HU, np.int16(AIR_HU), hu)
    return hu


def _check_range(values: npt.NDArray[Any], role: str) -> tuple[Notice, ...]:
    low, high = float(values.min()), float(values.max())
    if low > NOT_HU_ABOVE or not 0 <= high <= LARGEST_HU or high - low < LEAST_SPAN_HU:
        raise InputError(
            f"{role}: expected CT in Hounsfield units (air near -1000), got values from {low:g} to {high:g}"
        )
    if low <= FULL_RANGE_BELOW_HU:
        return ()
    text = f"{role}: Hounsfield units are cut to {low:g} to {high:g}; air, fat or bone beyond are lost"
    return (Notice("hu_clipped", text),)


def _check_coverage(geometry: Geometry, role: str) -> tuple[Notice, ...]:
    axis = geometry.superior_axis
    spacing, count = geometry.spacing_mm[axis], geometry.shape[axis]
    notices = []
    if spacing > THICK_SLICE_MM:
        text = f"{role}: slices are {spacing:.3g} mm apart, the models were made for at most 5 mm"
        notices.append(Notice("thick_slices", text))
    if spacing * count < SHORT_COVERAGE_MM:
        text = f"{role}: {count} slices cover {spacing * count:.0f} mm of the long axis, less than a liver needs"
        notices.append(Notice("short_coverage", text))
    return tuple(notices)


def right_angles(
    hu: npt.NDArray[np.int16], affine_lps: FloatArray, role: str
) -> tuple[npt.NDArray[np.int16], Geometry, tuple[Notice, ...]]:
    """The volume on orthogonal axes: as it is, or resampled if sheared by more than half a degree (gantry tilt)."""
    geometry = Geometry((hu.shape[0], hu.shape[1], hu.shape[2]), affine_lps)
    tilt = shear_degrees(geometry)
    if tilt <= 0.5:
        return hu, geometry, ()
    target = _orthogonal_grid(geometry)
    text = (
        f"{role}: slices are tilted by {tilt:.1f} degrees against their axis (gantry tilt); resampled to right angles"
    )
    return resample(hu, geometry, target), target, (Notice("gantry_tilt", text),)


def shear_degrees(geometry: Geometry) -> float:
    """The largest departure of two index axes from a right angle, degrees."""
    direction = geometry.direction_cosines
    cosines = np.abs(direction.T @ direction - np.eye(3))
    return float(np.degrees(np.arcsin(min(1.0, float(cosines.max())))))


def _orthogonal_grid(geometry: Geometry) -> Geometry:
    """The smallest grid of the same spacing that keeps the K axis, squares I and J to it, and holds every voxel."""
    direction = geometry.direction_cosines
    k = direction[:, 2]
    i = direction[:, 0] - k * float(direction[:, 0] @ k)
    i = i / np.linalg.norm(i)
    j = np.cross(k, i)
    axes = np.stack([i, j if j @ direction[:, 1] > 0 else -j, k], axis=1)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in geometry.shape], [1.0])).reshape(4, -1)
    along = axes.T @ (geometry.affine_lps @ corners)[:3]
    spacing = np.asarray(geometry.spacing_mm)
    low = along.min(axis=1)
    count = np.round((along.max(axis=1) - low) / spacing).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = axes @ low
    return Geometry((int(count[0]), int(count[1]), int(count[2])), affine)


def sha256_of(hu: npt.NDArray[np.int16], geometry: Geometry) -> str:
    """sha256 of shape, affine (to 1e-4 mm) and voxels: equal for equal images, whatever file they came in."""
    digest = hashlib.sha256(np.array(geometry.shape, dtype="<i8").tobytes())
    digest.update((np.round(geometry.affine_lps, 4) + 0.0).astype("<f8").tobytes())
    digest.update(np.ascontiguousarray(hu).astype("<i2", copy=False).data.cast("B"))
    return digest.hexdigest()
