"""Clinical records from the columns of a cohort table that are named as in clinical.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, fields
from typing import Any, get_type_hints

import numpy as np

from core.case import ClinicalRecord, choices
from core.errors import InputError
from core.io.cells import Column
from core.io.cohort_table import CohortTable
from core.io.column_roles import zero_or_one


def clinical_records(table: CohortTable) -> tuple[ClinicalRecord, ...]:
    """One record per row; () if no column is named as in clinical.json. A column without any value is unknown.

    Raises:
        InputError: the first row of a column with a value of another kind or out of its range, or whose values
            contradict each other.
    """
    present = [field for field in fields(ClinicalRecord) if field.name in table.names]
    if not present:
        return ()
    columns = {field.name: _values(table, field) for field in present}
    records = []
    for row, values in enumerate(zip(*columns.values(), strict=True)):
        try:
            records.append(ClinicalRecord(**dict(zip(columns, values, strict=True))))
        except InputError as error:
            raise InputError(f"row {table.rows[row]}, {error}") from None
    return tuple(records)


def _values(table: CohortTable, field: Field[Any]) -> Sequence[Any]:
    """The column's values as the record has them, None where there is none."""
    column = table.column(table.names.index(field.name), field.name)
    hint = get_type_hints(ClinicalRecord)[field.name]
    if words := choices(hint):
        return _words(column, words)
    if column.missing.all():
        return [None] * len(table)
    if hint == bool | None:
        return [None if np.isnan(value) else value == 1 for value in zero_or_one(column).tolist()]
    return _numbers(column, field, whole=hint == int | None)


def _words(column: Column, words: Sequence[str]) -> list[str | None]:
    """Where "none" is one of the words, it is a value; elsewhere in a table it stands for no value."""
    found = np.array([*column.texts, ""], dtype=object)[column.codes] if column.texts else np.full(len(column.rows), "")
    wrong = ~(np.isin(found, words) | column.missing)
    column.refuse(wrong, f"one of {', '.join(words)}", "another value")
    return [text if text in words else None for text in found.tolist()]


def _numbers(column: Column, field: Field[Any], whole: bool) -> list[Any]:
    low, high = field.metadata["low"], field.metadata["high"]
    expected = f"{'a whole number ' if whole else ''}{low:.9g}-{high:.9g}"
    values = column.numbers(expected)
    wrong = (values < low) | (values > high) | (whole & (values % 1 != 0))
    column.refuse(wrong & ~column.missing, expected)
    kind = int if whole else float
    return [None if np.isnan(value) else kind(value) for value in values.tolist()]
