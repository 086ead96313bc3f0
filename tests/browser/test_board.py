"""What a tumour board does, in Chromium: save, commit, reveal, file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_journeys import WAIT, go, sentence, settled
from tests.core.report.case.pdfs import text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROJECTOR = {"width": 1920, "height": 1080}
ANSWERS = (".nomogram", ".lead", ".board-scores", ".js-plotly-plot", ".scale")


def answers(page: Any) -> int:
    """How many parts of the model's answer are in the page, seen or not."""
    return sum(page.locator(part).count() for part in ANSWERS)


def read_as(page: Any, code: str) -> None:
    field = page.get_by_placeholder("Reader code", exact=False)
    field.fill(code)
    field.press("Enter")
    page.get_by_role("button", name="Commit this reading").wait_for(timeout=WAIT)
    settled(page)


def commit(page: Any, probability: str, alive: str) -> None:
    page.get_by_role("radio", name="MTM", exact=True).click()
    page.get_by_label("Probability of MTM, %").fill(probability)
    page.get_by_label("Alive at 3 years, %", exact=True).fill(alive)
    page.get_by_role("button", name="Commit this reading").click()
    page.get_by_role("button", name="Reveal").wait_for(timeout=WAIT)
    settled(page)


def open_board_case(page: Any, name: str) -> None:
    go(page, "Board", f"role=button[name=/{name}/]")
    page.get_by_role("button", name=name).click()
    page.locator(".board-slices img").nth(1).wait_for(timeout=WAIT)
    settled(page)


def test_save_commit_reveal_and_file(visit: Callable[[], Any]) -> None:
    page = visit()
    name = page.get_by_role("textbox", name="Pseudonym")
    settled(page)
    name.fill("Case 4B7")
    page.get_by_role("button", name="Save this case").click()
    page.get_by_text("Saved as Case 4B7").wait_for(timeout=WAIT)
    go(page, "Prognosis", ".lead")
    said = sentence(page)

    open_board_case(page, "Case 4B7")
    assert answers(page) == 0
    read_as(page, "R 7K")
    commit(page, "70", "45")
    assert answers(page) == 0
    page.reload()  # the registry, not the page, knows what may be shown
    page.get_by_role("button", name="Reveal").wait_for(timeout=WAIT)  # case and code come back with the draft
    settled(page)
    assert answers(page) == 0
    page.get_by_role("button", name="Reveal").click()
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    settled(page)
    assert sentence(page) == said
    assert "MTM 70 %" in page.locator("table.readings").first.inner_text()
    with page.expect_download(timeout=WAIT) as waited:
        page.get_by_role("button", name="Save as PDF").click()
    assert waited.value.suggested_filename == "haic-nomogram-report.pdf"
    text = text_of(Path(waited.value.path()).read_bytes())
    assert said in text
    assert "R 7K" in text
    assert "MTM (70 %) – 45 % –" in text

    _read_by_another(page)
    _fits_the_projector(page)


def _read_by_another(page: Any) -> None:
    """What one reader was shown is hidden from the next."""
    read_as(page, "S 3")
    page.locator(".js-plotly-plot").wait_for(state="detached", timeout=WAIT)
    assert answers(page) == 0


def _fits_the_projector(page: Any) -> None:
    """Everything but the forms stands on 1920 x 1080 without scrolling, in type of 20 px."""
    field = page.get_by_placeholder("Reader code", exact=False)
    field.fill("R 7K")
    field.press("Enter")
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    page.set_viewport_size(PROJECTOR)
    settled(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    page.wait_for_timeout(500)
    for part in (*ANSWERS, ".board-slices", ".board-patient", ".stages", ".notices", "table.readings"):
        box = page.locator(f".st-key-board {part}").first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= PROJECTOR["height"], part
        assert box["x"] + box["width"] <= PROJECTOR["width"], part
    written = page.locator(".board-slices b").first.bounding_box()
    assert written is not None
    assert written["height"] < 50  # it names the picture and does not cover it
