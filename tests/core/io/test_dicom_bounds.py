"""What is counted before a DICOM file is parsed, and what is not refused by it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from core.io.dicom_bounds import DEEPEST, MOST_ELEMENTS, inflates, is_overlong
from core.io.dicom_headers import modality_words, open_dicom, read_headers
from tests.core.io.dicom_factory import axial, multiframe, phantom, save, slice_dataset

_DEFLATED = "1.2.840.10008.1.2.1.99"


def stored(folder: Path, syntax: str = "1.2.840.10008.1.2.1", **tags: object) -> bytes:
    save(slice_dataset(phantom(), axial(), 1, **tags), folder / "a", syntax)
    return (folder / "a").read_bytes()


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", _DEFLATED])
def test_a_slice_is_within_bounds(tmp_path: Path, syntax: str) -> None:
    content = stored(tmp_path, syntax)
    assert not is_overlong(content)
    assert not inflates(content)


def test_an_enhanced_ct_is_within_bounds(tmp_path: Path) -> None:
    save(multiframe(phantom(), axial()), tmp_path / "a")
    assert not is_overlong((tmp_path / "a").read_bytes())


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_a_file_of_empty_elements_is_refused(tmp_path: Path, syntax: str) -> None:
    content = stored(tmp_path, syntax) + bytes(8 * MOST_ELEMENTS)
    assert is_overlong(content)
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ValueError, match="more elements"):
        open_dicom(tmp_path / "a")
    assert read_headers([(1, tmp_path / "a")]) == ([], [(1, "a broken DICOM file")])
    assert modality_words(tmp_path / "a") == "a broken DICOM file"


def test_a_deflated_file_of_empty_elements_is_refused(tmp_path: Path) -> None:
    """240 bytes a million elements: no bomb by its size."""
    content = stored(tmp_path, _DEFLATED)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    start = 144 + int.from_bytes(content[140:144], "little")
    bomb = content[:start] + packer.compress(bytes(9 * MOST_ELEMENTS)) + packer.flush()
    assert is_overlong(bomb)
    assert not inflates(bomb)


def test_the_syntax_is_found_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long UID before it once hid a bomb behind the first kilobyte."""
    monkeypatch.setattr("core.io.dicom_bounds.MOST_INFLATED_BYTES", 2**10)
    content = stored(tmp_path, _DEFLATED)
    at = content.index(b"\x02\0\x10\0UI")
    late = content[:at] + b"\x02\0\x03\0UI" + struct.pack("<H", 2000) + b"1" * 2000 + content[at:]
    assert inflates(late)


@pytest.mark.parametrize("length", [b"\xff\xff\xff\xff", None])
def test_nesting_is_refused_beyond_what_images_have(tmp_path: Path, length: bytes | None) -> None:
    def nested(depth: int) -> bytes:
        inner = b""
        for _ in range(depth):
            said = struct.pack("<I", len(inner) + 8) if length is None else length
            item = struct.pack("<I", len(inner)) if length is None else length
            ends = b"" if length is None else b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
            inner = b"\x40\0\x30\xa7SQ\0\0" + said + b"\xfe\xff\0\xe0" + item + inner + ends
        return inner

    content = stored(tmp_path)
    assert not is_overlong(content + nested(DEEPEST))
    assert is_overlong(content + nested(DEEPEST + 1))


def test_a_sequence_where_a_text_belongs_is_dropped(tmp_path: Path) -> None:
    content = stored(tmp_path)
    at = content.index(b"\x08\0\x60\0CS")
    odd = content[:at] + b"\x08\0\x60\0SQ\0\0" + struct.pack("<I", 8) + b"\xfe\xff\0\xe0\0\0\0\0" + content[at + 10 :]
    (tmp_path / "a").write_bytes(odd)
    assert "Modality" not in open_dicom(tmp_path / "a")
    assert open_dicom(tmp_path / "a").Rows == 24


def test_meta_information_with_a_sequence_is_refused(tmp_path: Path) -> None:
    content = stored(tmp_path)
    at = content.index(b"\x02\0\x10\0UI")
    odd = content[:at] + b"\x02\0\x05\0SQ\0\0" + struct.pack("<I", 8) + b"\xfe\xff\0\xe0\0\0\0\0" + content[at:]
    assert is_overlong(odd)
