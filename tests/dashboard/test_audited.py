"""What the pages do with a case stands in the audit, and is not done where it cannot be written there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.case import Case
from core.errors import InputError
from core.registry.audit_chain import Act
from core.registry.board_nouns import Call
from core.registry.place import DATABASE_FILE
from dashboard import keeping, session, texts
from dashboard.draft import Draft
from dashboard.runs import DEMO_ID
from dashboard.texts import board as board_words
from dashboard.texts import cases as words
from dashboard.widgets import board_list
from tests.core.registry.snapshots import snapshot, without_images
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft

OpenPage = Callable[..., AppTest]


def said() -> list[tuple[str, str, str]]:
    return [(line.act, line.what, line.pseudonym) for line in keeping.registry().audit.lines()]


def press(page: AppTest, label: str) -> AppTest:
    by_label(page.button, label).click()
    return page.run()


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], Any]]:
    """What each download button of the page makes when it is clicked, by its label."""
    found: dict[str, Callable[[], Any]] = {}

    def button(label: str, data: Callable[[], Any], **_: Any) -> bool:
        found[label] = data
        return False

    monkeypatch.setattr("streamlit.download_button", button)
    return found


@pytest.fixture
def headless(own_cases: Path) -> None:
    """A registry whose audit cannot be written, with one case."""
    keeping.registry().save("Case 1", snapshot())
    raw = sqlite3.connect(own_cases / DATABASE_FILE)
    raw.execute("DROP TRIGGER audit_head_delete")
    raw.execute("DELETE FROM audit_head")
    raw.commit()
    raw.close()


def test_a_case_that_is_shown_is_written_down_once_for_each_save(open_page: OpenPage) -> None:
    keeping.registry().save("Case 1", without_images())
    page = open_page("cases")
    page.run()
    page.run()
    assert said()[1:] == [("opened", "case file", "Case 1")]
    keeping.registry().save("Case 1", without_images(), keeping.registry().worklist()[0].key)
    page.run()
    assert said()[3:] == [("opened", "case file", "Case 1")]
    open_page("cases")  # somebody else
    assert said()[4:] == [("opened", "case file", "Case 1")]


def test_a_case_of_the_board_and_what_readers_do_is_written_down(open_page: OpenPage) -> None:
    made = keeping.registry().save("Case 1", without_images())
    page = open_page("board")
    assert len(said()) == 1  # the list alone opens no case
    draft(page).view[board_list.CASE] = made.case
    page.run()
    keeping.registry().board.commit(made.key, "R 7K", Call(True, 0.5, {36: 0.5}), "values")
    assert said()[1:] == [("opened", "board page", "Case 1"), ("committed", "reading", "Case 1")]


def test_saving_opening_and_deleting_are_written_down_with_the_weights(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.switch_page", lambda page: None)
    page = open_page("case", builders.assessment())
    by_label(page.text_input, words.NAME).set_value("Case 7K")
    press(page, words.SAVE)
    other = open_page("cases")
    other.session_state["page.Case"] = object()
    press(other, words.OPEN)
    again = open_page("cases")
    press(press(again, words.DELETE_THIS), words.DELETE_YES)
    assert [(act, what) for act, what, _ in said()] == [
        ("saved", "new case"),
        ("opened", "case file"),
        ("opened", "to work on"),
        ("opened", "case file"),
        ("deleted", ""),
    ]
    lines = keeping.registry().audit.lines()
    assert {line.pseudonym for line in lines} == {"Case 7K"}
    assert {line.weights_sha256 for line in lines} == {builders.models().checksum}
    assert len({line.case_key for line in lines}) == 1


def test_what_leaves_the_pages_is_written_down(open_page: OpenPage, downloads: dict[str, Callable[[], Any]]) -> None:
    page = open_page("prognosis", builders.assessment())
    assert not page.exception
    assert downloads[texts.paper.REPORT]().startswith(b"%PDF-")
    assert b"<svg" in downloads[texts.paper.AS_KIND.format(kind="SVG")]()
    open_page("case", builders.assessment())
    assert "age_years" in downloads["Save clinical.json"]()
    keeping.registry().save("Case 1", snapshot())
    open_page("cases")
    assert downloads[board_words.REPORT]().startswith(b"%PDF-")
    exported = [(what, pseudonym) for act, what, pseudonym in said() if act == "exported"]
    assert exported == [
        ("report", "Case 7T"),
        ("nomogram", "Case 7T"),
        ("clinical record", "Case 7T"),
        ("report", "Case 1"),
    ]


def test_nothing_leaves_where_it_cannot_be_written_down(
    open_page: OpenPage, downloads: dict[str, Callable[[], Any]], headless: None
) -> None:
    open_page("prognosis", builders.assessment())
    with pytest.raises(InputError, match="head of its chain"):
        downloads[texts.paper.REPORT]()
    page = open_page("cases")
    assert ["expected the head of its chain" in box.value for box in page.error] == [True]
    assert "Case 1" not in " ".join(block.proto.body for block in page.get("html"))


@pytest.mark.parametrize("act", ["start_assessment", "assess_correction", "assess_again"])
def test_an_assessment_is_written_down_before_it_begins_and_else_does_not_begin(
    act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Draft("Case 7T", assessment=builders.assessment())
    case = Case("Case 7T", now.assessment.arterial, now.assessment.portal_venous, builders.CLINICAL)
    calls: list[tuple[str, Act]] = []

    def note(draft: Draft, models: Any, act: Act, what: str = "") -> None:
        calls.append((draft.case_id, act))
        raise InputError("audit: expected a free disk, got a full one")

    monkeypatch.setattr(session, "draft", lambda: now)
    monkeypatch.setattr(session, "current", lambda: None)
    monkeypatch.setattr(keeping, "note", note)
    for name in ("case", "corrected", "again"):
        monkeypatch.setattr(Draft, name, lambda _: case)
    with pytest.raises(InputError, match="full one"):
        getattr(session, act)()
    assert calls == [("Case 7T", Act.ASSESSED)]
    assert now.run is None


def test_the_demo_case_belongs_to_nobody() -> None:
    keeping.note(Draft(DEMO_ID), None, Act.ASSESSED)
    keeping.note(Draft("Case 8T"), None, Act.ASSESSED)
    assert said() == [("assessed", "", "Case 8T")]
