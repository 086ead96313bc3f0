"""What a JPEG, JPEG-LS or JPEG 2000 stream says of its own size, read before a decoder in C++ allocates for it."""

from __future__ import annotations

_JPEG, _J2K = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JPEG_LS_FRAME = 0xF7
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})  # tables and extensions among the markers of frames
_FILL = 0xFF


def stream_size(stream: bytes) -> tuple[int, int, int]:
    """Columns, rows and components.

    Source: ITU-T T.81, B.2.2 (frame header); T.87, C.2.2; T.800, A.5.1 (SIZ).

    Raises:
        ValueError: another kind of stream, or one that ends before it says so.
    """
    try:
        if stream.startswith(_JPEG):
            return _jpeg(stream)
        start = stream.find(_J2K, 0, 1024)  # in a JP2 file after its boxes
        if start >= 0:
            return _j2k(stream[start:])
    except IndexError as error:
        raise ValueError("a truncated stream") from error
    raise ValueError("no stream that can be decoded")


def _jpeg(stream: bytes) -> tuple[int, int, int]:
    at = 2
    while True:
        if stream[at] != _FILL:
            raise ValueError("a damaged stream")
        marker = stream[at + 1]
        if marker == _FILL:
            at += 1
        elif (0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES) or marker == _JPEG_LS_FRAME:
            return _number(stream, at + 7, 2), _number(stream, at + 5, 2), stream[at + 9]
        else:
            at += 2 + max(_number(stream, at + 2, 2), 2)


def _j2k(stream: bytes) -> tuple[int, int, int]:
    whole, offset, tile = ([_number(stream, at + 4 * n, 4) for n in (0, 1)] for at in (8, 16, 24))
    columns, rows = (a - b for a, b in zip(whole, offset, strict=True))
    if min(tile) < 1:
        raise ValueError("a damaged stream")
    return columns, rows, _number(stream, 40, 2)


def _number(stream: bytes, at: int, width: int) -> int:
    if at + width > len(stream):
        raise IndexError
    return int.from_bytes(stream[at : at + width], "big")
