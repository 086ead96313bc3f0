"""DICOM files by their headers: which hold CT slices, and what every other file is instead."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.io.dicom_bounds import bytes_of, inflates, is_overlong
from core.io.dicom_slice import Slice, slices_of
from core.io.dicom_values import words
from core.io.raw import MAX_AXIS, MAX_VOXELS

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Rejected = list[tuple[int, str]]
"""Position of a file among all files, and what it is instead of a CT slice."""

_OTHER_MODALITIES = {
    "MR": "an MR image",
    "PT": "a PET image",
    "NM": "a scintigram",
    "US": "an ultrasound image",
    "CR": "a radiograph",
    "DX": "a radiograph",
    "XA": "an angiogram",
    "SEG": "a segmentation",
    "SR": "a structured report",
    "PR": "a presentation state",
    "KO": "a key object note",
    "RTSTRUCT": "a contour set",
    "RTDOSE": "a dose map",
    "OT": "a DICOM image of another modality",
    "DOC": "a document in a DICOM file",
}
_DOCUMENTS = "1.2.840.10008.5.1.4.1.1.104."
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SCREEN_TYPES = frozenset({"SCREEN SAVE", "SCREENSHOT", "SCREEN CAPTURE", "SCREEN_SAVE", "SCREEN"})
_CAPTURED = frozenset({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW"})  # PS3.3, C.8.6.1: digitised, or of a workstation


def read_headers(files: list[tuple[int, Path]]) -> tuple[list[Slice], Rejected]:
    """The CT slices among DICOM files given with their positions, and what the other files are."""
    slices: list[Slice] = []
    rejected: Rejected = []
    for file, path in files:
        found = _found_in(file, path)
        if isinstance(found, str):
            rejected.append((file, found))
        else:
            slices.extend(found)
    return slices, rejected


def open_dicom(path: Path | io.BytesIO, **options: Any) -> Dataset:
    """A data set; what pydicom has to warn of may hold tag contents and is not shown.

    A file that does not name its transfer syntax is given the one it was read with.

    Raises:
        ValueError: more elements than an image has. pydicom raises many other kinds for damaged files.
    """
    import pydicom
    from pydicom.uid import UID

    with nullcontext(path.getvalue()) if isinstance(path, io.BytesIO) else bytes_of(path) as content:
        if is_overlong(content):
            raise ValueError("more elements than an image has")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)  # it logs what it warns of
        pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
        dataset = pydicom.dcmread(path, force=True, **options)
        if "TransferSyntaxUID" not in dataset.file_meta:
            implicit = dataset.original_encoding[0]
            dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1")
        _without_false_sequences(dataset)
        return dataset


def _without_false_sequences(dataset: Dataset) -> None:
    """Sequences where a plain value belongs go: to make a text of one may take longer than anybody waits."""
    from pydicom.datadict import dictionary_VR

    for tag in [tag for tag in dataset.keys() if dataset.get_item(tag).VR == "SQ"]:  # noqa: SIM118
        try:
            if dictionary_VR(tag) != "SQ":
                del dataset[tag]
        except KeyError:
            continue  # private, and never read


def _found_in(file: int, path: Path) -> list[Slice] | str:
    if inflates_too_far(path):
        return "a DICOM file that inflates beyond all measure"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = open_dicom(path, stop_before_pixels=True)
            wrong = _not_ct(dataset)
            return wrong or list(slices_of(dataset, file, path))
        except Exception:  # pydicom raises many kinds for damaged files; all mean the same
            return "a broken DICOM file"


def inflates_too_far(path: Path) -> bool:
    """True for a deflated file beyond all measure; the reader inflates at once, so count first."""
    with bytes_of(path) as content:
        return inflates(content)


def modality_words(path: Path) -> str:
    """What a DICOM file is, in words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            modality = str(open_dicom(path, stop_before_pixels=True).get("Modality", ""))
    except Exception:  # as above; a value is read only where it is asked for
        return "a broken DICOM file"
    return "a CT image" if modality == "CT" else _OTHER_MODALITIES.get(modality, "another kind of DICOM object")


def _not_ct(dataset: Dataset) -> str:
    """What the file is if it is no CT slice, "" if it is."""
    if str(dataset.get("SOPClassUID", "")).startswith(_SECONDARY_CAPTURE):
        return "a secondary capture"
    if str(dataset.get("SOPClassUID", "")).startswith(_DOCUMENTS):
        return "a document in a DICOM file"
    if words(dataset.get("ImageType")) & _SCREEN_TYPES or str(dataset.get("ConversionType", "")) in _CAPTURED:
        return "a picture of a screen"
    modality = str(dataset.get("Modality", ""))
    if modality != "CT":
        return _OTHER_MODALITIES.get(modality, "another kind of DICOM object")
    if "LOCALIZER" in words(dataset.get("ImageType")):
        return "a localizer"
    if int(dataset.get("SamplesPerPixel", 1) or 1) != 1:
        return "a colour picture"
    rows, columns = int(dataset.get("Rows", 0) or 0), int(dataset.get("Columns", 0) or 0)
    if not (0 < rows <= MAX_AXIS and 0 < columns <= MAX_AXIS):
        return "a CT object without an image"
    return _wrong_frames(dataset, rows * columns)


def _wrong_frames(dataset: Dataset, pixels: int) -> str:
    """Decoders allocate what the header declares: judge the number of frames before they do."""
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if frames > 1 and frames != len(dataset.get("PerFrameFunctionalGroupsSequence") or []):
        return "a multiframe image without a position for each frame"
    return "an image beyond the size limit" if frames * pixels > MAX_VOXELS else ""
