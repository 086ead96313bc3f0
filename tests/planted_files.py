"""Files with an identifier of tests.planted in every place that they have."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from tests.core.io.dicom_factory import slice_dataset

Planted = Mapping[str, str]
KEYWORDS = (
    *("PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthDate", "PatientAddress"),
    *("PatientTelephoneNumbers", "PatientComments", "AccessionNumber", "StudyID", "StudyDescription", "ProtocolName"),
    *("SeriesDescription", "InstitutionName", "ReferringPhysicianName", "OperatorsName", "StationName"),
    *("DeviceSerialNumber", "ImageComments", "ContrastBolusAgent", "ConvolutionKernel", "UserContentLabel"),
    "UserContentLongLabel",
)
PDF_STORAGE, CAPTURE_STORAGE = "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.7"
OUTSIDE = ("file name", "folder name", "zip comment", "zip member name", "zip member comment")
OTHER_FILES = (
    *("NIfTI description", "NIfTI extension", "gzip file name", "NRRD comment", "NRRD value"),
    *("clinical.json key", "clinical.json value", "CSV column", "CSV cell"),
)


def slices(hu: np.ndarray, affine: np.ndarray, planted: Planted, phase: str) -> list[bytes]:
    """The slices of a CT, each with everything that can be planted in a slice."""
    return [stored(_slice(hu, affine, k, planted, phase), planted) for k in range(hu.shape[2])]


def _slice(hu: np.ndarray, affine: np.ndarray, k: int, planted: Planted, phase: str) -> Dataset:
    dataset = slice_dataset(hu, affine, k)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword in KEYWORDS:
        setattr(dataset, keyword, planted[keyword])
    dataset.SeriesDescription = f"{planted['SeriesDescription']} {phase}"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", planted["ImageType"]]
    dataset.StudyInstanceUID = planted["UID of the study"]
    dataset.SeriesInstanceUID = f"{planted['UID of the series']}.{len(phase)}"
    dataset.SOPInstanceUID = f"{planted['UID of the slice']}.{len(phase)}.{k}"
    dataset.FrameOfReferenceUID = planted["UID of the frame of reference"]
    dataset.AcquisitionTime = "101500" if phase == "arterial" else "101545"
    dataset.PixelData = dataset.PixelData + _even(planted["bytes after the pixels"])
    dataset.add_new(0xFFFCFFFC, "OB", _even(planted["data set trailing padding"]))
    _hidden(dataset, planted)
    _nested(dataset, planted)
    return dataset


def _hidden(dataset: Dataset, planted: Planted) -> None:
    block = dataset.private_block(0x0029, planted["private creator"], create=True)
    block.add_new(0x10, "LO", planted["private attribute"])
    block.add_new(0x11, "SQ", Sequence([_item(PatientComments=planted["private nested sequence"])]))
    dataset.add_new(0x60003000, "OW", _even(planted["overlay data"]))
    dataset.add_new(0x60000022, "LO", planted["overlay description"])
    dataset.add_new(0x50003000, "OW", _even(planted["curve data"]))
    dataset.add_new(0x00091010, "UN", _even(planted["unknown attribute"]))
    dataset.add_new(0x00189FFE, "LO", planted["unknown attribute"])
    icon = _item(Rows=1, Columns=1)
    icon.add_new(0x7FE00010, "OB", _even(planted["icon image"]))
    dataset.IconImageSequence = Sequence([icon])
    dataset.add_new(0x00180060, "LO", planted["number that is a name"])  # kVp


def _nested(dataset: Dataset, planted: Planted) -> None:
    dataset.RequestAttributesSequence = Sequence([_item(RequestedProcedureDescription=planted["nested sequence"])])
    code = _item(CodeValue="69536005", CodingSchemeDesignator="SCT", CodeMeaning=planted["deeply nested code"])
    modifier = _item(AnatomicRegionModifierSequence=Sequence([code]))
    dataset.AnatomicRegionSequence = Sequence([modifier])
    person = _item(PersonName=planted["nested person"], ReferencedSOPInstanceUID=planted["UID of the slice"])
    dataset.SourceImageSequence = Sequence([person])
    dataset.ContentSequence = Sequence([_item(TextValue=planted["text value of a content sequence"])])


def others(planted: Planted) -> list[bytes]:
    """A secondary capture and a PDF within DICOM."""
    capture = _item(
        SOPClassUID=CAPTURE_STORAGE, SOPInstanceUID="1.2.3.4.1", Modality="OT", PatientID=planted["PatientID"]
    )
    capture.ImageComments = planted["secondary capture"]
    document = _item(
        SOPClassUID=PDF_STORAGE, SOPInstanceUID="1.2.3.4.2", Modality="DOC", PatientID=planted["PatientID"]
    )
    document.add_new(0x00420011, "OB", _even(f"%PDF {planted['encapsulated PDF']}"))
    capture.SpecificCharacterSet = document.SpecificCharacterSet = "ISO_IR 192"
    return [stored(capture, planted), stored(document, planted)]


def stored(dataset: Dataset, planted: Planted) -> bytes:
    """A file with an identifier in its preamble and its meta information."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.SourceApplicationEntityTitle = planted["source application entity"]
    dataset.preamble = planted["preamble"].encode().ljust(128, b"\0")
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def folder_of(files: list[bytes], root: Path, planted: Planted) -> Path:
    """The files under names that say whose they are, in a folder that does, too."""
    folder = root / planted["folder name"]
    folder.mkdir(parents=True)
    for number, content in enumerate(files):
        (folder / f"{planted['file name']}_{number:03d}.dcm").write_bytes(content)
    return folder


