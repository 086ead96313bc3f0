"""Signing in at a real provider, in Chromium: what a reader of one group sees of another group's case. Nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.texts import board as board_words
from dashboard.texts import cases as case_words
from dashboard.texts import login as words
from tests.browser.conftest import ASSESSED_MS
from tests.browser.test_accessibility import faults
from tests.browser.test_journeys import WAIT, go, settled
from tests.browser.test_linked_viewer import DRAWING
from tests.conftest import CHROMIUM_FLAGS
from tests.dashboard import people
from tests.oidc_provider import provider
from tests.server import ROOT, Server, free_port, running, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GONE_MS = 60_000  # a sign-in of 20 s ends, and the page looks every 10 s
TOKEN = "haic-nomogram.token"


@dataclass(frozen=True)
class Site:
    """A dashboard with a login."""

    url: str
    folder: Path
    server: Server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    url = f"http://localhost:{port}"
    with provider(f"{url}/oauth2callback") as issuer:
        secrets = folder / "secrets.toml"
        secrets.write_text(people.secrets_toml(f"{url}/oauth2callback", issuer), encoding="utf-8")
        secrets.chmod(0o600)
        with running(folder, {"HAIC_NOMOGRAM_DEMO": "0"}, port=port, options=["--secrets", str(secrets)]) as started:
            yield Site(url, folder, started)


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def sign_in(page: Any, site: Site, user: str, seconds: str = "") -> None:
    page.goto(site.url)
    button(page, words.SIGN_IN).click(timeout=WAIT)
    page.get_by_label("User").fill(user)
    page.get_by_label("Seconds").fill(seconds)
    button(page, "Go").click()
    button(page, words.SIGN_OUT).wait_for(timeout=WAIT)
    settled(page)


def visit(page: Any, site: Site, path: str) -> None:
    page.goto(f"{site.url}/{path}")
    button(page, words.SIGN_OUT).wait_for(timeout=WAIT)
    settled(page)


def save(page: Any, site: Site, name: str) -> None:
    visit(page, site, "prognosis")
    page.get_by_role("textbox", name=case_words.NAME).fill(name)
    page.keyboard.press("Enter")
    settled(page)
    button(page, case_words.SAVE).click()
    page.get_by_text(f"Saved as {name}").wait_for(timeout=WAIT)


def sees(page: Any, text: str) -> bool:
    page.wait_for_timeout(800)
    return text in page.content()


@dataclass(frozen=True)
class Bea:
    """A clinician of group B who has saved a case and its report; her browser's token, and the report's address."""

    page: Any
    token: str
    report: str


@pytest.fixture(scope="module")
def bea(chromium: Any, site: Site) -> Iterator[Bea]:
    context = chromium.new_context(accept_downloads=True)
    page = context.new_page()
    sign_in(page, site, "clinician-b")
    save(page, site, "Case 7K")
    visit(page, site, "cases")
    page.get_by_role("heading", name="Case 7K").wait_for(timeout=WAIT)
    with page.expect_download(timeout=WAIT) as waiting:
        button(page, board_words.REPORT).click()
    report = waiting.value.url
    assert page.request.get(report).status == 200
    yield Bea(page, page.evaluate(f"localStorage.getItem('{TOKEN}')"), report)
    context.close()


@pytest.fixture
def rita(chromium: Any) -> Iterator[Any]:
    """A page of another browser."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_a_reader_of_one_group_finds_nothing_of_another(bea: Bea, rita: Any, site: Site) -> None:
    assert rita.request.get(bea.report).status == 403  # not signed in
    sign_in(rita, site, "reader-a")
    visit(rita, site, "cases")
    assert people.GROUP_A in rita.locator(".who").inner_text()
    rita.get_by_text(case_words.NONE_YET[:30]).wait_for(timeout=WAIT)
    rita.evaluate(f"localStorage.setItem('{TOKEN}', '{bea.token}')")  # as if she sat at Bea's browser
    for path in (bea.page.url, f"{site.url}/board", f"{site.url}/prognosis", f"{site.url}/batch"):
        rita.goto(path)
        button(rita, words.SIGN_OUT).wait_for(timeout=WAIT)
        settled(rita)
        rita.reload()
        settled(rita)
        assert not sees(rita, "7K")
    assert not rita.get_by_role("link", name="Batch").count()
    assert rita.request.get(bea.report).status == 404


def test_signing_out_ends_every_window_and_every_copy_of_the_cookie(bea: Bea, rita: Any, site: Site) -> None:
    cookies = bea.page.context.cookies()
    second = bea.page.context.new_page()
    visit(second, site, "cases")
    button(bea.page, words.SIGN_OUT).click()
    button(bea.page, "Yes, sign me out").click(timeout=WAIT)
    button(bea.page, words.SIGN_IN).wait_for(timeout=WAIT)
    second.get_by_text(words.ENDED).wait_for(timeout=GONE_MS)
    assert not sees(second, "7K")
    rita.context.add_cookies(cookies)
    rita.goto(f"{site.url}/cases")
    rita.get_by_text(words.ENDED).wait_for(timeout=WAIT)
    assert rita.request.get(bea.report).status == 403
    assert not sees(rita, "7K")


