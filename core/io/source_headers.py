"""The headers of a CT's slices, read again from where the user said it lies, for a DICOM object derived from it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.io.dicom_headers import inflates_too_far, open_dicom
from core.io.kinds import Kind
from core.io.series import opened
from core.io.source import DicomSource, key_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# What a DICOM object of the same patient and study must carry, empty where it is not known (PS3.3, C.7.1.1, C.7.2.1).
_EMPTY_IF_UNKNOWN = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "FrameOfReferenceUID")


def source_headers(path: Path, source: DicomSource | None, role: str) -> list[Dataset]:
    """The headers of the slices of `source` in the file, folder or zip at `path`, without pixels, each once.

    They hold the patient's identity and go into the user's own file only.

    Raises:
        InputError: the CT was no DICOM, its slices are no longer there, or they lack the identifiers that a derived
            object refers to.
    """
    with opened(path, role) as files:
        headers = (_header(file) for _, file, _ in files.of(Kind.DICOM))
        return headers_of(source, (one for one in headers if one is not None), role)


def headers_of(
    source: DicomSource | None, headers: Iterable[Dataset], role: str, read_as: Callable[[str], str] = str
) -> list[Dataset]:
    """As `source_headers`, of headers that were read already.

    Args:
        read_as: the SOP instance UID under which a slice was read, from the one in its header; where the slices passed
            the door, their case's `core.io.deid.key.CaseKey.uid`.
    """
    if source is None:
        raise InputError(f"{role}: expected a CT that came as DICOM for a DICOM segmentation, got another format")
    found: dict[str, Dataset] = {}
    for dataset in headers:
        key = key_of(read_as(str(dataset.get("SOPInstanceUID", ""))))
        if key and key in source.instances:
            found.setdefault(key, dataset)
    if not found or any(not dataset.get(name) for dataset in found.values() for name in _NEEDED):
        raise InputError(
            f"{role}: expected DICOM slices with identifiers of study, series, slice and frame of reference"
        )
    return [_completed(dataset) for dataset in found.values()]


def _header(file: Path) -> Dataset | None:
    if inflates_too_far(file):
        return None
    try:
        with warnings.catch_warnings():  # what pydicom has to say may hold tag contents
            warnings.simplefilter("ignore")
            dataset = open_dicom(file, stop_before_pixels=True)
            for name in (*_NEEDED, *_EMPTY_IF_UNKNOWN):
                dataset.get(name)  # a value is read only where it is asked for
            return dataset
    except Exception:  # pydicom raises many kinds for damaged files; such a file is none of the slices
        return None


def _completed(dataset: Dataset) -> Dataset:
    """With every value that a derived object must repeat; one that DICOM does not allow counts as unknown."""
    from pydicom.valuerep import DA, TM

    for name in _EMPTY_IF_UNKNOWN:
        if name not in dataset:
            setattr(dataset, name, "")
    if str(dataset.PatientSex) not in ("M", "F", "O"):
        dataset.PatientSex = ""
    for name, kind in (("PatientBirthDate", DA), ("StudyDate", DA), ("StudyTime", TM)):
        try:
            kind(str(dataset[name].value or ""))
        except ValueError:
            setattr(dataset, name, "")
    return dataset
