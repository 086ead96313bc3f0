"""Whose a file is that waits to be downloaded, or that the image viewer fetches; without streamlit.

Streamlit serves such files under the hash of their content to whoever knows it. `dashboard.guard` asks here first.
"""

from __future__ import annotations

from hashlib import sha256
from threading import Lock

MOST_FILES = 1000


class Owners:
    """Which sign-in had which file made or was shown it; the oldest are forgotten."""

    def __init__(self, most: int = MOST_FILES) -> None:
        self._most, self._lock = most, Lock()
        self._known: dict[tuple[str, str], None] = {}

    def note(self, content: bytes | str, login: str) -> None:
        """Remember that this sign-in had it made, or is shown it."""
        key = _digest(content), login
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = None
            for oldest in list(self._known)[: -self._most]:
                del self._known[oldest]

    def has(self, content: bytes, login: str) -> bool:
        """True if this sign-in had it made, or was shown it."""
        key = _digest(content), login
        with self._lock:
            return key in self._known


OWNERS = Owners()


def _digest(content: bytes | str) -> str:
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()
