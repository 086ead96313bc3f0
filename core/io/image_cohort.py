"""A cohort of images as one table: where each patient's images lie, the record, the outcome (docs/cohort-csv.md).

`simulate` writes it, `train cohort` and `batch` read it. Paths are relative to the table. All that is wrong with it is
told at once, row by row, so that a centre need not mend one cell a run.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from core.case import ClinicalRecord, choices
from core.errors import InputError
from core.io.cells import MISSING
from core.io.clinical import parse_clinical
from core.io.delimited import read_delimited

CohortName = Literal["haic", "resection"]
Split = Literal["train", "internal", "external"]

CLINICAL = {field.name: field for field in fields(ClinicalRecord)}
KINDS = get_type_hints(ClinicalRecord)
TRUTH = ("true_mtm", "true_mtm_logit", "true_dlr", "true_lp_post")
COLUMNS = (
    *("patient_id", "centre", "cohort", "split", "arterial", "portal_venous", "mask"),
    *CLINICAL,
    *("mtm", "time_months", "event"),
    *TRUTH,
)
NEEDED = ("patient_id", "arterial", "portal_venous")
YES_NO = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}
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
    """Something wrong with the table: the row as a spreadsheet counts it, the column, one sentence."""

    row: int
    column: str
    text: str


def read_image_cohort(path: Path) -> tuple[tuple[Patient, ...], tuple[Problem, ...]]:
    """The patients of the table, and everything that is wrong with the other rows.

    Raises:
        InputError: a file that is no table, or a table without a column that is needed.
    """
    table = read_delimited(path)
    for name in NEEDED:
        if name not in table.names:
            raise InputError(f"cohort table: expected a column {name}, got {len(table.names)} columns without it")
    reader = csv.reader(io.StringIO(table.content[table.start :].decode("utf-8")), delimiter=table.delimiter)
    cells = [row for row in reader if row]
    patients: list[Patient] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    filled = [int(row) for row, empty in zip(table.rows, table.empty, strict=True) if not empty]
    rows = [row for row in cells if any(cell.strip() for cell in row)]
    for number, row in zip(filled, rows, strict=True):
        one = _Row(number, dict(zip(table.names, (cell.strip() for cell in row), strict=True)), path.parent)
        patient = one.patient(seen)
        problems += one.problems
        if patient is not None:
            patients.append(patient)
    return tuple(patients), tuple(problems)


def write_image_cohort(patients: Iterable[Patient], path: Path) -> None:
    """Write the table anew; paths below its folder are written relative to it."""
    from core.io.atomic import write_text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for patient in patients:
        writer.writerow(_cell(value) for value in _values(patient, path.parent).values())
    write_text(path, text.getvalue())


def _values(patient: Patient, folder: Path) -> dict[str, Any]:
    truth = patient.truth
    return dict.fromkeys(COLUMNS) | {
        "patient_id": patient.patient_id,
        "centre": patient.centre,
        "cohort": patient.cohort,
        "split": patient.split,
        "arterial": _relative(patient.arterial, folder),
        "portal_venous": _relative(patient.portal_venous, folder),
        "mask": None if patient.mask is None else _relative(patient.mask, folder),
        **patient.clinical.known(),
        "mtm": patient.mtm,
        "time_months": patient.time_months,
        "event": patient.event,
        **(dict(zip(TRUTH, (truth.mtm, truth.mtm_logit, truth.dlr, truth.lp_post), strict=True)) if truth else {}),
    }


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


class _Row:
    """The cells of one row while they are read; keeps what is wrong with them."""

    def __init__(self, number: int, cells: Mapping[str, str], folder: Path) -> None:
        self.number, self.cells, self.folder = number, cells, folder
        self.problems: list[Problem] = []

    def patient(self, seen: set[str]) -> Patient | None:
        """The patient, or None with a problem noted."""
        name = self._text("patient_id") or ""
        if not name or name in seen:
            self._wrong("patient_id", f"expected an id of its own, got {'one used before' if name else 'none'}")
        seen.add(name)
        time_months, event = self._number("time_months", 0.0, LONGEST_MONTHS), self._yes_no("event")
        if (time_months is None) != (event is None) and not self.problems:
            known, other = ("event", "time_months") if time_months is None else ("time_months", "event")
            self._wrong(other, f"expected a value where {known} has one, got none")
        found = Patient(
            row=self.number,
            patient_id=name,
            centre=self._text("centre") or "",
            cohort=self._word("cohort", get_args(CohortName), "haic"),
            split=self._word("split", get_args(Split), "train"),
            arterial=self._path("arterial") or Path(),
            portal_venous=self._path("portal_venous") or Path(),
            mask=self._path("mask", needed=False),
            clinical=self._record(),
            mtm=self._yes_no("mtm"),
            time_months=time_months,
            event=event,
            truth=self._truth(),
        )
        return None if self.problems else found

    def _wrong(self, column: str, text: str) -> None:
        self.problems.append(Problem(self.number, column, text))

    def _text(self, column: str) -> str | None:
        value = self.cells.get(column, "")
        return None if value in MISSING else value

    def _word(self, column: str, words: tuple[str, ...], otherwise: str) -> Any:
        value = self._text(column)
        if value is not None and value not in words:
            self._wrong(column, f"expected one of {', '.join(words)}, got another value")
        return value if value in words else otherwise

    def _number(self, column: str, low: float, high: float) -> float | None:
        text = self._text(column)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            self._wrong(column, "expected a number with a decimal point, got text")
            return None
        if not low <= value <= high:
            self._wrong(column, f"expected {low:.9g}-{high:.9g}, got {value:.9g}")
        return value

    def _yes_no(self, column: str) -> bool | None:
        text = self._text(column)
        if text is not None and text.lower() not in YES_NO:
            self._wrong(column, "expected 0, 1 or nothing, got another value")
        return YES_NO.get((text or "").lower())

    def _path(self, column: str, needed: bool = True) -> Path | None:
        text = self._text(column)
        if text is None:
            if needed:
                self._wrong(column, "expected a path, got none")
            return None
        path = self.folder / text
        if not path.exists():
            self._wrong(column, "expected an existing file or folder, got a path where there is none")
        return path

    def _record(self) -> ClinicalRecord:
        before = len(self.problems)
        values = {name: value for name in CLINICAL if (value := self._clinical(name)) is not None}
        if len(self.problems) == before:
            try:
                return parse_clinical(values)
            except InputError as error:
                self._wrong("clinical values", str(error).removeprefix("clinical record, "))
        return ClinicalRecord()

    def _clinical(self, name: str) -> Any:
        """The cell as a record has it; "none" is a value where it is one of the words."""
        kind = KINDS[name]
        if words := choices(kind):
            return self._word(name, words, "") or None
        if kind == bool | None:
            return self._yes_no(name)
        value = self._number(name, CLINICAL[name].metadata["low"], CLINICAL[name].metadata["high"])
        if value is None or kind != int | None:
            return value
        if value % 1:
            self._wrong(name, f"expected a whole number, got {value:.9g}")
        return int(value)

    def _truth(self) -> Truth | None:
        mtm, huge = self._yes_no("true_mtm"), 1e6
        logit, dlr = self._number("true_mtm_logit", -huge, huge), self._number("true_dlr", 0.0, 1.0)
        if mtm is None or logit is None or dlr is None:
            return None
        return Truth(mtm, logit, dlr, self._number("true_lp_post", -huge, huge))