def zip_of(files: list[bytes], planted: Planted) -> bytes:
    """A zip with comments and member names that say whose it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = planted["zip comment"].encode()
        for number, content in enumerate(files):
            member = zipfile.ZipInfo(f"{planted['zip member name']}/{number}")
            member.comment = planted["zip member comment"].encode()
            field = planted["zip member comment"].encode("utf-16-le")
            member.extra = b"\xfe\xca" + len(field).to_bytes(2, "little") + field
            archive.writestr(member, content)
    return stream.getvalue()


def nifti(hu: np.ndarray, affine_lps: np.ndarray, planted: Planted) -> bytes:
    """A gzipped NIfTI with texts in its header, an extension and the name it was packed under."""
    import nibabel

    image = nibabel.Nifti1Image(hu, np.diag([-1.0, -1, 1, 1]) @ affine_lps)
    image.header["descrip"] = planted["NIfTI description"].encode()
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, planted["NIfTI extension"].encode()))
    stream = io.BytesIO()
    with gzip.GzipFile(planted["gzip file name"], "wb", fileobj=stream) as packed:
        packed.write(image.to_bytes())
    return stream.getvalue()


def nrrd(hu: np.ndarray, spacing: tuple[float, float, float], planted: Planted) -> bytes:
    """An NRRD with a comment and a value."""
    directions = " ".join(f"({','.join(str(s if a == b else 0) for b in range(3))})" for a, s in enumerate(spacing))
    lines = [
        "NRRD0004",
        f"# {planted['NRRD comment']}",
        "type: short",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, hu.shape))}",
        f"space directions: {directions}",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: raw",
        "space origin: (0,0,0)",
        f"patient:={planted['NRRD value']}",
    ]
    return "\n".join([*lines, "", ""]).encode() + hu.astype("<i2").tobytes(order="F")


def clinical_texts(planted: Planted) -> list[str]:
    """Records that are refused: a key that is a name, a value that is one, and no JSON at all."""
    key, value = planted["clinical.json key"], planted["clinical.json value"]
    return [json.dumps({key: 1}), json.dumps({"sex": value}), json.dumps({"age_years": value}), f'{{"{key}": {value}']


def table(planted: Planted) -> str:
    """A cohort with a column and a cell that are names."""
    head = f"id,time,event,{planted['CSV column']}"
    return "\n".join([head, *(f"{n},{n + 1},1,{planted['CSV cell']}" for n in range(30)), ""])


def _item(**tags: Any) -> Dataset:
    item = Dataset()
    for name, value in tags.items():
        setattr(item, name, value)
    return item


def _even(text: str) -> bytes:
    raw = text.encode()
    return raw + b" " * (len(raw) % 2)
