"""Identifiers to be planted, each in a place of its own, and the search for them in whatever a program leaves behind.

To repeat the test with other identifiers, change the values of PLANTED: each must be found nowhere by chance (eight
signs or more), and fit its place (a date, a UID, a person's name).
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

PLANTED: Mapping[str, str] = {
    "PatientName": "Quillfeather^Ottoline",
    "PatientID": "MRN-48190273",
    "OtherPatientIDs": "OPID-5529017",
    "OtherPatientNames": "Brackenbury^Zelda",
    "PatientBirthDate": "19370923",
    "PatientAddress": "17 Wimblewick Terrace",
    "PatientTelephoneNumbers": "0044-7700-900461",
    "PatientComments": "Lighthouse keeper of Skerrymoor",
    "AccessionNumber": "ACC8842019Q",
    "StudyID": "STID660317",
    "StudyDescription": "Pre-op of Mrs Tansywick",
    "SeriesDescription": "CT of Dr Umberfield",
    "ProtocolName": "Protocol Hollowmere",
    "InstitutionName": "St Barnwhistle Infirmary",
    "ReferringPhysicianName": "Oxenthwaite^Leopold",
    "OperatorsName": "Pilchardson^Ines",
    "StationName": "CTROOMVERBENA",
    "DeviceSerialNumber": "SN-77310452",
    "ImageComments": "Seen by Fennimore Culp",
    "ContrastBolusAgent": "Iomeron by nurse Yarrowby",
    "ConvolutionKernel": "KERNELJUNIPER7",
    "ImageType": "DRAKESTONE",
    "UserContentLabel": "LABEL_GORSEFIELD",
    "UserContentLongLabel": "Long label Marjoribanks",
    "UID of the study": "1.2.826.0.1.3680043.9.7318.4410927",
    "UID of the series": "1.2.826.0.1.3680043.9.7318.5520938",
    "UID of the slice": "1.2.826.0.1.3680043.9.7318.6630949",
    "UID of the frame of reference": "1.2.826.0.1.3680043.9.7318.7740950",
    "private attribute": "PrivateThistlewood",
    "private creator": "CREATOR HAZELRIGG",
    "private nested sequence": "NestedPrivateLarkspur",
    "nested sequence": "Request of Dr Quenby",
    "deeply nested code": "Meaning Saltmarsh",
    "nested person": "Nettlecombe^Arbuthnot",
    "text value of a content sequence": "Content Winterbourne",
    "overlay data": "OVERLAYPIXELSMOSS",
    "overlay description": "Overlay Peverell",
    "curve data": "CURVEDATAFERNLEY",
    "icon image": "ICONIMAGEPERIWINK",
    "preamble": "PREAMBLE Sorrelby",
    "source application entity": "AETITLEBRAMBLE",
    "unknown attribute": "UnknownAttributeTeasel",
    "number that is a name": "Numberwang",
    "bytes after the pixels": "TRAILING Honeysett",
    "data set trailing padding": "PADDING Ravenglass",
    "secondary capture": "CAPTURE Mallowdene",
    "encapsulated PDF": "PDF of Mr Cobblewick",
    "file name": "Quince_Araminta_ct",
    "folder name": "folder_of_Tobermory",
    "zip comment": "comment by Vetchling",
    "zip member name": "member_Elderwick",
    "zip member comment": "membercomment Pondweed",
    "NIfTI description": "Descrip Quorndale",
    "NIfTI extension": "Extension Bulrushby",
    "gzip file name": "gzname_Kestrelford",
    "NRRD comment": "Comment Dormouseley",
    "NRRD value": "Value Otterburn-Smythe",
    "clinical.json key": "key_of_Mrs_Damsonbury",
    "clinical.json value": "value of Mr Hawthornden",
    "CSV column": "column Gooseberry-Jones",
    "CSV cell": "cell Ptarmiganson",
}


_CODES = (
    *("utf-8", "utf-16-le", "utf-16-be", "latin-1", "gb18030", "euc_kr", "shift_jis", "euc_jp", "iso2022_jp", "koi8_r"),
    *("iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "cp1251", "cp437"),
)


def places(blob: bytes, planted: Mapping[str, str] = PLANTED) -> set[str]:
    """The places whose identifiers stand in `blob`: in any case, as UTF-8, UTF-16, Latin-1, hexadecimal, base64, in an
    address, or within zip, gzip, zlib and PDF streams.
    """
    return {place for part in _opened(blob) for place, text in planted.items() if _stands_in(text, part)}


def places_in_files(folder: Path, planted: Mapping[str, str] = PLANTED) -> dict[str, set[str]]:
    """Of every file below a folder, by its name, the places found in its bytes or its path; only those with any."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        seen = places(name.encode(), planted) | (places(path.read_bytes(), planted) if path.is_file() else set())
        if seen:
            found[name] = seen
    return found


def _stands_in(text: str, blob: bytes) -> bool:
    low = blob.lower()
    # a person's name is found by its parts, too
    wanted = [text, *(part for part in re.split(r"[\^]", text) if len(part) >= 8)]
    plain = any(form.lower() in low for one in wanted for form in _forms(one))
    return plain or any(form in blob for one in wanted for form in _base64_forms(one))


def _forms(text: str) -> Iterable[bytes]:
    for code in _CODES:
        with suppress(UnicodeEncodeError):
            yield text.encode(code)
    yield text.encode().hex().encode()
    yield quote(text).encode()
    yield text.encode("unicode_escape")


def _base64_forms(text: str) -> Iterable[bytes]:
    """What base64 makes of it at each of the three places where it may begin, without the signs of its neighbours."""
    for code in ("utf-8", "utf-16-le"):
        raw = text.encode(code)
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + raw)
            yield whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def _opened(blob: bytes, depth: int = 0) -> Iterable[bytes]:
    """The bytes, and those packed within them."""
    yield blob
    if depth > 3:
        return
    for inner in _unpacked(blob):
        yield from _opened(inner, depth + 1)


def _unpacked(blob: bytes) -> Iterable[bytes]:
    if blob[:2] == b"\x1f\x8b":
        yield _tried(lambda: gzip.decompress(blob))
    if blob[:2] in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        yield _tried(lambda: zlib.decompressobj().decompress(blob))
    if zipfile.is_zipfile(io.BytesIO(blob)):
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            yield from (archive.read(member) for member in archive.infolist())
    if blob[:4] == b"%PDF":
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", blob, re.DOTALL):
            yield _tried(lambda stream=stream: zlib.decompressobj().decompress(stream))
            yield _tried(lambda stream=stream: zlib.decompress(base64.a85decode(stream.strip(), adobe=False)))
            yield _tried(lambda stream=stream: zlib.decompress(base64.a85decode(b"<~" + stream.strip(), adobe=True)))


def _tried(unpack) -> bytes:  # type: ignore[no-untyped-def]
    try:
        return bytes(unpack())
    except (OSError, EOFError, ValueError, zlib.error):
        return b""
