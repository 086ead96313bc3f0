"""One image file of any accepted format in, NIfTI out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Notice, Phase, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.io.hounsfield import to_volume
from core.io.itk_formats import read_itk
from core.io.kinds import ACCEPTED, VOLUME_KINDS, Kind, kind_of
from core.io.nifti import read_nifti, write_nifti
from core.io.raw import RawImage

HEATMAP_LEVELS = 255


def read_image(path: Path, role: str) -> RawImage:
    """The image in a NIfTI, NRRD, MHA or MHD file, whatever its name says.

    Raises:
        InputError: another kind of file, or one that is damaged, empty, 4D, a single slice or over-large.
    """
    if not path.is_file():
        raise InputError(f"{role}: expected {ACCEPTED}, got no such file")
    kind = kind_of(path)
    if kind not in VOLUME_KINDS:
        raise InputError(f"{role}: expected {ACCEPTED}, got {kind.value}")
    return read_nifti(path, role) if kind is Kind.NIFTI else read_itk(path, kind, role)


def read_volume(path: Path, phase: Phase, role: str) -> tuple[Volume, tuple[Notice, ...]]:
    """A CT volume from one image file; `phase` is taken as told."""
    return to_volume(read_image(path, role), phase, role)


def write_volume(volume: Volume, path: Path) -> None:
    """CT as int16 NIfTI; whether it was simulated travels in the header."""
    write_nifti(volume.hu, volume.geometry, path, simulated=volume.simulated)


def write_mask(mask: LiverMask, path: Path) -> None:
    """Labels (0 background, 1 liver, 2 lesion) as uint8 NIfTI."""
    write_nifti(mask.labels, mask.geometry, path)


def write_heatmap(values: npt.NDArray[Any], geometry: Geometry, path: Path) -> None:
    """Values 0..1 as NIfTI of 256 levels: stored as uint8 with slope 1/255, so readers see 0..1 to within 0.002."""
    # Every float16 there is has its level in a table of 65536: several times faster than arithmetic on whole volumes.
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    table = np.rint(np.clip(np.nan_to_num(every.astype(np.float32)), 0, 1) * HEATMAP_LEVELS).astype(np.uint8)
    levels = table[np.ascontiguousarray(values, dtype=np.float16).view(np.uint16)]
    write_nifti(levels, geometry, path, slope=1.0 / HEATMAP_LEVELS)
