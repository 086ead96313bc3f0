"""The live nomogram in Chromium: its numbers are core's, and drawing and form move each other."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from core.survival.model import Nomogram
from core.survival.nomogram import axis_points, survival_at, total_points
from core.survival.own_file import read_own
from core.survival.questions import answered, questions
from dashboard.figures.live_drawing import Standing, live_drawing
from tests import own_files
from tests.browser.test_journeys import settled
from tests.conftest import ROOT
from tests.dashboard import builders
from tests.server import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 60_000
RECKON = ROOT / "dashboard" / "live" / "reckon.js"
APP = Path(__file__).with_name("live_app.py")
Open = Callable[..., Any]
NOMOGRAMS: dict[str, Callable[[], Nomogram]] = {
    "pre": lambda: builders.models().pre,
    "post": lambda: builders.models().post,
    "numbers": lambda: read_own(own_files.lung()).nomogram,
    "category": lambda: read_own(own_files.category()).nomogram,
}
# For each patient: points by axis, their total, survival at the horizons; and the value found again at those points.
ASK = """async ([source, drawing, patients]) => {
  const reckon = await import(`data:text/javascript;base64,${source}`);
  return patients.map((values) => {
    const points = drawing.inputs.map((axis) => reckon.pointsOf(axis, values[axis.name]));
    const total = reckon.totalOf(drawing.inputs, values);
    const survival = drawing.survival.map((row) => reckon.survivalOf(row, drawing.scale, total));
    return {points, total, survival, again: drawing.inputs.map((axis, n) => reckon.valueAt(axis, points[n]))};
  });
}"""


@pytest.mark.parametrize("name", NOMOGRAMS)
def test_the_browsers_numbers_are_cores(chromium: Any, name: str) -> None:
    nomogram = NOMOGRAMS[name]()
    rng = np.random.default_rng(11)
    asked = questions(nomogram)

    def answer(question: Any) -> float:
        if question.levels:
            return float(rng.choice([value for _, value in question.levels]))
        return float(rng.uniform(*question.range))

    patients = [{question.name: answer(question) for question in asked} for _ in range(100)]
    source = base64.b64encode(RECKON.read_bytes()).decode()
    drawing = json.loads(json.dumps(live_drawing(nomogram, Standing({}, {}), {})))
    page = chromium.new_page()
    found = page.evaluate(ASK, [source, drawing, patients])
    page.close()
    x = np.array([[answered(nomogram, patient)[term] for term in nomogram.names] for patient in patients])
    total = total_points(nomogram, x)
    expected = np.array([survival_at(nomogram, months, total) for months in nomogram.readings_months]).T
    assert [one["points"] for one in found] == pytest.approx(axis_points(nomogram, x), abs=1e-9)
    assert [one["total"] for one in found] == pytest.approx(total, abs=1e-9)
    assert [one["survival"] for one in found] == pytest.approx(expected, abs=1e-12)
    steps = np.array([0.0 if row["levels"] else row["step"] for row in drawing["inputs"]])
    again = np.array([one["again"] for one in found])
    values = np.array([[patient[question.name] for question in asked] for patient in patients])
    assert (np.abs(again - values) <= steps / 2 + 1e-9).all()


def test_unknown_is_never_zero(chromium: Any) -> None:
    nomogram = builders.models().post
    source = base64.b64encode(RECKON.read_bytes()).decode()
    drawing = json.loads(json.dumps(live_drawing(nomogram, Standing({}, {}), {})))
    page = chromium.new_page()
    patients = [{"pvtt": 1, "response": 1, "haic_sessions": 4, "mtm": None, "dlr": 0.8}, {}]
    script = """async ([source, drawing, patients]) => {
      const reckon = await import(`data:text/javascript;base64,${source}`);
      return patients.map((values) => reckon.totalOf(drawing.inputs, values));
    }"""
    assert page.evaluate(script, [source, drawing, patients]) == [None, None]
    page.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the page on a made-up case."""
    with serving(APP, tmp_path_factory.mktemp("live")) as url:
        yield url


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Open]:
    """A function that opens the page, watched for errors and for requests that leave this machine."""
    contexts: list[Any] = []
    asked: list[str] = []
    errors: list[str] = []

    def open_page(query: str = "", **settings: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **settings})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/?{query}")
        page.locator(".track").first.wait_for()
        page.locator(".js-plotly-plot, .lead").first.wait_for()
        settled(page)
        page.wait_for_timeout(500)  # it may be drawn once more, and what is done meanwhile is lost
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    own = urlsplit(address).netloc
    assert any(url.endswith("reckon.js") for url in asked)
    assert [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own] == []
    assert errors == []


