"""The headers of the served page, and that every page works under its policy, in Chromium."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from dashboard import guard, texts
from tests.browser.test_journeys import WAIT, settled
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ("case", "images", "prognosis", "study", "cases", "batch", "board", "validation", "learn", "own")
LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


def test_every_answer_carries_the_headers(server: Server) -> None:
    for path in ("", "cases", "_stcore/health", "_stcore/host-config", "favicon.png"):
        with urllib.request.urlopen(f"{server.url}/{path}", timeout=10) as answer:
            assert {name: answer.headers.get_all(name) for name in guard.HEADERS} == {
                name: [value] for name, value in guard.HEADERS.items()
            }


def test_every_page_works_under_the_policy(visit: Callable[[], Any], server: Server) -> None:
    page = visit()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.add_init_script(LISTEN)
    for name in PAGES:
        page.goto(f"{server.url}/{name}")
        page.get_by_role("heading", level=1).wait_for(state="attached", timeout=WAIT)
        settled(page)
        page.wait_for_timeout(2000)  # charts and the viewer come after the text
        if name == "images":
            page.locator("canvas").first.wait_for(timeout=WAIT)
            assert not page.get_by_text(next(iter(texts.viewer.FAULTS.values()))).count()
        assert page.evaluate("window.refused") == [], name
    assert faults == []


def test_another_page_cannot_frame_it(chromium: Any, server: Server) -> None:
    context = chromium.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.set_content(f'<iframe src="{server.url}" width="600" height="400"></iframe>')
    page.wait_for_timeout(2000)
    assert [text for text in said if "frame-ancestors" in text]
    context.close()
