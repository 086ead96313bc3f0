"""Slices of one series to a regular volume, with every gap, duplicate and tilt named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.case import Notice
from core.errors import InputError
from core.geometry import FloatArray
from core.imaging.layout import reversed_axes
from core.io.dicom_slice import Slice
from core.io.raw import MIN_SLICES, SPACING_RANGE_MM

DUPLICATE_MM = 0.05
UNEVEN = 0.1  # of the expected distance; below, an uneven distance is rounding
MISSING = 1.5  # of the expected distance; from here on, slices are missing
TILT_DEGREES = 0.5
_ON_LATTICE = 0.02
_LISTED = 6


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices in order along their normal, and the regular grid they go to.

    Attributes:
        slices: sorted by position.
        place: position of each slice on the grid, in grid slices; whole numbers where it needs no interpolation.
        count: slices of the grid.
        affine_lps: 4x4 of the grid; its third column leaves the normal if the gantry was tilted.
        notices: what was found.
    """

    slices: list[Slice]
    place: FloatArray
    count: int
    affine_lps: FloatArray
    notices: tuple[Notice, ...]


def stack(slices: list[Slice], role: str) -> Stack:
    """Orders slices, all of one size and orientation, and finds their regular grid.

    Raises:
        InputError: fewer than 8 positions, a distance out of range, or more slices missing than there are.
    """
    ordered, duplicates = without_duplicates(slices)
    if len(ordered) < MIN_SLICES:
        raise InputError(f"{role}: expected a volume of at least {MIN_SLICES} slices, got {len(ordered)}")
    along = positions(ordered)
    distances = np.diff(along)
    spacing = _spacing(along, role)
    missing = np.maximum(np.rint(distances / spacing) - 1, 0)
    if missing.sum() > len(ordered):
        between = f"{missing.sum():.0f} missing between them"
        raise InputError(f"{role}: expected a whole series, got {len(ordered)} slices with {between}")
    place, count = _lattice(along, spacing)
    direction, drift = _direction(ordered, along)
    affine = np.eye(4)
    first = ordered[0]
    affine[:3, 0] = first.row * first.spacing_mm[0]
    affine[:3, 1] = first.column * first.spacing_mm[1]
    affine[:3, 2] = direction * spacing
    affine[:3, 3] = first.position - direction * spacing * place[0]
    notices = _duplicate_notice(duplicates, role) + _gap_notices(distances, spacing, role) + _drift_notice(drift, role)
    return Stack(ordered, place, count, affine, notices)


def positions(slices: list[Slice]) -> FloatArray:
    """Where each slice lies along the common normal, mm."""
    normal = slices[0].normal
    return np.array([float(one.position @ normal) for one in slices])


def without_duplicates(slices: list[Slice]) -> tuple[list[Slice], int]:
    """Slices sorted along the normal, the first of each position kept, and how many were dropped."""
    by_instance = sorted(slices, key=lambda one: (one.instance, one.file, one.frame))
    along = positions(by_instance)
    kept: list[int] = []
    for index in np.argsort(along, kind="stable"):
        if not kept or along[index] - along[kept[-1]] > DUPLICATE_MM:
            kept.append(int(index))
    return [by_instance[index] for index in kept], len(slices) - len(kept)


def fill(stacked: Stack, planes: list[npt.NDArray[np.int16]]) -> npt.NDArray[np.int16]:
    """The volume (I, J, K): planes where they lie on the grid, linear interpolation between them elsewhere."""
    volume = np.empty((stacked.count, *planes[0].shape[::-1]), dtype=np.int16)
    upper = np.clip(np.searchsorted(stacked.place, np.arange(stacked.count) - _ON_LATTICE), 1, len(planes) - 1)
    for k, above in enumerate(upper):
        low, high = stacked.place[above - 1], stacked.place[above]
        share = min(max(float((k - low) / (high - low)), 0.0), 1.0)
        if share < _ON_LATTICE or share > 1 - _ON_LATTICE:
            volume[k] = planes[above if share > 0.5 else above - 1].T
        else:
            mixed = (1 - share) * planes[above - 1].T.astype(np.float32) + share * planes[above].T
            volume[k] = np.rint(mixed)
    return reversed_axes(volume)


