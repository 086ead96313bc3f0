"""Drafts by browser and login, so that a reload loses nothing that was typed or is running; in memory only, for a day.

A browser is known by the hash of a random token that it keeps in its own storage. A draft belongs to one page at a
time: a second page of the same browser begins its own, and only what no open page holds is given out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from hashlib import sha256
from threading import Lock

from dashboard.draft import Draft

KEPT_SECONDS = 24 * 3600.0
MOST_OF_ONE_BROWSER = 4
MOST_OF_ALL = 12  # a case with its heatmaps takes some 500 MB; an open page holds its own draft besides
TOKEN_LENGTH = 32  # 128 bits in hexadecimal digits


@dataclass(eq=False)
class _Kept:
    draft: Draft
    page: str
    seen: float


class Desks:
    """The drafts of all browsers.

    Args:
        clock: seconds, for the age of a draft.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._kept: dict[str, list[_Kept]] = {}

    def keep(self, desk: str, page: str, draft: Draft) -> None:
        """Keep the draft that `page` shows; it takes the place of what that page showed before."""
        with self._lock:
            self._forget_old()
            others = [kept for kept in self._kept.get(desk, []) if kept.page != page]
            self._kept[desk] = [*others, _Kept(draft, page, self._clock())][-MOST_OF_ONE_BROWSER:]
            self._forget_too_many()

    def claim(self, desk: str, page: str, is_open: Callable[[str], bool]) -> Draft | None:
        """The draft last seen that no open page shows; from now on it is that of `page`. None if there is none."""
        with self._lock:
            self._forget_old()
            free = [kept for kept in self._kept.get(desk, []) if kept.page != page and not is_open(kept.page)]
            if not free:
                return None
            latest = max(free, key=lambda kept: kept.seen)
            # a page that lost its connection may come back to its own: two pages never change one draft
            latest.draft, latest.page, latest.seen = _detached(latest.draft), page, self._clock()
            return latest.draft

    def forget(self, desk: str) -> list[Draft]:
        """Forget all drafts of a desk; returns them, as something may still run for one."""
        with self._lock:
            return [kept.draft for kept in self._kept.pop(desk, [])]

    def count(self) -> int:
        """How many drafts are kept."""
        with self._lock:
            self._forget_old()
            return sum(map(len, self._kept.values()))

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        young = {desk: [one for one in kept if one.seen >= oldest] for desk, kept in self._kept.items()}
        self._kept = {desk: kept for desk, kept in young.items() if kept}

    def _forget_too_many(self) -> None:
        all_kept = sorted((one for kept in self._kept.values() for one in kept), key=lambda one: one.seen)
        if surplus := all_kept[:-MOST_OF_ALL]:
            fewer = {desk: [one for one in kept if one not in surplus] for desk, kept in self._kept.items()}
            self._kept = {desk: kept for desk, kept in fewer.items() if kept}


DESKS = Desks()


def desk_of(token: object, owner: str = "") -> str:
    """The hash under which a browser's drafts are kept, "" for what is no token.

    Args:
        token: what the browser sends; whoever sits at it may send any.
        owner: whose drafts they are (`dashboard.signin.Me.key`): another's are never found by a token alone.
    """
    if not isinstance(token, str) or len(token) != TOKEN_LENGTH or set(token) - set("0123456789abcdef"):
        return ""
    return sha256(f"{token}{owner}".encode("ascii")).hexdigest()


def _detached(draft: Draft) -> Draft:
    return replace(
        draft,
        clinical=dict(draft.clinical),
        series=list(draft.series),
        roles=list(draft.roles),
        view=dict(draft.view),
        own=dict(draft.own),
        pins=list(draft.pins),
        removed=deepcopy(draft.removed),
    )
