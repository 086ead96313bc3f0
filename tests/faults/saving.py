"""A process that saves case after case, and what must hold of its registry whatever happened to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from core.registry.audit import verify
from core.registry.audit_chain import Act
from core.registry.place import Place
from core.registry.store import open_registry
from tests.core.registry.snapshots import assert_same, snapshot

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import pathlib, sys
from core.errors import InputError
from core.registry.place import Place
from core.registry.store import open_registry
from tests.core.registry.snapshots import snapshot

folder, url, first = sys.argv[1:]
registry = open_registry(Place(pathlib.Path(folder), url))
for number in range(int(first), int(first) + 9000):
    try:
        saved = registry.save(f"Case {number}", snapshot(shift_hu=number % 1000))
    except InputError as error:
        print("refused", error, flush=True)
        break
    print("saved", saved.key, number, flush=True)
"""


@dataclass
class Writer:
    """The process and what it said.

    Attributes:
        saved: number of each save that it was told is done, by key. refused: the sentence with which it ended.
    """

    process: subprocess.Popen[str]
    saved: dict[str, int] = field(default_factory=dict)
    refused: str = ""

    def listen(self) -> None:
        """Hear all it says, to its end."""
        for line in self.process.stdout or ():
            word, rest = line.rstrip("\n").split(" ", 1)
            if word == "refused":
                self.refused = rest
            else:
                key, number = rest.split()
                self.saved[key] = int(number)

    def until_saved(self, count: int, seconds: float = 90.0) -> None:
        """Return once it has saved so many."""
        end = time.monotonic() + seconds
        while len(self.saved) < count and self.process.poll() is None:
            assert time.monotonic() < end, "nothing was saved in time"
            time.sleep(0.01)


@contextmanager
def writing(
    place: Place, first: int = 1, environment: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> Iterator[Writer]:
    """A process that saves Case `first`, and so on; ended, and heard to its end, with the block.

    Args:
        before: words before its command, which bound it.
    """
    command = [*before, sys.executable, "-c", WRITER, str(place.folder), place.url, str(first)]
    merged = os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {})
    with subprocess.Popen(command, cwd=ROOT, env=merged, stdout=subprocess.PIPE, text=True) as process:
        writer = Writer(process)
        listening = Thread(target=writer.listen)
        listening.start()
        try:
            yield writer
        finally:
            if process.poll() is None:
                process.kill()
            listening.join(60)


def check(place: Place, saved: Mapping[str, int]) -> int:
    """After a restart nothing saved is lost and nothing half-saved is shown; returns how many cases there are.

    Args:
        saved: number of each save that somebody was told is done, by key.
    """
    registry = open_registry(place)
    try:
        rows = registry.worklist()
        there = {row.latest.key: int(row.pseudonym.split()[1]) for row in rows}
        assert saved.items() <= there.items(), "a save that was acknowledged is not there"
        for key, number in there.items():
            assert_same(snapshot(shift_hu=number % 1000), registry.snapshot(key))
        found = verify(registry._engine)
        assert found.broken is None
        saves = [line.case_key for line in registry.audit.lines() if line.act == Act.SAVED]
        assert saves == [row.key for row in reversed(rows)], "the audit names other saves than the worklist"
        assert not list(place.folder.rglob(".partial-*"))
        return len(rows)
    finally:
        registry.close()
