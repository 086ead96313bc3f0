"""Processes are ended by SIGKILL, a connection is cut, while cases are saved: each returns its figures."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.registry.place import Place
from tests.cable import plugged_in
from tests.faults.saving import check, writing
from tests.postgresql_server import PostgreSQL


@dataclass
class Figures:
    """Attributes: rounds of a fault, saves acknowledged before it, cases there after it, sentences shown."""

    rounds: int = 0
    acknowledged: int = 0
    there: int = 0
    sentences: tuple[str, ...] = ()


def app_is_killed(folder: Path, rounds: int, seed: int = 7) -> Figures:
    """The process that saves, at random moments, on SQLite; the next one goes on in what it left."""
    place, saved, chance = Place(folder), dict[str, int](), Random(seed)
    found = Figures()
    for turn in range(rounds):
        with writing(place, first=1 + 9000 * turn) as writer:
            writer.until_saved(2)
            time.sleep(chance.uniform(0.0, 0.2))
            writer.process.send_signal(signal.SIGKILL)
        assert writer.process.returncode == -signal.SIGKILL
        saved |= writer.saved
        found = Figures(turn + 1, len(saved), check(place, saved))
    return found


def database_is_killed(server: PostgreSQL, folder: Path, rounds: int, seed: int = 7) -> Figures:
    """PostgreSQL, by turns its postmaster and the process of a connection; then it is started again."""
    place, saved, chance = server.place(folder, "killed"), dict[str, int](), Random(seed)
    sentences: set[str] = set()
    found = Figures()
    for turn in range(rounds):
        with writing(place, first=1 + 9000 * turn) as writer:
            writer.until_saved(2)
            time.sleep(chance.uniform(0.0, 0.2))
            whole = turn % 2 == 0
            if whole:
                server.kill()
            else:
                assert server.kill_backend()
            writer.process.wait(90)
        if whole:
            server.start()
        _until_it_answers(place)
        assert writer.refused, "the save that failed was not told"
        sentences.add(writer.refused)
        saved |= writer.saved
        found = Figures(turn + 1, len(saved), check(place, saved), tuple(sorted(sentences)))
    return found


def connection_is_cut(server: PostgreSQL, folder: Path, rounds: int) -> Figures:
    """The cable to PostgreSQL is pulled out while cases are saved, and put back."""
    straight, saved = server.place(folder, "cut"), dict[str, int]()
    sentences: set[str] = set()
    found = Figures()
    with plugged_in(server.port) as cable:
        place = Place(straight.folder, straight.url.replace(f":{server.port}/", f":{cable.port}/"))
        for turn in range(rounds):
            with writing(place, first=1 + 9000 * turn) as writer:
                writer.until_saved(2)
                cable.pull()
                writer.process.wait(90)
            cable.plug()
            assert writer.refused
            sentences.add(writer.refused)
            saved |= writer.saved
            found = Figures(turn + 1, len(saved), check(place, saved), tuple(sorted(sentences)))
    return found


def _until_it_answers(place: Place, seconds: float = 60.0) -> None:
    """PostgreSQL reads its log first after a crash."""
    from core.errors import InputError
    from core.registry.store import open_registry

    end = time.monotonic() + seconds
    while True:
        try:
            open_registry(place).close()
        except InputError:
            assert time.monotonic() < end, "the database does not come back"
            time.sleep(0.2)
        else:
            return
