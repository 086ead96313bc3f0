"""Studies and series by QIDO-RS: dates, modalities, known words of descriptions; patients' names are not asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.io.pacs.connection import asking
from core.io.pacs.words import known_words
from core.io.scan import MAX_FILES

if TYPE_CHECKING:
    from dicomweb_client import DICOMwebClient

MOST_STUDIES = 200
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_DATES = re.compile(r"[0-9]{8}|[0-9]{8}-|-[0-9]{8}|[0-9]{8}-[0-9]{8}")
_TAGS = {
    "StudyInstanceUID": "0020000D",
    "SeriesInstanceUID": "0020000E",
    "SOPInstanceUID": "00080018",
    "StudyDate": "00080020",
    "StudyDescription": "00081030",
    "ModalitiesInStudy": "00080061",
    "NumberOfStudyRelatedSeries": "00201206",
    "Modality": "00080060",
    "SeriesDescription": "0008103E",
    "SeriesNumber": "00200011",
    "NumberOfSeriesRelatedInstances": "00201209",
}
_LONGEST = 64
_PAGE = 1000


@dataclass(frozen=True)
class Study:
    """A study; None or "" where the server does not say."""

    uid: str = field(repr=False)
    date: str
    modalities: tuple[str, ...]
    description: str
    series: int | None


@dataclass(frozen=True)
class FoundSeries:
    """A series of a study; None or "" where the server does not say."""

    uid: str = field(repr=False)
    number: int | None
    modality: str
    description: str
    instances: int | None


@dataclass(frozen=True)
class Query:
    """What to look for; "" leaves a field open.

    Attributes:
        date: YYYYMMDD, YYYYMMDD-YYYYMMDD, YYYYMMDD- or -YYYYMMDD.
        modality: that occurs in the study.
        patient_id: whole, as the PACS has it; wildcards are not allowed.
    """

    date: str = ""
    modality: str = "CT"
    patient_id: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.date and not _DATES.fullmatch(self.date):
            raise InputError("date: expected YYYYMMDD or YYYYMMDD-YYYYMMDD, got another text")
        if self.modality and not re.fullmatch(r"[A-Z0-9]{2,16}", self.modality):
            raise InputError("modality: expected letters such as CT, got another text")
        if re.search(r"[*?\\]", self.patient_id) or len(self.patient_id) > _LONGEST:
            raise InputError("patient ID: expected one without wildcards, of at most 64 characters, got another")


def search_studies(client: DICOMwebClient, query: Query) -> tuple[Study, ...]:
    """The studies that fit, the latest first, at most MOST_STUDIES.

    Raises:
        InputError: the server cannot be asked.
    """
    named = {"StudyDate": query.date, "ModalitiesInStudy": query.modality, "PatientID": query.patient_id}
    filters = {key: value for key, value in named.items() if value}
    fields = ["StudyDescription", "ModalitiesInStudy", "NumberOfStudyRelatedSeries"]
    with asking():
        rows = client.search_for_studies(limit=MOST_STUDIES, fields=fields, search_filters=filters)
        found = [_study(row) for row in rows or []]
    return tuple(sorted(found, key=lambda one: (one.date, one.uid), reverse=True))


def search_series(client: DICOMwebClient, study: str) -> tuple[FoundSeries, ...]:
    """The series of a study, by number.

    Raises:
        InputError: no such identifier, or the server cannot be asked.
    """
    check_uid(study, "study")
    fields = ["SeriesDescription", "NumberOfSeriesRelatedInstances"]
    with asking():
        found = [_series(row) for row in client.search_for_series(study, fields=fields) or []]
    return tuple(sorted(found, key=lambda one: (one.number is None, one.number or 0, one.uid)))


def search_instances(client: DICOMwebClient, study: str, series: str) -> tuple[str, ...]:
    """The SOP instance UIDs of a series, in order.

    Raises:
        InputError: no such identifiers, or the server cannot be asked.
    """
    check_uid(study, "study")
    check_uid(series, "series")
    found: set[str] = set()
    while len(found) <= MAX_FILES:  # a server may give a page at a time, or the first page whatever was asked
        with asking():
            rows = client.search_for_instances(study, series, limit=_PAGE, offset=len(found)) or []
            fresh = {_text(row, "SOPInstanceUID") for row in rows} - found
        for uid in fresh:
            check_uid(uid, "instance")
        if not fresh:
            break
        found |= fresh
    return tuple(sorted(found))


def check_uid(uid: str, what: str) -> None:
    """Raises InputError for what is no DICOM identifier; it becomes part of an address."""
    if len(uid) > 64 or not _UID.fullmatch(uid):
        raise InputError(f"{what}: expected its DICOM UID, got another text")


def _study(row: dict[str, Any]) -> Study:
    return Study(
        _text(row, "StudyInstanceUID"),
        _text(row, "StudyDate"),
        tuple(str(one) for one in _values(row, "ModalitiesInStudy")),
        known_words(_text(row, "StudyDescription")),
        _count(row, "NumberOfStudyRelatedSeries"),
    )


def _series(row: dict[str, Any]) -> FoundSeries:
    return FoundSeries(
        _text(row, "SeriesInstanceUID"),
        _count(row, "SeriesNumber"),
        _text(row, "Modality"),
        known_words(_text(row, "SeriesDescription")),
        _count(row, "NumberOfSeriesRelatedInstances"),
    )


def _values(row: dict[str, Any], name: str) -> list[Any]:
    return list(row.get(_TAGS[name], {}).get("Value") or [])


def _text(row: dict[str, Any], name: str) -> str:
    """The first value, without what a terminal would take for a command."""
    text = str((_values(row, name) or [""])[0])
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST]


def _count(row: dict[str, Any], name: str) -> int | None:
    values = _values(row, name)
    return int(values[0]) if values and str(values[0]).strip().isdigit() else None
