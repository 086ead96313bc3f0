"""What the cells of one column are: numbers, true or false, text, or something that only looks like a number.

Nothing is guessed: a column is numbers if all its cells are, a category if none of them looks like a number.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import FloatArray
from core.io.decimal_mark import Mark, is_doubtful
from core.io.number_words import number_words

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_WORDS = ("", "na", "n/a", "nan", "null", "none", ".", "-", "?", "#n/a")
# Also for pandas, but for "none" so written: a clinical value such as ascites may be that word (`clinical_columns`).
MISSING = tuple(sorted({"".join(p) for word in _WORDS for p in product(*((c, c.upper()) for c in word))} - {"none"}))
"""Cells without a value, in any case, spaces around them aside."""


class Kind(Enum):
    """Kind of a cell; the value is the words of an error text."""

    MISSING = "no value"
    NUMBER = "a number"
    INFINITE = "a number that is not finite"
    TRUE_FALSE = "true or false"
    TEXT = "text"
    DATE = "a date"
    GROUPED = "a number that may hold a thousands separator"
    OTHER_MARK = "a number with another decimal mark than the rest of the table"
    PERCENT = "a percentage"


_KINDS = tuple(Kind)
_UNMARKED = "[-+]?[0-9]+(?:[eE][-+]?[0-9]+)?"
_MARKED = "[-+]?(?:[0-9]+{0}?[0-9]*|{0}[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NUMBER: dict[Mark | None, re.Pattern[str]] = {
    ".": re.compile(_MARKED.format(r"\.")),
    ",": re.compile(_MARKED.format(",")),
    None: re.compile(_UNMARKED),
}
_HEXADECIMAL = re.compile("[-+]?0[xX][0-9a-fA-F]{1,16}")
_INFINITE = re.compile("[-+]?inf(?:inity)?", re.IGNORECASE)
_MONTH = "(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*"
_DATE = re.compile(
    r"(?:[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2}))(?:[T ].*)?"
    rf"|[0-9]{{1,2}}[-. /]{{0,2}}{_MONTH}[-., /]{{1,2}}[0-9]{{2,4}}",
    re.IGNORECASE,
)
_FRACTION = re.compile("[-+]?([0-9]*)[.,]([0-9]*)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile("[-+]?[0-9]+(?:[ .,'’\u00a0\u2009\u202f][0-9]+)+")
_PERCENT = re.compile("[-+]?[0-9.,]+ ?%")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of n rows.

    Attributes:
        label: how error texts call it.
        rows: row numbers as in a spreadsheet, (n,).
        values: numbers, infinite ones too, and 1 or 0 for true or false; NaN elsewhere, (n,).
        kinds: position of each cell's kind in Kind, (n,).
        texts: distinct texts, stripped; () for a column of numbers.
        codes: position of each cell in `texts`, -1 without a value, (n,) or (0,) for a column of numbers.
    """

    label: str
    rows: IntArray
    values: FloatArray
    kinds: npt.NDArray[np.int8]
    texts: tuple[str, ...]
    codes: IntArray

    @cached_property
    def missing(self) -> BoolArray:
        """Rows without a value, (n,)."""
        return self._are(Kind.MISSING)

    @cached_property
    def present(self) -> frozenset[Kind]:
        """Kinds of the cells that have a value."""
        counts = np.bincount(self.kinds, minlength=len(_KINDS))
        return frozenset(kind for kind, n in zip(_KINDS, counts, strict=True) if n and kind is not Kind.MISSING)

    @property
    def is_text(self) -> bool:
        """Whether no cell looks like a number and some are text."""
        return Kind.TEXT in self.present and self.present <= {Kind.TEXT, Kind.TRUE_FALSE}

    def numbers(self, expected: str = "a number") -> FloatArray:
        """The column as finite numbers, NaN where there is no value; true and false, in a column of them, are 1 and 0.

        Raises:
            InputError: naming the first row with something else, and what came; or if no row has a value.
        """
        self._require_values(expected)
        if self.present == {Kind.DATE}:
            raise InputError(f"{self.label}: expected {expected}, got dates")
        wanted = Kind.TRUE_FALSE if self.present == {Kind.TRUE_FALSE} else Kind.NUMBER
        stray = ~(self._are(wanted) | self.missing)
        if stray.any():
            self.refuse(stray, expected, self._kind_at(stray))
        return self.values

    def require_text(self, expected: str) -> None:
        """Stop unless the column is text; true and false among other texts are texts.

        Raises:
            InputError: naming the first row with something else, and what came; or if no row has a value.
        """
        if self.is_text:
            return
        self._require_values(expected)
        other = ~(self._are(Kind.TEXT) | self.missing)
        self.refuse(other, expected, self._kind_at(other))

    def refuse(self, wrong: BoolArray, expected: str, got: str = "") -> None:
        """Stop at the first row that is wrong; without `got` its number is echoed, if it is short.

        Raises:
            InputError: "row 12, label: expected ..., got ...", if any is.
        """
        if wrong.any():
            row = int(np.argmax(wrong))
            came = got or number_words(float(self.values[row]))
            raise InputError(f"row {self.rows[row]}, {self.label}: expected {expected}, got {came}")

    def _require_values(self, expected: str) -> None:
        if not self.present:
            raise InputError(f"{self.label}: expected {expected}, got no value in {len(self.rows)} rows")

    def _kind_at(self, rows: BoolArray) -> str:
        return str(_KINDS[self.kinds[np.argmax(rows)]].value)

    def _are(self, kind: Kind) -> BoolArray:
        return np.asarray(self.kinds == _KINDS.index(kind))


