"""scores.csv: one row for each patient of a cohort, added as they are done (docs/scores-csv.md).

While a run goes on, rows stand in the order in which they were done, each written in one piece: a kill at any moment
costs the row being written. At the end, also after Ctrl-C, the table is written anew in the order of the cohort.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.findings import Assessment, Prognosis
from core.io.atomic import write_text
from core.io.scores_state import Made, ScoresState, open_state, row_checksum

MODELS, MONTHS = ("pre", "post"), (12, 36, 60)
SURVIVAL = tuple(f"os{month}_{model}{end}" for model in MODELS for month in MONTHS for end in ("", "_low", "_high"))
COLUMNS = (
    *("patient_id", "mtm", "mtm_network", "mtm_radiomics", "mtm_clinical", "dlr", "lp_pre", "lp_post"),
    *SURVIVAL,
    *("risk_group_pre", "risk_group_post", "liver_ml", "warnings", "error", "seconds"),
)
HEADER = ",".join(COLUMNS) + "\n"

Cells = Mapping[str, str]
"""A row's cells by column; those that are not there are empty."""


@dataclass(frozen=True)
class Line:
    """A row as it stands in the table, and whether it says why there are no scores."""

    text: str
    failed: bool


def score_cells(assessment: Assessment, seconds: float) -> dict[str, str]:
    """The row of an assessed patient without its id; numbers with all their digits.

    Args:
        seconds: that reading and assessing took.
    """
    mtm, dlr = assessment.scores.mtm, assessment.scores.dlr
    parts = mtm.parts if mtm else {}
    return {
        "mtm": _number(mtm.value if mtm else None),
        **{f"mtm_{part}": _number(parts.get(part)) for part in ("network", "radiomics", "clinical")},
        "dlr": _number(dlr.value if dlr else None),
        **_prognosis("pre", assessment.pre),
        **_prognosis("post", assessment.post),
        "liver_ml": _number(assessment.liver.volume_ml if assessment.liver else None),
        "warnings": " ".join(dict.fromkeys(notice.code for notice in assessment.warnings)),
        "seconds": f"{seconds:.2f}",
    }


def read_scores(path: Path) -> list[dict[str, str]]:
    """The rows of a table as far as it is written, cells by column; [] where there is no table."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in _rows(path) if tuple(row) != COLUMNS]


class ScoresTable:
    """The table while it grows.

    Attributes:
        lines: the finished patients' rows, by id.
    """

    def __init__(self, path: Path, stream: BinaryIO, state: ScoresState, lines: dict[str, Line]) -> None:
        self._path, self._stream, self._state, self.lines = path, stream, state, lines

    def add(self, patient_id: str, cells: Cells, made: Made) -> None:
        """Write a patient's row."""
        row = _row(patient_id, cells)
        text = _text(row)
        self._stream.write(text.encode())
        self._stream.flush()
        self._state.add(row_checksum(row), made)
        self.lines[patient_id] = Line(text, bool(cells.get("error")))

    def order(self, patients: Iterable[tuple[str, Cells | None]]) -> None:
        """Write the table anew: for each patient the cells that are given, else the row that was added, if any."""
        texts = (self._line(name, cells) for name, cells in patients)
        write_text(self._path, HEADER + "".join(texts))

    def _line(self, patient_id: str, cells: Cells | None) -> str:
        if cells is not None:
            return _text(_row(patient_id, cells))
        line = self.lines.get(patient_id)
        return line.text if line else ""


@contextmanager
def open_scores(
    path: Path, made_with: dict[str, str], inputs: Mapping[str, str], refused: Iterable[tuple[str, Cells]]
) -> Iterator[ScoresTable]:
    """A table, new or as an earlier run left it.

    Kept are the rows of patients whose inputs are the same as then, but for failures that may pass.

    Args:
        made_with: software and weights.
        inputs: checksum by patient id, of all patients that can be scored.
        refused: rows (id, cells) of those that cannot, written at once.

    Raises:
        InputError: as in `open_state`, or the table cannot be written.
    """
    if path.is_dir():
        raise InputError("--out: expected a file, got a folder")
    with open_state(path, made_with) as state:
        lines = _kept(path, state, inputs)
        rows = [*(line.text for line in lines.values()), *(_text(_row(name, cells)) for name, cells in refused)]
        write_text(path, HEADER + "".join(rows))
        with path.open("ab") as stream:
            yield ScoresTable(path, stream, state, lines)


def _kept(path: Path, state: ScoresState, inputs: Mapping[str, str]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for row in _rows(path):
        made = state.made.get(row_checksum(row))
        if made is not None and not made.passing and inputs.get(row[0]) == made.inputs:
            lines[row[0]] = Line(_text(row), bool(row[COLUMNS.index("error")]))
    return lines


def _rows(path: Path) -> Iterator[list[str]]:
    """The whole rows of an earlier table."""
    if not path.exists():
        return
    with path.open(newline="", encoding="utf-8", errors="replace") as stream:
        reader = csv.reader(stream, strict=True)
        while True:
            try:
                row = next(reader, None)
            except csv.Error:  # a field that a kill cut off
                return
            if row is None:
                return
            if len(row) == len(COLUMNS):
                yield row


def _row(patient_id: str, cells: Cells) -> list[str]:
    return [patient_id, *(cells.get(column, "") for column in COLUMNS[1:])]


def _text(row: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


def _prognosis(model: str, prognosis: Prognosis | None) -> dict[str, str]:
    if prognosis is None:
        return {}
    cells = {f"lp_{model}": _number(prognosis.linear_predictor), f"risk_group_{model}": str(prognosis.risk_group)}
    for month in MONTHS:
        if survival := prognosis.os.get(month):
            ends = {"": survival.value, "_low": survival.low, "_high": survival.high}
            cells |= {f"os{month}_{model}{end}": _number(value) for end, value in ends.items()}
    return cells


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))
