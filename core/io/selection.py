"""The columns of a cohort table that make a Cox model: complete rows, their follow-up and design matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.geometry import FloatArray
from core.io.cells import BoolArray, Column, IntArray
from core.io.cohort_table import CohortTable
from core.io.column_roles import Categories, categories, durations, events

# A covariate whose part that earlier ones do not explain is shorter than this, relative to its own spread, is a
# combination of them (R's lm has the same tolerance).
COLLINEAR = 1e-7
# Values closer than this, relative to the largest, are one value.
SAME_VALUE = 1e-12


@dataclass(frozen=True, eq=False)
class Selection:
    """n complete rows of a table as the data of a Cox model with p covariates.

    `FollowUp(selection.time, selection.event)` is their follow-up; it belongs to another floor than this door.

    Attributes:
        time: 0 or more, in the table's unit, (n,).
        event: True for a death, (n,).
        x: covariates, (n, p): a number as it is, true as 1 and false as 0, a category as one 0/1 column per level but
            the first (treatment contrasts, R's contr.treatment).
        term_of: position in `terms` of each covariate, (p,).
        rows: row numbers as in a spreadsheet, (n,).
        names: of the covariates, (p,): the term's, or "term=level" as rms names them.
        terms: as asked for.
        levels: of each term that is a category, the reference first.
        missing: by column, how many of the rows read have no value there.
        n_read: rows read.
        notices: how many rows were left out and why; levels that differ only in case.
    """

    time: FloatArray
    event: BoolArray
    x: FloatArray
    term_of: IntArray
    rows: IntArray
    names: tuple[str, ...]
    terms: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, int]
    n_read: int
    notices: tuple[str, ...]

    @property
    def dropped(self) -> int:
        """Rows left out because a value is missing."""
        return self.n_read - len(self.rows)


def select(table: CohortTable, time: str, event: str, terms: Sequence[str]) -> Selection:
    """Follow-up and design of the rows of `table` that have a value in every column used.

    Args:
        table: as read.
        time, event: names of the columns of the follow-up.
        terms: names of the columns of the covariates, at least one.

    Raises:
        InputError: a column that is absent, used twice, without a value or with a value of another kind; no complete
            row or no death left; a term with one value only, with more than 20 levels, or that is a combination of
            the terms before it.
    """
    names, columns = _columns(table, time, event, terms)
    terms = names[2:]
    times, deaths = durations(columns[0]), events(columns[1])
    covariates = [categories(column) if column.is_text else column.numbers() for column in columns[2:]]
    missing = {name: int(one.missing.sum()) for name, one in zip(names, columns, strict=True)}
    complete = ~np.any([column.missing for column in columns], axis=0)
    _check_rows(complete, deaths, missing)
    designs = [_design(name, one, complete) for name, one in zip(terms, covariates, strict=True)]
    x = np.column_stack([design.x for design in designs])
    term_of = np.repeat(np.arange(len(terms)), [design.x.shape[1] for design in designs])
    _check_independent(x, term_of, terms)
    levels = {name: design.levels for name, design in zip(terms, designs, strict=True) if design.levels}
    arrays = times[complete], deaths[complete] == 1, x, term_of, table.rows[complete]
    for array in arrays:
        array.setflags(write=False)
    return Selection(
        *arrays,
        names=tuple(name for design in designs for name in design.names),
        terms=terms,
        levels=levels,
        missing=missing,
        n_read=len(table),
        notices=(*table.notices, *_notices(complete, missing, levels)),
    )


@dataclass(frozen=True, eq=False)
class _Design:
    """One term: the names of its covariates, their values, its levels if it is a category."""

    names: tuple[str, ...]
    x: FloatArray
    levels: tuple[str, ...] = ()


def _columns(
    table: CohortTable, time: str, event: str, terms: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Column, ...]]:
    if not terms:
        raise InputError("--terms: expected at least one column, got none")
    options = ["--time", "--event", *(f"--terms, position {n}" for n in range(1, len(terms) + 1))]
    places = [table.position(name, option) for name, option in zip((time, event, *terms), options, strict=True)]
    used: dict[int, str] = {}
    for place, option in zip(places, options, strict=True):
        if used.setdefault(place, option) != option:
            raise InputError(f"{option}: expected each column once, got that of {used[place]} again")
    names = tuple(table.names[place] for place in places)
    labels = ("time", "event", *names[2:])
    return names, tuple(table.column(place, label) for place, label in zip(places, labels, strict=True))


def _check_rows(complete: BoolArray, deaths: FloatArray, missing: Mapping[str, int]) -> None:
    if not complete.any():
        raise InputError(
            f"cohort table: expected rows with a value in every column used, got none of {complete.size} "
            f"(without a value: {_counts(missing)})"
        )
    if not (deaths[complete] == 1).any():
        raise InputError(f"event: expected at least one death in {np.count_nonzero(complete)} complete rows, got none")


def _design(name: str, covariate: FloatArray | Categories, complete: BoolArray) -> _Design:
    if isinstance(covariate, Categories):
        found = covariate.of(complete)
        design = _Design(tuple(f"{name}={level}" for level in found.levels[1:]), found.indicators(), found.levels)
    else:
        design = _Design((name,), covariate[complete][:, None])
    scale = np.abs(design.x).max(initial=0.0)
    if scale == 0 or (np.abs(design.x / scale - design.x[0] / scale) < SAME_VALUE).all():
        raise InputError(f"{name}: expected at least two values in {len(design.x)} complete rows, got one")
    return design


def _check_independent(x: FloatArray, term_of: IntArray, terms: Sequence[str]) -> None:
    scaled = x / np.abs(x).max(axis=0)
    scaled -= scaled.mean(axis=0)
    scaled /= np.linalg.norm(scaled, axis=0)
    # The diagonal of R holds what the earlier columns leave of each; past n columns nothing is left.
    left = np.zeros(x.shape[1])
    diagonal = np.abs(np.diagonal(np.linalg.qr(scaled, mode="r")))
    left[: diagonal.size] = diagonal
    if (left < COLLINEAR).any():
        column = int(np.argmax(left < COLLINEAR))
        weights = np.linalg.lstsq(scaled[:, :column], scaled[:, column], rcond=None)[0]
        others = dict.fromkeys(terms[term_of[n]] for n in np.flatnonzero(np.abs(weights) > COLLINEAR))
        raise InputError(
            f"{terms[term_of[column]]}: expected a term that tells more than the terms before it, "
            f"got a combination of {', '.join(others)}"
        )


def _counts(missing: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in missing.items() if count)


def _notices(complete: BoolArray, missing: Mapping[str, int], levels: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    dropped = complete.size - int(np.count_nonzero(complete))
    lacking = [f"rows left out: {dropped} of {complete.size} (without a value: {_counts(missing)})"] if dropped else []
    alike = [name for name, found in levels.items() if len({level.casefold() for level in found}) < len(found)]
    return (*lacking, *(f"{name}: some of its {len(levels[name])} levels differ only in case" for name in alike))
