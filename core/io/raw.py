"""An image as its file holds it, and the checks every format shares: size, dimensions, spacing, finite values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import Notice
from core.errors import InputError
from core.geometry import FloatArray
from core.io.source import DicomSource

MAX_VOXELS = 2**29  # 512 x 512 x 2048; refused before anything is allocated
MAX_AXIS = 4096
MIN_SLICES = 8
SPACING_RANGE_MM = (0.1, 20.0)
FARTHEST_MM = 1e6


@dataclass(frozen=True, eq=False)
class RawImage:
    """What a file holds.

    Attributes:
        values: (I, J, K), of any real type, rescaled by the file's own slope and intercept.
        affine_lps: 4x4 float64, index -> LPS mm; finite, not yet known to be orthogonal.
        kind: the format in words, for the summary.
        simulated: True if this project wrote the file from a computed image.
        notices: what the reading had to say.
        tags: "series_description" and the like, for the phase proposal only; never shown.
        patient_key: equal for images of one patient within this process, "" if unknown.
        time_s: acquisition time of day, s; None if unknown.
        source: the DICOM series it came from, None for other files.
    """

    values: npt.NDArray[Any]
    affine_lps: FloatArray
    kind: str
    simulated: bool = False
    notices: tuple[Notice, ...] = ()
    tags: Mapping[str, str | float] = field(default_factory=dict)
    patient_key: str = ""
    time_s: float | None = None
    source: DicomSource | None = None


def three_axes(shape: Sequence[int], role: str) -> tuple[int, int, int]:
    """The shape of a volume from a declared shape, which may end in axes of length 1.

    Raises:
        InputError: a single slice, a time series, or more voxels than this program reads.
    """
    declared = [int(n) for n in shape]
    if any(n < 1 for n in declared):
        raise InputError(f"{role}: expected axes of at least 1 voxel, got {min(declared)}")
    extra = [n for n in declared[3:] if n > 1]
    if extra:
        raise InputError(
            f"{role}: expected one volume of 3 dimensions, got {len(declared)} dimensions ({math.prod(extra)} volumes)"
        )
    i, j, k = [*declared, 1, 1, 1][:3]
    if max(i, j, k) > MAX_AXIS or i * j * k > MAX_VOXELS:
        raise InputError(f"{role}: expected at most {MAX_VOXELS} voxels and {MAX_AXIS} on an axis, got {i} x {j} x {k}")
    if min(i, j, k) < MIN_SLICES:
        raise InputError(f"{role}: expected a volume of at least {MIN_SLICES} slices, got {min(i, j, k)}")
    return i, j, k


def check_affine(affine_lps: FloatArray, role: str) -> None:
    """Raises InputError unless the affine is finite with spacings in range and three independent axes."""
    check_near(affine_lps, role)
    spacing = np.linalg.norm(affine_lps[:3, :3], axis=0)
    low, high = SPACING_RANGE_MM
    outside = [float(s) for s in spacing if not low <= s <= high]
    if outside:
        raise InputError(f"{role}: expected a voxel spacing of {low:g}-{high:g} mm, got {outside[0]:g} mm")
    if abs(np.linalg.det(affine_lps[:3, :3] / spacing)) < 0.5:
        raise InputError(f"{role}: expected three axes at right angles, got axes that nearly coincide")


def check_near(affine: FloatArray, role: str) -> None:
    """Raises InputError unless all numbers of the affine are finite and no place is a kilometre away."""
    if not np.isfinite(affine).all():
        raise InputError(f"{role}: expected finite positions, got an affine that is not finite")
    if float(np.abs(affine).max()) > FARTHEST_MM:
        raise InputError(
            f"{role}: expected positions within {FARTHEST_MM:g} mm, got {float(np.abs(affine).max()):g} mm"
        )


def check_finite(values: npt.NDArray[Any], role: str) -> None:
    """Raises InputError if any voxel is NaN or infinite."""
    if values.dtype.kind != "f":
        return
    bad = values.size - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise InputError(f"{role}: expected finite voxel values, got {bad} of {values.size} that are NaN or infinite")
