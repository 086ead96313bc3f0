"""Rows of a public clinical table as clinical records; a cell that cannot be mapped is left blank and told of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.clinical import parse_clinical
from core.io.patient import CLINICAL, LONGEST_MONTHS, Problem
from core.io.workbook import read_sheets

if TYPE_CHECKING:
    import pandas as pd

ROLE = "clinical table"
DAYS_PER_MONTH = 30.4375
"""365.25 / 12."""
DAYS_PER_WEEK = 7.0

T = TypeVar("T")


@dataclass(frozen=True)
class ClinicalRow:
    """One patient of a public table.

    Attributes:
        row: as a spreadsheet counts it; the header is row 1.
        patient_id: the data set's own pseudonym.
        clinical: what the table says in the units of a record.
        time_months, event: overall survival and whether it ended in death; both None if unknown.
    """

    row: int
    patient_id: str
    clinical: ClinicalRecord
    time_months: float | None
    event: bool | None


@dataclass(frozen=True)
class ClinicalTable:
    """The patients of a public table.

    Attributes:
        rows: in the table's order.
        problems: cells left blank and rows left out, each with its reason.
        notes: what of the table is not mapped, and why; one sentence each.
    """

    rows: tuple[ClinicalRow, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


Reader = Callable[["Cells"], ClinicalRow]


class Cells:
    """The cells of one row by header while they are read; keeps what is wrong with them.

    Attributes:
        row: as a spreadsheet counts it.
        problems: of the cells read so far.
    """

    def __init__(self, row: int, by_header: Mapping[str, Any]) -> None:
        self.row, self._by_header = row, by_header
        self.problems: list[Problem] = []

    def number(self, header: str, low: float, high: float, factor: float = 1.0) -> float | None:
        """The number times `factor` if that lies in `low`-`high`, else None with a problem; None for an empty cell."""
        cell = self._cell(header)
        if cell is None:
            return None
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            self._blank(header, "expected a number, got another kind of cell")
            return None
        if not low <= cell * factor <= high:
            expected = f"{low / factor:.6g}-{high / factor:.6g}"
            self._blank(header, f"expected {expected}, got {cell:.6g}")
            return None
        return float(cell) * factor

    def value(self, header: str, field: str, factor: float = 1.0) -> float | None:
        """The number for `field` of a record, within that field's range."""
        return self.number(header, CLINICAL[field].metadata["low"], CLINICAL[field].metadata["high"], factor)

    def whole(self, header: str, field: str) -> int | None:
        """The whole number for `field` of a record, within that field's range."""
        number = self.value(header, field)
        if number is None or number.is_integer():
            return None if number is None else int(number)
        self._blank(header, f"expected a whole number, got {number:.6g}")
        return None

    def coded(self, header: str, codes: Mapping[Any, T]) -> T | None:
        """What the cell's code stands for; None for an empty cell, and with a problem for another code."""
        cell = self._cell(header)
        if cell is None:
            return None
        if isinstance(cell, bool) or cell not in codes:
            self._blank(header, f"expected one of {', '.join(map(str, codes))}, got another value")
            return None
        return codes[cell]

    def identifier(self, header: str) -> str:
        """The patient's key as text, "" if there is none; a whole number is written without a decimal point."""
        cell = self._cell(header)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if cell is None else str(cell)

    def wrong(self, column: str, text: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(self.row, column, text))

    def record(self, values: Mapping[str, Any]) -> ClinicalRecord:
        """The record of the values that are known; an empty one with a problem where they contradict each other."""
        try:
            return parse_clinical({name: value for name, value in values.items() if value is not None})
        except InputError as error:
            self.wrong("clinical values", f"{str(error).removeprefix('clinical record, ')}; all left blank")
            return ClinicalRecord()

    def outcome(self, time: str, days: float, event: str) -> tuple[float | None, bool | None]:
        """Months and death; both None where one of them is unknown. `days`: how many the table's unit of time has."""
        months = self.number(time, 0.0, LONGEST_MONTHS, days / DAYS_PER_MONTH)
        died = self.coded(event, YES_NO)
        return (None, None) if months is None or died is None else (months, died)

    def _blank(self, header: str, text: str) -> None:
        self.wrong(header, f"{text}; left blank")

    def _cell(self, header: str) -> Any:
        cell = self._by_header.get(header)
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            return None
        return cell.strip() or None if isinstance(cell, str) else cell


YES_NO = {0: False, 1: True}


def clinical_rows(sheet: pd.DataFrame, read: Reader) -> tuple[list[ClinicalRow], list[Problem]]:
    """Every row of a sheet whose first row is the header, by `read`; a row without a key of its own is left out."""
    rows: list[ClinicalRow] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for cells in _cells_of(sheet):
        row = read(cells)
        if not row.patient_id or row.patient_id in seen:
            instead = "one used before" if row.patient_id else "none"
            problems.append(Problem(cells.row, "patient", f"expected a key of its own, got {instead}; left out"))
            continue
        seen.add(row.patient_id)
        rows.append(row)
        problems += cells.problems
    return rows, problems


def headers_of(sheet: pd.DataFrame) -> list[str]:
    """The header's texts, "" for a cell that is none."""
    if not len(sheet):
        return []
    return [cell.strip() if isinstance(cell, str) else "" for cell in sheet.iloc[0]]


def find_table(folder: Path, given: Path | None, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The sheets of the clinical table: the file given, else the only workbook of the folder that `fits`.

    Raises:
        InputError: a file given that does not fit; none or several in the folder.
    """
    if given is not None:
        sheets = read_sheets(given, "--clinical")
        if not fits(sheets):
            raise InputError("--clinical: expected the data set's clinical table, got a workbook of another layout")
        return sheets
    found = []
    for path in sorted(folder.rglob("*.xlsx")):
        if not path.name.startswith((".", "~")):
            sheets = read_sheets(path, ROLE)
            found += [sheets] if fits(sheets) else []
    if len(found) != 1:
        raise InputError(
            f"{ROLE}: expected one workbook of the data set's layout in the folder, got {len(found)}; give --clinical"
        )
    return found[0]


def _cells_of(sheet: pd.DataFrame) -> Iterator[Cells]:
    headers = headers_of(sheet)
    for number, row in enumerate(sheet.iloc[1:].itertuples(index=False), start=2):
        cells = Cells(number, dict(zip(headers, row, strict=True)))
        if any(cells._cell(header) is not None for header in headers):
            yield cells
