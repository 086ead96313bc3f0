"""Before anything is trained: all that is wrong with the table, told at once, row by row.

Also told: images that occur twice, which in two splits or folds would be learned and then tested on; patients that an
earlier training in the same folder saw in another split; and labels too few to learn from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.findings import HEADS
from core.io.atomic import write_text
from core.io.image_cohort import Patient, Problem, read_image_cohort
from core.train.cohort.store import read_json, sha256_of, write_json
from core.train.fit_network import HORIZON_MONTHS, survival_targets

HEADER_ROW = 1
SPLITS = "splits.json"
LAST_HEAD = HEADS[-1]
"""Its horizon may lie beyond the follow-up of a young cohort: calibration then leans on the horizon before."""


@dataclass(frozen=True)
class CheckedPatient:
    """A patient with the sha256 of his files; mask "" where none is given."""

    patient: Patient
    arterial: str
    portal_venous: str
    mask: str


@dataclass(frozen=True)
class CheckedCohort:
    """A table without problems.

    Attributes:
        patients: in its order.
        has_mtm, has_survival: what can be learned from it.
        notices: what cannot, and what is meagre, one sentence each.
    """

    patients: tuple[CheckedPatient, ...]
    has_mtm: bool
    has_survival: bool
    notices: tuple[str, ...]


def check_cohort(table: Path, out: Path, fewest: int, report: Callable[[str], None]) -> CheckedCohort:
    """Read the table and hash every image.

    Args:
        out: problems.csv is written there, with its header alone if there are none.
        fewest: patients of each kind needed in split "train".

    Raises:
        InputError: after all problems were reported and written.
    """
    patients, problems = read_image_cohort(table)
    hashed = tuple(_hashed(patient) for patient in patients)
    found = [*problems, *_duplicates(hashed), *_moved(hashed, out / "work" / SPLITS)]
    if not found:
        found += _too_few(patients, fewest)
    write_problems(found, out / "problems.csv")
    if found:
        for problem in found:
            report(f"row {problem.row}, {problem.column}: {problem.text}")
        raise InputError(f"cohort table: expected no problems, got {len(found)}; problems.csv lists them")
    targets = targets_of(patients)
    has_mtm, has_survival = _known(targets[:, 0]), _known(targets[:, 1:])
    return CheckedCohort(hashed, has_mtm, has_survival, tuple(_notices(patients, has_mtm, has_survival, fewest)))


def targets_of(patients: Sequence[Patient]) -> npt.NDArray[np.float32]:
    """Targets (n, 5), columns as HEADS, NaN where unknown: MTM from pathology, alive at each horizon."""
    time = np.array([np.nan if p.time_months is None else p.time_months for p in patients], dtype=np.float64)
    event = np.array([bool(p.event) for p in patients])
    mtm = np.array([np.nan if p.mtm is None else float(p.mtm) for p in patients], dtype=np.float64)
    return survival_targets(time, event, mtm)


def remember_splits(patients: Iterable[CheckedPatient], work: Path) -> None:
    """Who is in which split, by image: from now on these patients must not change theirs in this folder."""
    path = work / SPLITS
    before = read_json(path) if path.is_file() else {}
    write_json(path, before | {one.portal_venous: one.patient.split for one in patients})


def write_problems(problems: Sequence[Problem], path: Path) -> None:
    """A table of rows, columns and sentences."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("row", "column", "problem"))
    writer.writerows((one.row, one.column, one.text) for one in problems)
    write_text(path, text.getvalue())


def _hashed(patient: Patient) -> CheckedPatient:
    mask = "" if patient.mask is None else sha256_of(patient.mask)
    return CheckedPatient(patient, sha256_of(patient.arterial), sha256_of(patient.portal_venous), mask)


def _duplicates(patients: Sequence[CheckedPatient]) -> list[Problem]:
    first: dict[str, Patient] = {}
    found = []
    for one in patients:
        for column in ("arterial", "portal_venous"):
            other = first.setdefault(getattr(one, column), one.patient)
            if other is not one.patient or (column == "portal_venous" and one.arterial == one.portal_venous):
                found.append(Problem(one.patient.row, column, _twice(one.patient, other)))
    return found


def _twice(patient: Patient, other: Patient) -> str:
    if patient is other:
        return "expected another image than the arterial phase, got the same"
    where = "" if patient.split == other.split else f", which is in split {other.split}, this one in {patient.split}"
    return f"expected an image of this patient alone, got the image of row {other.row}{where}"


def _moved(patients: Sequence[CheckedPatient], path: Path) -> list[Problem]:
    """Patients an earlier training saw in another split: held-out figures would no longer be of unseen patients."""
    before = read_json(path) if path.is_file() else {}
    return [
        Problem(
            one.patient.row,
            "split",
            f"expected {before[one.portal_venous]}, as when this folder was last trained, got {one.patient.split}; "
            "give another --out for other splits",
        )
        for one in patients
        if before.get(one.portal_venous, one.patient.split) != one.patient.split
    ]


def _too_few(patients: Sequence[Patient], fewest: int) -> list[Problem]:
    """What makes a training impossible; labels that are wholly absent only leave their part out."""
    training = targets_of([patient for patient in patients if patient.split == "train"]).reshape(-1, len(HEADS))
    everyone = targets_of(patients).reshape(-1, len(HEADS))
    if np.isnan(everyone).all():
        text = "expected MTM labels or survival to learn from, got neither"
        return [Problem(HEADER_ROW, "mtm, time_months, event", text)]
    found = []
    for index, head in enumerate(HEADS):
        relevant = everyone[:, 0] if index == 0 else everyone[:, 1:]
        ones, zeros = int((training[:, index] == 1).sum()), int((training[:, index] == 0).sum())
        if _known(relevant) and head != LAST_HEAD and min(ones, zeros) < fewest:
            column = "mtm" if index == 0 else "time_months"
            found.append(Problem(HEADER_ROW, column, _few_text(head, ones, zeros, fewest)))
    return found


def _few_text(head: str, ones: int, zeros: int, fewest: int) -> str:
    if head == "mtm":
        return f"expected at least {fewest} training patients with and without MTM, got {ones} and {zeros}"
    months = f"{HORIZON_MONTHS[head]:.0f} months"
    return f"expected at least {fewest} training patients known alive and dead at {months}, got {ones} and {zeros}"


def _notices(patients: Sequence[Patient], has_mtm: bool, has_survival: bool, fewest: int) -> Iterable[str]:
    if not has_mtm:
        yield "No patient has an MTM label: the MTM score is not trained and stays unknown."
    if not has_survival:
        yield "No patient has survival: the DLR score is not trained and stays unknown."
    last = targets_of([patient for patient in patients if patient.split == "train"])[:, -1]
    if has_survival and min((last == 1).sum(), (last == 0).sum()) < fewest:
        yield f"{HORIZON_MONTHS[LAST_HEAD]:.0f} months: too few patients were followed so far; 36 months decide."
    splits = {patient.split for patient in patients}
    if splits == {"train"}:
        yield "No patient is held out: all figures are cross-validated, none is of an external cohort."
    elif "external" not in splits:
        yield "No patient is in split external: no figure is of another centre."


def _known(targets: npt.NDArray[np.float32]) -> bool:
    return bool((~np.isnan(targets)).any())
