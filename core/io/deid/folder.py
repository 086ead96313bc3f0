"""A folder or zip of CT slices of one patient, file by file into another folder without identifiers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.case import Notice
from core.errors import InputError
from core.io.atomic import whole_file
from core.io.burned_in import burned_in_notices
from core.io.deid.dicom_file import BROKEN, cleaned_dicom
from core.io.deid.door import unpack
from core.io.deid.key import CaseKey
from core.io.deid.tally import FILE_NAMES, PIXELS, Tally
from core.io.dicom_headers import read_headers
from core.io.dicom_pixels import decode
from core.io.dicom_slice import Slice
from core.io.kinds import Kind, kind_of
from core.io.scan import Found, scan
from core.io.series import opened

ROLE = "image folder"
_BROKEN = "a broken DICOM file"
_OPAQUE = "pixels in a form that cannot be looked through"


@dataclass(eq=False)
class Cleaned:
    """What was done.

    Attributes:
        tally: the attributes that went or were replaced.
        written: how many files are in the new folder, or would be.
        refused: of every other file its position among all (from 1) and what it is instead of a CT slice.
        notices: what must be looked at by eye.
    """

    tally: Tally = field(default_factory=Tally)
    written: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    notices: tuple[Notice, ...] = ()


def clean_folder(source: Path, out: Path | None, key: CaseKey | None = None) -> Cleaned:
    """Write the CT slices of `source` without identifiers into `out`, or only say what would go if that is None.

    The new files are series_01/slice_0001.dcm and so on, in the order of the slices' numbers. The key is forgotten: a
    second run gives other UIDs and dates.

    Raises:
        InputError: no CT slices, those of two patients, or a place that cannot be written to.
    """
    key, done = key or CaseKey(), Cleaned()
    with _opened(source, key, done.tally) as (found, is_clean):
        for number, slices in enumerate(_series(found, done), start=1):
            for place, content in _files(_decodable(slices, number, done), None if is_clean else key, done):
                if out is not None:
                    with whole_file(out / f"series_{number:02d}" / f"slice_{place:04d}.dcm") as stream:
                        stream.write(content)
    done.refused.sort()
    if not done.written:
        raise InputError(f"{ROLE}: expected CT slices that can be de-identified, got {len(done.refused)} other files")
    done.tally.removed[FILE_NAMES] += done.written
    return done


@contextmanager
def _opened(source: Path, key: CaseKey, tally: Tally) -> Iterator[tuple[Found, bool]]:
    """The files, and whether they are clean already, as those of a zip are: what it holds is not written as it is."""
    if source.is_file() and kind_of(source) is Kind.ZIP:
        with tempfile.TemporaryDirectory(prefix="haic-") as folder:
            unpack(source, Path(folder), key, ROLE, tally)
            yield scan(Path(folder)), True
        return
    with opened(source, ROLE) as found:
        yield found, False


def _series(found: Found, done: Cleaned) -> list[list[Slice]]:
    """The slices by series and layout, each in order; everything else is refused."""
    done.refused += [(number, kind.value) for number, _, kind in found.files if kind is not Kind.DICOM]
    slices, rejected = read_headers([(number, path) for number, path, _ in found.of(Kind.DICOM)])
    done.refused += rejected
    if len({one.patient_key for one in slices} - {""}) > 1:
        raise InputError(f"{ROLE}: expected one patient, got series of several; each is a case with its own key")
    by_series: dict[tuple[object, ...], list[Slice]] = {}
    for one in slices:
        by_series.setdefault(one.group, []).append(one)
    return [sorted(group, key=lambda one: (one.instance, one.file, one.frame)) for group in by_series.values()]


def _decodable(slices: list[Slice], number: int, done: Cleaned) -> list[Slice]:
    """The slices whose pixels can be seen; signs of burned-in text are noted."""
    planes, broken = decode(slices)
    done.refused += broken
    shown = [one for one in slices if (one.file, one.frame) in planes]
    if shown:
        hu = np.stack([planes[one.file, one.frame] for one in shown], axis=2)
        marked = sum(one.burned_in for one in shown)
        done.notices += burned_in_notices(marked, len(shown), hu, f"series {number}")
    return shown


def _files(slices: list[Slice], key: CaseKey | None, done: Cleaned) -> Iterator[tuple[int, bytes]]:
    """Each file once, with its number within the series; None for `key` where they are clean already."""
    files = {one.file: one.path for one in slices}
    for number, (file, path) in enumerate(files.items(), start=1):
        tally, content = Tally(), path.read_bytes()
        content = content if key is None else cleaned_dicom(content, key, tally)
        if content == BROKEN or tally.removed[PIXELS]:
            done.refused.append((file, _BROKEN if content == BROKEN else _OPAQUE))
            continue
        done.tally.add(tally)
        done.written += 1
        yield number, content
