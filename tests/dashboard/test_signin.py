"""Who sits at the page: settings, tokens, ends, and threads that act for somebody."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import InputError
from core.registry.audit_chain import Act
from core.registry.rights import Role
from dashboard import guard, signin
from dashboard.downloads import Owners
from tests.dashboard import people


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(signin, "_ENDED", {})
    real = signin.settings
    real.cache_clear()
    yield
    real.cache_clear()


def visit(user: str, chosen: object = None, **claims: Any) -> signin.Visit:
    return signin.visit_of(people.settings(), people.claims(user) | claims, chosen)


def test_without_settings_it_is_the_single_user() -> None:
    assert signin.visit() == signin.Visit(signin.ALONE)
    me = signin.me()
    assert (me.actor, me.group, me.signed_in, me.key) == ("local", "", False, "")
    assert all(signin.may(act) for act in Act)


@pytest.mark.parametrize(
    ("user", "role", "group"),
    [
        ("reader-a", Role.READER, people.GROUP_A),
        ("clinician-b", Role.CLINICIAN, people.GROUP_B),
        ("admin", Role.ADMINISTRATOR, people.GROUP_A),
    ],
)
def test_a_token_says_who_somebody_is(user: str, role: Role, group: str) -> None:
    me = visit(user).me
    assert me is not None
    assert (me.role, me.group, me.signed_in) == (role, group, True)
    assert me.login not in repr(me)
    assert people.claims(user)["email"] not in repr(me)
    assert me.key == f"{me.actor} {group}"


def test_the_group_at_work_is_one_that_may_be_seen() -> None:
    for user, chosen, group in (
        ("reader-a", people.GROUP_B, people.GROUP_A),
        ("reader-a", 7, people.GROUP_A),
        ("admin", people.GROUP_B, people.GROUP_B),
        ("admin", "", ""),
    ):
        me = visit(user, chosen).me
        assert me is not None
        assert me.group == group


@pytest.mark.parametrize("claims", [{"is_logged_in": False}, {"is_logged_in": "true"}, {"sub": None}, {"exp": None}])
def test_who_is_not_signed_in_is_nobody(claims: dict[str, Any]) -> None:
    assert visit("clinician-a", **claims) == signin.Visit(None, "signed out")


def test_a_sign_in_that_has_ended_is_nobody() -> None:
    assert visit("clinician-a", exp=1.0) == signin.Visit(None, "ended")


def test_who_has_no_role_or_no_group_sees_nothing() -> None:
    assert visit("nobody").why == "no role"
    assert visit("reader-a", haic=["readers"]).why == "no role"
    assert visit("reader-a", haic=["ward-a"]).why == "no role"
    assert visit("admin", haic=["admins"]).me is not None


def test_signing_out_ends_this_sign_in_wherever_its_cookie_is() -> None:
    said = people.claims("clinician-a")
    me, other = (signin.visit_of(people.settings(), said | {"nonce": nonce}).me for nonce in ("1", "2"))
    assert me is not None
    assert other is not None
    signin.end(me)
    assert signin.visit_of(people.settings(), said).why == "ended"
    assert signin.visit_of(people.settings(), said | {"nonce": "2"}).me == other
    with signin.acting(me), pytest.raises(InputError, match="sign in again"):
        signin.me()
    with signin.acting(other):
        assert signin.me() is other
    signin.end(signin.ALONE)
    assert list(signin._ENDED) == [me.login]


def test_what_is_known_of_ended_sign_ins_does_not_grow() -> None:
    for nonce in ("1", "2"):
        me = visit("clinician-a", nonce=nonce).me
        assert me is not None
        signin.end(me)
        for login in signin._ENDED:
            signin._ENDED[login] = 1.0
    assert len(signin._ENDED) == 1


def test_a_thread_acts_for_somebody_until_the_sign_in_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    me = visit("reader-a").me
    assert me is not None
    with signin.acting(me):
        assert signin.me() is me
        assert not signin.may(Act.SAVED)
        with pytest.raises(InputError, match="expected a clinician or an administrator for this, got a reader"):
            signin.demand(Act.SAVED)
        monkeypatch.setattr(signin.time, "time", lambda: me.until)
        with pytest.raises(InputError, match="sign in again"):
            signin.me()
    assert signin.me() == signin.ALONE


def test_settings_that_cannot_be_used_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise InputError("login settings: expected something, got nothing")

    monkeypatch.setattr(signin, "settings", broken)
    assert signin.visit() == signin.Visit(None, "refused", "login settings: expected something, got nothing")
    assert not signin.may(Act.OPENED)
    with pytest.raises(InputError, match="got nothing"):
        signin.me()


def test_a_secrets_file_that_is_no_toml_opens_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text("[auth", encoding="utf-8")
    real = signin.config.get_option
    monkeypatch.setattr(
        signin.config, "get_option", lambda name: [str(path)] if name == "secrets.files" else real(name)
    )
    monkeypatch.setattr(signin.st.secrets, "load_if_toml_exists", lambda: False)
    assert signin.visit().refusal == signin.UNREADABLE


@pytest.mark.parametrize(("mode", "is_refused"), [(0o600, False), (0o640, False), (0o644, True), (0o604, True)])
def test_a_secrets_file_that_everybody_may_read_opens_nothing_however_the_server_was_started(
    mode: int, is_refused: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, text = tmp_path / "secrets.toml", people.secrets_toml("http://localhost:8501/oauth2callback")
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    real = signin.config.get_option
    monkeypatch.setattr(
        signin.config, "get_option", lambda name: [str(path)] if name == "secrets.files" else real(name)
    )
    loaded = SimpleNamespace(load_if_toml_exists=lambda: True, to_dict=lambda: tomllib.loads(text))
    monkeypatch.setattr(signin.st, "secrets", loaded)
    monkeypatch.setattr(signin, "claims", lambda: people.claims("reader-a"))
    found = signin.visit()
    assert (found.me is None, found.why == "refused") == (is_refused, is_refused)
    assert str(path) not in found.refusal


def test_a_login_is_served_behind_the_guard_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(*_: Any) -> None:
        raise AssertionError("nobody asked")

    monkeypatch.setattr(signin, "_GUARD", Event())
    monkeypatch.setattr(signin, "_is_served", lambda: True)
    monkeypatch.setattr(signin, "settings", people.settings)
    monkeypatch.setattr(signin, "claims", lambda: people.claims("reader-a"))
    assert signin.visit() == signin.Visit(None, "refused", signin.UNGUARDED)
    guard.Guard(inside)
    assert signin.visit().me is not None


def test_without_login_nothing_is_served_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIC_NOMOGRAM_LOGIN", "required")
    assert signin.visit() == signin.Visit(None, "refused", signin.MISSING)


def test_beside_a_login_no_header_says_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    real = signin.config.get_option
    trusted = {"X-User": "sub"}
    monkeypatch.setattr(signin, "settings", people.settings)
    monkeypatch.setattr(signin, "claims", lambda: people.claims("admin"))
    assert signin.visit().me is not None
    monkeypatch.setattr(
        signin.config, "get_option", lambda name: trusted if name == "server.trustedUserHeaders" else real(name)
    )
    assert signin.visit() == signin.Visit(None, "refused", signin.SPOOFED)


@pytest.mark.parametrize(
    ("address", "headers", "ip", "refusal"),
    [
        ("127.0.0.1", {"Host": "localhost"}, None, ""),
        ("::1", {}, None, ""),
        ("0.0.0.0", {}, None, signin.OPEN),
        (None, {}, None, signin.OPEN),
        ("192.0.2.7", {}, None, signin.OPEN),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, None, signin.PROXIED),
        ("127.0.0.1", {"Via": "1.1 proxy"}, None, signin.PROXIED),
        ("127.0.0.1", {}, "192.0.2.1", signin.PROXIED),
    ],
)
def test_without_login_only_this_machine_is_served(
    address: str | None, headers: dict[str, str], ip: str | None, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        pass

    context = Context()
    context.headers, context.ip_address = headers, ip  # type: ignore[attr-defined]
    monkeypatch.setattr(signin, "_is_served", lambda: True)
    monkeypatch.setattr(signin.config, "get_option", lambda name: address if name == "server.address" else [])
    monkeypatch.setattr(signin.st, "context", context)
    assert signin.visit().refusal == refusal


def test_a_file_belongs_to_the_sign_in_that_had_it_made() -> None:
    owners = Owners(most=2)
    owners.note(b"report", "first")
    owners.note("text", "second")
    assert owners.has(b"report", "first")
    assert owners.has(b"text", "second")
    assert not owners.has(b"report", "second")
    owners.note(b"report", "second")
    assert not owners.has(b"report", "first")  # the oldest went
