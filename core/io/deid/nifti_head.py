"""A NIfTI header made anew: sizes, voxel type, scale and orientation of the old one, nothing else of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.io.nifti import SIMULATED_MARK
from core.io.raw import FARTHEST_MM

_TOO_FAR = 2 * FARTHEST_MM  # stands for every larger number: such an image is refused, whichever it was
_LONGEST = 999_999
_CODES = 5  # NIfTI-1.1 names orientation codes 1 to 4, NIfTI-2 a fifth
_UNITS = 0x3F
_QFORM = ("quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z")
_SFORM = ("srow_x", "srow_y", "srow_z")
_MADE = frozenset({"dim", "pixdim", "bitpix", "vox_offset", "eol_check", "xyzt_units"})


def cleaned_head(old: Any) -> tuple[Any, int]:
    """A header from an empty one, and how many fields of the old one were left out.

    Copied are the sizes of the declared axes, voxel type, units, slope and intercept, and the orientations whose codes
    say that they are there. Texts, intent, calibration, timing and every number of an orientation that is none go.

    Args:
        old: a nibabel Nifti1Header or Nifti2Header.

    Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group.
    """
    new = type(old)(endianness=old.endianness, check=False)
    new["datatype"] = old["datatype"]
    new["bitpix"] = _bits(old)
    new["xyzt_units"] = int(old["xyzt_units"]) & _UNITS
    _sizes(old, new)
    _scale(old, new)
    _orientation(old, new)
    if bytes(old["descrip"].item()).rstrip(b"\0") == SIMULATED_MARK:
        new["descrip"] = SIMULATED_MARK
    return new, sum(_is_left_out(name, old, new) for name in old if name not in _MADE)


def _bits(old: Any) -> int:
    try:
        return int(old.get_data_dtype().itemsize) * 8
    except Exception:  # an unknown voxel type: the reader says so
        return 0


def _sizes(old: Any, new: Any) -> None:
    """As many axes as are declared, at most seven."""
    axes = min(max(int(old["dim"][0]), 0), 7)
    declared = [min(max(int(n), -1), _LONGEST) for n in old["dim"][1 : axes + 1]]
    new["dim"] = [axes, *declared, *[1] * (7 - axes)]


def _scale(old: Any, new: Any) -> None:
    slope, intercept = float(old["scl_slope"]), float(old["scl_inter"])
    if not math.isfinite(slope) or slope == 0.0:  # no scale: the intercept says nothing either
        new["scl_slope"], new["scl_inter"] = (0.0, 0.0) if slope == 0.0 else (math.nan, math.nan)
        return
    new["scl_slope"], new["scl_inter"] = _near(slope), _near(intercept)


def _orientation(old: Any, new: Any) -> None:
    """Voxel sizes are those of the qform, or of the sform where there is no qform."""
    axes = min(int(new["dim"][0]), 3)
    side = float(old["pixdim"][0])
    new["pixdim"][0] = side if side in (-1.0, 0.0, 1.0) else 0.0
    new["pixdim"][1 : axes + 1] = _near(old["pixdim"][1 : axes + 1])
    for code, names in (("qform_code", _QFORM), ("sform_code", _SFORM)):
        if int(old[code]) > 0:
            new[code] = min(int(old[code]), _CODES)
            for name in names:
                new[name] = _near(old[name])
    if int(new["sform_code"]) > 0 and int(new["qform_code"]) <= 0:
        rows = np.array([np.asarray(new[name], dtype=np.float64) for name in _SFORM])
        new["pixdim"][1 : axes + 1] = np.linalg.norm(rows[:, :3], axis=0)[:axes]


def _near(values: Any) -> Any:
    """Numbers, none of them longer than a place in a scanner is away; of NaN not the bits that it leaves free."""
    with np.errstate(all="ignore"):
        found = np.clip(np.asarray(values, dtype=np.float64), -_TOO_FAR, _TOO_FAR)
    return np.where(np.isnan(found), math.nan, found)


def _is_left_out(name: str, old: Any, new: Any) -> bool:
    before = old[name].tobytes()
    return bool(before.strip(b"\0")) and before != new[name].tobytes()
