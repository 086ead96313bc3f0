"""How many elements a DICOM file holds and how far it inflates, counted before a library makes an object of each.

A file of zeros is a file of empty elements, eight bytes each; deflated, of a thousand times more than it has bytes.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

MOST_ELEMENTS = 100_000
"""Of all levels; an enhanced CT of 2000 frames has 60 000, a slice 200."""
DEEPEST = 30
MOST_INFLATED_BYTES = 2**28
DEFLATED = b"1.2.840.10008.1.2.1.99"
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"})
_UNDEFINED = 0xFFFFFFFF
_META, _ITEM, _SYNTAX = b"\x02\0", b"\xfe\xff", b"\x02\0\x10\0"
_BLOCK_BYTES = 2**16
_SEQUENCE_ENDS = b"\xdd\xe0"
_ENDLESS = 2**63


class FileBytes:
    """Slices of a file, read a block at a time; mapped into memory, a file that shrinks would end the process."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._start, self._block = stream, 0, b""
        self._size = stream.seek(0, os.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, end, _ = part.indices(self._size)
        if start < self._start or end > self._start + len(self._block):
            self._stream.seek(start)
            self._start, self._block = start, self._stream.read(max(end - start, _BLOCK_BYTES))
        return self._block[start - self._start : end - self._start]


Content = bytes | FileBytes


@contextmanager
def bytes_of(path: Path) -> Iterator[FileBytes]:
    """The bytes of a file, in memory only where they are looked at."""
    with path.open("rb") as stream:
        yield FileBytes(stream)


def inflates(content: Content) -> bool:
    """True for a deflated file that inflates beyond all measure."""
    end, syntax, _ = _meta(content)
    return syntax == DEFLATED and _inflated(content[end:]) is None


def is_overlong(content: Content) -> bool:
    """True for a file of more elements or levels of them than an image has, or that inflates beyond all measure."""
    end, syntax, is_nested = _meta(content)
    if is_nested:
        return True
    if syntax != DEFLATED:
        return _count(content, end, len(content), 0) > MOST_ELEMENTS
    body = _inflated(content[end:])
    return body is None or _count(body, 0, len(body), 0) > MOST_ELEMENTS


def _meta(content: Content) -> tuple[int, bytes, bool]:
    """Where the meta information ends, the transfer syntax it names, and whether it has sequences: it must not."""
    at, syntax, is_nested = 132 if content[128:132] == b"DICM" else 0, b"", False
    while content[at : at + 2] == _META and not is_nested:
        kind = content[at + 4 : at + 6]
        start, length = _value(content, at, kind.isalpha())
        is_nested = kind == b"SQ" or length == _UNDEFINED
        if content[at : at + 4] == _SYNTAX:
            syntax = content[start : start + min(length, 64)].rstrip(b"\0 ")
        at = start + length
    return min(at, len(content)), syntax, is_nested


def _value(content: Content, at: int, explicit: bool) -> tuple[int, int]:
    """Where the value of the element at `at` begins, and its length."""
    if not explicit:
        return at + 8, int.from_bytes(content[at + 4 : at + 8], "little")
    if content[at + 4 : at + 6] in _LONG:
        return at + 12, int.from_bytes(content[at + 8 : at + 12], "little")
    return at + 8, int.from_bytes(content[at + 6 : at + 8], "little")


def _inflated(packed: bytes) -> bytes | None:
    """None if there is more than is allowed; a damaged stream ends where the damage is."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(packed, MOST_INFLATED_BYTES)
    except zlib.error:
        return b""
    return None if inflater.unconsumed_tail else body


def _count(content: Content, at: int, end: int, depth: int) -> int:
    """Elements and items from `at` to `end`, those within sequences too; too many where they are nested too deeply."""
    count, explicit = 0, depth == 0 and content[at + 4 : at + 6].isupper()
    ends: list[int] = []  # of the sequences that are open
    while at + 8 <= end and count <= MOST_ELEMENTS:
        count += 1
        while ends and at >= ends[-1]:
            ends.pop()
        if content[at : at + 2] == _ITEM:  # an item, or the end of one: what follows is counted as it comes
            if content[at + 2 : at + 4] == _SEQUENCE_ENDS and ends:
                ends.pop()
            at += 8
            continue
        start, length = _value(content, at, explicit)
        if length == _UNDEFINED or (explicit and content[at + 4 : at + 6] == b"SQ"):
            ends.append(_ENDLESS if length == _UNDEFINED else start + length)
            if depth + len(ends) > DEEPEST:
                return MOST_ELEMENTS + 1
            at = start
            continue
        hidden = not explicit or content[at + 4 : at + 6] == b"UN"
        if hidden and _is_sequence(content, at, start, length):
            count += _nested(content, start, min(start + length, end), depth + len(ends) + 1)
        at = start + length
    return count


def _nested(content: Content, at: int, end: int, depth: int) -> int:
    return MOST_ELEMENTS + 1 if depth > DEEPEST else _count(content, at, end, depth)


def _is_sequence(content: Content, at: int, start: int, length: int) -> bool:
    """Whether an element without a type is one by the dictionary, or looks like one."""
    from pydicom.datadict import dictionary_VR

    tag = int.from_bytes(content[at : at + 2], "little") << 16 | int.from_bytes(content[at + 2 : at + 4], "little")
    if length < 8:
        return False
    try:
        return dictionary_VR(tag) == "SQ"
    except KeyError:
        return content[start : start + 4] == b"\xfe\xff\0\xe0"
