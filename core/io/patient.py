"""The nouns of a cohort of images: a patient of the table, the truth of a simulated one, a problem with a row."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from core.case import ClinicalRecord

CohortName = Literal["haic", "resection"]
Split = Literal["train", "internal", "external"]

CLINICAL = {field.name: field for field in fields(ClinicalRecord)}
TRUTH = ("true_mtm", "true_mtm_logit", "true_dlr", "true_lp_post")
COLUMNS = (
    *("patient_id", "centre", "cohort", "split", "arterial", "portal_venous", "mask"),
    *CLINICAL,
    *("mtm", "time_months", "event"),
    *TRUTH,
)

LONGEST_MONTHS = 1200.0


@dataclass(frozen=True)
class Truth:
    """What is true of a simulated patient: the subtype, a reader's log odds who knows all latent values, DLR and LP."""

    mtm: bool
    mtm_logit: float
    dlr: float
    lp_post: float | None


@dataclass(frozen=True)
class Patient:
    """One row of the table.

    Attributes:
        row: as a spreadsheet counts it; the header is row 1.
        patient_id: a pseudonym, unique in the table.
        centre: its name or number, "" if not given.
        cohort: "haic" (treated, survival may be known) or "resection" (MTM may be known from histology).
        split: "train", "internal" or "external".
        arterial, portal_venous: a file, a DICOM folder or a zip. mask: a liver mask; None to find the liver.
        clinical: the record.
        mtm: the subtype from pathology, None if unknown.
        time_months, event: follow-up from the first HAIC and whether it ended in death; both None if unknown.
        truth: of simulated patients only.
    """

    row: int
    patient_id: str
    centre: str
    cohort: CohortName
    split: Split
    arterial: Path
    portal_venous: Path
    mask: Path | None
    clinical: ClinicalRecord
    mtm: bool | None
    time_months: float | None
    event: bool | None
    truth: Truth | None = None


@dataclass(frozen=True)
class Problem:
    """Something wrong with the table: the row as a spreadsheet counts it, the column, one sentence, whose row it is."""

    row: int
    column: str
    text: str
    patient_id: str = field(default="", compare=False)
