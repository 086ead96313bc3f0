"""Faults, one after the other, and what was left: nothing that was saved is lost, nothing half-saved is shown.

    python benchmarks/faults.py [--rounds 10] [--only NAME]

Kills a worker, the app and PostgreSQL by SIGKILL in the middle of their work, fills the disk, cuts connections and sets
the clock back and forth, then restarts and checks: every save that was acknowledged is there to the last bit, every
case that is shown opens whole, and the audit's chain holds. Prints the figures and the sentences that were shown; 1 if
a check fails. A small disk needs root; PostgreSQL, libfaketime and Chromium are Debian's: what is not there is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import CHROMIUM_FLAGS
from tests.faults import clock, disk, killing, pages
from tests.postgresql_server import binaries, postgresql
from tests.server import running

MISSING = "not on this machine: not done"


@dataclass
class Bench:
    """Where it is done, and how often. Attributes: folder, rounds, chromium (None if there is none)."""

    folder: Path
    rounds: int
    chromium: str | None

    def app_killed(self) -> str:
        """The app is killed while it saves."""
        return said(killing.app_is_killed(self.folder / "app", self.rounds))

    def postgresql_killed(self) -> str:
        """PostgreSQL is killed while cases are saved."""
        return self._with_database(lambda one: said(killing.database_is_killed(one, self.folder / "pg", self.rounds)))

    def database_cut(self) -> str:
        """The connection to PostgreSQL is cut while cases are saved."""
        rounds = max(1, self.rounds // 2)
        return self._with_database(lambda one: said(killing.connection_is_cut(one, self.folder / "cut", rounds)))

    def disk_full(self) -> str:
        """The disk of saved cases is full."""
        saved, refused, looked = disk.cases_fill_the_disk(self.folder / "disk")
        return f"{saved} saves, then: {refused!r}; opened while full: {looked!r}; all there once there was room"

    def files_bounded(self) -> str:
        """Files may not grow (RLIMIT_FSIZE)."""
        saved, refused = disk.files_may_not_grow(self.folder / "bounded")
        return f"{saved} saves, then: {refused!r}; all there"

    def uploads_full(self) -> str:
        """The folder for temporary files is full."""
        cohort = b"PK\x05\x06" + bytes(18)
        told = disk.uploads_find_no_room(self.folder / "uploads", disk.an_image(self.folder), cohort)
        return f"image: {told[0]!r}; cohort: {told[1]!r}; nothing left behind"

    def batch_full(self) -> str:
        """The folder of batch's table is full."""
        told, rows = disk.batch_finds_no_room(self.folder / "batch", 120)
        return f"{told!r}; the same command with room: {rows} of 120 rows"

    def clock_jumps(self) -> str:
        """The clock is set back and forth while cases are saved."""
        preloaded = clock.library()
        if preloaded is None:
            return f"libfaketime {MISSING}"
        count, days = clock.clock_jumps(self.folder / "clock", preloaded)
        return f"{count} saves in their order, {days:.0f} days apart by that clock; the audit holds"

    def page(self) -> str:
        """In Chromium: worker, database, connection, server."""
        if self.chromium is None:
            return f"Chromium {MISSING}"
        return self._with_database(self._page)

    def _page(self, database: Any) -> str:
        from playwright.sync_api import sync_playwright

        place, found = database.place(self.folder / "page", "page"), list[str]()
        temporary = self.folder / "temporary"
        temporary.mkdir()
        environment = {
            "HAIC_NOMOGRAM_DEMO": "0",
            "TMPDIR": str(temporary),
            "HAIC_NOMOGRAM_CASES": str(place.folder),
            "HAIC_NOMOGRAM_DATABASE": place.url,
        }
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=self.chromium, args=list(CHROMIUM_FLAGS))
            with running(self.folder / "first", environment) as server:
                told, seconds = pages.a_worker_is_killed(browser, server)
                found.append(f"worker killed: {told!r}, next assessment done after {seconds:.0f} s")
                found.append(f"PostgreSQL killed: {pages.the_database_is_killed(browser, server, database)!r}")
                found.append(f"connection lost and back {pages.the_connection_is_lost(browser, server, 3)} times")
            left = pages.the_server_is_killed(browser, self.folder, environment)
            browser.close()
        found.append(f"server killed: {left} folder of uploads left, gone after the restart")
        assert pages.saved_cases(place) == ["Case 1"]
        return "; ".join(found)

    def _with_database(self, act: Callable[[Any], str]) -> str:
        programs = binaries()
        if programs is None:
            return f"PostgreSQL {MISSING}"
        with postgresql(programs) as server:
            return act(server)


FAULTS = ("app_killed", "postgresql_killed", "database_cut", "disk_full", "files_bounded", "uploads_full", "batch_full",
          "clock_jumps", "page")  # fmt: skip


def said(found: killing.Figures) -> str:
    """Figures in a line."""
    told = f"; shown: {' / '.join(map(repr, found.sentences))}" if found.sentences else ""
    return f"{found.rounds} rounds, {found.acknowledged} saves acknowledged, {found.there} cases there, whole{told}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do each fault and print what it came to; 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=FAULTS)
    options = parser.parse_args(arguments)
    failed = 0
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), options.rounds, shutil.which("chromium"))
        for fault in [options.only] if options.only else FAULTS:
            act, began = getattr(bench, fault), time.monotonic()
            try:
                line = act()
            except PermissionError as error:
                line = f"not done: {error}"
            except Exception:
                failed, line = failed + 1, f"FAILED\n{traceback.format_exc()}"
            print(f"{act.__doc__} {line} ({time.monotonic() - began:.0f} s)", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
