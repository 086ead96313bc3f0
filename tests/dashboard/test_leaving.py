"""Signing out: nothing of the sign-in stays in any window, group or desk, and nothing goes on running for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import leaving, session, signin
from dashboard.cohorts import COHORTS
from dashboard.desks import DESKS, desk_of
from dashboard.draft import Draft
from dashboard.runs import Run
from dashboard.texts import login as words
from tests.dashboard import people
from tests.dashboard.conftest import APP
from tests.dashboard.test_views import by_label

SignIn = Callable[..., None]
TOKEN = "0123456789abcdef" * 2
BOTH = ["clinicians", "ward-a", "ward-b"]


class HandedIn:
    """In the place of a cohort."""

    gone = False

    def forget(self) -> None:
        self.gone = True


@pytest.fixture(autouse=True)
def left(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Somebody of both groups is signed in; collects the calls of the provider's sign-out."""
    called: list[str] = []
    monkeypatch.setattr("streamlit.logout", lambda: called.append("logout"))
    sign_in("clinician-a", haic=BOTH)
    yield called
    for group in (people.GROUP_A, people.GROUP_B):
        DESKS.forget(desk(group))
        COHORTS.forget(desk(group))
    session.held.forget_all()  # of the test itself, outside a page


def desk(group: str) -> str:
    key = f"{people.settings().actor(people.ISSUER, 'clinician-a')} {group}"
    return desk_of(TOKEN, key)


def window(group: str = people.GROUP_A) -> AppTest:
    """A page of the browser with something that runs, as `widgets.browser` leaves it."""
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    if group != people.GROUP_A:
        page.sidebar.selectbox[0].set_value(group)
        page.run()
    now = page.session_state["draft"]
    now.desk, now.run, now.clinical["age_years"] = desk(group), Run(), 61.0
    page.session_state[leaving.BROWSER] = TOKEN
    DESKS.keep(now.desk, f"page {id(page)}", now)
    return page


def sign_out(page: AppTest) -> None:
    by_label(page.button, words.SIGN_OUT).click()
    page.run()
    assert [button.label for button in page.button] == [words.SIGN_IN]


def run_of(page: AppTest) -> Run:
    found: Run = page.session_state["draft"].run
    return found


def kept(group: str) -> Draft | None:
    return DESKS.claim(desk(group), "another page", lambda _: False)


def test_every_group_and_window_is_forgotten_and_what_runs_is_stopped(left: list[str]) -> None:
    first, second = window(), window()
    closed = Draft("Case 7K", run=Run())  # of group B, in a window that is closed, or before a reload
    DESKS.keep(desk(people.GROUP_B), "page that is gone", closed)
    cohorts = {group: HandedIn() for group in (people.GROUP_A, people.GROUP_B)}
    for group, cohort in cohorts.items():
        COHORTS.take(desk(group), lambda cohort=cohort: cohort)  # type: ignore[misc]
    runs = [run_of(first), run_of(second), closed.run]
    sign_out(first)
    assert left == ["logout"]
    assert [run.cancelled for run in runs if run is not None] == [True] * 3
    assert (kept(people.GROUP_A), kept(people.GROUP_B)) == (None, None)
    assert [COHORTS.of(desk(group)) for group in cohorts] == [None, None]
    wait_until(lambda: all(cohort.gone for cohort in cohorts.values()))
    assert "draft" not in first.session_state


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_another_window_holds_goes_when_it_is_drawn_next() -> None:
    first, second = window(), window(people.GROUP_B)
    more = run_of(second)
    DESKS.forget(desk(people.GROUP_B))  # as if the browser had more windows than are kept
    sign_out(first)
    assert not more.cancelled
    second.run()
    assert [one.value for one in second.markdown] == [words.ENDED]
    assert more.cancelled
    for key in ("draft", "drafts", "shelf", leaving.BROWSER):
        assert key not in second.session_state


def test_the_group_left_behind_in_the_same_window_is_stopped_too() -> None:
    page = window()
    mine = run_of(page)
    page.sidebar.selectbox[0].set_value(people.GROUP_B)
    page.run()
    assert page.session_state["draft"].run is None
    sign_out(page)
    assert mine.cancelled
    assert kept(people.GROUP_A) is None


def test_the_demo_case_which_is_everybodys_goes_on() -> None:
    page = window()
    shared = page.session_state["draft"].run = Run(shared=True)
    sign_out(page)
    assert not shared.cancelled


def test_the_sign_in_ends_before_anything_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another window that is drawn in between would keep its draft anew."""
    seen: list[Any] = []
    page = window()
    real = DESKS.forget

    def forget(name: str) -> list[Draft]:
        seen.append(signin.visit().why)
        return real(name)

    monkeypatch.setattr(DESKS, "forget", forget)
    sign_out(page)
    assert set(seen) == {"ended"}


def test_what_is_kept_while_somebody_signs_out_does_not_stay() -> None:
    me, late = signin.me(), Draft("Case 7K", run=Run())
    DESKS.keep(desk(people.GROUP_A), "page", late)
    leaving.check(desk(people.GROUP_A))
    assert DESKS.count() == 1
    signin.end(me)
    leaving.check(desk(people.GROUP_A))
    assert DESKS.count() == 0
    assert late.run is not None
    assert late.run.cancelled


def test_a_sign_in_that_runs_out_leaves_the_page_empty_and_keeps_what_was_typed(sign_in: SignIn) -> None:
    page = window()
    mine = run_of(page)
    sign_in("clinician-a", haic=BOTH, exp=1.0)
    page.run()
    assert "draft" not in page.session_state
    assert not mine.cancelled
    found = kept(people.GROUP_A)
    assert found is not None
    assert found.clinical["age_years"] == 61.0


def test_a_browser_without_storage_keeps_a_cohort_for_its_group_alone(sign_in: SignIn) -> None:
    names = []
    for group in (people.GROUP_A, people.GROUP_B):
        session.st.session_state["draft"] = Draft()
        session.st.session_state[signin.GROUP] = group
        names.append(session.desk())
    assert names[0] != names[1]
    assert set(names) <= session.desks()
