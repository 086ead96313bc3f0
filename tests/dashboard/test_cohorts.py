"""Cohorts handed in on the page, and the page itself; patients are scored by a stand-in in a thread."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import ArtefactError, InputError
from core.jobs.backlog import Backlog
from core.jobs.score import ScoreTask
from core.jobs.ticket import Ticket
from core.registry.audit_chain import Act
from dashboard import cohorts, keeping, session, texts, work
from dashboard.cohorts import COHORTS, MOST_COHORTS, Cohort, Cohorts
from dashboard.views import batch
from tests.dashboard.test_views import html

TABLE = "patient_id,arterial,portal_venous,age_years\nP1,a,p,61\nP2,a,p,\nP3,a,gone,\nP4,b,p,900\n"
MEMBERS = {"cohort.csv": TABLE, "a": "A", "p": "P", "b": "B"}
GO_ON = Event()


class HereService:
    """In the place of the workers: one thread for each piece of work."""

    places = 1

    def take(
        self,
        ticket: Ticket,
        function: Callable[[Any], Any],
        argument: object,
        finish: Callable[[Any], Any] = lambda result: result,
        **_how: object,
    ) -> None:
        def run() -> None:
            result = finish(function(argument))
            if not ticket.done:
                ticket.future.set_result(result)

        Thread(target=run, daemon=True).start()


def scored(task: ScoreTask) -> dict[str, str]:
    """Stands in for `score_patient`; the second patient waits to be let go on."""
    if task.patient.patient_id == "P2":
        assert GO_ON.wait(20)
    return {"mtm": "0.62", "dlr": "0.81", "os36_pre": "0.4171", "risk_group_pre": "low", "error": ""}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing of a test is left."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(work, "service", HereService)
    monkeypatch.setattr("core.jobs.batch.score_patient", scored)
    GO_ON.clear()
    yield
    GO_ON.set()
    for desk in list(COHORTS._kept):
        COHORTS.forget(desk)


def packed(members: dict[str, str] | None = None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in (members or MEMBERS).items():
            archive.writestr(name, text)
    return content.getvalue()


def left_over(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "temporary").iterdir())


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def begun() -> Cohort:
    """A cohort with one patient done and one that waits."""
    made = Cohort(packed())
    made.start(Backlog(HereService()))  # type: ignore[arg-type]
    until(lambda: made.standing().done == 3)
    return made


def test_a_cohort_is_checked_before_it_is_scored() -> None:
    made = Cohort(packed())
    assert (made.total, made.running, made.begun) == (4, False, False)
    assert [(one.row, one.column) for one in made.problems] == [(4, "portal_venous"), (5, "age_years")]
    assert made.scores() == b""


def test_rows_grow_and_what_was_stopped_goes_on() -> None:
    made = begun()
    now = made.standing()
    assert (now.total, now.done, now.failed) == (4, 3, 2)
    assert now.seconds_left is not None
    made.stop()
    until(lambda: not made.running)
    assert made.message == texts.batch.STOPPED
    assert [row["patient_id"] for row in made.rows()] == ["P1", "P3", "P4"]
    GO_ON.set()
    made.start(Backlog(HereService()))  # type: ignore[arg-type]
    until(lambda: not made.running)
    assert made.message == ""
    assert [row["patient_id"] for row in made.rows()] == ["P1", "P2", "P3", "P4"]
    assert made.scores().startswith(b"patient_id,mtm,")
    assert made.rows()[0]["mtm"] == "0.62"


def test_missing_weights_end_it_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_task: ScoreTask) -> dict[str, str]:
        raise ArtefactError("worker: expected the software and weights of the command, got others")

    monkeypatch.setattr("core.jobs.batch.score_patient", refuses)
    made = Cohort(packed())
    made.start(Backlog(HereService()))  # type: ignore[arg-type]
    until(lambda: not made.running)
    assert "got others" in made.message


@pytest.mark.parametrize("content", [b"no zip", packed({"a": "A"})])
def test_what_is_no_cohort_leaves_no_file(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Cohort(content)
    assert left_over(tmp_path) == []


def test_too_many_patients_are_sent_to_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cohorts, "MOST_PATIENTS", 3)
    with pytest.raises(InputError, match="expected at most 3 patients, got 4"):
        Cohort(packed())
    assert left_over(tmp_path) == []


def test_a_cohort_belongs_to_one_browser_and_goes_with_all_its_files(tmp_path: Path) -> None:
    kept = Cohorts()
    made = kept.take("a", lambda: Cohort(packed()))
    assert (kept.of("a"), kept.of("b")) == (made, None)
    (folder,) = left_over(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    kept.forget("a")
    assert kept.of("a") is None
    assert left_over(tmp_path) == []


def test_a_cohort_is_removed_while_it_is_scored(tmp_path: Path) -> None:
    kept = Cohorts()
    made = kept.take("a", begun)
    kept.forget("a")
    assert not made.running
    assert left_over(tmp_path) == []


def test_another_cohort_takes_the_place_of_the_first_and_a_day_later_it_is_gone(tmp_path: Path) -> None:
    kept = Cohorts(kept_seconds=0.5)
    first = kept.take("a", lambda: Cohort(packed()))
    assert kept.take("a", lambda: Cohort(packed())) is not first
    assert len(left_over(tmp_path)) == 1
    until(lambda: kept.of("a") is None)
    until(lambda: not left_over(tmp_path))


def test_no_more_cohorts_than_the_disk_should_hold() -> None:
    kept = Cohorts()
    for number in range(MOST_COHORTS):
        kept.take(str(number), lambda: Cohort(packed()))
    with pytest.raises(InputError, match="try again later"):
        kept.take("another", lambda: Cohort(packed()))
    for number in range(MOST_COHORTS):
        kept.forget(str(number))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page, for a browser whose desk is "desk"."""
    monkeypatch.setattr(session, "desk", lambda: "desk")
    monkeypatch.setattr(batch, "REFRESH_SECONDS", 100.0)
    return AppTest.from_string("from dashboard.views import batch\nbatch.show()\n", default_timeout=30)


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_the_page_says_what_it_wants_and_where_it_goes(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert texts.batch.HOW in html(page)
    assert texts.batch.STAYS in html(page)
    assert page.button == []


def test_a_refused_zip_is_one_sentence(page: AppTest) -> None:
    page.run()
    page.file_uploader[0].upload("cohort.zip", packed({"a": "A"}), "application/zip")
    page.run()
    assert [box.value for box in page.error] == ["Cohort zip: expected one cohort.csv, got none"]
    page.file_uploader[0].upload("cohort.zip", packed(), "application/zip")
    page.run()
    assert page.error == []
    assert "4 patients in the table, 2 of them can be scored." in html(page)


def test_nothing_is_scored_where_it_cannot_be_written_down(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def note(models: Any, act: Act, patients: int) -> None:
        raise InputError("audit: expected a free disk, got a full one")

    monkeypatch.setattr(keeping, "note_cohort", note)
    made = COHORTS.take("desk", lambda: Cohort(packed()))
    page = press(page.run(), texts.batch.START)
    assert [box.value for box in page.error] == ["Audit: expected a free disk, got a full one"]
    assert not made.running
    assert not made.begun


def test_ids_that_may_be_names_are_replaced_and_it_is_said(page: AppTest) -> None:
    COHORTS.take("desk", lambda: Cohort(packed({**MEMBERS, "cohort.csv": TABLE.replace("P1", "Jane Doe")})))
    page.run()
    assert texts.batch.renamed(1) in html(page)
    assert "Doe" not in html(page)


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What each download button of the page makes when it is clicked, by its label."""
    found: dict[str, Callable[[], bytes]] = {}

    def button(label: str, data: Callable[[], bytes], **_: Any) -> bool:
        found[label] = data
        return False

    monkeypatch.setattr("streamlit.download_button", button)
    return found


def test_from_the_table_to_the_scores(page: AppTest, downloads: dict[str, Callable[[], bytes]]) -> None:
    COHORTS.take("desk", lambda: Cohort(packed()))
    page.run()
    assert "expected an existing file or folder" in html(page)
    page = press(page, texts.batch.START)
    made = COHORTS.of("desk")
    assert made is not None
    until(lambda: made.standing().done == 3)
    page.run()
    assert not page.exception
    assert "P1" in html(page)
    assert [button.label for button in page.button] == [texts.batch.STOP]
    page = press(page, texts.batch.STOP)
    until(lambda: not made.running)
    page.run()
    assert texts.batch.STOPPED in html(page)
    GO_ON.set()
    page = press(page, texts.batch.RESUME)
    until(lambda: not made.running)
    page.run()
    shown = html(page)
    assert texts.batch.FINISHED in shown
    assert "4 of 4 patients, 2 without scores" in shown
    assert "41.7 %" in shown
    assert "row 5, age_years: expected 0-120, got 900" in shown
    assert "not valid for patients" in shown
    assert texts.NOT_FOR_CLINICAL_USE in shown
    leaves = downloads[texts.batch.SAVE]
    assert leaves() == made.scores()
    said = [(line.act, line.what, line.pseudonym) for line in keeping.registry().audit.lines()]
    assert said == [("assessed", "cohort of 4", ""), ("assessed", "cohort of 4", ""), ("exported", "cohort of 4", "")]
    page = press(page, texts.batch.REMOVE)
    assert COHORTS.of("desk") is None
    assert texts.batch.HOW in html(page)


def test_nobody_who_is_not_signed_in_stops_a_cohort(page: AppTest, sign_in: Callable[..., None]) -> None:
    made = COHORTS.take("desk", begun)
    page.run()
    sign_in("clinician-b", exp=1.0)
    page = press(page, texts.batch.STOP)
    assert "P1" not in html(page)
    GO_ON.set()
    until(lambda: not made.running)
    assert made.message == ""
    assert made.standing().done == made.total
