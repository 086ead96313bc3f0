"""From a file to the page Prognosis in Chromium: a centre's own nomogram, answered there, and back to the published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import own_files
from tests.browser.test_journeys import WAIT, sentence, settled
from tests.browser.test_own import MISSING, choose, fill, load
from tests.server import running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """A session without a case."""
    with running(tmp_path / "server") as server:
        context = chromium.new_context(viewport={"width": 390, "height": 844})
        opened = context.new_page()
        opened.goto(server.url)
        yield opened
        context.close()


def test_loaded_used_answered_and_left_again_on_a_phone(page: Any, tmp_path: Path) -> None:
    load(page, tmp_path, own_files.sim())
    page.get_by_role("button", name="Use it on the page Prognosis").click()
    page.locator(".menu summary", has_text="Prognosis").wait_for(timeout=WAIT)
    page.get_by_role("radiogroup", name="Model").get_by_role("radio", name="Own nomogram").wait_for(timeout=WAIT)
    settled(page)
    assert sentence(page).startswith(MISSING)
    for question, level in {"PVTT": "1", "OR": "0", "sess4": "3", "MTM": "1"}.items():
        choose(page, question, level)
    fill(page, "DLR", "0.7")
    page.locator(".js-plotly-plot").wait_for(timeout=WAIT)
    assert sentence(page).startswith("Of 100 people like this, about")
    assert "n = 489" in page.locator(".st-key-sentence .provenance").inner_text()
    overflow = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
    assert overflow <= 0
    choose(page, "Model", "Before treatment")
    page.get_by_text("For a prognosis this model still needs: PVTT and DLR score.").wait_for(timeout=WAIT)
    choose(page, "Model", "Own nomogram")
    page.get_by_text("Of 100 people like this, about").wait_for(timeout=WAIT)
