"""A cohort of images as one table: where each patient's images lie, the record, the outcome (docs/cohort-csv.md).

`simulate` writes it, `train cohort` and `batch` read it. Paths are relative to the table. All that is wrong with it is
told at once, row by row, so that a centre need not mend one cell a run.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.io.delimited import filled_rows, read_delimited
from core.io.patient import COLUMNS, TRUTH, CohortName, Patient, Problem, Split, Truth
from core.io.patient_row import PatientRow

__all__ = ["COLUMNS", "CohortName", "Patient", "Problem", "Split", "Truth", "read_image_cohort", "write_image_cohort"]

NEEDED = ("patient_id", "arterial", "portal_venous")


def read_image_cohort(path: Path) -> tuple[tuple[Patient, ...], tuple[Problem, ...]]:
    """The patients of the table, and everything that is wrong with the other rows.

    Raises:
        InputError: a file that is no table, or a table without a column that is needed.
    """
    table = read_delimited(path)
    for name in NEEDED:
        if name not in table.names:
            raise InputError(f"cohort table: expected a column {name}, got {len(table.names)} columns without it")
    patients: list[Patient] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, row in filled_rows(table):
        one = PatientRow(number, dict(zip(table.names, row, strict=True)), path.parent)
        patient = one.patient(seen)
        problems += one.problems
        if patient is not None:
            patients.append(patient)
    return tuple(patients), tuple(problems)


def write_image_cohort(patients: Iterable[Patient], path: Path) -> None:
    """Write the table anew; paths below its folder are written relative to it."""
    from core.io.atomic import write_text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for patient in patients:
        writer.writerow(_cell(value) for value in _values(patient, path.parent).values())
    write_text(path, text.getvalue())


def _values(patient: Patient, folder: Path) -> dict[str, Any]:
    truth = patient.truth
    return dict.fromkeys(COLUMNS) | {
        "patient_id": patient.patient_id,
        "centre": patient.centre,
        "cohort": patient.cohort,
        "split": patient.split,
        "arterial": _relative(patient.arterial, folder),
        "portal_venous": _relative(patient.portal_venous, folder),
        "mask": None if patient.mask is None else _relative(patient.mask, folder),
        **patient.clinical.known(),
        "mtm": patient.mtm,
        "time_months": patient.time_months,
        "event": patient.event,
        **(dict(zip(TRUTH, (truth.mtm, truth.mtm_logit, truth.dlr, truth.lp_post), strict=True)) if truth else {}),
    }


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
