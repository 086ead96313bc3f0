"""Uploads on their way to a temporary folder: nothing is written that still says whose it is.

The bytes are taken apart in memory. What lands on the disk are pixels, geometry and known words; a file of a kind that
is not read leaves only as much as tells its kind.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.io.archive import extract
from core.io.deid.dicom_file import cleaned_dicom
from core.io.deid.image_file import cleaned_image
from core.io.deid.key import CaseKey
from core.io.deid.tally import FILE_NAMES, ZIP_COMMENTS, Tally
from core.io.kinds import VOLUME_KINDS, Kind, kind_of_content

MOST_INNER_BYTES = 2**30

# As much of a file of another kind as tells the reader what kind it is.
_STUBS = {
    Kind.EMPTY: b"",
    Kind.TEXT: b"a text\n",
    Kind.PICTURE: b"\x89PNG",
    Kind.PDF: b"%PDF",
    Kind.ARCHIVE: b"BZh",
    Kind.ZIP: b"PK\x03\x04",
    Kind.GZIP: gzip.compress(b"no NIfTI", mtime=0),
    Kind.TRUNCATED: b"\x1f\x8b",
    Kind.NIFTI_PAIR: (348).to_bytes(4, "little") + b"\0" * 340 + b"ni1\0",
    Kind.UNKNOWN: b"\xff\xfe\xfd\xfc",
}


def cleaned(content: bytes, key: CaseKey, tally: Tally) -> bytes:
    """A file of whatever kind without identifiers; of a kind that is not read, only what tells its kind."""
    kind = kind_of_content(content)
    if kind is Kind.DICOM:
        return cleaned_dicom(content, key, tally)
    if kind in VOLUME_KINDS:
        return cleaned_image(content, kind, tally)
    tally.files += 1
    return _STUBS[kind]


def cleaned_member(content: bytes, key: CaseKey, role: str, tally: Tally) -> bytes:
    """As `cleaned`; a zip, which may hold a series, becomes one of its cleaned files under numbers.

    What that cannot be done with (damaged, hostile, over MOST_INNER_BYTES) becomes a zip that the reader calls damaged.
    """
    if kind_of_content(content) is not Kind.ZIP:
        return cleaned(content, key, tally)
    with tempfile.TemporaryDirectory(prefix="haic-") as name, io.BytesIO() as stream:
        folder = Path(name)
        try:
            unpack(io.BytesIO(content), folder, key, role, tally)
        except InputError:
            return _STUBS[Kind.ZIP]
        files = sorted(folder.iterdir())
        if sum(one.stat().st_size for one in files) > MOST_INNER_BYTES:
            return _STUBS[Kind.ZIP]
        with zipfile.ZipFile(stream, "w") as archive:
            for one in files:
                archive.writestr(zipfile.ZipInfo(one.name), one.read_bytes())
        return stream.getvalue()


def write_cleaned(
    contents: Sequence[bytes | memoryview], folder: Path, key: CaseKey, role: str
) -> tuple[list[Path], Tally]:
    """Write uploaded files without identifiers under numbers; what to read (all loose files, and each zip), what went.

    Raises:
        InputError: a zip that cannot be trusted.
    """
    tally, loose, zips = Tally(), folder / "files", []
    loose.mkdir()
    for number, content in enumerate(contents, start=1):
        if bytes(content[:4]) == _STUBS[Kind.ZIP]:
            zips.append(folder / f"{number:06d}")
            zips[-1].mkdir()
            unpack(io.BytesIO(content), zips[-1], key, role, tally)
        else:
            (loose / f"{number:06d}").write_bytes(cleaned(bytes(content), key, tally))
    tally.removed[FILE_NAMES] += tally.files
    return ([loose, *zips] if any(loose.iterdir()) else zips), tally


def unpack(zipped: Path | BinaryIO, folder: Path, key: CaseKey, role: str, tally: Tally) -> None:
    """The members of a zip without identifiers, under numbers, into `folder`.

    Raises:
        InputError: a zip that cannot be trusted.
    """
    if extract(zipped, folder, role, lambda content: cleaned(content, key, tally)):
        tally.removed[ZIP_COMMENTS] += 1
