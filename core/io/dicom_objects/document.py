"""The case report's PDF as a DICOM Encapsulated PDF (PS3.3, A.45.1) that names the CT as its source."""

from __future__ import annotations

from typing import Any

from core.io.dicom_objects import codes
from core.io.dicom_objects.derivation import Derivation, equipment, settle
from core.io.dicom_seg_writer import PRODUCT

STORAGE = "1.2.840.10008.5.1.4.1.1.104.1"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"


def document_object(pdf: bytes, derivation: Derivation, version: str) -> Any:
    """The PDF in the study of the CT; of an odd number of bytes one is added, the true number is written beside it."""
    from highdicom.base import SOPClass
    from highdicom.sr import CodedConcept
    from pydicom.dataset import Dataset

    first = derivation.headers[0]
    dataset = SOPClass(
        study_instance_uid=first.StudyInstanceUID,
        sop_class_uid=STORAGE,
        modality="DOC",
        transfer_syntax_uid=_EXPLICIT_LITTLE,
        **derivation.place("document", "document"),
        **equipment(version),
        coding_schemes=[codes.scheme_item()],
    )
    dataset.copy_patient_and_study_information(first)
    dataset.ConversionType = "WSD"
    for unknown in ("ContentDate", "ContentTime", "AcquisitionDateTime"):
        setattr(dataset, unknown, "")
    dataset.BurnedInAnnotation = "NO"
    dataset.DocumentTitle = codes.PDF_REPORT[1]
    dataset.ConceptNameCodeSequence = [CodedConcept.from_code(codes.own(*codes.PDF_REPORT))]
    dataset.SourceInstanceSequence = [_reference(one, Dataset()) for one in derivation.headers]
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(pdf)
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return settle(dataset, derivation, f"Case report, research use ({PRODUCT})")


def _reference(source: Any, item: Any) -> Any:
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = source.SOPClassUID, source.SOPInstanceUID
    return item
