"""Columns of a cohort table under the names of a nomogram's inputs, as `validate` needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.errors import InputError
from core.geometry import FloatArray
from core.io.cells import Column
from core.io.cohort_table import CohortTable
from core.io.column_roles import (
    durations,
    events,
    known_categories,
    objective_responses,
    sessions,
    shares,
    zero_or_one,
)

RESPONSE, OBJECTIVE_RESPONSE = "response", "objective_response"
READERS: Mapping[str, Callable[[Column], FloatArray]] = {
    "time_months": durations,
    "event": events,
    "pvtt": zero_or_one,
    RESPONSE: objective_responses,
    OBJECTIVE_RESPONSE: zero_or_one,
    "haic_sessions": sessions,
    "mtm": shares,
    "dlr": shares,
}
"""How each input of the published nomograms, and the follow-up, is read."""


def named_columns(
    table: CohortTable, mapping: Mapping[str, str], levels: Mapping[str, Sequence[str]] | None = None
) -> dict[str, FloatArray]:
    """The columns of `table` named in `mapping`, (n,) each, NaN where there is no value.

    Inputs of the published nomograms are read by `READERS`; `response` (CR, PR, SD, PD) comes back as
    `objective_response`, 1 or 0. An input in `levels` is a category and comes back as one 0/1 column "input=level" per
    level but the first. Any other input is a number.

    Args:
        table: as read.
        mapping: input to column.
        levels: of inputs of a centre's own nomogram that are categories, the reference first.

    Raises:
        InputError: a column that is absent, used twice, without a value or, in the first row, with another value than
            the input takes; both response and objective_response.
    """
    if RESPONSE in mapping and OBJECTIVE_RESPONSE in mapping:
        raise InputError(f"--map: expected {RESPONSE} or {OBJECTIVE_RESPONSE}, got both")
    found: dict[str, FloatArray] = {}
    for name, column in _columns(table, mapping).items():
        if levels and name in levels:
            found.update(_indicators(name, column, levels[name]))
        else:
            read = READERS.get(name, Column.numbers)
            found[OBJECTIVE_RESPONSE if name == RESPONSE else name] = read(column)
    return found


def _columns(table: CohortTable, mapping: Mapping[str, str]) -> dict[str, Column]:
    used: dict[int, str] = {}
    for name, column in mapping.items():
        place = table.position(column, f"--map, {name}")
        if used.setdefault(place, name) != name:
            raise InputError(f"--map, {name}: expected each column once, got that of {used[place]} again")
    return {name: table.column(place, name) for place, name in used.items()}


def _indicators(name: str, column: Column, levels: Sequence[str]) -> dict[str, FloatArray]:
    found = known_categories(column, levels)
    x = found.indicators()
    x[column.missing] = float("nan")
    return {f"{name}={level}": x[:, place] for place, level in enumerate(levels[1:])}
