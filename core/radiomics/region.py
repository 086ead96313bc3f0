"""The region that features are computed on: the whole liver at the settings' spacing, with a margin for the filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, sub_geometry
from core.imaging.resample import to_isotropic
from core.radiomics.settings import RadiomicsSettings

SMALLEST_REGION_VOXELS = 200
"""Below this (5.4 mL at 3 mm) textures have no meaning."""


@dataclass(frozen=True, eq=False)
class Footprint:
    """Where a liver lies; the same for both phases.

    Attributes:
        box: indices of the liver with its margin on the scan's grid; they may lie beyond the scan.
        grid: the grid of that box.
        inside: bool (I, J, K), the region at the settings' spacing.
        part: indices of the region with its margin on the resampled grid.
        geometry: grid of `inside`.
    """

    box: Box
    grid: Geometry
    inside: npt.NDArray[np.bool_]
    part: Box
    geometry: Geometry


@dataclass(frozen=True, eq=False)
class Region:
    """What features are computed on.

    Attributes:
        values: float64 (I, J, K), intensities around the region, not resampled any further.
        inside: bool (I, J, K), the region.
        geometry: their grid.
    """

    values: npt.NDArray[np.float64]
    inside: npt.NDArray[np.bool_]
    geometry: Geometry


def footprint(liver: npt.NDArray[np.bool_], geometry: Geometry, settings: RadiomicsSettings) -> Footprint:
    """The liver at the settings' spacing.

    Raises:
        InputError: if the liver is too small.
    """
    if not liver.any():
        raise InputError("liver mask: expected a liver for radiomics, got an empty mask")
    box = bounding_box(liver, geometry)
    pads = [int(np.ceil(settings.margin_mm / spacing)) + 2 for spacing in geometry.spacing_mm]
    wanted = [slice(part.start - pad, part.stop + pad) for part, pad in zip(box, pads, strict=True)]
    wide = (wanted[0], wanted[1], wanted[2])
    grid = sub_geometry(geometry, wide)
    mask = np.pad(liver[box].astype(np.float32), [(pad, pad) for pad in pads])
    fraction, fine = to_isotropic(mask, grid, settings.spacing_mm, outside=0.0)
    inside = fraction >= 0.5
    found = int(np.count_nonzero(inside))
    if found < SMALLEST_REGION_VOXELS:
        least, got = (count * fine.voxel_volume_ml for count in (SMALLEST_REGION_VOXELS, found))
        raise InputError(f"liver mask: expected at least {least:.1f} mL for radiomics, got {got:.1f} mL")
    part = bounding_box(inside, fine, settings.margin_mm)
    return Footprint(wide, grid, inside[part], part, sub_geometry(fine, part))


def prepare(hu: npt.NDArray[np.int16], where: Footprint, settings: RadiomicsSettings) -> Region:
    """One phase around the liver at the settings' spacing; where the scan ends, its last slice is repeated."""
    within = [slice(max(part.start, 0), min(part.stop, count)) for part, count in zip(where.box, hu.shape, strict=True)]
    beyond = [(have.start - want.start, want.stop - have.stop) for have, want in zip(within, where.box, strict=True)]
    low, high = settings.clip_hu
    padded = np.pad(np.clip(hu[tuple(within)], int(low), int(high)), beyond, mode="edge")
    values, _ = to_isotropic(padded, where.grid, settings.spacing_mm, outside=low)
    return Region(values[where.part].astype(np.float64), where.inside, where.geometry)
