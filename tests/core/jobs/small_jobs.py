"""Jobs for the tests; of a module of their own, so that worker processes can import them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.errors import ArtefactError, InputError
from core.jobs.messages import tell
from core.jobs.score import ScoreTask


def work(what: str) -> str:
    """Does what it is told."""
    verb, _, rest = what.partition(" ")
    if verb == "refuse":
        raise InputError("arterial series: expected CT, got text")
    if verb == "break":
        raise ValueError("a text with the name of a patient")
    if verb == "memory":
        raise MemoryError
    if verb == "disk":
        raise OSError(5, "Input/output error", "the-name-of-a-patient.nii")
    if verb == "weights":
        raise ArtefactError("weights: expected others")
    if verb == "crash":
        os._exit(9)
    if verb == "crash-once":
        mark = Path(rest)
        if not mark.exists():
            mark.touch()
            os._exit(9)
    if verb == "sleep":
        time.sleep(float(rest))
    return what.upper()


def process(_argument: object) -> int:
    """Which process works."""
    time.sleep(0.1)
    return os.getpid()


def steps(names: tuple[str, ...]) -> int:
    """Tells each step and takes its time over it."""
    for number, name in enumerate(names):
        tell(name, number / len(names))
        time.sleep(0.2)
    return len(names)


def hog(gib: float) -> int:
    """Takes memory; much of it is held until the process is ended for it."""
    block = bytearray(int(gib * 2**30))
    block[:: 2**12] = b"\x01" * len(block[:: 2**12])
    time.sleep(30 if gib > 0.1 else 0)
    return len(block)


def environment(name: str) -> str | None:
    """A variable as the worker sees it."""
    return os.environ.get(name)


def score(task: ScoreTask) -> dict[str, str]:
    """Stands in for `score_patient`: what the arterial file says is done, and its size is the MTM score."""
    text = task.patient.arterial.read_text(encoding="utf-8")
    return {
        "mtm": str(len(work(text))),
        "seconds": "0.01",
        "error": "no image score: swapped" if text == "swap" else "",
    }
