"""Chromium on a running dashboard; every page is watched for requests that leave this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.server import Server, running

ASSESSED_MS = 270_000  # a cold start with every model, on two busy cores


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard with the demo case."""
    with running(tmp_path_factory.mktemp("browser"), {"HAIC_NOMOGRAM_DEMO": "1"}) as started:
        yield started


@pytest.fixture
def visit(chromium: Any, server: Server) -> Iterator[Callable[[], Any]]:
    """A function that opens a new session on the assessed demo case."""
    contexts: list[Any] = []
    asked: list[str] = []

    def open_session() -> Any:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.goto(server.url)
        page.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED_MS)
        return page

    yield open_session
    for context in contexts:
        context.close()
    own = urlsplit(server.url).netloc
    strangers = {url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own}
    assert not strangers, strangers
