"""The page Learn in Chromium: by keyboard, on a phone, without a case and without a request to another machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from dashboard.texts import learn
from tests.browser.test_journeys import WAIT, settled
from tests.server import Server, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard without the demo case: the page needs no models that take long."""
    with running(tmp_path_factory.mktemp("learn")) as started:
        yield started


@pytest.fixture
def page(chromium: Any, plain_server: Server) -> Iterator[Any]:
    """The page in a new session."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.goto(f"{plain_server.url}/learn", timeout=WAIT)
    opened.locator(".growing").wait_for(timeout=WAIT)
    settled(opened)
    yield opened
    context.close()
    own = urlsplit(plain_server.url).netloc
    assert {
        url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own
    } == set()


def press(page: Any, name: str) -> None:
    """Choose by keyboard, and wait until the page has followed."""
    button = page.get_by_role("radio", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("button => button.getAttribute('aria-checked') === 'true'", arg=button.element_handle())
    settled(page)


def test_a_student_builds_answers_and_reads_by_keyboard(page: Any) -> None:
    press(page, learn.STEPS[-1])
    page.locator(".nomogram .axis").nth(9).wait_for(timeout=WAIT)
    alive, dead = re.search(r"about (\d+) are alive .* and (\d+) have", page.locator(".lead").inner_text()).groups()  # type: ignore[union-attr]
    assert int(alive) + int(dead) == 100
    press(page, learn.PARTS["cases"])
    page.get_by_role("radio", name="DLR score", exact=True).focus()
    page.keyboard.press("Space")
    check = page.get_by_role("button", name="Check the answer").first
    page.wait_for_function("button => !button.disabled", arg=check.element_handle(), timeout=WAIT)
    settled(page)
    check.focus()
    page.keyboard.press("Enter")
    page.locator(".verdict.right").wait_for(timeout=WAIT)
    assert page.locator(".score").inner_text().startswith("1 of 1 right")
    page.get_by_role("button", name="Compute its pictures").click()
    page.locator(".key-slices img").nth(1).wait_for(timeout=WAIT)
    assert page.locator(".key-slices b").all_inner_texts() == [
        "Simulated\narterial phase",
        "Simulated\nportal-venous phase",
    ]


@pytest.mark.parametrize("width", [390, 1440])
def test_no_part_is_wider_than_the_screen(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for part in learn.PARTS.values():
        press(page, part)
        overflow = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
        assert overflow <= 0, part
        cut = page.locator("[role=radiogroup]").evaluate_all(
            "groups => groups.filter(group => group.scrollWidth > group.clientWidth + 1).length"
        )
        assert cut == 0, part
