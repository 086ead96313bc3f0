"""Small cohort tables for tests, written as bytes and read through the door."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import InputError
from core.io.cohort_table import CohortTable, read_cohort_table

NAME = "Doe_Jane"
"""Stands for what must never be said: the file is called so, and cells may hold it."""


def table(folder: Path, content: str | bytes) -> CohortTable:
    """The table with this content."""
    path = folder / f"{NAME}.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_cohort_table(path)


def refusal(folder: Path, content: str | bytes) -> str:
    """The sentence with which the table is refused."""
    with pytest.raises(InputError) as caught:
        table(folder, content)
    return checked(str(caught.value))


def checked(text: str) -> str:
    """`text`, which is one line and names nobody."""
    assert "\n" not in text
    assert NAME not in text
    return text


def rows(header: str, *lines: str) -> str:
    """A table from its lines."""
    return "\n".join((header, *lines)) + "\n"


def column(folder: Path, cells: Sequence[str], delimiter: str = ",") -> CohortTable:
    """A table whose second column, x, has these cells."""
    return table(folder, rows(f"id{delimiter}x", *(f"{n}{delimiter}{cell}" for n, cell in enumerate(cells))))


def column_refusal(found: CohortTable) -> str:
    """The sentence with which column x is refused as numbers."""
    with pytest.raises(InputError) as caught:
        found.numbers("x")
    return checked(str(caught.value))
