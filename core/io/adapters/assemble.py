"""A public data set's clinical rows and image folders joined to a cohort table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError
from core.io.adapters.clinical_rows import ClinicalRow, ClinicalTable
from core.io.image_cohort import Patient, Problem, Split, read_image_cohort, write_image_cohort


@dataclass(frozen=True)
class PatientImages:
    """Where one patient's images lie.

    Attributes:
        arterial, portal_venous: a file or a folder that `core.io.series.read_phase` reads as that phase.
        mask: of the liver, None if there is none that can be used.
        notes: what was doubtful, one sentence each, without texts from files.
    """

    arterial: Path
    portal_venous: Path
    mask: Path | None = None
    notes: tuple[str, ...] = ()


FindImages = Callable[[], PatientImages]
"""Finds one patient's images; raises InputError, in one sentence, where they are not one pair of phases."""


@dataclass(frozen=True)
class Adapted:
    """A public data set as a cohort.

    Attributes:
        patients: those with both phases, in the order of the clinical table.
        left_out: rows of the clinical table without a patient, and why.
        problems: cells of the clinical table that were left blank, and doubts about images, by row.
        notes: what holds for the whole data set.
    """

    patients: tuple[Patient, ...]
    left_out: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def assemble(
    table: ClinicalTable,
    images: Mapping[str, FindImages],
    centre: str,
    split: Split,
    progress: Callable[[str, float], None],
) -> Adapted:
    """Each clinical row with its images; a row without one pair of phases is left out with its reason.

    Args:
        images: by patient id.
        centre: written in every row; it says which data set this is.
        split: written in every row.
    """
    patients: list[Patient] = []
    left_out: list[Problem] = []
    doubts: list[Problem] = []
    for position, row in enumerate(table.rows):
        progress("reading images", position / len(table.rows))
        try:
            found = _find(images, row.patient_id)
        except InputError as error:
            left_out.append(Problem(row.row, "images", str(error)))
            continue
        doubts += [Problem(row.row, "images", note) for note in found.notes]
        patients.append(_patient(row, found, centre, split))
    return Adapted(
        tuple(patients), tuple(left_out), (*table.problems, *doubts), (*table.notes, *_strangers(table, images))
    )


def write_adapted(patients: tuple[Patient, ...], path: Path) -> None:
    """The cohort table, its paths relative to its folder, read back before it is called done.

    Raises:
        InputError: there is a file of that name, or the table reads otherwise than it was written.
    """
    if path.exists():
        raise InputError("--out: expected a name that is free, got one of a file that is there")
    write_image_cohort([_relative(patient, path.parent) for patient in patients], path)
    found, problems = read_image_cohort(path)
    if problems or len(found) != len(patients):
        raise InputError(f"--out: expected {len(patients)} rows that can be read, got {len(problems)} problems")


def _find(images: Mapping[str, FindImages], patient_id: str) -> PatientImages:
    if patient_id not in images:
        raise InputError("patient: expected images in the folder, got none of that patient id")
    return images[patient_id]()


def _patient(row: ClinicalRow, images: PatientImages, centre: str, split: Split) -> Patient:
    return Patient(
        row=row.row,
        patient_id=row.patient_id,
        centre=centre,
        cohort="haic",  # of the two there are, the one that is treated and followed up
        split=split,
        arterial=images.arterial,
        portal_venous=images.portal_venous,
        mask=images.mask,
        clinical=row.clinical,
        mtm=None,
        time_months=row.time_months,
        event=row.event,
    )


def _strangers(table: ClinicalTable, images: Mapping[str, FindImages]) -> Iterator[str]:
    count = len(set(images) - {row.patient_id for row in table.rows})
    if count:
        yield f"{count} of {len(images)} patients with images have no row in the clinical table and are left out"


def _relative(patient: Patient, folder: Path) -> Patient:
    return replace(
        patient,
        arterial=_from(patient.arterial, folder),
        portal_venous=_from(patient.portal_venous, folder),
        mask=None if patient.mask is None else _from(patient.mask, folder),
    )


def _from(path: Path, folder: Path) -> Path:
    """Relative with steps upwards where needed; absolute where there is no such way (another drive)."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve()))
    except ValueError:
        return path.resolve()
