"""A DICOM file's bytes without identifiers, and what kinds of DICOM object are refused."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from core.io.deid.dataset import deidentify
from core.io.deid.key import CaseKey
from core.io.deid.tally import PREAMBLE, Tally
from core.io.dicom_bounds import inflates
from core.io.dicom_headers import open_dicom

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

BROKEN = b"\0" * 128 + b"DICM\x08\0\x60\0CS\x02\0CT" + b"\x28\0\x10\0US\x02\0\x01\0" + b"\x28\0\x11\0US\x02\0\x01\0"
"""Stands for a file that cannot be read: a CT of one voxel without a place, which the reader calls broken."""

_DEFLATED, _EXPLICIT = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.1"
_WITH_PIXELS = frozenset({"CT", "SEG"})


def cleaned_dicom(content: bytes, key: CaseKey, tally: Tally) -> bytes:
    """The file without identifiers; pixels of CT and segmentations stay, of all else only what kind it is.

    Nothing is said of a file that cannot be read: what comes back is none, either.
    """
    try:
        with warnings.catch_warnings():  # what pydicom has to say may hold tag contents
            warnings.simplefilter("ignore")
            return _cleaned(content, key, tally)
    except Exception:  # pydicom raises many kinds for damaged files; all mean the same
        tally.files += 1
        return BROKEN


def _cleaned(content: bytes, key: CaseKey, tally: Tally) -> bytes:
    from pydicom.dataset import FileMetaDataset

    dataset = _read(content)
    found = deidentify(dataset, key)
    found.removed[PREAMBLE] += any(content[:128]) and content[128:132] == b"DICM"
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    meta: Any = FileMetaDataset()
    meta.TransferSyntaxUID = _EXPLICIT if syntax == _DEFLATED else syntax
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "") or "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "") or key.uid("none")
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    found.removed = +found.removed
    tally.add(found)
    return stream.getvalue()


def _read(content: bytes) -> Dataset:
    """With pixels where they are of use and whole, else without.

    Raises:
        ValueError: a deflated file that inflates beyond all measure.
    """
    if inflates(content):
        raise ValueError("a file that inflates beyond all measure")
    header = open_dicom(io.BytesIO(content), stop_before_pixels=True)
    if str(header.get("Modality", "")) not in _WITH_PIXELS:
        return header
    try:
        return open_dicom(io.BytesIO(content))
    except Exception:  # cut off within the pixels: the reader says so where they are missing
        return header
