"""What the live nomogram is sent: the same drawing as the still one, with the cohort behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.survival.model import Nomogram
from core.survival.own_file import read_own
from dashboard import texts
from dashboard.figures.live_drawing import Standing, cohort_tags, live_drawing
from dashboard.figures.nomogram_drawing import lay_out
from tests import own_files
from tests.dashboard import builders

VALUES = {"pvtt": 1.0, "response": None, "haic_sessions": 4.0, "mtm": 0.62, "dlr": 0.81}


def drawn(nomogram: Nomogram, standing: Standing | None = None) -> dict[str, Any]:
    found = live_drawing(nomogram, standing or Standing({}, {}), texts.AXIS_NAMES)
    json.dumps(found, allow_nan=False)
    return found


def axis(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in found["inputs"] if row["name"] == name)


def test_rows_are_those_of_the_still_drawing() -> None:
    for nomogram in (builders.models().pre, builders.models().post, read_own(own_files.lung()).nomogram):
        found, still = drawn(nomogram), lay_out(nomogram, None, texts.AXIS_NAMES, {})
        rows = [found["ruler"], *found["inputs"], found["total"], *found["survival"]]
        assert [row["heading"] for row in rows] == [row.heading for row in still.rows]
        assert [[tick[:2] for tick in row["ticks"]] for row in rows] == [
            [[*tick] for tick in row.ticks] for row in still.rows
        ]


def test_unknown_is_sent_as_unknown() -> None:
    readings = {"pvtt": "yes", "response": "unknown"}
    standing = drawn(builders.models().post, Standing(VALUES, readings))["standing"]
    assert standing["response"] == {"value": None, "reading": "unknown"}
    assert standing["pvtt"] == {"value": 1.0, "reading": "yes"}


def test_what_has_levels_moves_from_level_to_level() -> None:
    found = drawn(builders.models().post)
    assert [level[:2] for level in axis(found, "haic_sessions")["levels"]] == [[1, "1"], [2, "2"], [3, "3"], [4, ">3"]]
    assert axis(found, "mtm")["levels"] is axis(found, "dlr")["levels"] is None
    assert (axis(found, "dlr")["step"], axis(found, "dlr")["digits"], axis(found, "dlr")["start"]) == (0.01, 2, 0.8)


def test_numbers_of_an_own_nomogram_move_in_round_steps() -> None:
    lung = read_own(own_files.lung()).nomogram
    found = drawn(lung)
    assert axis(found, "age")["step"] == 1
    assert axis(found, "age")["digits"] == 0
    age = axis(found, "age")
    ((low, high, _),) = age["cohort"]["bars"]
    assert low == high == pytest.approx((age["zero"] + age["slope"] * lung.terms[1].reference.value) / 100)
    assert age["cohort"]["source"] == "cohort mean 62.5"
    stage = axis(drawn(read_own(own_files.category()).nomogram), "stage")
    assert [level[:2] for level in stage["levels"]] == [[0, "A"], [1, "B"], [2, "C"]]


def test_the_cohort_lies_on_its_axis() -> None:
    found = drawn(builders.models().post)
    for row in found["inputs"]:
        bars = row["cohort"]["bars"]
        assert max(height for *_, height in bars) == 1
        assert min(low for low, *_ in bars) == pytest.approx(row["span"][0], abs=1e-9)
        assert max(high for _, high, _ in bars) == pytest.approx(row["span"][1], abs=1e-9)
    assert axis(found, "haic_sessions")["cohort"]["source"] == "cohort, published"
    assert axis(found, "pvtt")["cohort"]["source"] == "cohort, assumed"
    most = max(axis(found, "dlr")["cohort"]["bars"], key=lambda bar: bar[2])
    assert most[0] == 0  # best scores are the most frequent, and lie at 0 points


def test_the_note_says_of_every_axis_where_its_cohort_is_known_from() -> None:
    note = texts.live.cohort_note(cohort_tags(builders.models().post), texts.AXIS_NAMES)
    for name in texts.AXIS_NAMES.values():
        assert name in note
    assert "MTM is the subtype, not the score." in note
    assert "MTM" not in texts.live.cohort_note(cohort_tags(builders.models().pre), texts.AXIS_NAMES)
    assert texts.live.cohort_note({}, {}) == ""
