from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.findings import Scores
from core.survival.own_file import read_own
from core.survival.prognoses import prognosis
from core.survival.questions import answered
from dashboard import texts
from dashboard.desks import Desks
from dashboard.draft import Draft
from dashboard.figures import style
from dashboard.figures.pinned import APART, COLOURS, DASHES, LOWEST, PinnedCurve, apart
from dashboard.figures.survival_curve import survival_curve
from dashboard.pins import INPUTS, MOST, Pin, Shown, renamed, with_pin, without
from tests import own_files
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
words = texts.pins


def shown(model: str = "post", **changes: Any) -> Shown:
    """A prognosis of the usual patient with some values changed."""
    record = replace(builders.CLINICAL, **changes)
    made = builders.assessment(record)
    found = made.post if model == "post" else made.pre
    assert found is not None
    scores = Scores(builders.MTM, builders.DLR)
    clinical = {name: getattr(record, name) for name in INPUTS}
    return Shown(found, texts.MODEL_NAMES[found.model], texts.AXIS_NAMES, texts.axis_readings(record, scores), clinical)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, words.SAME),
        ({"response": "SD"}, "SD or PD"),
        ({"response": "CR"}, words.SAME),  # the same answer to the model
        ({"haic_sessions": 1}, "1 session"),
        ({"pvtt": False, "haic_sessions": 2}, "no PVTT, 2 sessions"),
        ({"pvtt": False, "response": "PD", "haic_sessions": 2}, "no PVTT, SD or PD +1"),
        ({"months_since_first_haic": 12.0}, "alive at 12 months"),
    ],
)
def test_a_pin_is_called_what_differs_from_now(changes: Mapping[str, Any], name: str) -> None:
    assert Pin(1, shown(**changes)).name(shown()) == name
    assert Pin(1, shown(**changes), "mine").name(shown()) == "mine"


def test_a_pin_of_another_model_says_so() -> None:
    pin, now = Pin(1, shown(response="SD")), shown("pre")
    assert pin.default(now) == "After response: SD or PD"
    assert pin.remark(now).startswith("Another model: after response; SD or PD. ")
    assert replace(pin, label="mine").drawn_name(now) == "mine (after response)"
    assert Pin(1, shown("pre")).default(shown()) == "Before treatment"
    assert pin.remark(shown()) == ""


def test_four_pins_are_the_most_and_each_keeps_its_place() -> None:
    pins: list[Pin] = []
    for sessions in (1, 2, 3, 4):
        pins = with_pin(pins, shown(haic_sessions=sessions))
        assert pins == with_pin(pins, shown(haic_sessions=sessions))  # the same is not pinned twice
    assert len(pins) == MOST
    assert with_pin(pins, shown(pvtt=False)) == pins
    pins = with_pin(without(pins, 2), shown(pvtt=False))
    assert [pin.number for pin in pins] == [1, 2, 3, 4]
    assert pins[1].shown == shown(pvtt=False)
    assert [pin.label for pin in renamed(pins, 3, "  two  words ")] == ["", "", "two words", ""]
    assert [pin.label for pin in renamed(renamed(pins, 3, "x"), 3, "")] == [""] * 4


def test_an_own_nomogram_is_pinned_with_its_own_axes() -> None:
    nomogram = read_own(own_files.lung()).nomogram
    answers = {"ph.ecog": 1.0, "age": 61.0, "sex": 2.0, "wt.loss": 4.0}
    found = prognosis(nomogram, answered(nomogram, answers), {})
    told = {name: f"{value:g}" for name, value in answers.items()}
    now = Shown(found, "Lung", {}, told)
    assert Pin(1, replace(now, answers={**told, "age": "70"})).default(now) == "age 70"
    figure = survival_curve(shown().prognosis, 36, style.LIGHT, pins=[PinnedCurve(1, "Lung", found)])
    assert [trace.name for trace in figure.data] == ["Lung", "95 % range", "alive", "reading"]
    assert figure.layout.xaxis.range[1] > 60


def test_a_pin_is_drawn_with_its_name_dashes_and_colour() -> None:
    other = shown(response="SD", months_since_first_haic=10.0)
    hostile = "<b>x</b> &"
    figure = survival_curve(shown().prognosis, 36, style.DARK, pins=[PinnedCurve(2, hostile, other.prognosis)])
    line = figure.data[0]
    assert (line.x[0], line.y[0]) == (10, 100)
    assert (line.line.dash, line.line.color) == (DASHES[1], COLOURS["dark"][1])
    assert len(set(DASHES)) == MOST == len(set(COLOURS["light"])) == len(set(COLOURS["dark"]))
    name = figure.layout.annotations[0]
    assert name.text == "&lt;b&gt;x&lt;/b&gt; &amp;"
    assert name.font.color == line.line.color


