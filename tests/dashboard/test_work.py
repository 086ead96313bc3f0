"""An assessment under way, as a page sees it; the worker is a stand-in that the test lets go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.case import Case, Phase, Volume
from core.errors import WorkerError
from core.imaging.phase import PhaseProposal
from core.io.series import Series
from core.jobs import budget
from dashboard import keeping, session, texts, work
from dashboard.desks import Desks
from dashboard.draft import Draft
from dashboard.runs import Run
from dashboard.widgets import progress
from tests.dashboard import builders
from tests.dashboard.builders import CLINICAL
from tests.dashboard.test_views import draft, html

OpenPage = Callable[..., AppTest]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Run]]:
    """Every run that was asked for; none of them moves by itself."""
    asked: list[Run] = []

    def assess(case: Case | None) -> Run:
        asked.append(Run(case=case, shared=case is None))
        return asked[-1]

    monkeypatch.setattr(work, "assess", assess)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 100.0)
    session._demo_run.clear()
    yield asked
    session._demo_run.clear()


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def assessed_again(open_page: OpenPage) -> AppTest:
    """The page Case while a result is assessed once more."""
    made = builders.assessment()
    page = open_page("case", made)
    now = draft(page)
    now.assessed = Case("Case TEST", made.arterial, made.portal_venous, CLINICAL)
    now.run = work.assess(now.again())
    return page.run()


def series(volume: Volume) -> Series:
    return Series(volume, PhaseProposal(volume.phase, True, "aorta 250 HU"), (), "small")


def heading(page: AppTest) -> str:
    return str(page.status[0].label)


def test_the_heading_says_place_then_step_and_time_left(open_page: OpenPage, runs: list[Run]) -> None:
    page = assessed_again(open_page)
    assert heading(page) == f"{texts.PREPARING} …"
    (run,) = runs
    run.place = lambda: 2
    assert heading(page.run()) == "Waiting: 2 pieces of work come before this one."
    run.lacks_memory = lambda: True
    assert heading(page.run()) == "Waiting for memory: 2 pieces of work come before this one."
    run.place = lambda: 0
    run.progress("liver", 0.0)
    assert heading(page.run()).startswith("Finding the liver … about ")
    assert not page.exception


def test_stopping_keeps_everything_typed_and_the_last_result(open_page: OpenPage, runs: list[Run]) -> None:
    page = assessed_again(open_page)
    typed = dict(draft(page).clinical)
    page = press(page, texts.work.STOP)
    now = draft(page)
    assert (now.run, now.message, runs[0].cancelled) == (None, "", True)
    assert (now.clinical, now.assessment is not None) == (typed, True)
    assert not page.exception


def test_what_can_never_have_its_memory_is_refused_before_it_begins(
    open_page: OpenPage, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = builders.assessment()
    page = open_page("case", made)
    now = draft(page)
    now.series = [series(one) for one in (made.arterial, made.portal_venous)]
    now.roles = [Phase.ARTERIAL, Phase.PORTAL_VENOUS]
    monkeypatch.setattr(budget, "BYTES_PER_VOXEL", 2**30)
    page = press(page.run(), "Assess")
    assert [box.value.split(",")[0] for box in page.error] == [
        f"Images: expected an assessment that fits in {budget.budget_bytes() / 2**30:.1f} GiB of memory"
    ]
    assert runs == []
    assert keeping.registry().audit.lines() == ()
    assert not page.exception


def test_a_new_case_stops_what_is_under_way(open_page: OpenPage, runs: list[Run]) -> None:
    page = press(assessed_again(open_page), "Start a new case")
    assert runs[0].cancelled
    assert draft(page).run is None


def test_a_worker_that_ended_is_one_sentence_and_nothing_is_lost(open_page: OpenPage, runs: list[Run]) -> None:
    page = assessed_again(open_page)
    typed = dict(draft(page).clinical)
    runs[0].future.set_exception(WorkerError("the process working on this case was ended"))
    page.run()
    assert [box.value for box in page.error] == [
        "The process working on this case was ended. Nothing typed is lost; the assessment can be started again."
    ]
    assert draft(page).clinical == typed


def test_the_demo_case_is_stopped_and_assessed_once_more(open_page: OpenPage, runs: list[Run]) -> None:
    page = press(open_page("case"), "Open the demo case")
    page = press(page, texts.work.STOP)
    assert runs[0].cancelled
    assert texts.work.STOPPED_DEMO in html(page)
    page = press(page, texts.work.ASSESS_DEMO)
    assert draft(page).run is runs[1]


def test_two_pages_share_the_demo_case_and_a_new_case_leaves_it_to_the_other(
    open_page: OpenPage, runs: list[Run]
) -> None:
    first, second = (press(open_page("case"), "Open the demo case") for _ in range(2))
    assert draft(first).run is draft(second).run is runs[0]
    press(first, "Start a new case")
    assert not runs[0].cancelled
    assert draft(second).run is runs[0]


def test_who_still_waits_for_the_demo_case_gets_another_run(open_page: OpenPage, runs: list[Run]) -> None:
    first, second = (press(open_page("case"), "Open the demo case") for _ in range(2))
    press(first, texts.work.STOP)
    second.run()
    assert draft(second).run is runs[1]
    assert not second.exception


def test_a_reload_goes_on_with_what_is_under_way() -> None:
    desks, run = Desks(), Run()
    desks.keep("desk", "page 1", Draft("Case 1", run=run))
    found = desks.claim("desk", "page 2", lambda _page: False)
    assert found is not None
    assert found.run is run
    run.future.set_result("an assessment")
    assert found.run.done
