"""What all objects derived from one CT have in common: its headers, identifiers of their own, a time, who made them.

Identifiers follow from the study and from what is said, so that the same result sent twice is the same objects.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.io.dicom_seg_writer import PRODUCT

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SERIES = ("segmentation", "heatmaps", "report", "document")
"""The series that are made, in the order of their numbers."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """From what, of what and when.

    Attributes:
        headers: of the CT's slices (core.io.source_headers), at least one.
        content_sha256: of report.json (core.io.report_content).
        made_at: written into the objects, so that making them again gives the same bytes.
    """

    headers: list[Dataset]
    content_sha256: str
    made_at: datetime

    def uid(self, name: str) -> str:
        """The identifier of the thing `name`: a UUID-derived one (PS3.5, B.2) from study, series, content and name."""
        first = self.headers[0]
        said = "\n".join((str(first.StudyInstanceUID), str(first.SeriesInstanceUID), self.content_sha256, name))
        digest = hashlib.sha256(said.encode()).digest()[:16]
        return f"2.25.{uuid.UUID(bytes=digest, version=5).int}"

    def series_number(self, series: str) -> int:
        """After that of the CT, as viewers sort by it."""
        number = int(self.headers[0].get("SeriesNumber") or 0)
        return (number if 0 <= number < 10**6 else 0) * 100 + 1 + SERIES.index(series)

    def place(self, series: str, name: str, number: int = 1) -> dict[str, Any]:
        """The identifiers of instance `number`, called `name`, of one of SERIES, as highdicom takes them."""
        return {
            "series_instance_uid": self.uid(f"series {series}"),
            "series_number": self.series_number(series),
            "sop_instance_uid": self.uid(name),
            "instance_number": number,
        }


def equipment(version: str) -> dict[str, Any]:
    """Who made an object, as highdicom takes it."""
    return {
        "manufacturer": PRODUCT,
        "manufacturer_model_name": PRODUCT,
        "software_versions": version,
        "device_serial_number": "none",
    }


def settle(dataset: Dataset, derivation: Derivation, described: str) -> Dataset:
    """The object with its time, its series' description and names in UTF-8; highdicom writes the clock's time, random
    identifiers, and names in any other script than the Latin one as question marks.
    """
    dataset.SpecificCharacterSet = "ISO_IR 192"
    day, time = derivation.made_at.strftime("%Y%m%d"), derivation.made_at.strftime("%H%M%S")
    for kind in ("InstanceCreation", "Content", "Series"):
        if f"{kind}Date" in dataset:
            setattr(dataset, f"{kind}Date", day)
        if f"{kind}Time" in dataset:
            setattr(dataset, f"{kind}Time", time)
    for maker in dataset.get("ContributingEquipmentSequence") or []:
        maker.ContributionDateTime = day + time
    indices = f"indices of {dataset.SOPInstanceUID}"
    for item in (*(dataset.get("DimensionOrganizationSequence") or []), *(dataset.get("DimensionIndexSequence") or [])):
        item.DimensionOrganizationUID = derivation.uid(indices)
    dataset.SeriesDescription = described
    return dataset


def renamed(dataset: Dataset, place: dict[str, Any]) -> Dataset:
    """An object that was given random identifiers, with those of `Derivation.place`."""
    dataset.SeriesInstanceUID, dataset.SOPInstanceUID = place["series_instance_uid"], place["sop_instance_uid"]
    dataset.SeriesNumber, dataset.InstanceNumber = place["series_number"], place["instance_number"]
    dataset.file_meta.MediaStorageSOPInstanceUID = place["sop_instance_uid"]
    return dataset