def mark(page: Any, heading: str) -> Any:
    """The mark of an input, the thing that is moved."""
    return page.locator(f'.track u[aria-label="{heading}, on the nomogram"]')


def sentence(page: Any) -> str:
    """What the page leads with; while it runs the old one may still be there."""
    text: str = page.locator(".lead").last.inner_text()
    return text


def reading(row: Any) -> str:
    text: str = row.locator("em").inner_text()
    return text


def place(page: Any, heading: str, points: float) -> tuple[float, float]:
    """Where an axis has that many points, on the screen."""
    box = mark(page, heading).locator("xpath=..").bounding_box()
    return box["x"] + box["width"] * points / 100, box["y"] + 14


def press(page: Any, heading: str, points: float) -> None:
    """Click where an axis has that many points, once it stands still."""
    track = mark(page, heading).locator("xpath=..")
    track.click(position={"x": track.bounding_box()["width"] * points / 100, "y": 14})


def said(page: Any, heading: str) -> str:
    """What stands beside an axis: its value and points, or that it is not known."""
    text: str = mark(page, heading).locator("xpath=../..").locator("em").inner_text()
    return text


def changed(page: Any, before: str) -> str:
    """The sentence once it is another."""
    until(page, lambda: sentence(page) != before, True)
    settled(page)
    return sentence(page)


def until(page: Any, told: Callable[[], object], expected: object) -> None:
    """Wait until `told` says so."""
    end = time.monotonic() + WAIT / 1000
    while told() != expected and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert told() == expected


def alive(text: str) -> int:
    found = re.search(r"about (\d+) (?:are|is) alive", text)
    assert found is not None, text
    return int(found[1])


def test_a_drag_moves_sentence_and_form(visit: Open) -> None:
    page = visit()
    before = sentence(page)
    assert page.locator(".nomogram:visible").count() == 1  # the still drawing has made room
    dlr = page.locator(".axis.input").nth(4)
    page.mouse.move(*place(page, "DLR score", 19))
    page.mouse.down()
    page.mouse.move(*place(page, "DLR score", 40), steps=4)
    at_once = reading(dlr)
    assert at_once == "0.60 · 40 points"  # before the page has answered
    page.mouse.move(*place(page, "DLR score", 60), steps=4)
    page.mouse.up()
    until(page, lambda: page.locator("[data-testid=stSlider] input[type=range]").last.input_value(), "0.4")
    settled(page)
    assert reading(dlr) == "0.40 · 60 points"
    assert alive(sentence(page)) < alive(before)
    shown = page.locator(".axis.plain").nth(3)  # after the ruler, the total and one year
    assert f"{alive(sentence(page))} %" == reading(shown) == page.locator(".readings tr.chosen td").nth(1).inner_text()
    assert page.get_by_role("radiogroup", name="DLR score").get_by_role("radio", name="By hand").is_checked()
    page.get_by_role("radiogroup", name="DLR score").get_by_text("Model").click()  # undone as for the slider
    until(page, lambda: sentence(page), before)
    until(page, lambda: reading(dlr), "0.81 (0.72–0.88) · 19 points")