@given(st.lists(st.floats(0, 100), min_size=1, max_size=MOST), st.floats(0, 112))
def test_names_never_touch(ends: list[float], number: float) -> None:
    places = [*apart(dict(enumerate(ends)), (number,)).values(), number]
    apart_by = [abs(one - other) for n, one in enumerate(places) for other in places[n + 1 :]]
    assert min(apart_by) >= APART
    assert all(LOWEST <= place <= 100 for place in places[:-1])


def test_a_reload_keeps_the_pins_and_a_new_case_has_none() -> None:
    desks, kept = Desks(), Draft(pins=[Pin(1, shown())])
    desks.keep("desk", "page", kept)
    again = desks.claim("desk", "other page", lambda page: False)
    assert again is not None
    assert again.pins == kept.pins
    again.pins.append(Pin(2, shown(pvtt=False)))
    assert len(kept.pins) == 1
    assert Draft().pins == []


def pinned(open_page: OpenPage) -> AppTest:
    """The page with the usual case pinned, then SD in place of PR."""
    page = open_page("prognosis", builders.assessment())
    by_label(page.button, words.PIN).click()
    page.run()
    by_label(page.button_group, texts.INPUT_LABELS["response"]).set_value("SD")
    return page.run()


def test_pin_change_compare(open_page: OpenPage) -> None:
    page = pinned(open_page)
    before, after = builders.assessment().post, builders.assessment(replace(builders.CLINICAL, response="SD")).post
    assert before is not None
    assert after is not None
    table = html(page).split('<table class="readings pinned">')[1].split("</table>")[0]
    now, pin = table.split("<tr>")[2:]
    for row, found in ((now, after), (pin, before)):
        for reading in found.os.values():
            value, limits = texts.percent(reading)
            assert f"<b>{value}</b><small>{limits.removesuffix(' %')}</small>" in row
    assert "CR or PR" in pin
    assert words.NOT_A_TREATMENT in html(page)
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert [trace["name"] for trace in figure["data"]] == ["CR or PR", "95 % range", "alive", "reading"]
    assert figure["data"][0]["y"][-1] == round(100 * before.os[60].value, 2)


def test_a_pin_is_renamed_gone_back_to_and_removed(open_page: OpenPage) -> None:
    page = pinned(open_page)
    by_label(page.text_input, words.LABEL.format(number=1)).set_value("With response")
    page.run()
    assert "With response" in html(page)
    assert draft(page).pins[0].label == "With response"
    by_label(page.button, words.BACK).click()
    page.run()
    assert draft(page).record() == builders.CLINICAL
    assert by_label(page.button_group, texts.INPUT_LABELS["response"]).value == "PR"
    assert by_label(page.button, words.PIN).disabled  # it is pinned already
    by_label(page.button, words.REMOVE).click()
    page.run()
    assert draft(page).pins == []
    assert words.NOT_A_TREATMENT not in html(page)
    assert not by_label(page.button, words.PIN).disabled


def test_months_lived_are_one_value_for_form_and_page(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    field = by_label(page.number_input, texts.people.MONTHS_LIVED)
    assert field.value is None
    assert "who are alive" not in html(page)
    field.set_value(9.0)
    page.run()
    assert draft(page).record().months_since_first_haic == 9
    assert "who are alive 9 months after the first HAIC" in html(page)
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    alive = next(trace for trace in figure["data"] if trace["name"] == "alive")
    assert (alive["x"][0], alive["y"][0]) == (9, 100)
    by_label(page.button_group, "Model").set_value("pre")
    page.run()
    assert texts.people.NOT_BEFORE_TREATMENT in html(page)
    assert texts.people.MONTHS_LIVED not in [element.label for element in page.number_input]


def test_the_view_is_kept_and_the_others_stand_beside(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    assert html(page).count('class="people"') == html(page).count('class="cases"') == 1
    by_label(page.button_group, texts.people.VIEW).set_value(texts.people.SCENARIOS)
    page.run()
    assert not page.get("plotly_chart")
    assert html(page).count('class="people"') == html(page).count('class="cases"') == 1
    assert draft(page).view["live.survival"] == texts.people.SCENARIOS
