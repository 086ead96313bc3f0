"""One folder for all that a server writes for a moment, so that nothing of it outlives the server.

Uploads, cohorts, images on their way: `tempfile` puts them there, also in the workers. The folder goes when the server
ends. One that was killed leaves its folder, unlocked, and the next server of the same user removes it when it starts.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "haic-server-"
_held: dict[Path, int] = {}


def own_folder(parent: Path | None = None) -> Path:
    """Make this process's folder, have `tempfile` use it here and in children, and remove what killed servers left.

    A process that has one keeps it.

    Args:
        parent: where it lies, None for the system's folder for temporary files.
    """
    parent = parent or Path(tempfile.gettempdir())
    if parent in _held:
        return parent
    folder = _locked(parent)
    sweep(parent)
    atexit.register(remove, folder)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = str(folder)
    return folder


def sweep(parent: Path) -> int:
    """Remove folders of this user whose server is gone; how many there were."""
    count = 0
    for folder in parent.glob(f"{PREFIX}*"):
        handle = None if folder in _held else _claimed(folder)
        if handle is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)
        count += 1
    return count


def remove(folder: Path) -> None:
    """Remove this process's folder."""
    shutil.rmtree(folder, ignore_errors=True)
    if (handle := _held.pop(folder, None)) is not None:
        os.close(handle)


def _locked(parent: Path) -> Path:
    """A folder that only this user can read, locked as long as this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        handle = _claimed(folder)
        if handle is not None:
            _held[folder] = handle
            if folder.is_dir():  # another server's sweep may have come before the lock
                return folder
            remove(folder)


def _claimed(folder: Path) -> int | None:
    """A lock on the folder; None if it is another user's, no folder, or its server lives."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(handle).st_uid == os.getuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
        except BlockingIOError:
            pass
        os.close(handle)
    return None
