"""Writing files so that a crash never leaves half a file under its final name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError

_PARTIAL = ".partial-"


@contextmanager
def whole_file(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A binary file that takes the name `path` only once all of it is written, with the permissions `mode`.

    Raises:
        InputError: the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PARTIAL)
    except OSError as error:
        raise InputError("output folder: expected a folder that can be written to") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """`text` as UTF-8, whole or not at all."""
    with whole_file(path) as stream:
        stream.write(text.encode("utf-8"))


def clear_partial(folder: Path) -> None:
    """Remove what a killed run left of files in `folder` that never got their name; nothing if there is no folder."""
    for left in folder.glob(f"{_PARTIAL}*"):
        left.unlink(missing_ok=True)
