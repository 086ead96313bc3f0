"""Encodings are found or said aloud; what is no text is named by its kind."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.io import text_file
from core.io.text_file import read_text_file

TEXT = "time;sex\n1;männlich\n2;weiblich €\n"


def read(folder: Path, raw: bytes) -> text_file.TextFile:
    path = folder / "Doe_Jane.csv"
    path.write_bytes(raw)
    return read_text_file(path)


def refusal(folder: Path, raw: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, raw)
    assert "Doe" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("cp1252", "not UTF-8, taken for Windows-1252: check letters with accents"),
    ],
)
def test_encodings(encoding: str, words: str, tmp_path: Path) -> None:
    found = read(tmp_path, TEXT.encode(encoding))
    assert found.content.decode("utf-8") == TEXT
    assert found.encoding == words


def test_big_endian_utf16(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be")).content.decode("utf-8") == TEXT


def test_plain_ascii(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n").encoding == "ASCII"
    assert read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n") == text_file.TextFile(
        b"a,b\n1,2\n", "UTF-8 with a byte order mark"
    )


def test_bytes_that_windows_1252_does_not_know_are_latin_1(tmp_path: Path) -> None:
    found = read(tmp_path, b"a;b\n1;\x81\xe4\n")
    assert found.content.decode("utf-8") == "a;b\n1;\x81ä\n"
    assert found.encoding == "not UTF-8, taken for Latin-1: check letters with accents"


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (gzip.compress(b"a,b\n1,2\n"), "a gzip file"),
        (_zip(), "a zip archive, as an Excel workbook is"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"{\\rtf1 a,b}", "a word processor's document"),
        (b"SQLite format 3\0", "a database"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"\n <HTML><body>", "a web page or XML"),
        (b"<?xml version='1.0'?>", "a web page or XML"),
    ],
)
def test_other_kinds_of_file_are_named(raw: bytes, kind: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, raw) == f"cohort table: expected text with delimiters (CSV), got {kind}"


def test_binary_and_nul(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"a,b\n1,2\n3,\0\n") == (
        "cohort table, line 3: expected text, got a NUL character, as in a binary or damaged file"
    )
    assert "got a NUL character" in refusal(tmp_path, "a,b\n1,2\n".encode("utf-16-le"))
    assert "got a NUL character" in refusal(tmp_path, np.random.default_rng(0).bytes(5000))
    controls = bytes(range(1, 9)) * 50 + b"a,b\n"
    assert refusal(tmp_path, controls) == "cohort table: expected text with delimiters (CSV), got a binary file"


def test_damaged_unicode(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, b"\xff\xfea\0,\0b") == "cohort table: expected UTF-16 as its first bytes say, got other bytes"
    )
    assert "expected UTF-8 as its first bytes say" in refusal(tmp_path, b"\xef\xbb\xbfa,\xe4\n")


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b" \n\r\n", b"\xff\xfe"])
def test_empty_files(raw: bytes, tmp_path: Path) -> None:
    assert refusal(tmp_path, raw) == "cohort table: expected a header and rows, got an empty file"


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError, match="cohort table: expected a file, got no readable file"):
            read_text_file(path)


def test_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "MAX_BYTES", 10)
    assert read(tmp_path, b"a,b\n1,22\n\n").encoding == "ASCII"
    assert refusal(tmp_path, b"a,b\n1,222\n\n") == "cohort table: expected at most 10 bytes, got more"
