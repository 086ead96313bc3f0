from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
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


SIZE = b"\xff\x51\x00\x29" + bytes(34) + b"\x00\x01abc"
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


def test_of_a_tile_part_comments_and_lengths_of_packets_go() -> None:
    lengths = b"\xff\x58" + J2K_TEXT[2:]
    frame = b"\xff\x4f" + SIZE + tile(J2K_TEXT + lengths + b"\xff\x93data") + tile(b"\xff\x93more") + b"\xff\xd9"
    wanted = b"\xff\x4f" + SIZE + tile(b"\xff\x93data") + tile(b"\xff\x93more") + b"\xff\xd9"
    assert clean_stream(frame).rstrip(b"\0") == wanted.rstrip(b"\0")


def real_frame(name: str) -> tuple[pydicom.Dataset, bytes]:
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip("this build of pydicom carries no test files")
    dataset = pydicom.dcmread(path)
    return dataset, next(iter(generate_frames(dataset.PixelData, number_of_frames=1)))


REAL = (
    *("SC_rgb_jpeg_dcmtk.dcm", "SC_jpeg_no_color_transform.dcm", "MR_small_jpeg_ls_lossless.dcm"),
    *("JPEGLSNearLossless_16.dcm", "MR_small_jp2klossless.dcm", "693_J2KI.dcm"),
)


@pytest.mark.parametrize("name", REAL)
def test_real_streams_show_what_they_showed(name: str) -> None:
    dataset, frame = real_frame(name)
    before = dataset.pixel_array.copy()
    dataset.PixelData = encapsulate([clean_stream(frame)])
    assert np.array_equal(pydicom.pixels.pixel_array(_again(dataset)), before)


def _again(dataset: pydicom.Dataset) -> pydicom.Dataset:
    with io.BytesIO() as stream:
        dataset.save_as(stream)
        return pydicom.dcmread(io.BytesIO(stream.getvalue()))


@pytest.mark.parametrize("name", ["JPEG-lossy.dcm", "JPGExtended.dcm", "SC_rgb_jpeg_gdcm.dcm", "examples_jpeg2k.dcm"])
def test_of_real_streams_of_other_processes_only_texts_go(name: str) -> None:
    _, frame = real_frame(name)
    found = clean_stream(frame)
    assert clean_stream(found) == found
    assert 0 <= len(frame) - len(found) <= 32


@pytest.mark.parametrize("name", REAL)
def test_no_segment_but_those_that_a_picture_needs_carries_a_text(name: str) -> None:
    """A text in a segment of each code there is, right after the beginning (of JPEG 2000, after the sizes)."""
    _, frame = real_frame(name)
    at = 2 if frame[1] == 0xD8 else 4 + int.from_bytes(frame[4:6], "big")
    tables = {0xC4, 0xCC, 0xDB} if at == 2 else {0x52, 0x53, 0x5C, 0x5D, 0x5E, 0x5F, 0x60}
    for code in set(range(1, 0xFF)) - tables:
        planted = frame[:at] + bytes([0xFF, code]) + COMMENT[2:] + frame[at:]
        try:
            assert SECRET not in clean_stream(planted), hex(code)
        except (ValueError, IndexError):
            continue


@pytest.mark.parametrize("code", [0x02, 0xBF, 0xDC, 0xDF, 0xF0, 0xFD, 0xFE])
def test_no_segment_within_a_scan_carries_a_text(code: int) -> None:
    _, frame = real_frame("SC_rgb_jpeg_dcmtk.dcm")
    at = frame.rindex(b"\xff\xd9")
    planted = frame[:at] + bytes([0xFF, code]) + COMMENT[2:] + frame[at:]
    try:
        assert SECRET not in clean_stream(planted)
    except ValueError:
        assert code not in (0xDC, 0xFE)


def test_of_a_jpeg_stream_nothing_stays_between_scans_or_after_the_end() -> None:
    scan, table = b"\xff\xda\x00\x08\x01ab123" + b"data\xff\x00\xff\xd3more", b"\xff\xc4\x00\x04xy"
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
        b"\xff\x4f" + SIZE + tile(b"\xff\x77\x00\x04ab\xff\x93data") + b"\xff\xd9",
        b"\xff\x4f\xff\x51\x00\x2c" + SIZE[4:] + SECRET[:3] + tile(b"\xff\x93data") + b"\xff\xd9",
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
