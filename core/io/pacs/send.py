"""Objects to the PACS by STOW-RS, one at a time, so that each has its own outcome."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.io.dicom_headers import open_dicom
from core.io.pacs.connection import asking

if TYPE_CHECKING:
    from dicomweb_client import DICOMwebClient
    from pydicom.dataset import Dataset


@dataclass(frozen=True)
class Outcome:
    """What became of one object.

    Attributes:
        kind: segmentation, heatmap_{head}, report or document.
        stored: True only if the server named it among what it stored.
        reason: one sentence if it was not.
    """

    kind: str
    stored: bool
    reason: str = ""


def send_objects(client: DICOMwebClient, objects: Iterable[tuple[str, Path | io.BytesIO]]) -> Iterator[Outcome]:
    """Stores each file (kind, where it lies) in turn; one that is refused does not keep back the others."""
    for kind, file in objects:
        try:
            yield _outcome(kind, *_stored(client, file))
        except InputError as error:
            yield Outcome(kind, False, str(error))


def _stored(client: DICOMwebClient, file: Path | io.BytesIO) -> tuple[str, Dataset]:
    """The object's UID and the server's answer, which is one with a status of failure too (PS3.18, 10.5.3)."""
    import requests

    try:
        dataset = open_dicom(file)
    except Exception:  # pydicom raises many kinds for damaged files
        raise InputError("DICOM object: expected a file made by pacs objects, got a broken one") from None
    with asking():
        try:
            return str(dataset.SOPInstanceUID), client.store_instances([dataset])
        except requests.exceptions.HTTPError as error:
            answer = _failures(error)
            if answer is None:
                raise
            return str(dataset.SOPInstanceUID), answer


def _failures(error: Any) -> Dataset | None:
    from pydicom.dataset import Dataset

    kind = str(error.response.headers.get("Content-Type", "")).split(";")[0]
    if kind not in ("application/dicom+json", "application/json"):
        return None
    try:
        answer = Dataset.from_json(error.response.json())
    except Exception:  # an answer of another kind: the status alone is said
        return None
    return answer if "FailedSOPSequence" in answer else None


def _outcome(kind: str, uid: str, answer: Dataset) -> Outcome:
    stored = [str(one.get("ReferencedSOPInstanceUID", "")) for one in answer.get("ReferencedSOPSequence") or []]
    if uid in stored:
        return Outcome(kind, True)
    for one in answer.get("FailedSOPSequence") or []:
        if str(one.get("ReferencedSOPInstanceUID", "")) == uid:
            return Outcome(
                kind, False, f"PACS: expected it to be stored, got failure {int(one.get('FailureReason', 0)):#06x}"
            )
    return Outcome(kind, False, "PACS: expected to be told that it was stored, got an answer that does not name it")
