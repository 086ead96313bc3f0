"""An input made smaller for as long as the finding stays the same."""

from __future__ import annotations

import os

from tests.fuzz.door import Door
from tests.fuzz.guard import Guard, own_words

_MOST_TRIES = 3000


def minimised(door: Door, data: bytes) -> bytes:
    """The smallest input found by cutting pieces out, each time half as long."""
    own_words()  # once, not in every process
    wanted = _finding(door, data)
    if not wanted:
        raise SystemExit("no finding: this input is read or refused as it should be")
    tries, size = 0, max(len(data) // 2, 1)
    while size and tries < _MOST_TRIES:
        at, shorter = 0, False
        while at < len(data) and tries < _MOST_TRIES:
            cut = data[:at] + data[at + size :]
            tries += 1
            if _finding(door, cut) == wanted:
                data, shorter = cut, True
            else:
                at += size
        if not shorter or size > len(data):
            size //= 2
    return data


def _finding(door: Door, data: bytes) -> str:
    """What the guard says in a process of its own, which a crash may end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        guard = Guard(limit_memory=False)
        finding = guard.judge(door, data).finding
        guard.close()
        os.write(writing, finding.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        finding = stream.read().decode()
    _, status = os.waitpid(child, 0)
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else finding
