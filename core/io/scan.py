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
"""How many files a sentence names before it only counts."""

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


def foreign_notice(found: Found, role: str) -> tuple[Notice, ...]:
    """Names the files that hold no image, by position and kind."""
    foreign = [(n, kind.value) for n, _, kind in found.files if kind not in VOLUME_KINDS | {Kind.DICOM}]
    if not foreign:
        return ()
    return (Notice("foreign_files", listing(role, found.count, "expected CT", foreign)),)


def listing(role: str, count: int, expected: str, items: list[tuple[int, str]]) -> str:
    """One sentence: "arterial series: 1 of 120 files left out: file 17: expected CT, got a text file"."""
    named = "; ".join(f"file {n}: {expected}, got {what}" for n, what in items[:LISTED])
    more = f"; and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return f"{role}: {len(items)} of {count} files left out: {named}{more}"
