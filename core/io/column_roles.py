"""What a column must hold for what it is used as: durations, events, a category, or an input of the nomogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.geometry import FloatArray
from core.io.cells import BoolArray, Column, IntArray
from core.io.number_words import number_words

MOST_LEVELS = 20
RESPONSES = {"CR": 1.0, "PR": 1.0, "SD": 0.0, "PD": 0.0}
"""Best response (mRECIST) and whether it is an objective one."""

_DURATION = "a duration as a number"
_FIRST_DAY, _LAST_DAY = 19000101, 21001231


@dataclass(frozen=True, eq=False)
class Categories:
    """A category of n rows.

    Attributes:
        levels: its texts in code point order; the first is the reference, as in R's factor() under the C locale.
        codes: position of each row's level, -1 without a value, (n,).
    """

    levels: tuple[str, ...]
    codes: IntArray

    def of(self, chosen: BoolArray) -> Categories:
        """Of the chosen rows, with the levels that occur in them."""
        codes = self.codes[chosen]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.levels))
        renumbered = np.append(np.cumsum(counts > 0) - 1, -1)
        return Categories(tuple(name for name, n in zip(self.levels, counts, strict=True) if n), renumbered[codes])

    def indicators(self) -> FloatArray:
        """Treatment contrasts (R's contr.treatment): 1 in the column of the row's level, none for the first level."""
        return np.asarray(self.codes[:, None] == np.arange(1, len(self.levels)), dtype=np.float64)


def categories(column: Column) -> Categories:
    """A column of texts as a category.

    Raises:
        InputError: the first row that is not text, no text at all, or more than 20 different ones.
    """
    column.require_text("text")
    levels = sorted({column.texts[code] for code in np.unique(column.codes[~column.missing])})
    return known_categories(column, levels)


def known_categories(column: Column, levels: Sequence[str]) -> Categories:
    """A column of texts as a category with these levels.

    Raises:
        InputError: more than 20 levels, or the first row with another text or no text.
    """
    column.require_text(f"one of {len(levels)} known levels")
    if len(levels) > MOST_LEVELS:
        raise InputError(
            f"{column.label}: expected at most {MOST_LEVELS} different texts, got {len(levels)}, as in an identifier"
        )
    places = {text: place for place, text in enumerate(levels)}
    codes = np.array([*(places.get(text, -1) for text in column.texts), -1], dtype=np.intp)[column.codes]
    column.refuse((codes < 0) & ~column.missing, f"one of {len(levels)} known levels", "another text")
    return Categories(tuple(levels), codes)


def durations(column: Column) -> FloatArray:
    """Times, 0 or more, NaN where there is no value.

    Raises:
        InputError: no value, or the first row with something else; dates, also written as one number (20210304).
    """
    times = column.numbers(_DURATION)
    if _are_days(times[~column.missing]):
        raise InputError(f"{column.label}: expected {_DURATION}, got dates")
    column.refuse(times < 0, "0 or more")
    return times


def events(column: Column) -> FloatArray:
    """1 for death, 0 for censored, NaN where there is no value.

    Raises:
        InputError: no value, other numbers, which are named, or the first row with something else.
    """
    values = column.numbers("0 or 1, where 1 is a death")
    distinct = np.unique(values[~column.missing])
    if not np.isin(distinct, (0.0, 1.0)).all():
        named = ", ".join(map(number_words, distinct[:5].tolist()))
        more = f" and {distinct.size - 5} more" if distinct.size > 5 else ""
        raise InputError(f"{column.label}: expected 0 or 1, where 1 is a death, got the numbers {named}{more}")
    return values


def zero_or_one(column: Column) -> FloatArray:
    """0 and 1, or true and false as 1 and 0, NaN where there is no value.

    Raises:
        InputError: no value, or the first row with something else.
    """
    values = column.numbers("0 or 1")
    column.refuse(~(np.isin(values, (0.0, 1.0)) | column.missing), "0 or 1")
    return values


def shares(column: Column) -> FloatArray:
    """Numbers from 0 to 1, NaN where there is no value; errors as in `zero_or_one`."""
    values = column.numbers("0-1")
    column.refuse((values < 0) | (values > 1), "0-1")
    return values


def sessions(column: Column) -> FloatArray:
    """Whole numbers from 1, NaN where there is no value; errors as in `zero_or_one`."""
    expected = "a whole number, 1 or more"
    values = column.numbers(expected)
    column.refuse(~((values >= 1) & (values % 1 == 0) | column.missing), expected)
    return values


def objective_responses(column: Column) -> FloatArray:
    """CR and PR as 1, SD and PD as 0, in any case, NaN where there is no value; errors as in `zero_or_one`."""
    expected = f"one of {', '.join(RESPONSES)}"
    column.require_text(expected)
    read = [RESPONSES.get(text.upper(), -1.0) for text in column.texts]
    values = np.array([*read, np.nan])[np.where(column.missing, -1, column.codes)]
    column.refuse(values < 0, expected, "another text")
    return values


def _are_days(values: FloatArray) -> bool:
    month, day = values // 100 % 100, values % 100
    inside = (values >= _FIRST_DAY) & (values <= _LAST_DAY) & (values % 1 == 0)
    return bool((inside & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)).all())
