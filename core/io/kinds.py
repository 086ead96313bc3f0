"""What kind of file this is, by its first bytes; names and extensions prove nothing."""

from __future__ import annotations

import gzip
import io
import zlib
from enum import Enum
from pathlib import Path

from core.errors import InputError

ACCEPTED = "NIfTI, NRRD, MHA, a DICOM folder or a zip"
_HEAD_BYTES = 1024


class Kind(Enum):
    """A file's kind; the value is the words of an error text."""

    NIFTI = "NIfTI"
    NRRD = "NRRD"
    META_IMAGE = "MHA or MHD"
    DICOM = "DICOM"
    ZIP = "a zip"
    EMPTY = "an empty file"
    TEXT = "a text file"
    PICTURE = "a picture"
    PDF = "a PDF document"
    ARCHIVE = "an archive other than zip"
    GZIP = "a gzip file that holds no NIfTI"
    TRUNCATED = "a truncated or damaged gzip file"
    NIFTI_PAIR = "a NIfTI header without its image data"
    UNKNOWN = "an unknown or encrypted kind of file"


VOLUME_KINDS = frozenset({Kind.NIFTI, Kind.NRRD, Kind.META_IMAGE})

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"NRRD000", Kind.NRRD),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"\x89PNG", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.PICTURE),
    (b"BM", Kind.PICTURE),
    (b"GIF8", Kind.PICTURE),
    (b"II*\x00", Kind.PICTURE),
    (b"MM\x00*", Kind.PICTURE),
    (b"%PDF", Kind.PDF),
    (b"7z\xbc\xaf", Kind.ARCHIVE),
    (b"Rar!", Kind.ARCHIVE),
    (b"\xfd7zXZ", Kind.ARCHIVE),
    (b"BZh", Kind.ARCHIVE),
)


def kind_of(path: Path) -> Kind:
    """The kind of the file at `path`.

    Raises:
        InputError: the file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError("image file: expected a file that can be read, got none") from error
    return _gzip_kind(path) if head[:2] == b"\x1f\x8b" else kind_of_bytes(head)


def kind_of_content(content: bytes) -> Kind:
    """The kind of a file of which all bytes are there."""
    return _gzip_kind(io.BytesIO(content)) if content[:2] == b"\x1f\x8b" else kind_of_bytes(content[:_HEAD_BYTES])


def kind_of_bytes(head: bytes) -> Kind:
    """The kind of a file that begins with `head` (at least 1024 bytes where the file has them)."""
    if not head:
        return Kind.EMPTY
    nifti = _nifti_kind(head)
    if nifti is not None:
        return nifti
    if head[128:132] == b"DICM" or _is_bare_dicom(head):
        return Kind.DICOM
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _gzip_kind(path: Path | io.BytesIO) -> Kind:
    try:
        with gzip.open(path, "rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return Kind.TRUNCATED
    kind = _nifti_kind(head)
    return Kind.GZIP if kind is None else kind


def _nifti_kind(head: bytes) -> Kind | None:
    sizes = {int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big")}
    if 540 in sizes and head[4:7] in (b"n+2", b"ni2"):
        return Kind.NIFTI if head[5:6] == b"+" else Kind.NIFTI_PAIR
    if 348 in sizes and len(head) >= 348:
        return Kind.NIFTI if head[344:347] == b"n+1" else Kind.NIFTI_PAIR
    return None


def _is_bare_dicom(head: bytes) -> bool:
    """Old files begin with group 0002 or 0008 at once, without preamble; explicit or implicit little endian."""
    if len(head) < 132 or head[:2] not in (b"\x02\x00", b"\x08\x00") or head[3:4] != b"\x00":
        return False
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    return explicit or int.from_bytes(head[4:8], "little") < 128


def _text_kind(head: bytes) -> Kind:
    try:
        text = head[:-3].decode("utf-8") if len(head) == _HEAD_BYTES else head.decode("utf-8")
    except UnicodeDecodeError:
        return Kind.META_IMAGE if _is_meta_image(head) else Kind.UNKNOWN
    if _is_meta_image(head):
        return Kind.META_IMAGE
    printable = sum(c.isprintable() or c in "\r\n\t" for c in text)
    return Kind.TEXT if printable >= 0.95 * len(text) else Kind.UNKNOWN


def _is_meta_image(head: bytes) -> bool:
    keys = [line.split(b"=")[0].strip() for line in head.split(b"\n")[:40] if b"=" in line]
    return keys[:1] == [b"ObjectType"] or (b"NDims" in keys and b"DimSize" in keys)
