"""The pixels of a data set without what may lie around and within them: comments of codecs, spare bytes and spare bits.

What the pixels show is not looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.io.deid.tally import PIXEL_COMMENTS, PIXEL_REST, PIXELS, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_RLE = "1.2.840.10008.1.2.5"
_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"})
_JPEG, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_J2K = b"\xff\x4f\xff\x51"
_SCAN, _TILE, _FILL = 0xDA, 0x90, 0xFF
_JPEG_TEXTS = frozenset({0xFE, *range(0xE0, 0xF0)})  # comments and application data
_J2K_TEXTS = frozenset({0x64})


def clean_pixels(dataset: Dataset, tally: Tally) -> None:
    """Clean the pixel data in place; they go where they cannot be looked through."""
    before = bytes(dataset.PixelData or b"")
    try:
        native = str(dataset.file_meta.TransferSyntaxUID) in _NATIVE
        name = PIXEL_REST if native else PIXEL_COMMENTS
        after = _native(dataset, before) if native else _encapsulated(dataset, before)
    except (ValueError, IndexError, AttributeError, TypeError, KeyError):
        after, name = b"", PIXELS
    if not after:
        del dataset.PixelData
        tally.removed[PIXELS] += 1
        return
    tally.removed[name] += after != before
    dataset.PixelData = after


def _native(dataset: Dataset, pixels: bytes) -> bytes:
    """As many bytes as the header asks for, without what older scanners kept in the bits above the pixels' own."""
    bits = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames", 1) or 1)
    bits *= int(dataset.get("SamplesPerPixel", 1) or 1) * int(dataset.BitsAllocated)
    wanted = (bits + 7) // 8
    kept = pixels[:wanted]
    if len(kept) == wanted and int(dataset.BitsAllocated) == 16:
        kept = _own_bits(dataset, kept)
    return kept + b"\0" * (len(kept) % 2)


def _own_bits(dataset: Dataset, pixels: bytes) -> bytes:
    stored = int(dataset.get("BitsStored", 16))
    if not 1 <= stored < 16 or int(dataset.get("HighBit", stored - 1)) != stored - 1:
        return pixels
    big = str(dataset.file_meta.TransferSyntaxUID) == "1.2.840.10008.1.2.2"
    values = np.frombuffer(pixels, dtype=">u2" if big else "<u2")
    own = values & ((1 << stored) - 1)
    if int(dataset.get("PixelRepresentation", 0)):
        own = own | np.where(own >> (stored - 1) & 1, 0xFFFF & ~((1 << stored) - 1), 0).astype(values.dtype)
    return own.astype(values.dtype).tobytes()


def _encapsulated(dataset: Dataset, pixels: bytes) -> bytes:
    from pydicom.encaps import encapsulate, generate_frames

    count = int(dataset.get("NumberOfFrames", 1) or 1)
    rle = str(dataset.file_meta.TransferSyntaxUID) == _RLE
    frames = [bytes(frame) for frame in generate_frames(pixels, number_of_frames=count)]
    return encapsulate([frame if rle else _without_texts(frame) for frame in frames])


def _without_texts(frame: bytes) -> bytes:
    """A JPEG, JPEG-LS or JPEG 2000 stream without comments and application data, and without what follows its end.

    Source: ITU-T T.81, B.1.1 (markers); T.800, A.9.2 (comment).

    Raises:
        ValueError: another kind of stream, or a damaged one.
    """
    if frame.startswith(_J2K):
        texts, last = _J2K_TEXTS, _TILE
    elif frame.startswith(_JPEG):
        texts, last = _JPEG_TEXTS, _SCAN
    else:
        raise ValueError("no stream that can be looked through")
    kept, at = bytearray(frame[:2]), 2
    while frame[at + 1] != last:
        if frame[at] != _FILL:
            raise ValueError("a damaged stream")
        if frame[at + 1] == _FILL:
            at += 1
            continue
        length = 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if frame[at + 1] not in texts:
            kept += frame[at : at + length]
        at += length
    end = frame.rfind(_JPEG_END)
    if end < at:
        raise ValueError("a truncated stream")
    kept += frame[at : end + 2]
    return bytes(kept) + b"\0" * (len(kept) % 2)
