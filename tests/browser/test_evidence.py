"""The pages Validation and Study in Chromium: nothing is too wide for a phone, and a light leads to its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.views.validation import PARTS
from tests.browser.test_journeys import WAIT, go, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[[], Any]


def test_a_light_leads_to_its_field_with_the_cursor_in_it(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Start a new case").click()
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    settled(page)
    go(page, "Study", ".light")
    page.get_by_role("button", name="Fill in: Simultaneous TACE").click()
    field = page.locator(".st-key-clinical-concurrent_tace")
    field.wait_for(timeout=WAIT)
    page.wait_for_function(
        "() => document.activeElement?.closest('.st-key-clinical-concurrent_tace') !== null", timeout=WAIT
    )
    box = field.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_nothing_is_wider_than_a_phone_and_tables_become_blocks(visit: Visit) -> None:
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, "Study", ".light")
    settled(page)
    fits(page)
    go(page, "Validation", ".lead")
    for part in PARTS:
        page.get_by_role("radio", name=part, exact=True).click()
        settled(page)
        fits(page)
    page.get_by_role("radio", name="Contradictions", exact=True).click()
    page.get_by_role("heading", name="Where the paper contradicts itself").wait_for(timeout=WAIT)
    cell = page.locator(".stack tbody td").first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Printed"'


def fits(page: Any) -> None:
    """Wait until nothing is wider than the page: while a part is being drawn it may be."""
    main = "document.querySelector('[data-testid=stMain]')"
    page.wait_for_function(f"() => {main}.scrollWidth <= {main}.clientWidth", timeout=WAIT)
