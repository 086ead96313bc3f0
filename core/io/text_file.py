"""The bytes of a text file as UTF-8, with what was done to get there."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.io.bounded import read_bounded

ROLE = "cohort table"
MAX_BYTES = 1 << 30

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip archive, as an Excel workbook is"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a word processor's document"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_MARKUP = re.compile(rb"\s*<(?:html|table|\?xml|!doctype)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_BINARY_SHARE = 0.01  # of control characters; text has none, an odd one in a comment is forgiven
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class TextFile:
    """A text file.

    Attributes:
        content: UTF-8 without a byte order mark.
        encoding: that of the file, in words.
    """

    content: bytes
    encoding: str


def read_text_file(path: Path) -> TextFile:
    """The text at `path`: UTF-8, UTF-16 with a byte order mark, else Windows-1252 or Latin-1.

    Raises:
        InputError: no readable file, more than 1 GiB, empty, binary, or text with a NUL character in it.
    """
    return text_of(read_bounded(path, ROLE, MAX_BYTES))


def text_of(raw: bytes) -> TextFile:
    """The text in the bytes of a file; InputError as `read_text_file`."""
    _refuse_other_kinds(raw)
    text = _as_utf8(raw)
    if b"\0" in text.content:
        row = text.content.count(b"\n", 0, text.content.index(b"\0")) + 1
        raise InputError(f"{ROLE}, line {row}: expected text, got a NUL character, as in a binary or damaged file")
    if len(_CONTROL.findall(text.content[:_SAMPLE])) > _BINARY_SHARE * min(len(text.content), _SAMPLE):
        raise InputError(f"{ROLE}: expected text with delimiters (CSV), got a binary file")
    if not text.content.strip():
        raise InputError(f"{ROLE}: expected a header and rows, got an empty file")
    return text


def _refuse_other_kinds(raw: bytes) -> None:
    kind = next((words for magic, words in _MAGIC if raw.startswith(magic)), None)
    if kind is None and _MARKUP.match(raw[:_SAMPLE]):
        kind = "a web page or XML"
    if kind is not None:
        raise InputError(f"{ROLE}: expected text with delimiters (CSV), got {kind}")


def _as_utf8(raw: bytes) -> TextFile:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextFile(_recoded(raw, "utf-16"), "UTF-16")
    if raw.startswith(codecs.BOM_UTF8):
        content = raw[len(codecs.BOM_UTF8) :]
        return TextFile(content if content.isascii() else _recoded(content, "utf-8"), "UTF-8 with a byte order mark")
    if raw.isascii():
        return TextFile(raw, "ASCII")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return _western(raw)
    return TextFile(raw, "UTF-8")


def _recoded(raw: bytes, encoding: str) -> bytes:
    try:
        return raw.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        raise InputError(f"{ROLE}: expected {encoding.upper()} as its first bytes say, got other bytes") from error


def _western(raw: bytes) -> TextFile:
    """Bytes that are not UTF-8 do not say what they are: the caller says aloud what they were taken for."""
    if b"\0" not in raw:  # else binary: left as it is, to be refused
        try:
            return TextFile(_recoded(raw, "cp1252"), "not UTF-8, taken for Windows-1252: check letters with accents")
        except InputError:
            raw = _recoded(raw, "latin-1")
    return TextFile(raw, "not UTF-8, taken for Latin-1: check letters with accents")
