"""Zip files, opened as if they were hostile.

Members are written under our own numbers, never under their names; what is declared is judged before anything is
written, and what comes out is counted while it is written.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.errors import InputError
from core.io.scan import MAX_FILES, is_silent

MAX_TOTAL_BYTES = 8 * 2**30
BOMB_RATIO = 200
BOMB_BYTES = 200 * 2**20
_ENCRYPTED_FLAGS = 0x1 | 0x40
# Not LZMA: a few bytes of its head may ask for a dictionary of 4 GiB.
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_COPY_BYTES = 2**20


# What Python's reader raises for headers and streams that are not whole.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, IndexError),
)

Clean = Callable[[bytes], bytes]
Place = Callable[[int, str], Path]


@contextmanager
def extracted(path: Path, role: str) -> Iterator[Path]:
    """A temporary folder with the members of the zip at `path`, in the zip's order; removed on leaving.

    Raises:
        InputError: truncated, encrypted, a bomb, too many members, a link, or a member that would leave the folder.
    """
    with tempfile.TemporaryDirectory(prefix="haic-") as name:
        folder = Path(name)
        extract(path, folder, role)
        yield folder


def extract(
    zipped: Path | BinaryIO, folder: Path, role: str, clean: Clean | None = None, place: Place | None = None
) -> bool:
    """Write the members of a zip into `folder`; whether the zip or a member has a comment.

    Args:
        clean: what becomes of a member's bytes; None writes them as they are.
        place: where a member goes in the folder, by its number and its name in the zip; None: under its number. Never
            by its name alone.

    Raises:
        InputError: as `extracted`.
    """
    place = place or _numbered
    try:
        with zipfile.ZipFile(zipped) as archive:
            members = _checked(archive, role)
            places = [folder / place(number, one.filename) for number, one in enumerate(members, start=1)]
            _extract(archive, list(zip(members, places, strict=True)), role, clean)
            return bool(archive.comment) or any(member.comment for member in archive.infolist())
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(
                f"{role}: expected room to unpack the zip, got a disk that is full or not writable"
            ) from error
        raise InputError(f"{role}: expected a whole zip, got a truncated or damaged one") from error


def _numbered(number: int, _name: str) -> Path:
    return Path(f"{number:06d}")


def _checked(archive: zipfile.ZipFile, role: str) -> list[zipfile.ZipInfo]:
    if not all(m.filename for m in archive.infolist()):
        raise InputError(f"{role}: expected a name for every file of the zip, got one without")
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > MAX_FILES:
        raise InputError(f"{role}: expected a zip of at most {MAX_FILES} files, got {len(members)}")
    for position, member in enumerate(members, start=1):
        _check_member(member, f"{role}, file {position} of {len(members)}")
    total = sum(m.file_size for m in members)
    packed = max(sum(m.compress_size for m in members), 1)
    if total > MAX_TOTAL_BYTES or (total > BOMB_BYTES and total > BOMB_RATIO * packed):
        raise InputError(
            f"{role}: expected a zip of at most {MAX_TOTAL_BYTES // 2**30} GiB and {BOMB_RATIO} times its own size, "
            f"got {total / 2**20:.0f} MiB out of {packed / 2**20:.2f} MiB (a zip bomb)"
        )
    return [m for m in members if not is_silent(PurePosixPath(m.filename).parent.name, PurePosixPath(m.filename).name)]


def _check_member(member: zipfile.ZipInfo, where: str) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        raise InputError(f"{where}: expected a path inside the zip, got one that leaves it")
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        raise InputError(f"{where}: expected a plain file, got a link or a device")
    if member.flag_bits & _ENCRYPTED_FLAGS:
        raise InputError(f"{where}: expected a zip without password, got an encrypted file")
    if member.compress_type not in _COMPRESSIONS:
        raise InputError(f"{where}: expected a stored or deflated file, got compression {member.compress_type}")


def _extract(
    archive: zipfile.ZipFile, members: list[tuple[zipfile.ZipInfo, Path]], role: str, clean: Clean | None
) -> None:
    left = MAX_TOTAL_BYTES
    for member, place in members:
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, place.open("wb") as target:
            held = io.BytesIO()
            while piece := source.read(_COPY_BYTES):
                left -= len(piece)
                if left < 0:
                    raise InputError(
                        f"{role}: expected at most {MAX_TOTAL_BYTES // 2**30} GiB unpacked, got more (a zip bomb)"
                    )
                (target if clean is None else held).write(piece)
            if clean is not None:
                target.write(clean(held.getvalue()))
