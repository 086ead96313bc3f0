"""Who sits at the page: the only place that reads the login of a session. docs/login.md.

    visit = signin.visit()         # for the page: somebody, or why there is nobody
    me = signin.me()               # for everything else; raises InputError where there is nobody

Without login settings it is the single user of this machine, and only as long as the server is open to nobody else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from threading import Event, Lock
from typing import Any, Literal

import streamlit as st
from streamlit import config
from streamlit.runtime import Runtime, exists, get_instance

from core.errors import InputError
from core.registry import rights
from core.registry.audit import LOCAL, Who
from core.registry.audit_chain import Act
from core.registry.logins import LOOPBACK, LoginSettings, Person, login_settings
from core.registry.rights import Role
from core.registry.secrets_file import REQUIRED_VARIABLE, is_required, read_login
from dashboard import held

Why = Literal["", "refused", "signed out", "ended", "no role"]
GROUP = "login.group"
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
OPEN = (
    "server: expected an address of this machine only (127.0.0.1), got one that others can reach; serving others "
    "needs a login: write its settings into secrets.toml and start with haic-nomogram serve --address A --secrets FILE "
    "(docs/login.md)"
)
PROXIED = "server: expected a browser on this machine, got one behind a proxy; that needs a login (docs/login.md)"
SPOOFED = "server.trustedUserHeaders: expected none beside a login, got some: who sends one could be anybody"
UNGUARDED = (
    "server: expected one that guards downloads and uploads beside a login, got streamlit alone; start with "
    "haic-nomogram serve (docs/login.md)"
)
MISSING = f"{REQUIRED_VARIABLE}: expected login settings in secrets.toml, got none (docs/login.md)"
UNREADABLE = "login settings: expected TOML in secrets.toml, got another text"
NOBODY_IN = "login: expected somebody who is signed in, got nobody; sign in again"


@dataclass(frozen=True)
class Me:
    """Somebody, and the group at work.

    Attributes:
        actor: "local", or the pseudonym of the login.
        role: what he may do.
        groups: whose cases he may see; an administrator those of all.
        group: whose cases he sees now.
        until: when the login ends, in seconds since 1970.
        login: names this one sign-in, "" without login.
    """

    actor: str = LOCAL
    role: Role = Role.ADMINISTRATOR
    groups: tuple[str, ...] = ("",)
    group: str = ""
    until: float = float("inf")
    login: str = field(default="", repr=False)

    @property
    def signed_in(self) -> bool:
        """True if there is a login, False for the single user."""
        return bool(self.login)

    @property
    def key(self) -> str:
        """What is kept for him in this group is kept under this; "" for the single user."""
        return f"{self.actor} {self.group}" if self.signed_in else ""

    def who(self, weights: str) -> Who:
        """As the registry knows him; `weights` is their checksum."""
        return Who(self.actor, weights, self.role, self.groups)


@dataclass(frozen=True)
class Visit:
    """Somebody, or why there is nobody.

    Attributes:
        me: who is there, None for nobody.
        why: there is nobody.
        refusal: one sentence where the server should not be open at all.
        was_left: the sign-in did not run out: somebody signed out, here or in another window.
    """

    me: Me | None
    why: Why = ""
    refusal: str = ""
    was_left: bool = False


ALONE = Me()
_ACTING: ContextVar[Me | None] = ContextVar("acting", default=None)
_ENDED: dict[str, float] = {}
_LOCK = Lock()
_GUARD = Event()


@cache
def settings() -> LoginSettings | None:
    """The settings of the login, None where there are none; read once for a server.

    Raises:
        InputError: they cannot be used, or everybody may read their file.
    """
    if not st.secrets.load_if_toml_exists():
        if any(os.path.exists(path) for path in config.get_option("secrets.files")):
            raise InputError(UNREADABLE)
        return None
    read_login([path for path in map(Path, config.get_option("secrets.files")) if path.is_file()])
    return login_settings(st.secrets.to_dict())


def know_guard() -> None:
    """`dashboard.guard` stands before this server."""
    _GUARD.set()


def claims() -> Mapping[str, Any]:
    """What the identity token of this session says; streamlit has checked who signed it."""
    return st.user.to_dict()


def visit() -> Visit:
    """Who is there, as the page needs it."""
    try:
        found = settings()
        if found is None:
            return Visit(None, "refused", why) if (why := _too_open()) else Visit(ALONE)
        if config.get_option("server.trustedUserHeaders"):
            return Visit(None, "refused", SPOOFED)
        if _is_served() and not _GUARD.is_set():
            return Visit(None, "refused", UNGUARDED)
        return visit_of(found, claims(), held.get(GROUP))
    except InputError as error:
        return Visit(None, "refused", str(error))


def visit_of(found: LoginSettings, said: Mapping[str, Any], chosen: object = None) -> Visit:
    """Who is there by the claims of a login.

    Args:
        found: how to read them.
        said: the claims, and `is_logged_in`.
        chosen: the group he asked for; it counts only if he may see it, else it is his first.
    """
    person = found.person(said) if said.get("is_logged_in") is True else None
    if person is None:
        return Visit(None, "signed out")
    was_left = person.login in _ENDED
    if was_left or person.until <= time.time():
        return Visit(None, "ended", was_left=was_left)
    if person.role is None or not person.is_admitted:
        return Visit(None, "no role")
    return Visit(_at_work(person, person.role, tuple(found.groups), chosen))


def me() -> Me:
    """Who acts.

    Raises:
        InputError: nobody is signed in, or not any more.
    """
    acting = _ACTING.get()
    if acting is not None:
        if acting.until <= time.time() or acting.login in _ENDED:
            raise InputError(NOBODY_IN)
        return acting
    found = visit()
    if found.me is None:
        raise InputError(found.refusal or NOBODY_IN)
    return found.me


def may(act: Act, what: str = "") -> bool:
    """True if who acts may do it; False for nobody."""
    found = visit().me if _ACTING.get() is None else me()
    return found is not None and rights.may(found.role, act, what)


def demand(act: Act, what: str = "") -> Me:
    """Who acts, if he may do it; raises InputError where he may not, or nobody is there."""
    found = me()
    rights.demand(found.role, act, what)
    return found


@contextmanager
def acting(as_whom: Me) -> Iterator[None]:
    """In a thread without a session, act as somebody who was there when it was started."""
    token = _ACTING.set(as_whom)
    try:
        yield
    finally:
        _ACTING.reset(token)


def end(of: Me) -> None:
    """This sign-in is over, in every window and for whoever has a copy of its cookie, until its time is up anyway."""
    if not of.signed_in:
        return
    with _LOCK:
        now = time.time()
        for login in [login for login, until in _ENDED.items() if until <= now]:
            del _ENDED[login]
        _ENDED[of.login] = of.until


def _at_work(person: Person, role: Role, all_groups: tuple[str, ...], chosen: object) -> Me:
    everywhere = role is Role.ADMINISTRATOR
    mine = (
        (*person.groups, *(group for group in all_groups if group not in person.groups))
        if everywhere
        else person.groups
    )
    is_mine = isinstance(chosen, str) and (everywhere or chosen in mine)
    made = Me(person.actor, role, mine, mine[0], person.until, person.login)
    return replace(made, group=chosen) if is_mine else made


def _too_open() -> str:
    """Why a server without login must not be used, "" where it may."""
    if is_required(os.environ.get(REQUIRED_VARIABLE, "")):
        return MISSING
    if not _is_served():
        return ""
    if config.get_option("server.address") not in LOOPBACK:
        return OPEN
    headers = {str(name).lower() for name in st.context.headers}
    return PROXIED if headers & set(FORWARDED) or isinstance(st.context.ip_address, str) else ""


def _is_served() -> bool:
    """False in tests of pages and on the command line, where nobody listens."""
    return exists() and type(get_instance()) is Runtime  # tests of pages put a likeness in its place