def column_of(cells: npt.NDArray[Any], rows: IntArray, label: str, mark: Mark | None) -> Column:
    """The column with these cells: numbers, booleans, or texts with NaN where there is no value."""
    if cells.dtype == np.object_:
        return _column_of_texts(cells, rows, label, mark)
    values = cells.astype(np.float64)
    kind = Kind.TRUE_FALSE if cells.dtype == np.bool_ else Kind.NUMBER
    kinds = np.full(values.shape, _KINDS.index(kind), dtype=np.int8)
    kinds[np.isnan(values)] = _KINDS.index(Kind.MISSING)
    kinds[np.isinf(values)] = _KINDS.index(Kind.INFINITE)
    return Column(label, rows, values, kinds, (), np.empty(0, dtype=np.intp))


def _column_of_texts(cells: npt.NDArray[Any], rows: IntArray, label: str, mark: Mark | None) -> Column:
    import pandas as pd

    codes, distinct = pd.factorize(cells)
    stripped = [str(text).strip() for text in distinct]
    places = {text: place for place, text in enumerate(dict.fromkeys(stripped))}
    read = [_read(text, mark) for text in places]
    # a last element for the cells without a value, whose code is -1
    same = np.array([*(places[text] for text in stripped), -1], dtype=np.intp)
    values = np.array([*(value for _, value in read), np.nan])
    kinds = np.array([*(_KINDS.index(kind) for kind, _ in read), _KINDS.index(Kind.MISSING)], dtype=np.int8)
    codes = same[codes]
    return Column(label, rows, values[codes], kinds[codes], tuple(places), codes)


def _read(text: str, mark: Mark | None) -> tuple[Kind, float]:
    """Kind and number of a stripped cell; a Unicode minus counts as a minus."""
    plain = text.replace("\u2212", "-")
    if plain.casefold() in _WORDS:
        return Kind.MISSING, np.nan
    if _NUMBER[mark].fullmatch(plain):
        value = float(plain.replace(",", "."))
        return Kind.NUMBER if math.isfinite(value) else Kind.INFINITE, value
    if plain[0] in "tTfF" and plain.casefold() in ("true", "false"):
        return Kind.TRUE_FALSE, float(plain[0] in "tT")
    if _HEXADECIMAL.fullmatch(plain):
        return Kind.NUMBER, float(int(plain, 16))
    if _INFINITE.fullmatch(plain):
        return Kind.INFINITE, float(plain)
    return _other_kind(plain), np.nan


def _other_kind(text: str) -> Kind:
    if _DATE.fullmatch(text):
        return Kind.DATE
    fraction = _FRACTION.fullmatch(text)
    if fraction and (fraction[1] or fraction[2]):
        return Kind.GROUPED if is_doubtful(fraction[1], fraction[2]) else Kind.OTHER_MARK
    if _GROUPED.fullmatch(text):
        return Kind.GROUPED
    return Kind.PERCENT if _PERCENT.fullmatch(text) else Kind.TEXT
