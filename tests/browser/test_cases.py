"""Saved cases and reloads, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.test_journeys import WAIT, settled
from tests.server import Server, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard that opens empty."""
    with running(tmp_path_factory.mktemp("cases"), {"HAIC_NOMOGRAM_DEMO": "0"}) as started:
        yield started


def open_prognosis(context: Any, server: Server) -> Any:
    page = context.new_page()
    page.goto(f"{server.url}/prognosis")
    page.get_by_role("textbox", name="Pseudonym").wait_for(timeout=WAIT)
    page.wait_for_function("() => localStorage.getItem('haic-nomogram.token')", timeout=WAIT)
    settled(page)
    return page


def sessions(page: Any, number: str) -> Any:
    return page.get_by_role("radiogroup", name="HAIC sessions so far").get_by_role("radio", name=number, exact=True)


def test_a_reload_loses_nothing_and_another_browser_sees_nothing(chromium: Any, quiet: Server) -> None:
    mine, other = chromium.new_context(), chromium.new_context()
    try:
        page = open_prognosis(mine, quiet)
        sessions(page, "2").click()
        settled(page)
        page.reload()
        page.get_by_role("textbox", name="Pseudonym").wait_for(timeout=WAIT)
        page.wait_for_timeout(1000)
        settled(page)
        assert sessions(page, "2").get_attribute("aria-checked") == "true"
        token = page.evaluate("localStorage.getItem('haic-nomogram.token')")
        assert re.fullmatch(r"[0-9a-f]{32}", token)
        assert token not in page.url
        stranger = open_prognosis(other, quiet)
        assert sessions(stranger, "2").get_attribute("aria-checked") == "false"
        assert stranger.evaluate("localStorage.getItem('haic-nomogram.token')") != token
        second = open_prognosis(mine, quiet)  # the first page is still open and keeps its own
        assert sessions(second, "2").get_attribute("aria-checked") == "false"
    finally:
        mine.close()
        other.close()


def test_a_name_is_corrected_and_the_case_is_found_by_another_browser(chromium: Any, quiet: Server) -> None:
    mine, other = chromium.new_context(), chromium.new_context()
    try:
        page = open_prognosis(mine, quiet)
        name = page.get_by_role("textbox", name="Pseudonym")
        assert re.fullmatch(r"Case (\d[A-Z]){3}", name.input_value())
        name.fill("Jane Doe")
        page.get_by_role("button", name="Save this case").click()
        page.get_by_text("which may be a name").wait_for(timeout=WAIT)
        settled(page)
        assert name.input_value() == "Jane Doe"
        name.fill("Case 8R")
        page.get_by_role("button", name="Save this case").click()
        page.get_by_text("Saved as Case 8R").wait_for(timeout=WAIT)
        found = other.new_page()
        found.goto(f"{quiet.url}/cases")
        found.get_by_role("button", name="Case 8R").wait_for(timeout=WAIT)
        assert "Jane" not in found.content()
    finally:
        mine.close()
        other.close()
