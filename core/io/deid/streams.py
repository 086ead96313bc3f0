"""Compressed frames without what is no picture: comments, application data, spare bytes, all that follows the end."""

from __future__ import annotations

import re

_SIZE_OF, _SCAN, _END, _FILL = 2, 0xDA, 0xD9, 0xFF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LS_FRAME, _LS_SETTINGS = 0xF7, 0xF8
_NEEDED = frozenset({*_FRAMES, 0xC4, 0xCC, _SCAN, 0xDB, 0xDD, _LS_FRAME, _LS_SETTINGS})
_DROPPED = frozenset({0xFE, *range(0xE0, 0xF0), 0xDC})  # comments, application data, a number of lines
_LS_THRESHOLDS = (0x01, 13)  # of the settings of JPEG-LS those that pictures of one colour need, and their length
_MARK = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # within a scan: stuffed bytes and restarts are none
_LS_MARK = re.compile(rb"\xff+[\x80-\xcf\xd8-\xfe]")  # JPEG-LS stuffs single bits
_ABILITIES, _SIZES = 0x50, 0x51
_J2K_NEEDED = frozenset({_ABILITIES, _SIZES, 0x52, 0x53, 0x5C, 0x5D, 0x5E, 0x5F, 0x60})
_J2K_DROPPED = frozenset({0x55, 0x57, 0x58, 0x63, 0x64})  # lengths of parts and packets, places of colours, comments
_TILE_NEEDED = frozenset({0x52, 0x53, 0x5C, 0x5D, 0x5E, 0x5F, 0x61})
_TILE, _DATA = 0x90, 0x93
_TILE_BYTES = 12
_RLE_HEAD, _MOST_SEGMENTS, _NOTHING = 64, 15, 128


def clean_stream(frame: bytes) -> bytes:
    """The segments of a JPEG, JPEG-LS or JPEG 2000 stream that its picture needs, and nothing of what follows its end.

    Comments, application data and what decoders can do without go. What the coded picture itself and its tables hold
    is not looked at.

    Source: ITU-T T.81, B.1.1 (markers), B.2 (order of segments), B.2.2 and B.2.3 (lengths); T.87, C; T.800, A.4 (tile
    parts), A.5 to A.9 (segments).

    Raises:
        ValueError: another kind of stream, a damaged one, or one with a segment that no picture of a CT needs.
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
    kept, at, mark = bytearray(frame[:2]), 2, _MARK
    while (code := _code(frame, at)) != _END:
        if code == _FILL:
            at += 1
            continue
        segment = _segment(frame, at)
        if _is_needed(segment):
            kept += segment
        at += len(segment)
        mark = _LS_MARK if code == _LS_FRAME else mark
        if code == _SCAN:
            found = mark.search(frame, at)
            if found is None:
                raise ValueError("a truncated stream")
            kept += frame[at : found.start()]
            at = found.start()
    return bytes(kept) + b"\xff\xd9"


def _is_needed(segment: bytes) -> bool:
    """False for a comment and its like; a segment that is needed is as long as its own counts say."""
    code, said = segment[1], segment[4:]
    if code in _DROPPED:
        return False
    right = True
    if code in _FRAMES or code == _LS_FRAME:
        right = len(said) == 6 + 3 * said[5]
    elif code == _SCAN:
        right = len(said) == 4 + 2 * said[0]
    elif code == _LS_SETTINGS:
        right = (said[0], len(said) + _SIZE_OF) == _LS_THRESHOLDS
    elif code == 0xDD:
        right = len(said) in (2, 3, 4)
    if code not in _NEEDED or not right:
        raise ValueError("a segment that no picture needs")
    return True


def _jpeg_2000(frame: bytes) -> bytes:
    kept, at = bytearray(frame[:2]), 2
    while _code(frame, at) != _TILE:
        segment = _segment(frame, at)
        kept += _sieved(segment, _J2K_NEEDED)
        at += len(segment)
    while _code(frame, at) == _TILE:
        end = _tile_end(frame, at)
        kept += _tile(frame[at:end])
        at = end
    if _code(frame, at) != _END:
        raise ValueError("a damaged stream")
    return bytes(kept) + b"\xff\xd9"


def _sieved(segment: bytes, needed: frozenset[int]) -> bytes:
    """A segment of JPEG 2000, b"" for one that decoders can do without."""
    if segment[1] in _J2K_DROPPED:
        return b""
    right = True
    if segment[1] == _SIZES:
        right = len(segment) == 40 + 3 * segment[39]
    elif segment[1] == _ABILITIES:
        right = len(segment) == 8 + 2 * int.from_bytes(segment[4:8], "big").bit_count()
    if segment[1] not in needed or not right:
        raise ValueError("a segment that no picture needs")
    return segment


def _tile(part: bytes) -> bytes:
    """A tile part without the lengths of its packets; its own length is what is left."""
    kept, at = b"", _TILE_BYTES
    while _code(part, at) != _DATA:
        segment = _segment(part, at)
        kept += _sieved(segment, _TILE_NEEDED)
        at += len(segment)
    length = int.from_bytes(part[6:10], "big")
    left = length and length - (at - _TILE_BYTES - len(kept))
    return b"".join([part[:6], left.to_bytes(4, "big"), part[10:_TILE_BYTES], kept, part[at:]])


def _tile_end(frame: bytes, at: int) -> int:
    """Where a tile part ends; of one that does not say its length, at the end of the stream."""
    length, inner = int.from_bytes(frame[at + 6 : at + 10], "big"), at + _TILE_BYTES
    while _code(frame, inner) != _DATA:
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
