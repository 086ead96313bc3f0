"""The pages' links in Chromium: one row where there is room, else a menu that keys alone open, follow and close."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.test_journeys import WAIT, settled
from tests.server import Server, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[[int], Any]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard without a case: nothing is assessed."""
    with running(tmp_path_factory.mktemp("menu")) as started:
        yield started


@pytest.fixture
def opened(chromium: Any, plain: Server) -> Iterator[Open]:
    """A function that opens the page Learn in a width."""
    contexts: list[Any] = []

    def run(width: int) -> Any:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 844}))
        page = contexts[-1].new_page()
        page.goto(f"{plain.url}/learn")
        page.locator(".st-key-pages a[aria-current=page]").wait_for(state="attached", timeout=WAIT)
        settled(page)
        return page

    yield run
    for context in contexts:
        context.close()


def current(page: Any) -> list[str]:
    """The links that a screen reader calls current."""
    texts: list[str] = page.locator("[aria-current=page]").all_text_contents()
    return texts


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_one_row_where_there_is_room(opened: Open, width: int) -> None:
    page = opened(width)
    links = page.locator(".st-key-pages a")
    tops = {round(links.nth(n).bounding_box()["y"]) for n in range(links.count())}
    assert len(tops) == 1
    assert not page.locator(".menu").is_visible()
    assert page.get_by_role("navigation", name="Pages").is_visible()
    assert current(page) == ["Learn"]
    page.get_by_role("link", name="Study", exact=True).click()
    page.locator("a[aria-current=page]", has_text="Study").wait_for(timeout=WAIT)
    assert current(page) == ["Study"]


@pytest.mark.parametrize("width", [390, 1024])
def test_a_menu_by_keys_alone_where_there_is_none(opened: Open, width: int) -> None:
    page = opened(width)
    assert page.locator(".st-key-header").get_by_role("link").count() == 0
    header = page.locator(".st-key-header").bounding_box()
    assert header["height"] < 60
    menu = page.locator(".menu summary")
    assert menu.inner_text().split() == ["Menu", "Learn"]
    for _ in range(8):
        page.keyboard.press("Tab")
        if menu.evaluate("summary => summary === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Study", exact=True).wait_for(timeout=WAIT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Case"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Study", exact=True).wait_for(state="hidden", timeout=WAIT)
    assert menu.evaluate("summary => summary === document.activeElement")
    page.keyboard.press("Space")
    page.get_by_role("link", name="Study", exact=True).press("Enter")
    page.locator(".menu summary", has_text="Study").wait_for(timeout=WAIT)
    assert page.locator(".st-key-header").get_by_role("link").count() == 0
    assert current(page) == ["Study"]
    overflow = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
    assert overflow <= 0
