"""Images by content: each array lies once, under the sha256 of its bytes, whole or not at all.

    images/ab/abcd....raw      the bytes themselves
    images/ab/abcd....zlib     the same, packed where that saves much (masks, heatmaps)

A file gets its name only after all of it is on the disk. What a killed process left is swept up by the next one.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.registry.place import OWNER_ONLY

LOCK_SECONDS = 120.0
_LEVEL = 1
_SAMPLE_BYTES = 2**20
_WORTH = 0.4  # CT packs to half at best, which takes seconds; masks and heatmaps to a hundredth
_PIECE = 2**24
_PARTIAL = ".partial-"
_NAME = re.compile(r"[0-9a-f]{64}")
_FOLDER = "folder of saved cases: expected one that can be written to"
_DAMAGED = "saved image: expected the bytes that were saved, got a missing or damaged file"


class BlobFolder:
    """The folder of images. Everything that writes in it does so inside `locked`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder / "images", folder / "lock"

    @contextmanager
    def locked(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """No other process or thread saves or deletes while the block lasts; a killed one holds nothing.

        Raises:
            InputError: another one still does after `seconds`, or the folder cannot be written to (or no more).
        """
        try:
            handle = os.open(self._lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise InputError(f"{_FOLDER}, got: {error.strerror}") from error
        try:
            end = time.monotonic() + seconds
            while not _claimed(handle):
                if time.monotonic() > end:
                    raise InputError("saved cases: expected a free moment to write, got another process still writing")
                time.sleep(0.05)
            yield
        except OSError as error:
            raise InputError(f"{_FOLDER}, got: {error.strerror}") from error
        finally:
            os.close(handle)

    def put(self, digest: str, content: memoryview) -> int:
        """Keep `content`, whose sha256 is `digest`, unless it is there; how many bytes its file has."""
        if (there := self._find(digest)) is not None:
            return there.stat().st_size
        packed = _is_worth_packing(content)
        path = self._path(digest, "zlib" if packed else "raw")
        self._keep(path, content, packed)
        return path.stat().st_size

    def give(self, digest: str, target: BlobFolder) -> None:
        """Copy a file as it is into another folder, unless it is there, once its bytes are known to be what was saved.

        Raises:
            InputError: it is not here, or is not what was saved.
        """
        if target._find(digest) is not None:
            return
        path = self._find(digest)
        content = b"" if path is None else _file_bytes(path)
        if path is None or _digest(content, path.suffix) != digest:
            raise InputError(_DAMAGED)
        target._keep(target._path(digest, path.suffix[1:]), memoryview(content))

    def get(self, digest: str, size: int) -> bytes:
        """The `size` bytes whose sha256 is `digest`.

        Raises:
            InputError: they are not there, or are not what was saved.
        """
        path = self._find(digest)
        if path is None:
            raise InputError(_DAMAGED)
        content = _read(path, size)
        if len(content) != size or sha256(content).hexdigest() != digest:
            raise InputError(_DAMAGED)
        return content

    def remove(self, digest: str) -> None:
        """Delete the bytes, if they are there."""
        if (path := self._find(digest)) is not None:
            path.unlink()
            to_disk(path.parent)

    def digests(self) -> set[str]:
        """The sha256 of all that is kept."""
        return {path.stem for path in self._folder.glob("??/*.*") if _NAME.fullmatch(path.stem)}

    def clear_partial(self) -> None:
        """Delete what killed processes left unfinished."""
        for path in self._folder.glob(f"??/{_PARTIAL}*"):
            path.unlink(missing_ok=True)

    def _keep(self, path: Path, content: memoryview, packed: bool = False) -> None:
        """Write a file, whole or not at all."""
        for folder in (self._folder, path.parent):
            if not folder.is_dir():
                folder.mkdir(mode=OWNER_ONLY)
                to_disk(folder.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PARTIAL)  # for its owner only
        try:
            with os.fdopen(handle, "wb") as stream:
                _write(stream, content, packed)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        to_disk(path.parent)

    def _find(self, digest: str) -> Path | None:
        return next((path for end in ("zlib", "raw") if (path := self._path(digest, end)).is_file()), None)

    def _path(self, digest: str, ending: str) -> Path:
        if not _NAME.fullmatch(digest):
            raise InputError(_DAMAGED)
        return self._folder / digest[:2] / f"{digest}.{ending}"


def _claimed(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_worth_packing(content: memoryview) -> bool:
    """Judged by a piece from the middle, where a CT has the body."""
    start = max(0, (len(content) - _SAMPLE_BYTES) // 2)
    sample = content[start : start + _SAMPLE_BYTES]
    return len(zlib.compress(sample, _LEVEL)) < _WORTH * len(sample)


def _write(stream: BinaryIO, content: memoryview, packed: bool) -> None:
    """All of it, down to the disk."""
    packer = zlib.compressobj(_LEVEL) if packed else None
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        stream.write(packer.compress(piece) if packer else piece)
    stream.write(packer.flush() if packer else b"")
    stream.flush()
    os.fsync(stream.fileno())


def _read(path: Path, size: int) -> bytes:
    """The content, of which never more than `size` bytes and one are unpacked."""
    try:
        with path.open("rb") as stream:
            if path.suffix == ".raw":
                return stream.read(size + 1)
            return zlib.decompressobj().decompress(stream.read(), size + 1)
    except (OSError, zlib.error) as error:
        raise InputError(_DAMAGED) from error


def _file_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(_DAMAGED) from error


def _digest(content: bytes, ending: str) -> str | None:
    """The sha256 of what the file holds, None where it cannot be unpacked."""
    try:
        return sha256(content if ending == ".raw" else zlib.decompress(content)).hexdigest()
    except zlib.error:
        return None


def to_disk(folder: Path) -> None:
    """Names are safe only once their folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
