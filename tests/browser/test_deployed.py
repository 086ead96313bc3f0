"""docs/deploy/nginx.conf in a real nginx before two app processes on one PostgreSQL, with a login, in Chromium."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from core.registry.database import connect
from core.registry.place import DATABASE_VARIABLE, Place
from core.registry.secrets_file import REQUIRED, REQUIRED_VARIABLE
from dashboard.texts import login as words
from tests.browser.test_journeys import WAIT, go, settled
from tests.core.registry.test_postgresql import server  # noqa: F401 a fixture
from tests.dashboard import people
from tests.oidc_provider import provider
from tests.postgresql_server import PostgreSQL
from tests.proxied import NAME, Front, apps, nginx
from tests.server import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LARGE_MIB = 50


@pytest.fixture(scope="module")
def database(server: PostgreSQL) -> str:  # noqa: F811 the fixture
    """A new database, reached by the server's socket as in the units of docs/deploy."""
    engine = connect(Place(Path("/"), f"{server.url}/postgres"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE deployed"))
        folder = connection.scalar(text("SHOW unix_socket_directories"))
    engine.dispose()
    address = server.url.rsplit("@", 1)[0]
    return f"{address}@/deployed?unix_sock={quote(f'{folder}/.s.PGSQL.{server.port}')}"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Front]:
    folder, port = tmp_path_factory.mktemp("deployed"), free_port()
    back, secrets = f"https://{NAME}:{port}/oauth2callback", folder / "secrets.toml"
    settings = {DATABASE_VARIABLE: database, "HAIC_NOMOGRAM_DEMO": "0", REQUIRED_VARIABLE: REQUIRED}
    with provider(back) as issuer:
        secrets.write_text(people.secrets_toml(back, issuer), encoding="utf-8")
        secrets.chmod(0o600)
        with apps(folder, 2, settings, ["--secrets", str(secrets)]) as two, nginx(folder, two, port) as front:
            yield front


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Iterator[Any]:
    """What the console said is checked at the end."""
    errors: list[str] = []

    def note(said: Any, ours: str) -> None:
        if said.type == "error" and str(said.location.get("url", "")).startswith((ours, "blob:")):  # not the provider's
            errors.append(said.text)

    class Browser:
        said = errors

        def at(self, front: Front, app: int) -> Any:
            """A page that nginx sends to app process number `app`, of somebody who has signed in."""
            context = chromium.new_context(viewport={"width": 1440, "height": 900}, ignore_https_errors=True)
            cookie = {"name": "haic_process", "value": str(front.apps[app].port), "url": front.url, "secure": True}
            context.add_cookies([cookie])
            context.on("console", lambda said: note(said, front.url))
            context.on("weberror", lambda error: errors.append(str(error.error)))
            opened.append(context)
            page = context.new_page()
            page.goto(front.url)
            page.get_by_role("button", name=words.SIGN_IN, exact=True).click(timeout=WAIT)
            page.get_by_label("User").fill("clinician-b")
            page.get_by_role("button", name="Go", exact=True).click()
            page.get_by_role("button", name=words.SIGN_OUT, exact=True).wait_for(timeout=WAIT)
            settled(page)
            return page

    opened: list[Any] = []
    yield Browser()
    for context in opened:
        context.close()


def test_every_answer_has_the_headers_and_says_nothing_of_the_server(front: Front) -> None:
    answer = front.get()
    assert answer.status == 200
    assert answer.getheader("Strict-Transport-Security") == "max-age=31536000"
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
    ):
        assert answer.headers.get_all(name) == [value]
    (policy,) = answer.headers.get_all("Content-Security-Policy") or [""]
    assert policy.startswith("default-src 'none'")
    assert answer.getheader("Server") == "nginx"
    cookies = front.get("/_stcore/health").headers.get_all("Set-Cookie") or []
    assert {cookie.split("=")[0] for cookie in cookies} == {"haic_process", "_streamlit_xsrf"}
    assert all("secure" in cookie.lower() for cookie in cookies)
    assert "HttpOnly" in next(cookie for cookie in cookies if cookie.startswith("haic_process"))
    again = front.get("/_stcore/health", f"haic_process={front.apps[0].port}").headers.get_all("Set-Cookie") or []
    assert [cookie.split("=")[0] for cookie in again] == ["_streamlit_xsrf"]
    assert front.get("/_stcore/metrics").status == 404


