"""Cohorts that are scored for a browser; without streamlit.

A cohort is de-identified in memory as it is unpacked. It lies in a folder of its own that only this user can read, and
goes with it: when it is removed, a day later, or when the server ends.
"""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread, Timer
from typing import TYPE_CHECKING

from core.errors import HaicError, InputError
from core.io.disk import disk_that_may_be_full
from dashboard import texts
from dashboard.desks import KEPT_SECONDS

if TYPE_CHECKING:
    from core.io.image_cohort import Problem
    from core.jobs.backlog import Backlog

MOST_COHORTS = 8
MOST_PATIENTS = 500
SCORES = "scores.csv"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """How far a cohort is.

    Attributes:
        total, done, failed: patients; failed are those whose row says why there are no scores.
        seconds_left: None where nothing tells.
    """

    total: int
    done: int
    failed: int
    seconds_left: float | None


class Cohort:
    """One cohort that was handed in.

    Attributes:
        total: patients of the table, with those whose row cannot be used.
        problems: what is wrong with these.
        removed: what was taken out of its files before they were written.
        renamed: rows whose patient_id may have been a name and is the row's number now.
        message: one sentence about why it ended early, "" if all is well.

    Raises:
        InputError: a zip or a table that cannot be used, or one of more than MOST_PATIENTS.
    """

    def __init__(self, content: bytes | memoryview) -> None:
        from core.io.cohort_zip import unpack_cohort
        from core.io.image_cohort import read_image_cohort
        from core.registry.pseudonym import checked_pseudonym

        with disk_that_may_be_full():
            self._folder = Path(tempfile.mkdtemp(prefix="haic-cohort-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._backlog: Backlog | None = None
        self._thread: Thread | None = None
        self._began, self._before, self.message = 0.0, 0, ""
        try:
            with disk_that_may_be_full():
                unpacked = unpack_cohort(io.BytesIO(content), self._folder, checked_pseudonym)
            self._table, self.removed, self.renamed = unpacked.table, unpacked.removed, unpacked.renamed
            patients, problems = read_image_cohort(self._table)
        except BaseException:
            self._remove()
            raise
        self.problems: tuple[Problem, ...] = problems
        self.total = len(patients) + len({one.row for one in problems})
        if self.total > MOST_PATIENTS:
            self._remove()
            raise InputError(
                f"cohort: expected at most {MOST_PATIENTS} patients, got {self.total}; the command batch takes more"
            )

    @property
    def running(self) -> bool:
        """True while it is scored."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def begun(self) -> bool:
        """True once there is a table of scores."""
        return (self._folder / SCORES).exists()

    def start(self, backlog: Backlog) -> None:
        """Score it, or go on where it was stopped; returns at once."""
        if self.running:
            return
        self._backlog, self.message = backlog, ""
        self._began, self._before = time.monotonic(), len(self.rows()) if self.begun else 0
        self._thread = Thread(target=self._score, args=(backlog,), name="cohort", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop it, in the middle of a patient; what is done stays done."""
        if self._backlog is not None:
            self._backlog.stop()

    def forget(self) -> None:
        """Stop it and remove all its files."""
        self.stop()
        if self._thread is not None:
            self._thread.join(10.0)  # it still writes the table in order
        self._remove()

    def rows(self) -> list[dict[str, str]]:
        """The rows done so far, cells by column of scores.csv."""
        from core.io.scores_table import read_scores

        return read_scores(self._folder / SCORES)

    def scores(self) -> bytes:
        """The file scores.csv as far as it is."""
        return (self._folder / SCORES).read_bytes() if self.begun else b""

    def standing(self) -> Standing:
        """How far it is."""
        rows = self.rows()
        fresh, seconds = len(rows) - max(self._before, self._refused), time.monotonic() - self._began
        left = seconds / fresh * (self.total - len(rows)) if self.running and fresh > 0 else None
        return Standing(self.total, len(rows), sum(bool(row["error"]) for row in rows), left)

    @property
    def _refused(self) -> int:
        return len({one.row for one in self.problems})

    def _score(self, backlog: Backlog) -> None:
        from core.jobs.backlog import StoppedError
        from core.jobs.batch import score_cohort
        from core.jobs.guard import place

        try:
            with disk_that_may_be_full():
                score_cohort(self._table, self._folder / SCORES, backlog)
        except StoppedError:
            self.message = texts.batch.STOPPED
        except HaicError as error:
            self.message = texts.plain(error)
        except Exception as error:
            _log.error("batch failed: %s", place(error))
            self.message = texts.FAULT


class Cohorts:
    """The cohorts of all browsers, one for each, by its desk."""

    def __init__(self, kept_seconds: float = KEPT_SECONDS) -> None:
        self._lock, self._kept_seconds = Lock(), kept_seconds
        self._kept: dict[str, Cohort] = {}

    def of(self, desk: str) -> Cohort | None:
        """The cohort of a browser."""
        with self._lock:
            return self._kept.get(desk)

    def take(self, desk: str, make: Callable[[], Cohort]) -> Cohort:
        """Put another cohort in place of the browser's.

        Raises:
            InputError: it cannot be used, or there are too many.
        """
        self.forget(desk)
        with self._lock:
            if len(self._kept) >= MOST_COHORTS:
                raise InputError(f"cohort: expected at most {MOST_COHORTS} at a time, got one more; try again later")
        made = make()
        with self._lock:
            self._kept[desk] = made
        timer = Timer(self._kept_seconds, self.forget, (desk, made))
        timer.daemon = True
        timer.start()
        return made

    def forget(self, desk: str, only: Cohort | None = None) -> None:
        """Remove the browser's cohort with all its files; with `only`, if it still is that one."""
        with self._lock:
            found = self._kept.get(desk)
            if found is None or (only is not None and found is not only):
                return
            del self._kept[desk]
        found.forget()


COHORTS = Cohorts()
