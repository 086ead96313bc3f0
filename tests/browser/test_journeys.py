"""What a clinician does, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ASSESSED_MS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[[], Any]
WAIT = 60_000


def go(page: Any, name: str, proof: str) -> None:
    """To another page by its link, on a narrow screen in the menu, until `proof` is there."""
    page.locator(".st-key-pages a").last.wait_for(state="attached", timeout=WAIT)
    if not page.locator(".st-key-pages").is_visible():
        page.locator(".menu summary").click()
    page.get_by_role("link", name=name, exact=True).click()
    page.locator(proof).first.wait_for(timeout=WAIT)


def slice_pictures(page: Any) -> None:
    """To the image page's slice pictures; whether the linked viewer draws depends on the machine."""
    go(page, "Images", "text=Slice pictures")
    page.get_by_text("Slice pictures", exact=True).click()
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=WAIT)


def settled(page: Any) -> None:
    """Until the page has run: what is typed into a field that is about to be drawn again is lost."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=WAIT)


def sentence(page: Any) -> str:
    """The sentence that the prognosis leads with."""
    text: str = page.locator(".lead").inner_text(timeout=WAIT)
    return text


def test_demo_to_images_to_prognosis(visit: Visit) -> None:
    page = visit()
    slice_pictures(page)
    letters = page.locator(".js-plotly-plot").first.inner_text()
    assert "R" in letters
    assert "L" in letters
    go(page, "Prognosis", ".lead")
    alive, dead = re.search(r"about (\d+) (?:are|is) alive .* and (\d+) ha", sentence(page)).groups()  # type: ignore[union-attr]
    assert int(alive) + int(dead) == 100
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)  # the curve is drawn last
    page.locator(".nomogram:visible .axis").nth(9).wait_for(timeout=WAIT)
    assert page.locator(".nomogram:visible .axis").count() == 10
    assert page.locator(".strip").inner_text().startswith("Research and education. Not a medical device")


def test_a_stroke_changes_the_mask_and_the_scores_follow(visit: Visit) -> None:
    page = visit()
    slice_pictures(page)
    page.get_by_text("Correct the mask").click()
    page.get_by_text("Remove", exact=True).click()
    page.get_by_text("Draw around a region").wait_for(timeout=WAIT)
    settled(page)
    picture = page.locator(".js-plotly-plot").nth(1)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.25 * box["width"], box["y"] + 0.45 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for right, down in ((50, 0), (50, 60), (0, 60)):
        page.mouse.move(x + right, y + down, steps=5)
    page.mouse.up()
    told = page.get_by_text("The mask was changed from")
    told.wait_for(timeout=WAIT)
    before, after = map(int, re.search(r"from (\d+) to (\d+) mL", told.inner_text()).groups())  # type: ignore[union-attr]
    assert 0 < before - after < 40  # one slice
    page.get_by_role("button", name="Assess with this mask").click()
    page.get_by_text("After the mask was corrected").wait_for(timeout=ASSESSED_MS)
    assert f"{after} mL" in page.locator("table.readings").first.inner_text()


def test_a_slider_moves_the_sentence(visit: Visit) -> None:
    page = visit()
    go(page, "Prognosis", ".lead")
    settled(page)
    before = sentence(page)
    slider = page.locator("[data-testid=stSlider] input[type=range]").last
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('.lead').innerText !== before", arg=before, timeout=WAIT)
    settled(page)
    assert sentence(page) != before
    # streamlit keeps the old chart, marked stale, until the run ends, and each key may start one more run
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length === 1", timeout=WAIT)


def test_a_wrong_file_is_one_sentence_and_nothing_typed_is_lost(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.get_by_role("button", name="Start a new case").click()
    age = page.get_by_label("Age (years)")
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    settled(page)
    age.fill("61")
    age.press("Enter")
    page.get_by_text("1 of 48 values known").wait_for(timeout=WAIT)
    wrong = tmp_path / "jane_doe.nii.gz"
    wrong.write_text("this is text, not an image", encoding="utf-8")
    page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(wrong)
    alert = page.locator("[data-testid=stAlert]")
    alert.wait_for(timeout=WAIT)
    assert "expected" in alert.inner_text()
    page.get_by_text("jane").wait_for(state="detached", timeout=WAIT)  # the drop zone is emptied last
    assert "jane" not in page.locator("body").inner_text()
    go(page, "Prognosis", ".lead")
    go(page, "Case", "[data-testid=stFileUploader]")
    assert age.input_value() == "61"


def test_two_sessions_do_not_see_each_other(visit: Visit) -> None:
    first, second = visit(), visit()
    first.get_by_role("button", name="Start a new case").click()
    first.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    settled(first)
    age = first.get_by_label("Age (years)")
    age.fill("77.5")
    age.press("Enter")
    first.get_by_text("1 of 48 values known").wait_for(timeout=WAIT)
    assert second.locator(".case").inner_text() == "Demo case"
    assert first.locator(".case").inner_text() != "Demo case"
    go(second, "Prognosis", ".lead")
    go(second, "Case", "[data-testid=stNumberInput]")
    assert second.get_by_label("Age (years)").input_value() != "77.5"
