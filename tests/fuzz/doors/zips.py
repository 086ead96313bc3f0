"""Zips of images, and of a cohort with its table."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from core.io.cohort_zip import unpack_cohort
from core.io.deid.door import write_cleaned
from core.io.deid.key import CaseKey
from core.io.image_cohort import read_image_cohort
from core.io.series import read_series
from core.registry.pseudonym import checked_pseudonym
from tests.fuzz.door import NAME, Door
from tests.fuzz.doors import volumes
from tests.fuzz.mutate import INTERESTING, mutated_bytes, mutated_table

ROLE = "image series"
_NAMES = (
    "../JANE", "/JANE", "a/../../JANE", "..\\JANE", "C:\\JANE", "C:JANE", "\\\\host\\JANE", "a\0b", "", ".", "..", "/",
    "a/", "a//b", "./a", "JANE" * 80, "a/" * 500 + "b", "x" * 60000, "CON", "a:b", "\u202ea", "é", "cohort.csv",
    "COHORT.CSV", "sub/cohort.csv", "__MACOSX/a", ".a", "a/.b", "DICOMDIR", "a\nb", "a b", "images", "cohort.csv/a",
)  # fmt: skip
_CENTRAL, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_FIELDS = ((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (38, 4), (42, 4), (4, 2), (6, 2))


def read(data: bytes, folder: Path) -> Iterator[str]:
    """As a file, then as an upload."""
    path = folder / NAME
    path.write_bytes(data)
    (folder / "upload").mkdir()
    sources, _ = write_cleaned([data], folder / "upload", CaseKey(), ROLE)
    for source in (*sources, path):
        for one in read_series(source, ROLE):
            yield one.summary
            yield from (notice.text for notice in one.notices)


def read_cohort(data: bytes, folder: Path) -> Iterator[str]:
    """Unpacked, and its table read."""
    path = folder / NAME
    path.write_bytes(data)
    _, problems = read_image_cohort(unpack_cohort(path, folder / "cohort", checked_pseudonym).table)
    yield from (problem.text for problem in problems)


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED, mode: int = 0) -> bytes:
    """A zip of these members, whatever their names."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in members:
            info = zipfile.ZipInfo("x", (2020, 1, 1, 0, 0, 0))
            info.filename, info.compress_type, info.external_attr = name, method, mode << 16
            archive.writestr(info, content)
    return stream.getvalue()


@cache
def _images() -> tuple[bytes, bytes]:
    return volumes.nifti_seeds()[0], volumes.nrrd_seeds()[1]


def seeds() -> list[bytes]:
    """Packed, stored, with folders and other files."""
    first, second = _images()
    members = [("JANE/portal.nii", first), ("JANE/b.nrrd", second), ("readme.txt", b"JANE DOE"), ("d/", b"")]
    return [zipped(members), zipped(members[:1], zipfile.ZIP_STORED), zipped(members[:2], zipfile.ZIP_BZIP2),
            zipped(members[1:2], zipfile.ZIP_LZMA)]  # fmt: skip


_TABLE = b"patient_id,arterial,portal_venous,mask,age_years\nP1,i/a.nii,i/b,,60\nP2,i/a.nii,i/none,../x,nan\n"


def cohort_seeds() -> list[bytes]:
    """With the table at the top and in a folder."""
    images = [("i/a.nii", b"one"), ("i/b/1", b"two"), ("i/b/2", b"three")]
    return [zipped([("cohort.csv", _TABLE), *images]), zipped([("JANE/Cohort.csv", _TABLE), ("JANE/i/a.nii", b"one")])]


def _hostile(table: bytes) -> list[bytes]:
    content = [("cohort.csv", table)]
    named = [zipped([*content, (name, b"x")]) for name in _NAMES]
    twice = [zipped([*content, *content]), zipped([*content, ("a", b"1"), ("A", b"2"), ("a", b"3")]),
             zipped([*content, ("a", b"1"), ("a/b", b"2")]), zipped([*content, ("a/b", b"2"), ("a",
             b"1")])]  # fmt: skip
    linked = [
        zipped([*content, ("a", b"/etc/passwd")], mode=kind | 0o777)
        for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR)
    ]
    whole = zipped([*content, ("a", bytes(5000))])
    lying = [
        _field(whole, _CENTRAL, place, width, value) for place, width in _FIELDS for value in (0, 1, 2**31, 2**32 - 1)
    ]
    lying += [_field(whole, _LOCAL, place, 2, value) for place in (4, 6, 8, 26, 28) for value in (0, 1, 99, 65535)]
    cut = [whole[: len(whole) // 2], whole[:-1], whole[:30], b"PK\x05\x06" + bytes(18), b"PK\x03\x04", whole + whole]
    bomb = zipped([*content, *((f"{n}", bytes(2**24)) for n in range(20))])
    return [
        *named,
        *twice,
        *linked,
        *lying,
        *cut,
        bomb,
        zipped([("a.zip", whole)]),
        zipped([(f"{n}", b"") for n in range(3000)]),
    ]


def _field(data: bytes, mark: bytes, place: int, width: int, value: int) -> bytes:
    """A number in the last header that begins with `mark`."""
    at = data.rfind(mark) + place
    return data[:at] + (value & ((1 << 8 * width) - 1)).to_bytes(width, "little") + data[at + width :]


def hostile() -> list[bytes]:
    """Of a zip of images."""
    return _hostile(b"JANE")


def cohort_hostile() -> list[bytes]:
    """Of a cohort."""
    return _hostile(_TABLE)


def mutate(data: bytes, random: Random) -> bytes:
    """Members renamed, doubled, dropped, changed; numbers in the headers; bytes."""
    if random.randint(0, 3) == 0:
        return mutated_bytes(data, random)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(one.filename, archive.read(one)) for one in archive.infolist()[:50] if one.file_size < 10**6]
    except Exception:  # a zip that an earlier change broke
        return mutated_bytes(data, random)
    for _ in range(random.randint(1, 4)):
        _change(members, random)
    method = random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    mode = random.choice((0, 0, 0, 0o100644, 0o120777, 0o010644))
    try:
        made = zipped(members, method, mode)
    except (ValueError, struct.error, UnicodeError, zipfile.LargeZipFile):
        return mutated_bytes(data, random)
    if random.randint(0, 2) == 0:
        place, width = random.choice(_FIELDS)
        made = _field(made, random.choice((_CENTRAL, _CENTRAL, _LOCAL)), place, width, random.choice(INTERESTING))
    return made


def _change(members: list[tuple[str, bytes]], random: Random) -> None:
    if not members:
        members.append(("a", b"x"))
    at = random.randint(0, len(members) - 1)
    name, content = members[at]
    match random.randint(0, 5):
        case 0 | 1:
            members[at] = random.choice(_NAMES), content
        case 2:
            members.append(members[at])
        case 3:
            del members[at]
        case 4:
            change = mutated_table if name.lower().endswith(".csv") else mutated_bytes
            members[at] = name, change(content, random)
        case _:
            members.insert(at, (random.choice(_NAMES), content[:20]))


DOORS = {
    "zip": Door("zip", read, seeds, hostile, mutate, ("zipfile",)),
    "cohort-zip": Door("cohort-zip", read_cohort, cohort_seeds, cohort_hostile, mutate, ("zipfile",)),
}
