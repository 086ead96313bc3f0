"""What a stage made, kept under the hash of all it was made from; whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

BLOCK = 2**20
SECONDS = "seconds.json"


def key_of(*parts: object) -> str:
    """sha256 of plain data, 64 hexadecimal digits; equal for equal data, whatever the order of keys."""
    return sha256(canonical(parts).encode()).hexdigest()


def canonical(data: object) -> str:
    """Compact JSON with sorted keys; numbers as Python writes them, so that every bit counts."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), default=_plain)


def sha256_of(path: Path) -> str:
    """Of a file's bytes, or of a folder's files with their places in it."""
    digest = sha256()
    for file in [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file()):
        if file != path:
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()


def made_once(folder: Path, make: Callable[[Path], None]) -> bool:
    """Let `make` fill `folder` unless it is there; it takes its name when all of it is written.

    Returns:
        Whether it was made now.
    """
    if folder.is_dir():
        return False
    part = folder.with_name(folder.name + ".part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(parents=True)
    make(part)
    os.replace(part, folder)
    return True


def write_json(path: Path, data: Any) -> None:
    """Whole or not at all."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(data, indent=1, sort_keys=True, default=_plain) + "\n", encoding="utf-8")
    os.replace(part, path)


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass
class Clock:
    """Seconds of work that a stop may cut in pieces: what was spent before is added.

    Attributes:
        path: where the sum is kept.
    """

    path: Path
    started: float = field(default_factory=time.monotonic)

    def tick(self) -> float:
        """Add the seconds since the last tick and keep the sum."""
        now = time.monotonic()
        total = seconds_in(self.path) + now - self.started
        self.started = now
        write_json(self.path, round(total, 3))
        return total


def seconds_in(path: Path) -> float:
    """The sum that a clock kept, 0 if none did."""
    return float(read_json(path)) if path.is_file() else 0.0


def _plain(value: object) -> Any:
    """Numpy's numbers and arrays as Python's; nothing else is let through."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"expected plain data, got {type(value).__name__}")
