"""Reading a small file whole, and never more of it than expected."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError


def read_bounded(path: Path, role: str, most_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: if it cannot be read or is larger than `most_bytes`.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except OSError as error:
        raise InputError(f"{role}: expected a file, got no readable file") from error
    if len(content) > most_bytes:
        raise InputError(f"{role}: expected at most {most_bytes} bytes, got more")
    return content
