"""Which DICOM series lie in a folder, by their tags and never by the names of folders and files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.io.dicom_headers import inflates_too_far, open_dicom
from core.io.kinds import Kind, kind_of
from core.io.scan import is_silent

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SAID_EVERY = 500
_Header = tuple[str, str, str, str, str]
_TAGS = ["PatientID", "StudyInstanceUID", "StudyDate", "SeriesInstanceUID", "Modality"]


@dataclass(frozen=True)
class IndexedSeries:
    """One DICOM series.

    Attributes:
        patient_id, study, date, series, modality: as the tags have them, "" if unknown; not for texts.
        files: its files, in name order.
    """

    patient_id: str
    study: str
    date: str
    series: str
    modality: str
    files: tuple[Path, ...]

    @property
    def folders(self) -> frozenset[Path]:
        """Those its files lie in; one, as a rule."""
        return frozenset(path.parent for path in self.files)


@dataclass(frozen=True)
class DicomIndex:
    """Every series of a folder, how many files are no DICOM, and how many of these are zips."""

    series: tuple[IndexedSeries, ...]
    others: int
    zips: int


def index_dicom(folder: Path, progress: Callable[[str, float], None]) -> DicomIndex:
    """The DICOM series below `folder`; links to folders are not followed, damaged files belong to none."""
    paths = sorted(
        Path(root) / name
        for root, _, names in os.walk(folder)
        for name in names
        if not is_silent(Path(root).name, name)
    )
    groups: dict[_Header, list[Path]] = {}
    kinds: list[Kind] = []
    for position, path in enumerate(paths):
        if position % SAID_EVERY == 0:
            progress("reading headers", position / len(paths))
        kinds.append(kind_of(path) if path.is_file() else Kind.UNKNOWN)
        header = _header(path) if kinds[-1] is Kind.DICOM else None
        if header is not None:
            groups.setdefault(header, []).append(path)
    series = tuple(IndexedSeries(*header, files=tuple(files)) for header, files in groups.items())
    others = sum(kind is not Kind.DICOM for kind in kinds)
    return DicomIndex(series, others, sum(kind is Kind.ZIP for kind in kinds))


def referenced_series(path: Path) -> frozenset[str]:
    """The series that a segmentation says it was drawn on; empty if it says none or cannot be read."""
    try:
        dataset = _opened(path)
        listed = [] if dataset is None else dataset.get("ReferencedSeriesSequence") or []
        return frozenset(str(one.get("SeriesInstanceUID", "")) for one in listed) - {""}
    except Exception:  # pydicom raises many kinds for damaged files, also where a value is asked for
        return frozenset()


def _header(path: Path) -> _Header | None:
    try:
        dataset = _opened(path, _TAGS)
        if dataset is None or not dataset.get("SeriesInstanceUID"):
            return None
        found = [str(dataset.get(tag, "") or "").strip() for tag in _TAGS]
    except Exception:  # pydicom raises many kinds for damaged files; such a file belongs to no series
        return None
    return found[0], found[1], found[2], found[3], found[4]


def _opened(path: Path, tags: list[str] | None = None) -> Dataset | None:
    if inflates_too_far(path):
        return None
    return open_dicom(path, stop_before_pixels=True, specific_tags=tags)
