"""A whole cohort scored: one row for each patient, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from core.errors import InputError
from core.io.image_cohort import Patient, Problem, read_image_cohort
from core.io.scores_state import Made, inputs_checksum
from core.io.scores_table import Cells, ScoresTable, open_scores
from core.jobs.engine import Outcome, Workers, open_workers
from core.jobs.progress import ProgressLine
from core.jobs.score import ScoreTask, made_with, score_patient
from core.jobs.settings import WorkerSettings
from core.models import load_models

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Counts:
    """How a batch ended: patients with scores, and those whose row says why they have none."""

    scored: int
    explained: int


def score_cohort(
    cohort: Path, out: Path, settings: WorkerSettings | Workers, weights: Path | None = None, tell: Tell | None = None
) -> Counts:
    """Write scores.csv of the cohort; what an earlier run has done is kept.

    Args:
        cohort: a cohort.csv. out: the table; beside it lies a small file that says how its rows were made.
        settings: where to work, or the workers themselves.
        weights: None for HAIC_NOMOGRAM_WEIGHTS, or else the weights that came with the software.
        tell: told a line now and then.

    Raises:
        InputError: a cohort that is no table, an `out` that is not ours, workers that cannot be had.
        ArtefactError: weights missing or damaged, here or at a worker.
    """
    say = tell or (lambda _line: None)
    weights = weights and weights.resolve()
    made = made_with(load_models(weights))
    patients, problems = read_image_cohort(cohort.resolve())
    if problems:
        say(
            f"note: {len({one.row for one in problems})} rows of the cohort cannot be used; their column error says why"
        )
    inputs = {one.patient_id: inputs_checksum(one, cohort.resolve().parent) for one in patients}
    refused = dict(_refused(problems))
    with open_scores(out, made, inputs, refused.values()) as table, _in_order(table, patients, refused):
        todo = [one for one in patients if one.patient_id not in table.lines]
        if todo:
            say(f"{len(todo)} of {len(patients) + len(refused)} patients to do")
            with open_workers(settings) as workers:
                tasks = ((one.patient_id, ScoreTask(one, weights, made)) for one in todo)
                _score(workers, tasks, table, _Notes(patients, inputs, len(refused), say))
    failed = sum(line.failed for line in table.lines.values())
    return Counts(len(table.lines) - failed, failed + len(refused))


class _Notes:
    """What is kept of a run beside its rows: where each patient stands, and how far the run is."""

    def __init__(self, patients: tuple[Patient, ...], inputs: dict[str, str], refused: int, say: Tell) -> None:
        self.inputs, self.refused, self.say = inputs, refused, say
        self.rows = {one.patient_id: one.row for one in patients}


def _score(workers: Workers, tasks: Iterable[tuple[str, ScoreTask]], table: ScoresTable, notes: _Notes) -> None:
    total = len(notes.rows) + notes.refused
    failed = notes.refused + sum(line.failed for line in table.lines.values())
    progress = ProgressLine(total, len(table.lines) + notes.refused, notes.say, failed=failed)
    for outcome in workers.run(score_patient, tasks):
        cells, passing = _cells(outcome)
        if outcome.failure is not None and outcome.failure.detail:
            notes.say(f"row {notes.rows[outcome.name]}: {outcome.failure.text} ({outcome.failure.detail})")
        table.add(outcome.name, cells, Made(notes.inputs[outcome.name], passing))
        progress.step(bool(cells["error"]))


def _cells(outcome: Outcome[dict[str, str]]) -> tuple[Cells, bool]:
    if outcome.failure is not None:
        return {"error": outcome.failure.text}, outcome.failure.passing
    if outcome.result is None:
        raise InputError("worker: expected a row of scores, got nothing")
    return outcome.result, False


def _refused(problems: Iterable[Problem]) -> Iterator[tuple[int, tuple[str, Cells]]]:
    """By row of the cohort table, the id and the row of scores of what cannot be scored."""
    for row, group in groupby(sorted(problems, key=lambda one: one.row), key=lambda one: one.row):
        ones = list(group)
        text = "; ".join(f"{one.column}: {one.text}" for one in ones)
        yield row, (ones[0].patient_id, {"error": f"row {row}, {text}"})


@contextmanager
def _in_order(table: ScoresTable, patients: Iterable[Patient], refused: dict[int, tuple[str, Cells]]) -> Iterator[None]:
    """However the block ends, the table is then in the order of the cohort."""
    try:
        yield
    finally:
        rows: dict[int, tuple[str, Cells | None]] = {one.row: (one.patient_id, None) for one in patients}
        table.order(entry for _, entry in sorted((rows | refused).items()))
