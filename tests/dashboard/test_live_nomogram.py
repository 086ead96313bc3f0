"""What a moved mark does to the inputs, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.findings import ScoreOrigin
from core.survival.own_file import read_own
from dashboard import outlook
from dashboard.draft import Draft
from dashboard.widgets import live_nomogram
from tests import own_files
from tests.dashboard import builders

POST = builders.models().post


def moved(name: str, value: float, **clinical: Any) -> AppTest:
    """The page after a mark was moved."""
    script = f"""
import streamlit as st
from dashboard.views import prognosis
from dashboard.widgets import live_inputs
if "moved" not in st.session_state:
    st.session_state["moved"] = True
    live_inputs.take({name!r}, {value!r})
prognosis.show()
"""
    page = AppTest.from_string(script, default_timeout=30)
    assessment = builders.assessment()
    draft = Draft("Case TEST", assessment=assessment, clinical=assessment.clinical.known() | clinical)
    page.session_state["draft"] = draft
    page.run()
    assert not page.exception
    return page


def draft(page: AppTest) -> Draft:
    found: Draft = page.session_state["draft"]
    return found


def test_a_moved_score_is_a_score_by_hand_and_can_be_undone() -> None:
    page = moved("dlr", 0.3)
    scores = outlook.outlook(draft(page), builders.models()).scores
    assert scores.dlr is not None
    assert (scores.dlr.value, scores.dlr.origin) == (0.3, ScoreOrigin.MANUAL)
    assert page.slider(key="live.dlr").value == 0.3
    source = next(group for group in page.segmented_control if group.key == "live.dlr.source")
    assert source.value == "By hand"
    source.set_value("Model").run()
    assert draft(page).dlr is None
    assert page.slider(key="live.dlr").value == builders.DLR.value


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("pvtt", 0.0, False), ("haic_sessions", 2.0, 2), ("response", 0.0, "SD")],
)
def test_the_form_follows(name: str, value: float, expected: object) -> None:
    page = moved(name, value)
    assert draft(page).clinical[name] == expected


@pytest.mark.parametrize(
    ("name", "value", "kept"), [("response", 1.0, "CR"), ("response", 0.0, "PD"), ("haic_sessions", 4.0, 7)]
)
def test_what_the_axis_cannot_tell_apart_is_kept(name: str, value: float, kept: object) -> None:
    assert draft(moved(name, value, **{name: kept})).clinical[name] == kept


def test_moves_that_no_axis_takes_are_not_taken() -> None:
    taken: list[tuple[str, float]] = []
    moves = [
        ["dlr", 0.4],
        ["dlr", 1.2],
        ["dlr", True],
        ["dlr", "0.4"],
        ["haic_sessions", 2.5],
        ["name", 1.0],
        "x",
        ["dlr"],
    ]
    live_nomogram.take(POST, lambda *move: taken.append(move), {"token": "t", "number": 1, "moves": moves})
    assert taken == [("dlr", 0.4)]
    for payload in (None, "x", {}, {"moves": None}, {"moves": {"dlr": 0.4}}):
        live_nomogram.take(POST, lambda *move: taken.append(move), payload)
    assert taken == [("dlr", 0.4)]


def test_levels_of_an_own_category_are_taken() -> None:
    taken: list[tuple[str, float]] = []
    nomogram = read_own(own_files.category()).nomogram
    live_nomogram.take(nomogram, lambda *move: taken.append(move), {"moves": [["stage", 2], ["stage", 3]]})
    assert taken == [("stage", 2.0)]