def test_the_form_moves_the_mark(visit: Open) -> None:
    page = visit()
    sessions = page.locator(".axis.input").nth(2)
    assert reading(sessions) == "4 · 0 points"
    page.get_by_role("radiogroup", name="HAIC sessions").get_by_text("2", exact=True).click()
    until(page, lambda: reading(sessions), "2 · 26 points")
    assert mark(page, "HAIC sessions").get_attribute("aria-valuenow") == "2"
    press(page, "Objective response", 27)
    chosen = page.get_by_role("radiogroup", name="Response").get_by_role("radio", name="SD")
    until(page, lambda: chosen.get_attribute("aria-checked"), "true")


def test_keys_move_the_focused_mark(visit: Open) -> None:
    page = visit()
    before = sentence(page)
    dlr = mark(page, "DLR score")
    dlr.focus()
    assert dlr.get_attribute("role") == "slider"
    page.keyboard.press("PageDown")
    until(page, lambda: dlr.get_attribute("aria-valuetext"), "0.71, 29 points")
    after = changed(page, before)
    assert alive(after) < alive(before)
    page.keyboard.press("ArrowRight")  # to the right, where the points are more
    until(page, lambda: dlr.get_attribute("aria-valuetext"), "0.70, 30 points")
    page.keyboard.press("ArrowUp")  # up, where the value is more
    until(page, lambda: dlr.get_attribute("aria-valuetext"), "0.71, 29 points")
    page.keyboard.press("Home")
    until(page, lambda: dlr.get_attribute("aria-valuetext"), "0.00, 100 points")
    changed(page, after)
    assert dlr.evaluate("mark => mark.getRootNode().activeElement === mark")  # the focus stays


def test_what_is_unknown_has_no_mark_until_it_is_set(visit: Open) -> None:
    page = visit("unknown=pvtt")
    pvtt = page.locator(".axis.input").first
    assert sentence(page).startswith("For a prognosis this model still needs: PVTT")
    assert reading(pvtt) == "not known · click to set"
    assert mark(page, "PVTT").evaluate("mark => getComputedStyle(mark).opacity") == "0"
    assert mark(page, "PVTT").get_attribute("aria-valuetext") == "not known; arrow keys set it"
    assert page.locator(".axis.plain").nth(1).locator("u").is_hidden()
    press(page, "PVTT", 14)
    until(page, lambda: sentence(page).startswith("Of 100 people"), True)
    until(page, lambda: reading(pvtt), "yes · 14 points")
    assert page.get_by_role("radiogroup", name="PVTT").get_by_role("radio", name="yes").is_checked()
    assert page.locator(".axis.plain").nth(1).locator("u").is_visible()


def test_a_centres_own_nomogram_is_moved_too(visit: Open) -> None:
    page = visit("page=own")
    for heading, points in (("ph.ecog", 0), ("age", 10), ("Sex", 0), ("wt.loss", 5)):
        press(page, heading, points)
        until(page, lambda name=heading: "points" in said(page, name), True)
        page.wait_for_timeout(500)  # the form follows; a click while it is drawn anew is lost
        settled(page)
    until(page, lambda: sentence(page).startswith("Of 100 people"), True)
    before = sentence(page)
    age = mark(page, "age")
    age.focus()
    page.keyboard.press("End")
    after = changed(page, before)
    assert alive(after) != alive(before)
    assert page.get_by_label("age", exact=True).input_value() == age.get_attribute("aria-valuenow")


def test_a_finger_scrolls_over_an_axis_and_sets_by_a_tap(visit: Open) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    dlr = page.locator(".axis.input").nth(4)
    dlr.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = reading(dlr)
    x, y = place(page, "DLR score", 50)
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for up in range(10, 120, 10):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - up}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)
    assert reading(dlr) == before
    page.touchscreen.tap(*place(page, "DLR score", 50))
    until(page, lambda: reading(dlr), "0.50 · 50 points")


def test_without_the_components_scripts_the_still_drawing_stays(chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.route("**/live/nomogram.js*", lambda route: route.abort())
    context.route("**/nomogram.js*", lambda route: route.abort())
    page = context.new_page()
    page.goto(address)
    page.locator(".nomogram u").nth(8).wait_for(timeout=WAIT)
    assert page.locator(".nomogram:visible .axis").count() == 10
    assert page.locator(".track").count() == 0
    context.close()
