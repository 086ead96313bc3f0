"""Which decimal mark a table uses, from its cells.

1,234 may be a thousand or a little over one. Only a cell that cannot hold a thousands separator proves a mark: 1,5 or
0,123 or 1234,567. A table has one mark; where nothing proves it, doubtful cells are refused later, never guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from core.errors import InputError
from core.io.text_file import ROLE

Mark = Literal[".", ","]

# A cell with one mark; its whole part, mark, fraction, exponent.
_MARKED = re.compile("[-+\u2212]?([0-9]*)([.,])([0-9]+)([eE][-+]?[0-9]+)?")
_SAMPLE_ROWS = 1000
# Where a mark may still come after the sample; a cheap look before the dear one.
_MAY_FOLLOW = {
    ",": re.compile(rb'"[^"0-9]{0,6}[0-9]*,[0-9]'),
    ";": re.compile(rb"[.,][0-9]"),
    "\t": re.compile(rb",[0-9]"),
    "|": re.compile(rb",[0-9]"),
}


@dataclass(frozen=True)
class Evidence:
    """Columns (positions from 0) by what their cells prove.

    Attributes:
        points, commas: hold a number that must have this decimal mark.
        doubtful: hold a number such as 1.234 or 1,234.
    """

    points: set[int] = field(default_factory=set)
    commas: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)

    @property
    def decisive(self) -> bool:
        """Whether a mark is proved."""
        return bool(self.points or self.commas)

    def mark(self, delimiter: str) -> Mark | None:
        """The mark of more columns; None in a semicolon table (written where commas are usual) without proof."""
        if self.decisive:
            balance = len(self.commas) - len(self.points)
            return "," if balance > 0 or (balance == 0 and delimiter != ",") else "."
        return None if self.doubtful and delimiter == ";" else "."

    def words(self, delimiter: str) -> str:
        """What was found, for the notices."""
        mark = self.mark(delimiter)
        if mark is None:
            return "not certain, as in 1.234: columns with such numbers are refused"
        other = self.points - self.commas if mark == "," else self.commas - self.points
        name = "comma" if mark == "," else "point"
        if not self.decisive:
            return f"{name} assumed, none was seen that must be one"
        return name + (f"; refused where used: columns with the other mark ({len(other)})" if other else "")


def decimal_evidence(content: bytes, start: int, delimiter: str) -> Evidence:
    """What the first 1000 rows from byte `start` of `content` prove, or all of them where those prove nothing.

    Raises:
        InputError: a field of more than 131072 characters.
    """
    evidence = _evidence(islice(_rows(content, start, delimiter), _SAMPLE_ROWS))
    if evidence.decisive or _MAY_FOLLOW[delimiter].search(content, start) is None:
        return evidence
    return _evidence(_rows(content, start, delimiter))


def is_doubtful(whole: str, fraction: str) -> bool:
    """Whether a mark between these digits may be a thousands separator."""
    return 1 <= len(whole) <= 3 and whole[0] != "0" and len(fraction) == 3


def _rows(content: bytes, start: int, delimiter: str) -> Iterator[list[str]]:
    stream = io.BytesIO(content)
    stream.seek(start)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield from csv.reader(text, delimiter=delimiter, skipinitialspace=True)
    except csv.Error as error:
        raise InputError(f"{ROLE}: expected fields of at most {csv.field_size_limit()} characters, got more") from error


def _evidence(rows: Iterable[list[str]]) -> Evidence:
    found = Evidence()
    for row in rows:
        for position, cell in enumerate(row):
            if "." in cell or "," in cell:
                _note(found, position, _MARKED.fullmatch(cell.strip()))
    return found


def _note(found: Evidence, position: int, match: re.Match[str] | None) -> None:
    if match is None:
        return
    whole, mark, fraction, exponent = match.groups()
    if exponent is None and is_doubtful(whole, fraction):
        found.doubtful.add(position)
    else:
        (found.commas if mark == "," else found.points).add(position)
