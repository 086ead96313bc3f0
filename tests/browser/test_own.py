"""A centre's own nomogram in Chromium: loaded from a file, answered, kept, and harmless whatever is written in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import own_files
from tests.browser.test_journeys import WAIT, go, sentence, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Visit = Callable[[], Any]
MISSING = "For a prognosis this model still needs"


def load(page: Any, folder: Path, content: bytes) -> None:
    """Go to the page and load a nomogram.json."""
    go(page, "Own nomogram", "[data-testid=stFileUploader]")
    path = folder / "nomogram.json"
    path.write_bytes(content)
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(path)
    page.locator(".provenance").wait_for(timeout=WAIT)
    settled(page)


def choose(page: Any, question: str, level: str) -> None:
    """Press a level and wait until it is taken."""
    pressed = page.get_by_role("radiogroup", name=question).get_by_role("radio", name=level, exact=True)
    pressed.click()
    page.wait_for_function("button => button.getAttribute('aria-checked') === 'true'", arg=pressed.element_handle())
    settled(page)


def fill(page: Any, question: str, number: str) -> None:
    """Type a number."""
    field = page.get_by_label(question, exact=True)
    field.fill(number)
    field.press("Enter")
    settled(page)


def test_loaded_answered_and_kept_beyond_page_and_case(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    load(page, tmp_path, own_files.lung())
    assert "n = 213, events = 151" in page.locator(".provenance").inner_text()
    assert sentence(page).startswith(MISSING)
    choose(page, "ph.ecog", "1")
    choose(page, "Sex", "2")
    fill(page, "age", "61")
    fill(page, "wt.loss", "4")
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    page.locator(".nomogram:visible u").nth(7).wait_for(timeout=WAIT)
    said = re.search(r"about (\d+) are alive at 1 year .* and (\d+) have died", sentence(page))
    assert said is not None
    assert sum(map(int, said.groups())) == 100
    assert page.locator(".readings tr.chosen").inner_text().startswith("1 year")
    go(page, "Case", ".facts")
    page.get_by_role("button", name="Start a new case").click()
    page.get_by_role("button", name="Open the demo case").wait_for(timeout=WAIT)
    go(page, "Own nomogram", ".provenance")
    page.get_by_text(MISSING).wait_for(timeout=WAIT)
    assert "ph.ecog, age, Sex and wt.loss" in sentence(page)


def test_a_wrong_file_is_one_sentence_and_changes_nothing(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    load(page, tmp_path, own_files.sim())
    wrong = tmp_path / "jane_doe.json"
    wrong.write_text('{"patient": "Jane Doe"}', encoding="utf-8")
    page.get_by_text("Load another nomogram.json").first.click()
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(wrong)
    alert = page.locator("[data-testid=stAlert]")
    alert.wait_for(timeout=WAIT)
    assert (
        alert.inner_text() == "Nomogram file: expected a nomogram.json written by cox or validate, got something else"
    )
    assert "n = 489" in page.locator(".provenance").inner_text()
    page.get_by_text("jane").wait_for(state="detached", timeout=WAIT)  # the drop zone is emptied last
    assert "jane" not in alert.inner_text().lower()


def test_names_from_a_file_are_shown_as_they_stand(visit: Visit, tmp_path: Path) -> None:
    """`visit` also fails if anything is asked of another machine, such as the picture in the name."""
    page = visit()
    load(page, tmp_path, own_files.category((own_files.HOSTILE, "B", "C"), own_files.HOSTILE))
    main = page.locator("[data-testid=stMain]")
    label = page.locator("[data-testid=stSelectbox] [data-testid=stWidgetLabel]")
    assert label.inner_text().replace("\u2060", "") == own_files.HOSTILE
    page.locator("[data-testid=stSelectbox] input").click()
    page.get_by_role("option", name=own_files.HOSTILE).click()
    fill(page, "DLR", "0.7")
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    assert page.locator(".nomogram:visible .head b").nth(1).inner_text() == own_files.HOSTILE
    assert main.locator("img").count() == 0
    assert main.get_by_role("link").count() == main.locator(".st-key-pages a").count() > 0
    assert page.locator(".nomogram").locator("b b, a, img, script").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(visit: Visit, tmp_path: Path, width: int) -> None:
    page = visit()
    page.set_viewport_size({"width": width, "height": 844})
    load(page, tmp_path, own_files.category((own_files.HOSTILE * 3, "B", "C"), own_files.HOSTILE * 3))
    page.locator(".nomogram:visible .axis").nth(6).wait_for(timeout=WAIT)
    overflow = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
    assert overflow <= 0
