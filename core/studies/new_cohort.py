"""A table of patients as the new cohort that a nomogram is judged on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from core.case import ClinicalRecord, Notice
from core.errors import InputError
from core.io.clinical_columns import clinical_records
from core.io.cohort_table import CohortTable
from core.io.named_columns import OBJECTIVE_RESPONSE, RESPONSE, named_columns
from core.staging.ajcc8 import ajcc8
from core.staging.bclc import bclc
from core.staging.clip import clip
from core.staging.hklc import hklc
from core.studies.validation import NewCohort
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram

SYSTEMS: dict[str, Callable[[ClinicalRecord], object]] = {
    "AJCC TNM 8": lambda record: ajcc8(record).stage,
    "BCLC 2022": lambda record: bclc(record).stage,
    "CLIP": lambda record: clip(record).score,
    "HKLC": lambda record: hklc(record).stage,
}
MOST_STAGED = 50_000
FEWEST_STAGED = 0.5  # share of the patients below which a system is left out of the comparison


def new_cohort(table: CohortTable, nomogram: Nomogram, given: Mapping[str, str], months_per_unit: float) -> NewCohort:
    """The complete rows of `table` as `nomogram` needs them.

    Args:
        table: as read.
        nomogram: the model to be judged.
        given: input name to column, for those that are named otherwise; "time_months" and "event" too.
        months_per_unit: converts the times to months.

    Raises:
        InputError: for a name that is no input of the model, a column that is absent or holds another kind of value, or
            if no complete row is left.
    """
    mapping, levels = _mapping(table, nomogram, given), _levels(nomogram)
    found = named_columns(table, mapping, levels)
    if OBJECTIVE_RESPONSE in found and RESPONSE in nomogram.names:
        found[RESPONSE] = found.pop(OBJECTIVE_RESPONSE)
    columns = {name: found[name] for name in ("time_months", "event", *nomogram.names)}
    missing = {name: int(np.isnan(column).sum()) for name, column in columns.items()}
    complete = ~np.any([np.isnan(column) for column in columns.values()], axis=0)
    if not complete.any():
        counts = ", ".join(f"{name} {count}" for name, count in missing.items() if count)
        raise InputError(f"cohort: expected rows with a value in every input, got none; missing: {counts}")
    x = np.column_stack([_coded(columns[term.name], term.name, nomogram) for term in nomogram.terms])[complete]
    stages, notices = _stages(table, complete)
    return NewCohort(
        follow_up=FollowUp(columns["time_months"][complete] * months_per_unit, columns["event"][complete] == 1),
        x=x,
        stages=stages,
        n_read=len(table),
        missing=missing,
        notices=(*(Notice("cohort_table", text) for text in table.notices), *notices),
    )


def _mapping(table: CohortTable, nomogram: Nomogram, given: Mapping[str, str]) -> dict[str, str]:
    """Column of each input: as given, else of the input's own name."""
    inputs = list(dict.fromkeys(term.factor or term.name for term in nomogram.terms))
    allowed = {"time_months", "event", *inputs, *([OBJECTIVE_RESPONSE] if RESPONSE in inputs else [])}
    for position, name in enumerate(given, start=1):
        if name not in allowed:
            raise InputError(f"--map, position {position}: expected one of {', '.join(sorted(allowed))}, got another")
    mapping = {name: given.get(name, name) for name in ("time_months", "event", *inputs)}
    if RESPONSE in mapping and RESPONSE not in given:
        instead = given.get(OBJECTIVE_RESPONSE, OBJECTIVE_RESPONSE)
        if OBJECTIVE_RESPONSE in given or RESPONSE not in table.names:
            mapping = {OBJECTIVE_RESPONSE if name == RESPONSE else name: c for name, c in mapping.items()}
            mapping[OBJECTIVE_RESPONSE] = instead
    return mapping


def _levels(nomogram: Nomogram) -> dict[str, list[str]]:
    """Levels of each input that is a category, the reference first."""
    levels: dict[str, list[str]] = {}
    for term in nomogram.terms:
        if term.factor:
            levels.setdefault(term.factor, [term.levels[0][0]]).append(term.levels[1][0])
    return levels


def _coded(column: np.ndarray, name: str, nomogram: Nomogram) -> np.ndarray:
    """Sessions beyond the published models' "more than three" count as 4."""
    if nomogram.model == "own" or name != "haic_sessions":
        return column
    most = next(term.range[1] for term in nomogram.terms if term.name == name)
    return np.asarray(np.minimum(column, most))


def _stages(table: CohortTable, complete: np.ndarray) -> tuple[dict[str, np.ndarray], list[Notice]]:
    """Codes of the stages, -1 unknown, of the systems by which at least half of the patients can be staged."""
    if complete.sum() > MOST_STAGED:
        text = f"Staging systems were not compared: over {MOST_STAGED} patients."
        return {}, [Notice("staging_left_out", text)]
    records = clinical_records(table)
    if not records:
        text = "Staging systems were not compared: no column is named as in clinical.json."
        return {}, [Notice("staging_left_out", text)]
    chosen = [record for record, use in zip(records, complete, strict=True) if use]
    found, notices = {}, []
    for name in SYSTEMS:
        codes = _codes(name, chosen)
        known = float((codes >= 0).mean())
        if known >= FEWEST_STAGED:
            found[name] = codes
        else:
            text = f"{name} was not compared: only {100 * known:.0f} % of the patients can be staged."
            notices.append(Notice("staging_left_out", text))
    return found, notices


def _codes(system: str, records: list[ClinicalRecord]) -> np.ndarray:
    stages = [SYSTEMS[system](record) for record in records]
    ranks = {stage: code for code, stage in enumerate(sorted({str(s) for s in stages if s is not None}))}
    return np.array([-1 if stage is None else ranks[str(stage)] for stage in stages])
