"""Rows and fields of a text table, found in its bytes before anything is read from them.

Rows are those of a spreadsheet: a line break inside quotation marks makes none, an empty line does. Quotation marks
follow RFC 4180: around a whole field, doubled inside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.io.text_file import ROLE, TextFile, read_text_file

Bytes = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.intp]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MAX_COLUMNS = 10_000
_SAMPLE_ROWS = 1000
_QUOTE, _SPACE, _LF, _CR = b'" \n\r'
# Excel's own first line that names the delimiter; Excel does not show it as a row.
_SEP_LINE = re.compile(rb"\s*sep=([,;\t|])[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Delimited:
    """A text table whose rows all have as many fields as its header.

    Attributes:
        content: UTF-8.
        start: byte at which the row below the header begins.
        names: of the columns, stripped; "" for a column without one.
        delimiter: between fields.
        encoding: that of the file, in words.
        rows: row number of each row down to the last that is not empty, (m,); the header of most tables is row 1.
        empty: True for those without any value, (m,).
    """

    content: bytes
    start: int
    names: tuple[str, ...]
    delimiter: str
    encoding: str
    rows: IntArray
    empty: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Lines:
    """Rows by their first byte and the one past their last, (m,), and the places of all quotation marks."""

    data: Bytes
    quotes: IntArray
    starts: IntArray
    ends: IntArray

    def fields(self, delimiter: str, rows: int) -> IntArray:
        """Number of fields of the first `rows` rows."""
        stop = int(self.ends[rows - 1])
        marks = _outside(np.flatnonzero(self.data[:stop] == ord(delimiter)), self.quotes)
        return np.asarray(np.diff(np.searchsorted(marks, self.ends[:rows]), prepend=0) + 1)


def read_delimited(path: Path) -> Delimited:
    """The table at `path`, its delimiter found from the header and the first 1000 rows.

    Raises:
        InputError: as in `read_text_file`; no or more than one possible delimiter; no rows; more than 10000 columns; a
            stray quotation mark, a column name that comes twice, or a row with more or fewer fields than the header.
    """
    return delimited(read_text_file(path))


def delimited(text: TextFile) -> Delimited:
    """The table in a text that was read; InputError as `read_delimited`."""
    hint = _SEP_LINE.match(text.content)
    content = text.content[hint.end() :] if hint else text.content
    if not content.strip():
        raise InputError(f"{ROLE}: expected a header and rows, got none below the line that names the delimiter")
    lines = _lines(content)
    delimiter = hint[1].decode() if hint else _delimiter(lines)
    _check_quotes(lines, delimiter)
    fields = lines.fields(delimiter, len(lines.ends))
    header = _first_filled(lines, fields)
    names = _names(content[lines.starts[header] : lines.ends[header]], delimiter, header + 1)
    empty = _empty(lines, fields, header)
    count = _last_filled(empty)
    rows = np.arange(header + 2, header + 2 + count)
    return Delimited(content, int(lines.starts[header + 1]), names, delimiter, text.encoding, rows, empty[:count])


def filled_rows(table: Delimited) -> Iterator[tuple[int, list[str]]]:
    """Row number and stripped cells of every row that has a value.

    Raises:
        InputError: a field of more than 131072 characters, or quotation marks that cut the rows in another way.
    """
    text = io.StringIO(table.content[table.start :].decode("utf-8"), newline="")
    reader = csv.reader(text, delimiter=table.delimiter, skipinitialspace=True)
    for number in table.rows.tolist():
        try:
            cells = [cell.strip() for cell in next(reader, [])]
        except csv.Error as error:
            most = csv.field_size_limit()
            raise InputError(f"{ROLE}, row {number}: expected fields of at most {most} characters, got more") from error
        if any(cells):
            if len(cells) != len(table.names):
                raise InputError(f"{ROLE}, row {number}: expected {len(table.names)} fields, got {len(cells)}")
            yield number, cells


def _lines(content: bytes) -> _Lines:
    data = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    is_break = data == _LF
    if b"\r" in content:
        lone = data == _CR
        lone[:-1] &= ~is_break[1:]
        is_break |= lone
    breaks = _outside(np.flatnonzero(is_break), quotes)
    ends = breaks - ((data[breaks] == _LF) & (data[np.maximum(breaks - 1, 0)] == _CR) & (breaks > 0))
    starts = np.concatenate([[0], breaks + 1])
    if starts[-1] == len(data):
        return _Lines(data, quotes, starts[:-1], ends)
    return _Lines(data, quotes, starts, np.concatenate([ends, [len(data)]]))


def _outside(places: IntArray, quotes: IntArray) -> IntArray:
    """Those of `places` that do not lie between quotation marks."""
    return places if not quotes.size else places[np.searchsorted(quotes, places) % 2 == 0]


def _delimiter(lines: _Lines) -> str:
    """The one that cuts most rows as the header is cut; of several alike, the one with more columns."""
    count = min(len(lines.ends), _SAMPLE_ROWS)
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        fields = lines.fields(delimiter, count)
        filled = fields[lines.ends[:count] - lines.starts[:count] > fields - 1]
        if filled.size and filled[0] > 1:
            scores[delimiter] = (float((filled == filled[0]).mean()), int(filled[0]))
    if not scores:
        kinds = ", ".join(DELIMITERS.values())
        raise InputError(f"{ROLE}, header: expected at least 2 columns with one delimiter ({kinds}), got 1")
    best = [name for name, score in scores.items() if score == max(scores.values())]
    if len(best) > 1:
        words = " and by ".join(DELIMITERS[name] for name in best)
        raise InputError(f"{ROLE}: expected one delimiter, got rows that are cut alike by {words}")
    return best[0]


def _check_quotes(lines: _Lines, delimiter: str) -> None:
    quotes = lines.quotes
    if not quotes.size:
        return
    doubled = np.diff(quotes) == 1
    bounds = (ord(delimiter), _LF, _CR)
    opens, closes = quotes[::2], quotes[1::2]
    wrong_open = ~_meets(lines.data, opens, -1, bounds)
    wrong_open[1:] &= ~doubled[1::2]
    wrong_close = ~_meets(lines.data, closes, 1, bounds)
    between = doubled[1::2]
    wrong_close[: len(between)] &= ~between
    wrong = np.concatenate([opens[wrong_open], closes[wrong_close]])
    if wrong.size or quotes.size % 2:
        place = wrong.min() if wrong.size else quotes[-1]
        row = int(np.searchsorted(lines.starts, place, side="right"))
        got = "one inside a field" if wrong.size else "one that is never closed"
        raise InputError(f"{ROLE}, row {row}: expected quotation marks around whole fields, got {got}")


def _meets(data: Bytes, places: IntArray, step: int, bounds: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Whether, from each place by `step` over spaces, a bound or an end of the file comes next."""
    at = places + step
    moving = np.arange(len(at))
    while moving.size:
        inside = (at[moving] >= 0) & (at[moving] < len(data))
        moving = moving[inside]
        moving = moving[data[at[moving]] == _SPACE]
        at[moving] += step
    outside = (at < 0) | (at >= len(data))
    return np.asarray(outside | np.isin(data[np.clip(at, 0, len(data) - 1)], bounds))


