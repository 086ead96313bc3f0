"""The pixels of a data set without what may lie around and within them: comments of codecs, spare bytes and spare bits.

What the pixels show is not looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.io.deid.streams import clean_rle, clean_stream
from core.io.deid.tally import PIXEL_COMMENTS, PIXEL_REST, PIXELS, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_RLE = "1.2.840.10008.1.2.5"
_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"})


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
    area = int(dataset.Rows) * int(dataset.Columns)
    return encapsulate([clean_rle(frame, area) if rle else clean_stream(frame) for frame in frames])
