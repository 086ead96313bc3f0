"""A campaign through one door: child processes one after the other until inputs or time are used up.

A child that dies or hangs is a finding; the input it had is kept, and another child goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HANG_SECONDS, STILL_SECONDS = 30.0, 300.0
"""Of the processor, and by the clock, which a busy machine stretches, for one input; it may take 20."""
_LOOK_SECONDS = 0.2
_COVERED = re.compile(rb"cov: (\d+) ft: (\d+)")
_MOST_CRASHES = 20
_INTERRUPTED = 72  # how libFuzzer says that it was asked to stop, here by the child itself


@dataclass(eq=False)
class Summary:
    """What a campaign did.

    Attributes:
        door, way: what was fuzzed and how: by hand, structured (Hypothesis) or guided (atheris).
        inputs, refused: how many there were, and how many of them ended in a sentence.
        per_second: inputs by the clock.
        edges: places in the code that guided inputs reached, None for other ways.
        worst_seconds: most processor time that an input took.
        worst_mib: by how much the resident memory grew at most.
        findings: how often each was made.
    """

    door: str
    way: str
    inputs: int = 0
    refused: int = 0
    per_second: float = 0.0
    edges: int | None = None
    worst_seconds: float = 0.0
    worst_mib: float = 0.0
    findings: dict[str, int] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def campaign(door: str, way: str, out: Path, runs: int, seconds: float, seed: int = 1) -> Summary:
    """Bring up to `runs` inputs in for at most `seconds`; findings lie in `out` afterwards."""
    found, counts = Summary(door, way), Counter[str]()
    begun, crashes, wall = time.monotonic(), 0, 0.0
    while crashes < _MOST_CRASHES:
        left, folder = seconds - (time.monotonic() - begun), out / door / f"{way}-{seed + crashes}"
        if (found.inputs >= runs and way != "hostile") or left <= 0:
            break
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("figures.json", "current"):
            (folder / name).unlink(missing_ok=True)
        ended = _run(door, way, folder, runs - found.inputs, left, seed + crashes)
        figures = _figures(folder)
        found.inputs += figures["inputs"]
        found.refused += figures["refused"]
        wall += figures["wall_seconds"]
        found.worst_seconds = max(found.worst_seconds, figures["worst_seconds"])
        found.worst_mib = max(found.worst_mib, figures["worst_bytes"] / 2**20)
        counts.update(figures["findings"])
        found.edges = max(filter(None, (found.edges, _edges(folder))), default=None)
        if not ended:
            break
        crashes += 1
        counts[ended] += 1
        _keep(folder, ended)
        if way == "hostile":
            break
    found.per_second = round(found.inputs / wall, 1) if wall else 0.0
    found.findings, found.worst_mib = dict(counts), round(found.worst_mib, 1)
    found.worst_seconds = round(found.worst_seconds, 2)
    return found


def _run(door: str, way: str, folder: Path, runs: int, seconds: float, seed: int) -> str:
    """How the child ended, if not as it should: "hang" or "crash"."""
    command = [sys.executable, "-m", "tests.fuzz.child", door, way, str(folder), str(runs), f"{seconds:.1f}", str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        hung = _watched(child, folder / "current")
    if hung:
        return "hang"
    if child.returncode == 0 or (way == "guided" and child.returncode == _INTERRUPTED):
        return ""
    number = -child.returncode
    return f"crash: {signal.Signals(number).name}" if number > 0 else f"crash: status {child.returncode}"


def _watched(child: subprocess.Popen[bytes], current: Path) -> bool:
    """Whether the child had to be ended because one input took too much of the processor, or no end."""
    last, spent, since = 0.0, 0.0, time.monotonic()
    while child.poll() is None:
        time.sleep(_LOOK_SECONDS)
        changed = current.stat().st_mtime if current.exists() else 0.0
        now = _processor_seconds(child.pid)
        if changed != last or not changed:
            last, spent, since = changed, now, time.monotonic()
        if now - spent > HANG_SECONDS or time.monotonic() - since > STILL_SECONDS:
            child.kill()
            child.wait()
            return True
    return False


def _processor_seconds(number: int) -> float:
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _figures(folder: Path) -> dict[str, Any]:
    blank = {"inputs": 0, "refused": 0, "worst_seconds": 0.0, "worst_bytes": 0, "wall_seconds": 0.0, "findings": {}}
    path = folder / "figures.json"
    return {**blank, **(json.loads(path.read_text(encoding="utf-8")) if path.exists() else {})}


def _edges(folder: Path) -> int | None:
    found = _COVERED.findall((folder / "log.txt").read_bytes())
    return int(found[-1][0]) if found else None


def _keep(folder: Path, ended: str) -> None:
    data = (folder / "current").read_bytes() if (folder / "current").exists() else b""
    name = f"{ended.split(':')[0]}-{hashlib.sha256(data).hexdigest()[:8]}"
    (folder / "findings").mkdir(exist_ok=True)
    (folder / "findings" / f"{name}.bin").write_bytes(data)
    (folder / "findings" / f"{name}.txt").write_text(f"{ended}\n", encoding="utf-8")
