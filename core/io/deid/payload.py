"""The voxels of an NRRD or MetaImage file, nothing beside them: no name in a head of gzip, nothing after the last one.

What is packed is packed anew, piece by piece, so that nothing is inflated into memory.
"""

from __future__ import annotations

import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

_PIECE = 2**22
_LEVEL = 1  # it lies on the disk for a moment only
_TEXT_BYTES = 2**28
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)", re.IGNORECASE)
_BITS = re.compile(r"8|16|32|64")
_SIZES = (("char", 1), ("short", 2), ("double", 8), ("long", 8), ("float", 4), ("int", 4))


def nrrd_payload(fields: Mapping[str, str], payload: bytes, most_bytes: int) -> bytes:
    """What follows the head of an NRRD.

    Args:
        fields: of its head by lower-case name.
        most_bytes: of the voxels.

    Returns:
        As many voxels as the head declares, in its encoding (raw, gzip, text: those that are read); b"" where that
        cannot be told: the reader calls the file truncated.
    """
    count = math.prod(_whole_numbers(fields.get("sizes", "")))
    size = min(count * bytes_each(fields.get("type", "")), most_bytes)
    skipped = _skipped(fields, payload, size)
    encoding = fields.get("encoding", "").strip().lower()
    if encoding == "raw":
        return skipped[:size]
    if encoding in ("gzip", "gz"):
        return _gzipped(_pieces(gzip.GzipFile(fileobj=io.BytesIO(skipped)), size))
    return numbers(skipped, count) if encoding in ("text", "txt", "ascii") else b""


def zlib_payload(payload: bytes, size: int) -> bytes:
    """The first `size` bytes within a zlib stream, as such a stream."""
    packer, inflater, found = zlib.compressobj(_LEVEL), zlib.decompressobj(), []
    left, rest = size, payload
    try:
        while left > 0 and rest:
            piece = inflater.decompress(rest, min(left, _PIECE))
            rest = inflater.unconsumed_tail
            left -= len(piece)
            found.append(packer.compress(piece))
            if inflater.eof:
                break
    except zlib.error:
        return b""
    return b"".join([*found, packer.flush()])


def numbers(text: bytes, count: int) -> bytes:
    """The first `count` numbers of a text, b"" if a word stands among them."""
    words = text[:_TEXT_BYTES].split(None, count)[:count]
    return b" ".join(words) + b"\n" if all(_NUMBER.fullmatch(word) for word in words) else b""


def bytes_each(kind: str) -> int:
    """Bytes of one value of a type such as "unsigned short", "int16_t" or "MET_FLOAT"; 0 for another text."""
    low = kind.strip().lower()
    if found := _BITS.search(low):
        return int(found.group()) // 8
    return next((size for word, size in _SIZES if word in low), 1 if low == "uchar" else 0)


def _skipped(fields: Mapping[str, str], payload: bytes, size: int) -> bytes:
    """Without the lines and bytes that are to be skipped before the voxels; the head must not name them any more."""
    lines = _whole_numbers(fields.get("line skip", fields.get("lineskip", "")))
    rest = payload.split(b"\n", lines[0])[-1] if lines and 0 < lines[0] < _PIECE else payload
    skip = fields.get("byte skip", fields.get("byteskip", "")).strip()
    if skip == "-1":
        return rest[max(len(rest) - size, 0) :]
    return rest[int(skip) :] if skip.isdigit() else rest


def _whole_numbers(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isascii() and word.isdigit()]


def _pieces(stream: Any, size: int) -> Iterator[bytes]:
    left = size
    while left > 0:
        try:
            piece = stream.read(min(left, _PIECE))
        except (OSError, EOFError, ValueError, zlib.error):
            return
        if not piece:
            return
        left -= len(piece)
        yield piece


def _gzipped(pieces: Iterator[bytes]) -> bytes:
    with io.BytesIO() as raw:
        with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
            for piece in pieces:
                packed.write(piece)
        return raw.getvalue()
