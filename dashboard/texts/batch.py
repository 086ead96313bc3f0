"""What the page Batch says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dashboard.texts.work import left

if TYPE_CHECKING:
    from core.io.image_cohort import Problem

LEAD = "Score a whole cohort: every patient as one case would be, one row for each."
HOW = (
    "One zip that holds cohort.csv and the images it names: columns patient_id, arterial and portal_venous, and what "
    "is known of mask and clinical values. Paths are relative to the table. At most 1 GB and 500 patients; a larger "
    "cohort goes by the command haic-nomogram batch, which reads a folder and needs no upload."
)
STAYS = (
    "Identifiers are taken out in memory, then the images lie on this machine, under numbers, in a folder that only "
    "the user of the server can read. All of it is removed when you remove the cohort, after 24 hours, or when the "
    "server stops. A closed or reloaded page stops nothing. Give pseudonyms as patient_id."
)
DROP = "Drop a cohort as a zip"
COHORT = "Cohort"
EXAMPLE = "A zip that is taken, and its table:"
EXAMPLE_FILES = (
    "cohort.csv\nP01/arterial.nii.gz\nP01/portal_venous.nii.gz\nP02/arterial/…      a DICOM folder\nP02/venous/…"
)
EXAMPLE_TABLE = (
    "patient_id,arterial,portal_venous,age_years,pvtt,response,haic_sessions\n"
    "P01,P01/arterial.nii.gz,P01/portal_venous.nii.gz,61,1,PR,4\n"
    "P02,P02/arterial,P02/venous,54,0,,"
)
TRY = "To try it: haic-nomogram simulate --patients 2 --seed 1 --out cohort writes such a folder; zip it."
READING = "Unpacking and checking the cohort"
START, STOP, RESUME, REMOVE = "Score the cohort", "Stop", "Go on with the rest", "Remove this cohort"
SAVE = "Save scores.csv"
STOPPED = "Stopped. The rows that are done stay; the rest can be scored later."
FINISHED = "Every patient has a row."
FIRST_CASE = "The first patients are being scored"
LETS_OTHERS = "Cases that somebody waits for at a page go first."
PROBLEMS_HEAD = ("Row", "Column", "What is wrong")
SCORES_HEAD = (
    "Patient",
    "MTM",
    "DLR",
    "Alive at 3 years, before treatment",
    "Alive at 3 years, after response",
    "Risk group",
    "Remark",
)
MOST_ROWS = 200
_GROUP_COLUMNS = ("risk_group_post", "risk_group_pre")


def waiting(total: int, refused: int) -> str:
    """What the table holds."""
    usable = total - refused
    said = f"{total} patients in the table" if total != 1 else "1 patient in the table"
    return f"{said}, {usable} of them can be scored." if refused else f"{said}."


def renamed(count: int) -> str:
    """What became of ids that are no pseudonyms."""
    whose = "1 patient_id" if count == 1 else f"{count} patient_ids"
    return f"{whose} may be a name, a date or a hospital number: replaced by the row of the table, as in Row 2."


def standing(total: int, done: int, failed: int, seconds_left: float | None) -> str:
    """How far it is."""
    said = f"{done} of {total} patients"
    if failed:
        said += f", {failed} without scores"
    if seconds_left is not None:
        said += f", {left(seconds_left)}"
    return said


def problem_rows(problems: tuple[Problem, ...]) -> list[tuple[str, str, str]]:
    """What is wrong with the table, cell by cell."""
    return [(str(one.row), one.column, one.text) for one in problems[:MOST_ROWS]]


def score_row(row: Mapping[str, str]) -> tuple[str, ...]:
    """A row of scores.csv for the eye; an empty cell is unknown."""
    group = next((row[name] for name in _GROUP_COLUMNS if row[name]), "")
    numbers = [_number(row[name], 2) for name in ("mtm", "dlr")]
    alive = [_percent(row[name]) for name in ("os36_pre", "os36_post")]  # probability to be alive at 36 months
    return (row["patient_id"], *numbers, *alive, group or "unknown", row["error"] or "none")


def more_rows(count: int) -> str:
    """What a long table leaves out."""
    return f"The first {MOST_ROWS} of {count} rows are shown; the file has all."


def _number(cell: str, digits: int) -> str:
    return f"{float(cell):.{digits}f}" if cell else "unknown"


def _percent(cell: str) -> str:
    return f"{100 * float(cell):.1f} %" if cell else "unknown"
