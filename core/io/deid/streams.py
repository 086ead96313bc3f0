"""Compressed frames without what is no picture: comments, application data, spare bytes, all that follows the end."""

from __future__ import annotations

import re

_SIZE_OF, _SCAN, _END, _FILL = 2, 0xDA, 0xD9, 0xFF
_TEXTS = frozenset({0xFE, *range(0xE0, 0xF0)})  # comments and application data of JPEG and JPEG-LS
_MARK = re.compile(rb"\xff+[\x80-\xcf\xd8-\xfe]")  # within a scan: stuffed bytes and restarts are none
_COMMENT, _TILE, _DATA = 0x64, 0x90, 0x93
_TILE_BYTES = 12
_RLE_HEAD, _MOST_SEGMENTS, _NOTHING = 64, 15, 128


def clean_stream(frame: bytes) -> bytes:
    """A JPEG, JPEG-LS or JPEG 2000 stream without comments and application data, and without what follows its end.

    Source: ITU-T T.81, B.1.1 (markers), B.2 (order of segments); T.87, C; T.800, A.4 (tile parts), A.9.2 (comment).

    Raises:
        ValueError: another kind of stream, a damaged one, or one with a comment in a place where none is expected.
        IndexError: a truncated one.
    """
    if frame.startswith(b"\xff\x4f\xff\x51"):
        kept = _jpeg_2000(frame)
    elif frame.startswith(b"\xff\xd8"):
        kept = _jpeg(frame)
    else:
        raise ValueError("no stream that can be looked through")
    return kept + b"\0" * (len(kept) % 2)


def clean_rle(frame: bytes, pixels: int) -> bytes:
    """A DICOM RLE frame of `pixels` pixels with an empty rest of its head and nothing after the runs of a segment.

    Source: PS3.5, annex G.

    Raises:
        ValueError: no such frame. IndexError: a truncated one.
    """
    head = [int.from_bytes(frame[at : at + 4], "little") for at in range(0, _RLE_HEAD, 4)]
    count, starts = head[0], head[1 : head[0] + 1]
    if not 1 <= count <= _MOST_SEGMENTS or starts != sorted(starts) or starts[0] < _RLE_HEAD:
        raise ValueError("no RLE frame")
    segments = [_runs(frame[a:b], pixels) for a, b in zip(starts, [*starts[1:], len(frame)], strict=True)]
    places, at = [count], _RLE_HEAD
    for one in segments:
        places.append(at)
        at += len(one)
    places += [0] * (_MOST_SEGMENTS - count)
    return b"".join([*(place.to_bytes(4, "little") for place in places), *segments])


def _runs(segment: bytes, pixels: int) -> bytes:
    """As many runs as make `pixels` bytes."""
    at = made = 0
    while made < pixels:
        head = segment[at]
        literal = head < _NOTHING
        at += 2 + head if literal else 1 if head == _NOTHING else 2
        made += head + 1 if literal else 0 if head == _NOTHING else 257 - head
    if at > len(segment):
        raise ValueError("a truncated segment")
    return segment[:at] + b"\0" * (at % 2)


def _jpeg(frame: bytes) -> bytes:
    kept, at = bytearray(frame[:2]), 2
    while (code := _code(frame, at)) != _END:
        if code == _FILL:
            at += 1
            continue
        segment = _segment(frame, at)
        if code not in _TEXTS:
            kept += segment
        at += len(segment)
        if code == _SCAN:
            found = _MARK.search(frame, at)
            if found is None:
                raise ValueError("a truncated stream")
            kept += frame[at : found.start()]
            at = found.start()
    return bytes(kept) + b"\xff\xd9"


def _jpeg_2000(frame: bytes) -> bytes:
    kept, at = bytearray(frame[:2]), 2
    while _code(frame, at) != _TILE:
        segment = _segment(frame, at)
        if segment[1] != _COMMENT:
            kept += segment
        at += len(segment)
    while _code(frame, at) == _TILE:
        end = _tile_end(frame, at)
        kept += frame[at:end]
        at = end
    if _code(frame, at) != _END:
        raise ValueError("a damaged stream")
    return bytes(kept) + b"\xff\xd9"


def _tile_end(frame: bytes, at: int) -> int:
    """Where a tile part ends; of one that does not say its length, at the end of the stream."""
    length, inner = int.from_bytes(frame[at + 6 : at + 10], "big"), at + _TILE_BYTES
    while (code := _code(frame, inner)) != _DATA:
        if code == _COMMENT:
            raise ValueError("a comment within a tile")
        inner += len(_segment(frame, inner))
    end = at + length if length else frame.find(b"\xff\xd9", inner)
    if not inner < end < len(frame):
        raise ValueError("a truncated stream")
    return end


def _code(frame: bytes, at: int) -> int:
    """The marker at a place."""
    if frame[at] != _FILL:
        raise ValueError("a damaged stream")
    return frame[at + 1]


def _segment(frame: bytes, at: int) -> bytes:
    """A marker with what its length says belongs to it."""
    length = int.from_bytes(frame[at + 2 : at + 4], "big")
    if length < _SIZE_OF or at + 2 + length > len(frame):
        raise ValueError("a damaged stream")
    return frame[at : at + 2 + length]
