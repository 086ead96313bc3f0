from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGLSLossless, RLELossless

from core.io.deid.dicom_file import cleaned_dicom
from core.io.deid.key import CaseKey
from core.io.deid.streams import clean_rle, clean_stream
from core.io.deid.tally import PIXEL_COMMENTS, PIXEL_REST, PIXELS, Tally
from tests.core.io.dicom_factory import axial, phantom, save, slice_dataset

SECRET = b"SECRETNAME"
COMMENT = b"\xff\xfe" + (len(SECRET) + 2).to_bytes(2, "big") + SECRET


def cleaned(path: Path, tally: Tally) -> pydicom.Dataset:
    return pydicom.dcmread(io.BytesIO(cleaned_dicom(path.read_bytes(), CaseKey(), tally)))


def test_comments_of_a_codec_go_and_the_pixels_stay(tmp_path: Path) -> None:
    dataset, tally = slice_dataset(phantom(), axial(), 3), Tally()
    save(dataset, tmp_path / "plain")
    packed = pydicom.dcmread(tmp_path / "plain")
    pixels = packed.pixel_array.copy()
    packed.compress(JPEGLSLossless)
    (frame,) = generate_frames(packed.PixelData, number_of_frames=1)
    packed.PixelData = encapsulate([frame[:2] + COMMENT + frame[2:].rstrip(b"\0") + SECRET])
    packed.save_as(tmp_path / "packed")
    found = cleaned(tmp_path / "packed", tally)
    assert SECRET not in found.PixelData
    assert tally.removed[PIXEL_COMMENTS] == 1
    assert np.array_equal(found.pixel_array, pixels)


def test_rle_comes_through(tmp_path: Path) -> None:
    save(slice_dataset(phantom(), axial(), 3), tmp_path / "plain")
    packed = pydicom.dcmread(tmp_path / "plain")
    pixels = packed.pixel_array.copy()
    packed.compress(RLELossless)
    packed.save_as(tmp_path / "packed")
    assert np.array_equal(cleaned(tmp_path / "packed", Tally()).pixel_array, pixels)


SIZE = b"\xff\x51\x00\x04ab"
J2K_TEXT = b"\xff\x64" + (len(SECRET) + 2).to_bytes(2, "big") + SECRET


def tile(inner: bytes, length: int | None = None) -> bytes:
    """A tile part of JPEG 2000 with its length, or with another."""
    whole = 12 + len(inner) if length is None else length
    return b"\xff\x90\x00\x0a\x00\x00" + whole.to_bytes(4, "big") + b"\x00\x01" + inner


@pytest.mark.parametrize("length", [None, 0])
def test_of_a_jpeg_2000_stream_only_comments_and_what_follows_go(length: int | None) -> None:
    part = tile(b"\xff\x93data", length)
    frame = b"\xff\x4f" + SIZE + J2K_TEXT + part + b"\xff\xd9" + SECRET + b"\xff\xd9"
    assert clean_stream(frame).rstrip(b"\0") == b"\xff\x4f" + SIZE + part + b"\xff\xd9"


def test_of_a_jpeg_stream_nothing_stays_between_scans_or_after_the_end() -> None:
    scan, table = b"\xff\xda\x00\x04ab" + b"data\xff\x00\xff\xd3more", b"\xff\xc4\x00\x04xy"
    frame = b"\xff\xd8" + COMMENT + table + scan + COMMENT + b"\xff" + table + scan + b"\xff\xd9" + SECRET + b"\xff\xd9"
    assert clean_stream(frame).rstrip(b"\0") == b"\xff\xd8" + table + scan + table + scan + b"\xff\xd9"


def test_of_an_rle_frame_head_and_rest_are_empty() -> None:
    runs = b"\x01ab\xfec\x80"  # two as they are, three times c, nothing
    head = [1, 64, *range(0x41414141, 0x41414141 + 14)]
    frame = b"".join(n.to_bytes(4, "little") for n in head) + runs + SECRET
    found = clean_rle(frame, 5)
    assert found[:64] == b"\x01\0\0\0\x40\0\0\0" + b"\0" * 56
    assert found[64:] == b"\x01ab\xfec\0"[:6]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff\xd8",
        b"no stream",
        b"\xff\xd8\xff\xc0\x00\x04ab\xff\xda no end",
        b"\xff\x4f" + SIZE + tile(J2K_TEXT + b"\xff\x93data") + b"\xff\xd9",
    ],
)
def test_what_cannot_be_looked_through_is_refused(frame: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        clean_stream(frame)


def test_pixels_of_an_unknown_form_go(tmp_path: Path) -> None:
    save(slice_dataset(phantom(), axial(), 3), tmp_path / "plain")
    packed, tally = pydicom.dcmread(tmp_path / "plain"), Tally()
    packed.compress(JPEGLSLossless)
    packed.PixelData = encapsulate([b"MPEG" + SECRET])
    packed.save_as(tmp_path / "packed")
    assert "PixelData" not in cleaned(tmp_path / "packed", tally)
    assert tally.removed[PIXELS] == 1


@pytest.mark.parametrize("signed", [0, 1])
def test_bits_above_the_stored_ones_and_bytes_after_the_pixels_go(tmp_path: Path, signed: int) -> None:
    dataset, tally = (
        slice_dataset(phantom(), axial(), 3, BitsStored=12, HighBit=11, PixelRepresentation=signed),
        Tally(),
    )
    values = np.arange(-300 if signed else 0, 468 if signed else 768, dtype=np.int16)
    hidden = (values.astype("<u2") & 0x0FFF) | 0x5000
    dataset.PixelData = hidden.tobytes() + SECRET
    save(dataset, tmp_path / "a")
    found = cleaned(tmp_path / "a", tally)
    assert np.array_equal(np.frombuffer(found.PixelData, "<i2"), values)
    assert tally.removed[PIXEL_REST] == 1
