"""DICOM files, of one or several series, to images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.case import Notice
from core.errors import InputError
from core.geometry import Geometry
from core.io.dicom_headers import Rejected, read_headers
from core.io.dicom_pixels import decode
from core.io.dicom_slice import Slice
from core.io.dicom_stack import DUPLICATE_MM, Stack, fill, positions, stack
from core.io.raw import MIN_SLICES, RawImage, check_affine, three_axes
from core.io.scan import listing
from core.io.source import DicomSource

Reader = Callable[[], RawImage]


def dicom_readers(files: list[tuple[int, Path]], count: int, role: str) -> tuple[list[Reader], Rejected]:
    """One reader for each CT series, and the files that belong to none.

    Args:
        files: DICOM files with their positions among all `count` files.
        role: for error texts.

    Each reader raises InputError if its series cannot be used.
    """
    slices, rejected = read_headers(files)
    groups = _groups(slices)
    whole = [group for group in groups if len(group) >= MIN_SLICES]
    if not whole and groups:
        whole = groups[:1]  # the reader says why it is too small
    for group in groups:
        if group not in whole:
            rejected += [(one.file, _stray_words(one, whole[0][0])) for one in group]
    return [partial(_read, group, count, role) for group in whole], sorted(rejected)


def _groups(slices: list[Slice]) -> list[list[Slice]]:
    """Slices by series, the phases of one series apart, the largest group first."""
    by_group: dict[tuple[object, ...], list[Slice]] = {}
    for one in slices:
        by_group.setdefault(one.group, []).append(one)
    groups = [part for group in by_group.values() for part in _phases(group)]
    return sorted(groups, key=len, reverse=True)


def _phases(group: list[Slice]) -> list[list[Slice]]:
    """One part, or several if most positions are taken more than once: then a series holds several phases."""
    unique = list({one.identity: one for one in group}.values())
    along = positions(unique)
    taken = Counter(round(float(t) / DUPLICATE_MM) for t in along)
    repeats = len(unique) - len(taken)
    if repeats < max(MIN_SLICES, len(taken) // 2):
        return [group]
    for level in range(len(unique[0].splits)):
        parts = _split(unique, [one.splits[level] for one in unique])
        if len(parts) > 1 and all(_is_one_phase(part) for part in parts):
            return parts
    by_order = sorted(unique, key=lambda one: (one.instance, one.file, one.frame))
    seen: Counter[int] = Counter()
    turn = []
    for t in positions(by_order):
        place = round(float(t) / DUPLICATE_MM)
        turn.append(str(seen[place]))
        seen[place] += 1
    return _split(by_order, turn)


def _split(slices: list[Slice], keys: list[str]) -> list[list[Slice]]:
    parts: dict[str, list[Slice]] = {}
    for one, key in zip(slices, keys, strict=True):
        parts.setdefault(key, []).append(one)
    return list(parts.values())


def _is_one_phase(part: list[Slice]) -> bool:
    places = {round(float(t) / DUPLICATE_MM) for t in positions(part)}
    return len(part) >= MIN_SLICES and len(places) == len(part)


def _stray_words(one: Slice, main: Slice) -> str:
    if one.patient_key != main.patient_key:
        return "a slice of another patient"
    if one.study_key != main.study_key:
        return "a slice of another study"
    return "a slice of another series"


def _read(group: list[Slice], count: int, role: str) -> RawImage:
    """One series as a volume.

    Raises:
        InputError: too few slices left, too many missing, over-large.
    """
    first = group[0]
    three_axes((*first.shape, max(len(group), MIN_SLICES)), role)
    planes, broken = decode(group)
    readable = [one for one in group if (one.file, one.frame) in planes]
    if not readable:
        raise InputError(f"{role}: expected CT slices, got {len(group)} with pixels that cannot be decoded")
    stacked = stack(readable, role)
    check_affine(stacked.affine_lps, role)
    three_axes((*first.shape, stacked.count), role)
    values = fill(stacked, [planes[one.file, one.frame] for one in stacked.slices])
    times = [one.time_s for one in readable if one.time_s is not None]
    marked = sum(one.burned_in for one in readable)
    tags: dict[str, str | float] = {
        "series_description": first.description,
        "contrast_agent": first.contrast_agent,
        "burned_in": marked,
    }
    notices = stacked.notices
    if broken:
        notices = (Notice("broken_files", listing(role, count, "expected CT", broken)), *notices)
    return RawImage(
        values,
        stacked.affine_lps,
        "DICOM",
        notices=notices,
        tags=tags,
        patient_key=first.patient_key,
        time_s=min(times) if times else None,
        source=_source(stacked),
    )


def _source(stacked: Stack) -> DicomSource:
    one = stacked.slices[0]
    return DicomSource(
        frame_of_reference=one.frame_of_reference_key,
        series=one.series_key,
        instances=frozenset(each.instance_key for each in stacked.slices),
        grid=Geometry((*one.shape, stacked.count), stacked.affine_lps),
        places=stacked.place,
    )
