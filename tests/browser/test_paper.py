"""The report and the nomogram are saved from the page Prognosis, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.browser.test_journeys import WAIT, go, sentence
from tests.core.report.case.pdfs import reader, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def saved(page: Any, button: str) -> tuple[str, bytes]:
    """Name and content of the file that a button gives."""
    with page.expect_download(timeout=WAIT) as waited:
        page.get_by_role("button", name=button, exact=False).first.click()
    return waited.value.suggested_filename, Path(waited.value.path()).read_bytes()


def test_report_and_nomogram_are_saved_as_the_page_shows_them(visit: Callable[[], Any]) -> None:
    page = visit()
    go(page, "Prognosis", ".lead")
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    words = sentence(page)
    name, data = saved(page, "Save the report")
    assert name == "haic-nomogram-report.pdf"
    assert len(reader(data).pages) == 2
    text = text_of(data)
    assert words in text
    for cell in page.locator("table.readings td.number").all_inner_texts():
        assert cell in text
    page.get_by_text("The nomogram for a paper or a slide").click()
    name, svg = saved(page, "Save as SVG")
    assert name == "nomogram-post.svg"
    drawn = " ".join(ElementTree.fromstring(svg).itertext())
    for reading in page.locator(".nomogram:visible .head em").all_inner_texts():
        assert reading.split(" · ")[0] in drawn
    name, data = saved(page, "Save as PDF")
    assert name == "nomogram-post.pdf"
    assert "Total points" in text_of(data)