def _spacing(along: FloatArray, role: str) -> float:
    """The mean distance where distances are even, else the median."""
    distances = np.diff(along)
    median = float(np.median(distances))
    even = bool((np.abs(distances - median) <= UNEVEN * median).all())
    spacing = float(along[-1] - along[0]) / (len(along) - 1) if even else median
    low, high = SPACING_RANGE_MM
    if not low <= spacing <= high:
        raise InputError(f"{role}: expected slices {low:g}-{high:g} mm apart, got {spacing:g} mm")
    return spacing


def _lattice(along: FloatArray, spacing: float) -> tuple[FloatArray, int]:
    """Places on the regular grid that leaves the most slices as they are, and how many places it has."""
    steps = (along[:, None] - along[None, :]) / spacing
    if len(along) == round((along[-1] - along[0]) / spacing) + 1 and _is_even(along, spacing):
        return np.arange(len(along), dtype=np.float64), len(along)
    on_grid = (np.abs(steps - np.rint(steps)) < _ON_LATTICE).sum(axis=0)
    place = steps[:, int(on_grid.argmax())]
    place = place - np.rint(place[0])
    place = np.where(np.abs(place - np.rint(place)) < _ON_LATTICE, np.rint(place), place)
    return place, int(np.rint(place[-1])) + 1


def _is_even(along: FloatArray, spacing: float) -> bool:
    return bool((np.abs(np.diff(along) - spacing) <= UNEVEN * spacing).all())


def _direction(slices: list[Slice], along: FloatArray) -> tuple[FloatArray, float]:
    """The step in LPS mm per mm along the normal, and how far slices stray sideways from that line, mm."""
    normal = slices[0].normal
    origins = np.array([one.position for one in slices])
    centred = along - along.mean()
    slope: FloatArray = (centred @ (origins - origins.mean(axis=0))) / float(centred @ centred)
    tilted = float(np.linalg.norm(slope - normal)) > np.tan(np.radians(TILT_DEGREES))
    direction: FloatArray = slope if tilted else normal
    strays = origins - origins[0] - np.outer(along - along[0], direction)
    return direction, float(np.linalg.norm(strays, axis=1).max())


def _duplicate_notice(count: int, role: str) -> tuple[Notice, ...]:
    if not count:
        return ()
    text = f"{role}: {count} slices lie where another slice lies already; the first at each position is kept"
    return (Notice("duplicate_slices", text),)


def _gap_notices(distances: FloatArray, spacing: float, role: str) -> tuple[Notice, ...]:
    gaps = [n for n, d in enumerate(distances) if d >= MISSING * spacing]
    uneven = [n for n, d in enumerate(distances) if n not in gaps and abs(d - spacing) > UNEVEN * spacing]
    notices = []
    if gaps:
        missing = sum(round(distances[n] / spacing) - 1 for n in gaps)
        text = f"{role}: {missing} slices missing, filled by interpolation: {_places(gaps, distances, spacing)}"
        notices.append(Notice("missing_slices", text))
    if uneven:
        text = f"{role}: uneven slice distances, resampled to {spacing:.3g} mm: {_places(uneven, distances, spacing)}"
        notices.append(Notice("uneven_slices", text))
    return tuple(notices)


def _places(where: list[int], distances: FloatArray, spacing: float) -> str:
    named = [f"between slice {n + 1} and {n + 2}, gap {distances[n]:.3g} mm, expected {spacing:.3g} mm" for n in where]
    more = [f"and {len(where) - _LISTED} more places"] if len(where) > _LISTED else []
    return "; ".join(named[:_LISTED] + more)


def _drift_notice(drift: float, role: str) -> tuple[Notice, ...]:
    if drift <= 1.0:
        return ()
    return (Notice("slices_stray", f"{role}: slices stray sideways from a straight line by up to {drift:.1f} mm"),)