def test_plain_http_leads_to_tls_and_other_names_lead_nowhere(front: Front) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=20)
    plain.request("GET", "/cases?code=secret", headers={"Host": "localhost"})
    answer = plain.getresponse()
    assert (answer.status, answer.getheader("Location")) == (308, f"{front.url}/cases")
    plain.close()
    with pytest.raises(http.client.RemoteDisconnected):
        front.get(host="rebound.example")
    assert "secret" not in "\n".join(front.log)


def _served(front: Front, cookies: list[str]) -> tuple[list[int], list[str]]:
    """Which process answered each request, and the cookie that came with it."""
    before = len(front.log)
    given = [str(front.get("/_stcore/health", cookie).getheader("Set-Cookie")) for cookie in cookies]
    end = time.monotonic() + 10
    while len(front.log) < before + len(cookies) and time.monotonic() < end:
        time.sleep(0.05)  # a line is written after its answer is sent
    return [int(line.rsplit(":", 1)[1]) for line in front.log[before:]], given


def test_a_browser_stays_with_its_process_and_both_are_used(front: Front) -> None:
    ports = [one.port for one in front.apps]
    known = [*ports, *reversed(ports)]
    served, given = _served(front, [f"haic_process={port}" for port in known])
    assert served == known
    assert not any("haic_process" in cookie for cookie in given)
    served, given = _served(front, ["", "haic_process=0", "haic_process=x", "haic_process=127.0.0.1"])
    assert set(served) == set(ports)
    assert [int(re.findall(r"haic_process=(\d+)", cookie)[0]) for cookie in given] == served


def test_a_large_upload_passes_and_is_kept_nowhere_on_the_way(front: Front, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "large.nii"
    path.write_bytes(bytes(LARGE_MIB * 2**20))
    page = browser.at(front, 0)
    page.get_by_label("Age (years)").wait_for(timeout=WAIT)
    settled(page)
    page.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(path)
    page.get_by_text("expected NIfTI").first.wait_for(timeout=WAIT)  # it arrived, and holds no image
    uploads = [line for line in front.log if " PUT " in line]
    assert [line.split()[3] for line in uploads] == ["204"]
    assert not re.search(r"buffered to a temporary file|denied", (front.folder / "error.log").read_text())


def test_both_processes_show_the_same_cases_and_one_goes_on_when_the_other_is_killed(
    front: Front, browser: Any
) -> None:
    page, other = browser.at(front, 0), browser.at(front, 1)
    go(page, "Prognosis", "text=What is known")
    name = page.get_by_role("textbox", name="Pseudonym")
    name.wait_for(timeout=WAIT)
    settled(page)
    name.fill("Case 8R")
    name.press("Enter")
    settled(page)
    page.get_by_role("button", name="Save this case").click()
    page.get_by_text("Saved as Case 8R").wait_for(timeout=WAIT)
    other.get_by_role("link", name="Cases", exact=True).click()
    other.get_by_role("button", name="Case 8R").wait_for(timeout=WAIT)
    assert browser.said == []  # neither a policy nor anything else was broken so far
    front.apps[0].kill()
    other.get_by_role("button", name="Case 8R").click()
    other.get_by_role("button", name="Open this case").wait_for(timeout=WAIT)
    page.goto(f"{front.url}/cases")  # its process is gone; what was saved is not, nor is the sign-in
    page.get_by_role("button", name="Case 8R").wait_for(timeout=WAIT)
    assert front.get("/_stcore/health", f"haic_process={front.apps[0].port}").status == 200
    route = next(cookie for cookie in page.context.cookies() if cookie["name"] == "haic_process")
    assert route["value"] == str(front.apps[1].port)  # and stays there when the first one is back
