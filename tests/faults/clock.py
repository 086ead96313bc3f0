"""The clock of a process that saves cases is set back and forth, by Debian's libfaketime."""

from __future__ import annotations

from pathlib import Path

from core.registry.place import Place
from core.registry.store import open_registry
from tests.faults.saving import check, writing

JUMPS = ("-400d", "+400d", "-1d", "+0")


def library() -> Path | None:
    """Where libfaketime lies, None where it does not."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def clock_jumps(folder: Path, preloaded: Path) -> tuple[int, float]:
    """Cases saved, all in their order, and how many days lie between the earliest and the latest save by the clock."""
    place, setting = Place(folder / "cases"), folder / "clock"
    folder.mkdir(exist_ok=True)
    setting.write_text("+0\n")
    environment = {
        "LD_PRELOAD": str(preloaded),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # no system's monotonic clock jumps
    }
    with writing(place, environment=environment) as writer:
        for jump in JUMPS:
            writer.until_saved(len(writer.saved) + 2)
            setting.write_text(f"{jump}\n")
        writer.until_saved(len(writer.saved) + 2)
        writer.process.kill()
    count = check(place, writer.saved)
    times = [row.latest.saved_at for row in open_registry(place).worklist()]
    assert times != sorted(times, reverse=True), "the clock did not jump"
    return count, (max(times) - min(times)).total_seconds() / 86400
