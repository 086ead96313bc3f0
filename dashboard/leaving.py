"""What goes when somebody signs out: in every window of the browser and for a reload, of every group. docs/login.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from threading import Thread

from core.errors import InputError
from dashboard import held, keeping, session, signin
from dashboard.cohorts import COHORTS
from dashboard.desks import DESKS, desk_of
from dashboard.draft import Draft

BROWSER = "browser.known"


def know_browser(token: object) -> None:
    """Remember by which token this session's browser is known, so that signing out finds all that is kept for it."""
    held.note(BROWSER, token)


def leave() -> None:
    """End this sign-in, forget all that is kept for it and stop what runs; a callback.

    The sign-in ends first: a window that is drawn meanwhile finds it ended, see `check`.
    """
    me, token = signin.me(), held.get(BROWSER)
    groups = {me.group, *_groups(me)}
    names = session.desks() | {desk_of(token, replace(me, group=group).key) for group in groups}
    signin.end(me)
    _forget(names, session.drafts())
    held.forget_all()


def close(*, was_left: bool) -> None:
    """Drop what a session holds whose sign-in has ended.

    Args:
        was_left: it was signed out of in another window, so nothing is kept and nothing goes on; else what is kept for
            the browser waits there for the next sign-in.
    """
    if was_left:
        _forget(session.desks(), session.drafts())
    held.forget_all()


def check(desk: str) -> None:
    """Forget what has just been kept at `desk` if somebody signed out meanwhile, in another window."""
    if signin.visit().was_left:
        _forget({desk}, ())


def _forget(names: Iterable[str], drafts: Iterable[Draft]) -> None:
    found = list(drafts)
    for name in names:
        found += DESKS.forget(name)
        if COHORTS.of(name) is not None:
            Thread(target=COHORTS.forget, args=(name,), daemon=True).start()  # it may wait for its last row
    for one in found:
        if one.run is not None and not one.run.shared:
            one.run.cancel()


def _groups(me: signin.Me) -> tuple[str, ...]:
    """Whose cases he may have worked on."""
    try:
        return (*me.groups, *keeping.groups())
    except InputError:
        return me.groups  # the database cannot be asked; those of the login are known
