"""What every answer carries, and what is not answered, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import InputError
from dashboard import guard, signin
from tests.dashboard import people

HERE, ELSEWHERE = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000)


def ask(path: str, kind: str = "http", server: Any = HERE, client: Any = HERE) -> list[MutableMapping[str, Any]]:
    """What the guard sends when this is asked; behind it stands something that sets a cookie and says "in"."""
    sent: list[MutableMapping[str, Any]] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        cookie = [(b"set-cookie", b"_streamlit_user=x; HttpOnly"), (b"x-frame-options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": cookie})
        await send({"type": "http.response.body", "body": b"in"})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.request"}

    scope = {"type": kind, "path": path, "server": server, "client": client, "headers": [], "method": "GET"}
    asyncio.run(guard.Guard(inside)(scope, receive, send))
    return sent


def status(*question: Any, **how: Any) -> int:
    found: int = ask(*question, **how)[0]["status"]
    return found


def headers(answer: list[MutableMapping[str, Any]]) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in answer[0]["headers"]]


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """There is a login; the dict is what the identity cookie says."""
    said: dict[str, Any] = {}
    monkeypatch.setattr(signin, "settings", people.settings)
    monkeypatch.setattr(signin, "_ENDED", {})
    monkeypatch.setattr(guard, "_claims", lambda scope: said)
    return said


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What streamlit would serve under media/."""
    found: dict[str, bytes] = {}

    def read_file(name: str) -> Any:
        return SimpleNamespace(content=found[name]) if name in found else None

    monkeypatch.setattr(
        guard, "get_instance", lambda: SimpleNamespace(media_file_mgr=SimpleNamespace(read_file=read_file))
    )
    return found


def test_every_answer_carries_the_headers_and_no_other_value_of_them() -> None:
    for path in ("/", "/cases", "/media/unknown.pdf", "/_stcore/health"):
        found = headers(ask(path))
        for name, value in guard.HEADERS.items():
            assert [v for n, v in found if n == name.lower()] == [value]


def test_nothing_is_loaded_from_or_sent_to_another_server() -> None:
    policy = dict(part.split(" ", 1) for part in guard.POLICY.split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["object-src"] == "'none'"
    scripts, others = policy.pop("script-src").split(), {one for sources in policy.values() for one in sources.split()}
    assert others <= {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert [one for one in scripts if not one.startswith("'sha256-")] == ["'self'", "blob:", "'wasm-unsafe-eval'"]
    assert len(scripts) > 3


def test_a_script_in_the_page_is_named_by_its_hash() -> None:
    # https://www.w3.org/TR/CSP2/#script-src-hash-usage prints this one
    assert guard.inline_scripts("<p><script>alert('Hello, world.');</script>") == (
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
    )


@pytest.mark.parametrize(("server", "client"), [(ELSEWHERE, HERE), (HERE, ELSEWHERE)])
def test_without_login_nobody_from_elsewhere_is_answered(server: Any, client: Any) -> None:
    assert status("/", server=server, client=client) == 403
    assert ask("/_stcore/stream", "websocket", server, client) == [
        {"type": "websocket.close", "code": 1008, "reason": ""}
    ]
    assert status("/", server=HERE, client=HERE) == 200
    assert status("/", server=None, client=None) == 200


def test_with_login_browsers_from_elsewhere_are_answered(login: dict[str, Any], files: dict[str, bytes]) -> None:
    assert status("/", server=ELSEWHERE, client=ELSEWHERE) == 200


@pytest.mark.parametrize(
    "path", ["/media/x.pdf", "/_stcore/upload_file/session/file", "/_stcore/metrics", "//media/x.pdf"]
)
def test_who_is_not_signed_in_gets_no_file_and_sends_none(
    path: str, login: dict[str, Any], files: dict[str, bytes]
) -> None:
    files["x.pdf"] = b"report"
    assert status(path) == 403
    login.update(people.claims("clinician-a") | {"exp": 1.0})
    assert status(path) == 403
    login.update(people.claims("nobody"))
    assert status(path) == 403


def test_a_file_is_for_the_sign_in_that_had_it_made(login: dict[str, Any], files: dict[str, bytes]) -> None:
    login.update(people.claims("clinician-b"))
    me = signin.visit_of(people.settings(), login).me
    assert me is not None
    files |= {"x.pdf": b"report of B", "other.pdf": b"made for nobody"}
    guard.OWNERS.note(files["x.pdf"], me.login)
    answer = ask("/media/x.pdf")
    assert answer[0]["status"] == 200
    assert ("cache-control", "no-store") in headers(answer)
    assert status("/media/other.pdf") == status("/media/none.pdf") == 404
    for user in ("clinician-a", "reader-a", "admin"):
        login.clear()
        login.update(people.claims(user))
        assert status("/media/x.pdf") == 404
    assert status("/_stcore/upload_file/session/file") == 200


def test_the_icon_of_the_page_is_for_all(login: dict[str, Any], files: dict[str, bytes]) -> None:
    files["icon.png"] = guard.ICON
    assert status("/media/icon.png") == 200


def test_settings_that_cannot_be_used_open_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise InputError("login settings: expected something, got nothing")

    monkeypatch.setattr(signin, "settings", broken)
    assert status("/media/x.pdf") == 403
    assert status("/") == 200  # the page says what is wrong


def test_a_base_path_changes_nothing(
    login: dict[str, Any], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard.config, "get_option", lambda name: "haic" if name == "server.baseUrlPath" else None)
    assert status("/haic/media/x.pdf") == 403
    assert status("/haic/cases") == 200


def test_cookies_go_over_https_only_where_browsers_come_by_https(
    login: dict[str, Any], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("set-cookie", "_streamlit_user=x; HttpOnly") in headers(ask("/"))
    safe = SimpleNamespace(is_encrypted=True)
    monkeypatch.setattr(signin, "settings", lambda: safe)
    assert ("set-cookie", "_streamlit_user=x; HttpOnly; Secure") in headers(ask("/"))


def test_the_identity_is_read_from_the_cookie_that_streamlit_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    name = guard.starlette_websocket.USER_COOKIE_NAME
    monkeypatch.setattr(guard.starlette_websocket, "get_cookie_secret", lambda: "secret of the server, long enough")
    said = json.dumps(people.claims("reader-a") | {"sub": "s"})

    def claims(secret: str) -> dict[str, Any]:
        cookie = f"{name}={create_signed_value(secret, name, said).decode()}"
        return guard._claims({"type": "http", "headers": [(b"cookie", cookie.encode())]})

    assert claims("secret of the server, long enough")["sub"] == "s"
    assert claims("secret of somebody else, as long") == {}
    assert guard._claims({"type": "http", "headers": []}) == {}
