"""Planted identifiers handed to a real server by a real browser: none on its disk, in its log or on its pages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from tests import planted_files as files
from tests.dashboard.test_planted_identifiers import phases
from tests.dashboard.test_strangers import cohort_zip
from tests.planted import places, places_in_files
from tests.server import running
from tests.strangers import stranger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHO = stranger(int(os.environ.get("HAIC_TEST_SEEDS", "26").split(",")[0]))
DROP = "[data-testid=stFileUploader] input[type=file]"


def dropped(page: Any, *contents: bytes, ending: str, at: int = 0) -> None:
    """Hand in files under a name that says whose they are."""
    name = WHO["file name"]
    handed = [
        {"name": f"{name}{number}.{ending}", "mimeType": "application/octet-stream", "buffer": content}
        for number, content in enumerate(contents)
    ]
    page.locator(DROP).nth(at).set_input_files(handed)


def opened(page: Any, address: str) -> None:
    """The page, drawn to its end, and for good."""
    page.goto(address)
    page.get_by_text("Where the numbers come from").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)


def until(page: Any, seen: str, act: Callable[[], None]) -> None:
    """Do it again where the page was drawn anew in between and has lost what it was handed."""
    for last in (False, False, True):
        act()
        try:
            page.locator(seen).first.wait_for(timeout=30_000)
            return
        except TimeoutError:
            if last:
                raise


def source(page: Any) -> str:
    """The page, once the browser no longer shows the names of the files that it was given."""
    page.locator("[data-testid=stFileChip]").first.wait_for(state="detached", timeout=60_000)
    content: str = page.content()
    return content


def test_a_server_keeps_none(chromium: Any, tmp_path: Path) -> None:
    planted = phases(WHO)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    seen: list[str] = []
    with running(tmp_path / "server", {"TMPDIR": str(temporary)}) as server:
        page = chromium.new_page()
        page.on("console", lambda message: seen.append(message.text))
        opened(page, f"{server.url}/batch")
        cohort = cohort_zip(WHO, planted)
        until(page, "text=3 patients in the table", lambda: dropped(page, cohort, ending="zip"))
        seen.append(source(page))
        assert len(list(temporary.glob("haic-server-*/haic-cohort-*/images/*"))) > 0
        assert places_in_files(tmp_path, WHO) == {}
        opened(page, server.url)
        archives = [files.zip_of([*planted[phase], *files.others(WHO)], WHO) for phase in planted]
        until(page, "text=De-identified on reading", lambda: dropped(page, *archives, ending="zip"))
        seen.append(source(page))
        broken = archives[0][:-40], planted["portal"][0][:700]
        until(page, "[data-testid=stAlert]", lambda: dropped(page, *broken, ending="dcm"))
        seen.append(source(page))
        page.close()
        assert places_in_files(tmp_path, WHO) == {}
    assert places_in_files(tmp_path, WHO) == {}
    assert [places(one.encode(), WHO) for one in seen] == [set()] * len(seen)
