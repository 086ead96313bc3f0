"""A centre's own cohort table: a strict door for CSV as spreadsheets and statistics programs write it.

Bytes and encoding: `text_file.py`. Delimiter, quotation marks, rows: `delimited.py`. Decimal mark: `decimal_mark.py`.
Cells, judged when a column is used: `cells.py`, `column_roles.py`. The data of a Cox model: `selection.py`; the inputs
of a nomogram: `named_columns.py`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from core.errors import InputError
from core.geometry import FloatArray
from core.io.cells import MISSING, Column, IntArray, column_of
from core.io.column_roles import Categories, categories, durations, events
from core.io.decimal_mark import Mark, decimal_evidence
from core.io.delimited import DELIMITERS, Delimited, read_delimited
from core.io.text_file import ROLE


@dataclass(frozen=True, eq=False)
class CohortTable:
    """A table of n rows, its cells not yet judged: a fault in a column that nobody uses is no fault.

    Attributes:
        names: of the columns, stripped; "" for a column without one, which cannot be asked for.
        cells: by column, (n,): numbers, booleans, or texts with NaN where there is no value.
        rows: row numbers as in a spreadsheet, where the header is row 1, (n,).
        mark: the decimal mark; None where it is not certain.
        notices: what was found, one sentence each: size, delimiter, decimal mark, encoding, rows left out as empty.
    """

    names: tuple[str, ...]
    cells: tuple[npt.NDArray[Any], ...]
    rows: IntArray
    mark: Mark | None
    notices: tuple[str, ...]

    def __len__(self) -> int:
        return self.rows.size

    def position(self, name: str, option: str) -> int:
        """Position from 0 of the column called `name`.

        Raises:
            InputError: naming `option`, by which the name was given, and whether only case or spaces differ.
        """
        name = name.strip()
        if name and name in self.names:
            return self.names.index(name)
        alike = [n for n, known in enumerate(self.names, start=1) if known and _plain(known) == _plain(name)]
        got = f"one that differs from the name of column {alike[0]} in case or spaces" if alike else "another name"
        raise InputError(f"{option}: expected the name of one of the {len(self.names)} columns, got {got}")

    def column(self, position: int, label: str = "") -> Column:
        """The column at `position`, its cells read; `label` is how error texts call it, else by its place."""
        return column_of(self.cells[position], self.rows, label or f"column {position + 1}", self.mark)

    def numbers(self, name: str) -> FloatArray:
        """A column as finite numbers, NaN where there is no value, (n,); true and false are 1 and 0.

        Raises:
            InputError: no such column, no value in it, or the first row with something else.
        """
        return self.column(self.position(name, "column")).numbers()

    def categories(self, name: str) -> Categories:
        """A column of texts as a category; errors as in `numbers`, and for a column with numbers."""
        return categories(self.column(self.position(name, "column")))

    def follow_up(self, time: str, event: str) -> tuple[FloatArray, FloatArray]:
        """Times, 0 or more, and events, 0 or 1 for death, NaN where there is no value, both (n,).

        Raises:
            InputError: no such column, no value in it, or the first row with another value.
        """
        places = self.position(time, "--time"), self.position(event, "--event")
        return durations(self.column(places[0], "time")), events(self.column(places[1], "event"))


def read_cohort_table(path: Path) -> CohortTable:
    """The table at `path`, of any usual delimiter, decimal mark and encoding.

    Raises:
        InputError: as in `read_delimited`; the first problem in one sentence, by row and place, without texts.
    """
    found = read_delimited(path)
    evidence = decimal_evidence(found.content, found.start, found.delimiter)
    mark = evidence.mark(found.delimiter)
    cells = _cells(found, mark)
    left_out = int(found.empty.sum())
    notices = [
        f"rows: {len(cells[0])}, columns: {len(found.names)}",
        f"delimiter: {DELIMITERS[found.delimiter]}",
        f"decimal mark: {evidence.words(found.delimiter)}",
        f"encoding: {found.encoding}",
        *([f"empty rows left out: {left_out}"] if left_out else []),
    ]
    return CohortTable(found.names, cells, found.rows[~found.empty], mark, tuple(notices))


def _cells(found: Delimited, mark: Mark | None) -> tuple[npt.NDArray[Any], ...]:
    import pandas as pd

    stream = io.BytesIO(found.content)
    stream.seek(found.start)
    frame = pd.read_csv(
        stream,
        sep=found.delimiter,
        decimal=mark or ".",
        dtype=None if mark else str,
        header=None,
        names=range(len(found.names)),
        index_col=False,
        nrows=len(found.rows),
        engine="c",
        encoding="utf-8",
        na_values=MISSING,
        keep_default_na=False,
        skip_blank_lines=False,
        skipinitialspace=True,
        low_memory=False,
        float_precision="round_trip",
    )
    if len(frame) != len(found.rows):
        raise InputError(f"{ROLE}: expected {len(found.rows)} rows, got {len(frame)} on reading them")
    kept = ~found.empty
    return tuple(frame[place].to_numpy()[kept] for place in range(len(found.names)))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