def test_a_sign_in_that_ends_takes_the_page_with_it_and_keeps_what_was_typed(chromium: Any, site: Site) -> None:
    context = chromium.new_context()
    try:
        page = context.new_page()
        sign_in(page, site, "clinician-a", "20")
        page.get_by_role("link", name="Prognosis").click()
        page.wait_for_function(f"() => localStorage.getItem('{TOKEN}')", timeout=WAIT)
        chosen = page.get_by_role("radiogroup", name="HAIC sessions so far").get_by_role("radio", name="2", exact=True)
        chosen.click()
        settled(page)
        page.get_by_text(words.ENDED).wait_for(timeout=GONE_MS)
        assert not sees(page, "HAIC sessions so far")
        page.reload()
        page.get_by_text(words.ENDED).wait_for(timeout=WAIT)
        sign_in(page, site, "clinician-a")
        page.wait_for_timeout(1500)
        page.get_by_role("link", name="Prognosis").click()
        chosen.wait_for(timeout=WAIT)
        page.wait_for_timeout(1500)
        assert chosen.get_attribute("aria-checked") == "true"
    finally:
        context.close()


def test_who_is_signed_in_sees_the_pictures_and_another_sign_in_gets_none(chromium: Any, site: Site) -> None:
    path = shutil.which("chromium")
    drawing = chromium.browser_type.launch(executable_path=path, args=[*CHROMIUM_FLAGS, *DRAWING])
    try:
        page = drawing.new_context(viewport={"width": 1440, "height": 900}).new_page()
        asked: list[Any] = []
        page.on("response", lambda answer: asked.append(answer) if "/media/" in answer.url else None)
        sign_in(page, site, "clinician-a")
        button(page, "Open the demo case").click(timeout=WAIT)
        button(page, "See the prognosis").wait_for(timeout=ASSESSED_MS)
        go(page, "Images", "text=Slice pictures")
        page.locator(".viewer[data-ready]").wait_for(timeout=WAIT)
        files = [answer.url for answer in asked if answer.url.endswith(".bin")]
        assert len(files) >= 2
        assert {answer.status for answer in asked} == {200}
        other = drawing.new_context().new_page()
        sign_in(other, site, "reader-a")
        assert {other.request.get(url).status for url in files} == {404}
    finally:
        drawing.close()


def test_who_has_no_role_sees_one_sentence_and_a_way_out(chromium: Any, site: Site) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        sign_in(page, site, "nobody")
        page.get_by_text(words.NO_ROLE).wait_for(timeout=WAIT)
        assert [one.inner_text() for one in page.get_by_role("button").all() if one.is_visible()][-1:] == [
            words.SIGN_OUT
        ]
        assert not page.locator(".st-key-pages").count()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_what_stands_around_a_login_has_no_serious_fault(chromium: Any, site: Site) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(site.url)
        button(page, words.SIGN_IN).wait_for(timeout=WAIT)
        assert faults(page, "before signing in") == []
        sign_in(page, site, "admin")
        visit(page, site, "audit")
        page.get_by_text(words.AUDIT_LEAD).wait_for(timeout=WAIT)
        assert faults(page, "Audit") == []
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").wait_for(timeout=WAIT)
        page.wait_for_timeout(700)
        assert faults(page, "sidebar") == []
        page.set_viewport_size({"width": 390, "height": 844})
        visit(page, site, "cases")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_streamlit_alone_on_all_addresses_shows_one_sentence(chromium: Any, tmp_path: Path) -> None:
    app = ROOT / "dashboard" / "app.py"
    with serving(app, tmp_path, {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}) as url:
        page = chromium.new_page()
        page.goto(url)
        page.get_by_text("serving others needs a login").wait_for(timeout=WAIT)
        assert not page.locator(".st-key-pages").count()
        page.close()


def test_streamlit_alone_beside_login_settings_shows_one_sentence(chromium: Any, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(people.secrets_toml("http://localhost:8501/oauth2callback"), encoding="utf-8")
    secrets.chmod(0o600)
    environment = {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SECRETS_FILES": str(secrets)}
    with serving(ROOT / "dashboard" / "app.py", tmp_path, environment) as url:
        page = chromium.new_page()
        page.goto(url)
        page.get_by_text("got streamlit alone").wait_for(timeout=WAIT)
        assert not page.locator(".st-key-pages").count()
        page.close()


def test_nothing_of_a_person_or_a_secret_stands_in_the_log(site: Site) -> None:
    log = (site.folder / "server.log").read_text(encoding="utf-8").lower()
    assert log
    for user in people.VALUES:
        assert user not in log
    for text in (*people.SECRETS.values(), "example.org", "bea", "rita", "carl", "7k"):
        assert text not in log
