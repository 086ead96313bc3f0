"""What only a browser shows of the survival views: that they fit, that shapes differ, that pins outlive a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import texts
from tests.browser.test_journeys import WAIT, go, settled
from tests.server import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

APP = Path(__file__).with_name("prognosis_app.py")
BOTTOM = "selector => Math.max(...[...document.querySelectorAll(selector)].map(e => e.getBoundingClientRect().bottom))"
MASK = "selector => getComputedStyle(document.querySelector(selector), '::before').maskImage"
Open = Callable[[int, int], Any]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the dashboard on a small made-up case."""
    folder = tmp_path_factory.mktemp("views")
    with serving(APP, folder, {"HAIC_NOMOGRAM_CASES": str(folder / "cases")}) as url:
        yield url


@pytest.fixture
def prognosis(chromium: Any, address: str) -> Iterator[Open]:
    """A function that opens the page Prognosis in a window of a size."""
    contexts: list[Any] = []

    def opened(width: int, height: int) -> Any:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.goto(f"{address}/?case=1")
        page.locator(".case").wait_for(timeout=WAIT)
        settled(page)
        go(page, "Prognosis", ".js-plotly-plot")
        settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def choose(page: Any, view: str, proof: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()
    page.locator(f".st-key-survival {proof}").wait_for(timeout=WAIT)
    settled(page)


def test_on_a_laptop_all_is_seen_without_scrolling(prognosis: Open) -> None:
    page = prognosis(1440, 900)
    for view, proof in (("100 people", ".people-key"), ("Scenarios", ".lifetimes"), ("Curve", ".js-plotly-plot")):
        choose(page, view, proof)
        last_axis = page.locator(".nomogram:visible .axis").last.bounding_box()
        assert last_axis["y"] + last_axis["height"] <= 900, view
        for part in (".lead", f".st-key-survival {proof}", ".st-key-survival .readings"):
            assert 0 < page.evaluate(BOTTOM, part) <= 900, (view, part)
    assert not page.locator(".st-key-survival-beside").is_visible()


def test_on_a_large_screen_the_other_views_stand_below(prognosis: Open) -> None:
    page = prognosis(1920, 1080)
    beside = page.locator(".st-key-survival-beside")
    beside.wait_for(timeout=WAIT)
    assert beside.locator(".people").is_visible()
    assert page.evaluate(BOTTOM, ".st-key-survival-beside .people") <= 1080


def test_on_a_phone_every_figure_is_seen_and_shapes_differ(prognosis: Open) -> None:
    page = prognosis(390, 844)
    choose(page, "100 people", ".people")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(".st-key-survival .people").bounding_box()
    assert box["width"] / 20 >= 15
    kinds = [f".st-key-survival .people .{kind}" for kind in ("alive:not(.doubt)", "dead.doubt", "dead:not(.doubt)")]
    assert len({page.evaluate(MASK, kind) for kind in kinds}) == 3


def test_pins_outlive_a_reload_and_go_with_the_case(prognosis: Open) -> None:
    page = prognosis(1440, 900)
    page.get_by_role("button", name=texts.pins.PIN).click()
    page.locator(".pinned .pin-1").wait_for(timeout=WAIT)
    page.get_by_role("radiogroup", name=texts.INPUT_LABELS["response"]).get_by_role("radio", name="SD").click()
    page.locator(".pinned th", has_text="CR or PR").wait_for(timeout=WAIT)
    settled(page)
    page.goto(page.url.split("?")[0])
    page.locator(".pinned th", has_text="CR or PR").wait_for(timeout=WAIT)
    page.get_by_role("link", name="Case", exact=True).click()
    page.get_by_role("button", name="Start a new case").click()
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    settled(page)
    page.get_by_role("link", name="Prognosis", exact=True).click()
    page.get_by_text("For a prognosis this model still needs").wait_for(timeout=WAIT)
    assert page.locator(".pinned").count() == 0
