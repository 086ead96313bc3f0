"""What a reader sees in Chromium when a worker, the database, the connection or the server itself is gone."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from core.registry.audit import verify
from core.registry.place import Place
from core.registry.store import open_registry
from tests.cable import plugged_in
from tests.postgresql_server import PostgreSQL
from tests.server import Server, family, running

WAIT = 120_000
ASSESSED = 270_000
SESSIONS = "HAIC sessions so far"


def settled(page: Any) -> None:
    """Until the page has run."""
    page.wait_for_timeout(500)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=WAIT)


def alert(page: Any) -> str:
    """The one sentence that is shown."""
    found = page.locator("[data-testid=stAlert]")
    found.first.wait_for(timeout=WAIT)
    return str(found.first.inner_text())


def a_worker_is_killed(browser: Any, server: Server) -> tuple[str, float]:
    """In the middle of the demo case's assessment; the sentence, and seconds of the next assessment to its result."""
    page = browser.new_context().new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Open the demo case").click(timeout=WAIT)
    page.get_by_text(re.compile("left$|almost done")).first.wait_for(timeout=ASSESSED)  # a step is under way
    for process in _workers(server):
        os.kill(process, signal.SIGKILL)
    said = alert(page)
    began = time.monotonic()
    page.get_by_role("button", name="Assess the demo case").click(timeout=WAIT)
    page.get_by_role("button", name="See the prognosis").wait_for(timeout=ASSESSED)
    page.context.close()
    return said, time.monotonic() - began


def the_database_is_killed(browser: Any, server: Server, database: PostgreSQL) -> str:
    """While a case is at work: saved before, refused in one sentence, saved again after; the sentence."""
    page = browser.new_context().new_page()
    page.goto(f"{server.url}/prognosis")
    name = page.get_by_role("textbox", name="Pseudonym")
    name.wait_for(timeout=WAIT)
    settled(page)
    name.fill("Case 1")
    page.get_by_role("button", name="Save this case").click()
    page.get_by_text("Saved as Case 1").wait_for(timeout=WAIT)
    database.kill()
    sessions(page, "3").click()
    settled(page)
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    said = alert(page)
    settled(page)
    assert sessions(page, "3").get_attribute("aria-checked") == "true", "the draft is lost"
    database.start()
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    page.locator("[data-testid=stAlert]").first.wait_for(state="detached", timeout=WAIT)
    settled(page)
    assert page.get_by_text(re.compile("^Saved as Case 1")).is_visible()
    page.context.close()
    return said


def the_connection_is_lost(browser: Any, server: Server, times: int) -> int:
    """The cable is pulled out and put back; what was chosen stays. How many times."""
    with plugged_in(server.port) as cable:
        page = browser.new_context().new_page()
        page.goto(f"{cable.url}/prognosis")
        page.get_by_role("textbox", name="Pseudonym").wait_for(timeout=WAIT)
        settled(page)
        for turn in range(times):
            chosen = str(2 + turn % 2)
            sessions(page, chosen).click()
            settled(page)
            cable.pull()
            lost = page.get_by_text(re.compile("[Cc]onnecti"))
            lost.first.wait_for(timeout=WAIT)
            cable.plug()
            lost.first.wait_for(state="detached", timeout=WAIT)
            settled(page)
            assert sessions(page, chosen).get_attribute("aria-checked") == "true"
        page.context.close()
    return times


def the_server_is_killed(browser: Any, folder: Path, environment: dict[str, str]) -> int:
    """SIGKILL in the middle of an assessment, and another server in its place; how many folders it left, now gone.

    Args:
        environment: of both servers, with a case that was saved as Case 1.
    """
    temporary = Path(environment["TMPDIR"])
    with running(folder / "killed", environment) as server:
        page = browser.new_context().new_page()
        page.goto(server.url)
        page.get_by_role("button", name="Open the demo case").click(timeout=WAIT)
        page.get_by_role("button", name="Stop the assessment").wait_for(timeout=WAIT)
        members = family(server.process.pid)
        streamlit = next(one for one in members if b"dashboard.launch" in _command(one))
        for process in (server.process.pid, streamlit):
            os.kill(process, signal.SIGKILL)
        end = time.monotonic() + 60
        while any(_command(one) for one in members if one != server.process.pid):
            assert time.monotonic() < end, "a worker outlives its server"
            time.sleep(0.2)
        page.context.close()
    left = list(temporary.glob("haic-server-*"))
    with running(folder / "again", environment) as server:
        page = browser.new_context().new_page()
        page.goto(f"{server.url}/cases")
        page.get_by_role("button", name="Case 1").wait_for(timeout=WAIT)
        now = list(temporary.glob("haic-server-*"))
        assert not set(left) & set(now), "what the killed server left is still there"
        page.context.close()
    assert list(temporary.glob("haic-server-*")) == []
    return len(left)


def saved_cases(place: Place) -> list[str]:
    """Pseudonyms of the cases, each of which opens whole, with an audit that holds."""
    registry = open_registry(place)
    try:
        rows = registry.worklist()
        for row in rows:
            registry.snapshot(row.latest.key)
        assert verify(registry._engine).broken is None
        return [row.pseudonym for row in rows]
    finally:
        registry.close()


def sessions(page: Any, number: str) -> Any:
    """A choice of the form."""
    return page.get_by_role("radiogroup", name=SESSIONS).get_by_role("radio", name=number, exact=True)


def _workers(server: Server) -> list[int]:
    """The processes that assess."""
    (host,) = (one for one in family(server.process.pid) if b"core.jobs.host" in _command(one))
    return [one for one in family(host) if one != host and b"spawn_main" in _command(one)]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
