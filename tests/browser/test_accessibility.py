"""axe-core on every page, light and dark, with what is folded away opened: no serious fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import ASSESSED_MS
from tests.browser.test_journeys import WAIT, go, settled
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "Case": ".facts",
    "Images": ".slices, [data-testid=stPlotlyChart], .viewer",
    "Prognosis": ".js-plotly-plot",
    "Study": ".js-plotly-plot",
    "Cases": "h2",
    "Batch": "[data-testid=stFileUploader]",
    "Board": "h2",
    "Validation": ".stack",
    "Learn": ".formula",
    "Own nomogram": "[data-testid=stFileUploader]",
}
"""Every page of the header, and what has to be there before it is judged."""
SERIOUS = ("serious", "critical")
OPEN_ALL = (
    "() => document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary').forEach(s => s.click())"
)


@pytest.fixture(params=["light", "dark"])
def page(chromium: Any, server: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The assessed demo case in one of the themes."""
    scheme: Literal["light", "dark"] = request.param
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    opened = context.new_page()
    opened.goto(server.url)
    opened.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED_MS)
    yield opened
    context.close()


def rested(page: Any) -> None:
    """Until the page has run and what fades in has done so."""
    page.wait_for_timeout(300)  # a click takes a moment to start the run
    settled(page)
    page.wait_for_function("() => !document.querySelector('[data-stale=true]')", timeout=WAIT)
    page.wait_for_timeout(700)


def faults(page: Any, where: str) -> list[str]:
    """Serious faults of what is shown, each with the first element concerned."""
    found = Axe().run(page).response["violations"]
    return [
        f"{where}: {one['id']} ({one['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"][:3]
    ]


def test_no_serious_fault_on_any_page(page: Any) -> None:
    links = page.locator(".st-key-pages a").all_inner_texts()
    assert [link.strip() for link in links] == list(PAGES), "a page is missing here"
    found = []
    for name, proof in PAGES.items():
        go(page, name, proof)
        rested(page)
        page.evaluate(OPEN_ALL)
        rested(page)
        found += faults(page, name)
    assert found == []


@pytest.mark.parametrize("name", ["Validation", "Learn"])
def test_no_serious_fault_in_any_part(page: Any, name: str) -> None:
    go(page, name, PAGES[name])
    parts = page.get_by_role("radiogroup", name="Part").get_by_role("radio")
    parts.first.wait_for(timeout=WAIT)
    found = []
    for index in range(parts.count()):
        parts.nth(index).click()
        rested(page)
        found += faults(page, f"{name}, {parts.nth(index).inner_text()}")
    assert found == []


def test_no_serious_fault_in_a_saved_case_and_a_new_one(page: Any) -> None:
    page.get_by_role("button", name="Start a new case").click()
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    rested(page)
    found = faults(page, "new case")
    for name in ("Images", "Prognosis", "Study"):
        go(page, name, "h1")
        rested(page)
        found += faults(page, f"{name} of a new case")
    assert found == []


def test_axe_finds_a_fault_that_is_there(page: Any) -> None:
    page.evaluate("() => document.querySelector('.strip').style.color = 'light-dark(#bbbbbb, #444444)'")
    assert any("color-contrast" in one for one in faults(page, "made worse"))