def _first_filled(lines: _Lines, fields: IntArray) -> int:
    header = int(np.argmax(lines.ends - lines.starts > fields - 1))
    if fields[header] > MAX_COLUMNS:
        raise InputError(f"{ROLE}, header: expected at most {MAX_COLUMNS} columns, got {fields[header]}")
    return header


def _names(header: bytes, delimiter: str, row: int) -> tuple[str, ...]:
    text = io.StringIO(header.decode("utf-8"), newline="")
    try:
        cells = next(csv.reader(text, delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error as error:
        raise InputError(f"{ROLE}, row {row}: expected a header with the names of the columns, got others") from error
    if not cells:
        raise InputError(f"{ROLE}: expected a header and rows, got delimiters alone")
    names = tuple(cell.strip() for cell in cells)
    first: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name and first.setdefault(name, position) != position:
            raise InputError(
                f"{ROLE}, header: expected each name once, got the same in columns {first[name]} and {position}"
            )
    return names


def _empty(lines: _Lines, fields: IntArray, header: int) -> npt.NDArray[np.bool_]:
    """Which rows below the header hold nothing but delimiters or spaces; the others must have its fields."""
    expected = fields[header]
    starts, ends, got = (part[header + 1 :] for part in (lines.starts, lines.ends, fields))
    empty = np.asarray((ends == starts) | ((got == expected) & (ends - starts == expected - 1)))
    for row in np.flatnonzero((got != expected) & ~empty):
        if lines.data[starts[row] : ends[row]].tobytes().strip():
            number = header + 2 + row
            raise InputError(f"{ROLE}, row {number}: expected {expected} fields as in the header, got {got[row]}")
        empty[row] = True
    return empty


def _last_filled(empty: npt.NDArray[Any]) -> int:
    filled = np.flatnonzero(~empty)
    if not filled.size:
        raise InputError(f"{ROLE}: expected rows below the header, got none")
    return int(filled[-1]) + 1
