"""Which DICOM series a volume came from, in keys that say nothing by themselves."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from core.geometry import FloatArray, Geometry

# A fresh salt per process: equal keys mean equal identifiers, and nothing can be looked up from them.
_SALT = secrets.token_bytes(16)


@dataclass(frozen=True, eq=False)
class DicomSource:
    """The series of a volume; keys are equal within this process for equal identifiers, "" if unknown.

    Attributes:
        frame_of_reference: key of the space its positions are given in.
        series: key of the series.
        instances: keys of its files.
        grid: the regular stack of its slices, before a gantry tilt was straightened.
        places: where each slice lies along K of `grid`, ascending; whole numbers where distances are even.
    """

    frame_of_reference: str
    series: str
    instances: frozenset[str]
    grid: Geometry
    places: FloatArray


def key_of(identifier: str) -> str:
    """The key of an identifier, "" for an empty one."""
    if not identifier.strip():
        return ""
    return hashlib.blake2b(identifier.strip().encode(), key=_SALT, digest_size=16).hexdigest()
