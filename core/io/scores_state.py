"""What stands beside a scores.csv: what its rows were made with and from, so that a rerun does only what is missing.

The file is only ever added to. Its first line says what the rows are made with; each other line belongs to a row of the
table, which it names by a checksum: no identifier is in it, and a row that was changed by hand or cut off by a kill is
not taken for one of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.io.image_cohort import Patient

SUFFIX = ".state.jsonl"


@dataclass(frozen=True)
class Made:
    """How a row came to be: a checksum of what it was made from, and whether its failure may pass."""

    inputs: str
    passing: bool


class ScoresState:
    """The file beside a table while it is open.

    Attributes:
        made: by the checksum of a row.
    """

    def __init__(self, stream: BinaryIO, made: dict[str, Made]) -> None:
        self._stream, self.made = stream, made

    def add(self, row: str, made: Made) -> None:
        """Note how a row was made, after it was written."""
        self.made[row] = made
        _write(self._stream, [row, made.inputs, made.passing])


@contextmanager
def open_state(table: Path, made_with: dict[str, str]) -> Iterator[ScoresState]:
    """The state of a table, new or as it was left; no other process has it while the block lasts.

    Args:
        made_with: software and weights, in plain text.

    Raises:
        InputError: another process writes the table, or it was made by something else or with something else.
    """
    path = table.with_name(table.name + SUFFIX)
    begun = table.exists()
    if begun and not path.exists():
        raise InputError("scores table: expected one that batch began, or no file, got another file; give a new name")
    with path.open("a+b") as stream:
        _claim(stream)
        stream.seek(0)
        head, *lines = stream.read().split(b"\n")
        if begun and _parsed(head) != made_with:
            raise InputError(
                "scores table: expected one made with these weights and this version, got another; give a new name"
            )
        if not begun:
            stream.truncate(0)
            _write(stream, made_with)
            lines = []
        elif lines[-1:] != [b""]:
            stream.write(b"\n")  # a line that was cut off by a kill ends here
        yield ScoresState(stream, _made(lines))


def row_checksum(cells: Sequence[str]) -> str:
    """Names a row of the table."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:32]


def inputs_checksum(patient: Patient, folder: Path) -> str:
    """Names what a patient's scores are made from: the record, and each path with its size and time of change.

    A folder counts as changed when a file was added or taken away.

    Args:
        folder: of the cohort table, to which paths are relative.
    """
    parts: list[object] = [sorted(patient.clinical.known().items())]
    for path in (patient.arterial, patient.portal_venous, patient.mask):
        if path is None or not path.exists():
            parts.append(None)
        else:
            stat = path.stat()
            parts.append((os.path.relpath(path, folder), stat.st_size, stat.st_mtime_ns))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _claim(stream: BinaryIO) -> None:
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError("scores table: expected one that nobody writes, got one that another batch writes") from error


def _write(stream: BinaryIO, document: object) -> None:
    stream.write(json.dumps(document).encode() + b"\n")
    stream.flush()


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _made(lines: list[bytes]) -> dict[str, Made]:
    found: dict[str, Made] = {}
    for line in lines:
        match _parsed(line):
            case [str(row), str(inputs), bool(passing)]:
                found[row] = Made(inputs, passing)
    return found
