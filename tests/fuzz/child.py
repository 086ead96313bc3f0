"""One process of a campaign: brings inputs in through one door, keeps every finding and goes on.

    python -m tests.fuzz.child DOOR WAY FOLDER RUNS SECONDS SEED     WAY: hostile, structured or guided

FOLDER gets `current`, the input under way, for a crash or a hang; `findings/`; `figures.json`; `grown/`, the inputs
that atheris kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.door import Door
    from tests.fuzz.guard import Guard

LONGEST = 2**18
"""Bytes of a mutated input; those by hand may be longer."""
_KEPT = 3
_EVERY = 200


@dataclass(eq=False)
class Figures:
    """What one process did."""

    inputs: int = 0
    refused: int = 0
    worst_seconds: float = 0.0
    worst_bytes: int = 0
    wall_seconds: float = 0.0
    findings: dict[str, int] = field(default_factory=dict)


class Recorder:
    """Judges inputs and writes down what comes of them."""

    def __init__(self, folder: Path, door: Door, guard: Guard, seconds: float) -> None:
        self.figures, self._folder, self._door, self._guard = Figures(), folder, door, guard
        self._begun, self._seconds = time.monotonic(), seconds
        (folder / "findings").mkdir(parents=True, exist_ok=True)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self._begun > self._seconds

    def take(self, data: bytes) -> None:
        """One input."""
        (self._folder / "current").write_bytes(data)
        verdict = self._guard.judge(self._door, data)
        one = self.figures
        one.inputs += 1
        one.refused += verdict.refused
        one.worst_seconds = max(one.worst_seconds, verdict.seconds)
        one.worst_bytes = max(one.worst_bytes, verdict.bytes)
        if verdict.finding:
            seen = one.findings[verdict.finding] = one.findings.get(verdict.finding, 0) + 1
            if seen <= _KEPT:
                self._keep(verdict.finding, verdict.detail, data)
        if one.inputs % _EVERY == 0 or verdict.finding:
            self.save()

    def save(self) -> None:
        """The figures so far."""
        self.figures.wall_seconds = time.monotonic() - self._begun
        (self._folder / "figures.json").write_text(json.dumps(vars(self.figures)), encoding="utf-8")

    def _keep(self, finding: str, detail: str, data: bytes) -> None:
        name = f"{hashlib.sha256(finding.encode()).hexdigest()[:8]}-{hashlib.sha256(data).hexdigest()[:8]}"
        (self._folder / "findings" / f"{name}.bin").write_bytes(data)
        (self._folder / "findings" / f"{name}.txt").write_text(
            f"{finding}\n\n{detail}\n", encoding="utf-8", errors="replace"
        )


def main(arguments: list[str]) -> None:
    """Run the campaign that the arguments name."""
    name, way, folder, runs, seconds, seed = arguments
    atheris: Any = None
    if way == "guided":
        import atheris
    packages = _packages(name)
    with atheris.instrument_imports(include=["core", *packages]) if atheris else nullcontext():
        from tests.fuzz.doors import door

        found = door(name)
        seeds = found.seeds()
    from tests.fuzz.guard import Guard

    guard = Guard()
    recorder = Recorder(Path(folder), found, guard, float(seconds))
    for data in seeds:  # what is imported on first use is imported before anything is measured
        guard.judge(found, data)
    try:
        if way == "hostile":
            _by_hand(recorder, found)
        elif way == "structured":
            _structured(recorder, found, seeds, int(runs), int(seed))
        else:
            _guided(atheris, recorder, found, seeds, int(runs), int(seed))
    finally:
        recorder.save()
        guard.close()


def _packages(name: str) -> tuple[str, ...]:
    """Told apart before anything of them is imported: instrumentation happens on import."""
    by_door = {
        "nifti": ("nibabel.nifti1",),
        "zip": ("zipfile",),
        "cohort-zip": ("zipfile",),
        "pacs": ("dicomweb_client", "pydicom"),
    }
    return by_door.get(name, ("pydicom",) if name in ("dicom", "deid", "seg", "rtstruct") else ())


def _by_hand(recorder: Recorder, door: Door) -> None:
    for data in (*door.seeds(), *door.hostile()):
        recorder.take(data)


def _structured(recorder: Recorder, door: Door, seeds: list[bytes], runs: int, seed: int) -> None:
    """Hypothesis draws the file to begin with, how often it is changed, and the seed of the changes."""
    from hypothesis import HealthCheck, Phase, given, settings, strategies
    from hypothesis import seed as seeded

    while recorder.figures.inputs < runs and not recorder.is_over:
        left = min(runs - recorder.figures.inputs, 2000)

        @seeded(seed + recorder.figures.inputs)
        @settings(
            max_examples=left,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategies.sampled_from(seeds), strategies.integers(0, 2**64), strategies.integers(1, 3))
        def campaign(data: bytes, number: int, rounds: int) -> None:
            chance = random.Random(number)  # to draw every choice by itself takes nine tenths of the time
            for _ in range(rounds):
                data = door.mutate(data, chance)[:LONGEST]
            if not recorder.is_over:
                recorder.take(data)

        campaign()


def _guided(atheris: Any, recorder: Recorder, door: Door, seeds: list[bytes], runs: int, seed: int) -> None:
    """libFuzzer chooses by coverage what to change, half of the time along the structure; it ends the process."""
    grown = Path(os.path.join(recorder._folder, "grown"))
    grown.mkdir(exist_ok=True)
    for number, data in enumerate(seeds):
        (grown / f"seed{number}").write_bytes(data)

    def take(data: bytes) -> None:
        recorder.take(data)
        if recorder.figures.inputs >= runs or recorder.is_over:
            recorder.save()
            recorder._guard.close()
            os.kill(os.getpid(), 2)  # libFuzzer prints its figures and leaves

    def mutate(data: bytes, most: int, number: int) -> bytes:
        if number % 2:
            return bytes(atheris.Mutate(data, most))
        return door.mutate(data, random.Random(number))[:most]

    options = [
        f"-max_len={LONGEST}",
        f"-seed={seed}",
        "-rss_limit_mb=0",
        "-timeout=3600",
        "-detect_leaks=0",
        "-len_control=0",
    ]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(grown)], take, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
