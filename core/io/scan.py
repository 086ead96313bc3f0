"""The files of a folder, each by its kind, in a fixed order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from core.case import Notice
from core.errors import InputError
from core.io.kinds import VOLUME_KINDS, Kind, kind_of

MAX_FILES = 20_000
LISTED = 6
"""How many files of a kind a sentence names before it only counts."""

_SILENT_NAMES = frozenset({"dicomdir", "thumbs.db", "desktop.ini", "license", "version"})


@dataclass(frozen=True)
class Found:
    """Files by kind; a file's position counts from 1 in name order (in a zip: in the zip's own order).

    Attributes:
        files: (position, path, kind) of every file but the silent ones (hidden files, DICOMDIR).
    """

    files: tuple[tuple[int, Path, Kind], ...]

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self.files)

    def of(self, *kinds: Kind) -> list[tuple[int, Path, Kind]]:
        """The files of these kinds."""
        return [entry for entry in self.files if entry[2] in kinds]


def scan(folder: Path) -> Found:
    """Every file below `folder`; links to folders are not followed.

    Raises:
        InputError: too many files.
    """
    paths = sorted(
        Path(root) / name
        for root, _, names in os.walk(folder)
        for name in names
        if not is_silent(Path(root).name, name)
    )
    if len(paths) > MAX_FILES:
        raise InputError(f"image folder: expected at most {MAX_FILES} files, got {len(paths)}")
    readable = [path for path in paths if path.is_file()]
    return Found(tuple((n, path, kind_of(path)) for n, path in enumerate(readable, start=1)))


def is_silent(folder: str, name: str) -> bool:
    """True for files that belong to the system or to the medium, not to the images."""
    return name.startswith(".") or folder == "__MACOSX" or name.lower() in _SILENT_NAMES


def foreign_notice(found: Found, rejected: list[tuple[int, str]], role: str) -> tuple[Notice, ...]:
    """Names the files that hold no CT, by position and kind; `rejected` are those of an accepted kind."""
    others = [(n, kind.value) for n, _, kind in found.files if kind not in VOLUME_KINDS | {Kind.DICOM}]
    foreign = sorted(others + rejected)
    if not foreign:
        return ()
    return (Notice("foreign_files", listing(role, found.count, "expected CT", foreign)),)


def listing(role: str, count: int, expected: str, items: list[tuple[int, str]]) -> str:
    """One sentence: "arterial series: 1 of 120 files left out: file 17: expected CT, got a text file"."""
    by_kind: dict[str, list[int]] = {}
    for position, what in items:
        by_kind.setdefault(what, []).append(position)
    named = "; ".join(f"{_positions(places)}: {expected}, got {what}" for what, places in by_kind.items())
    return f"{role}: {len(items)} of {count} files left out: {named}"


def _positions(places: list[int]) -> str:
    named = ", ".join(str(n) for n in places[:LISTED])
    more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
    return f"{'file' if len(places) == 1 else 'files'} {named}{more}"
