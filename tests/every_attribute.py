"""A CT slice with an identifier in every attribute that DICOM's dictionary has, written byte by byte.

pydicom would refuse to write many of them: a text where a number belongs, a name where a date does.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag, Tag

from tests.planted_files import Planted, stored

SECRET, UID = b"SECRETNAME", b"1.2.826.77.777.7777"
_LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_KEPT_GROUPS = frozenset({0x0000, 0x0002, 0x0004, 0xFFFE})


def every_attribute(
    dataset: Dataset, secret: bytes = SECRET, uid: bytes = UID, numbers: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """The file of `dataset` with `secret` in every attribute that it has not, and `uid` in those that take a UID.

    Attributes of a kind that `numbers` has take its bytes instead.

    In the attributes that are sequences, an item has both in attributes that are read, and in private ones.
    """
    whole = stored(dataset, _NOTHING)
    meta = whole[: whole.index(b"\x08\x00", 144 + int.from_bytes(whole[140:144], "little"))]
    elements = {element.tag: _written(element) for element in dataset}
    for number, (vr, _, _, _, keyword) in DicomDictionary.items():
        tag = Tag(number)
        if keyword and tag not in elements and tag.group not in _KEPT_GROUPS:
            kind = vr.split()[0]
            elements[tag] = _encoded(tag, kind, numbers.get(kind) or _value(kind, secret, uid))
    return meta + b"".join(content for _, content in sorted(elements.items()))


_NOTHING: Planted = {"source application entity": "", "preamble": ""}


def _value(vr: str, secret: bytes, uid: bytes) -> bytes:
    if vr == "SQ":
        return _item(_INNER, secret, uid)
    return uid if vr == "UI" else secret


_INNER: Mapping[int, str] = {
    0x00080005: "CS", 0x0008103E: "LO", 0x00080100: "SH", 0x00080104: "LO", 0x00081155: "UI", 0x00090010: "LO",
    0x00091001: "UN", 0x00100010: "PN", 0x00100030: "DA", 0x0040A030: "UI", 0x0040A123: "PN", 0x0040A124: "UI",
    0x0040A160: "UT", 0x0040A30A: "DS", 0x0040A730: "UN",
}  # fmt: skip


def _item(inner: Mapping[int, str], secret: bytes, uid: bytes) -> bytes:
    content = b"".join(_encoded(Tag(tag), vr, uid if vr == "UI" else secret) for tag, vr in sorted(inner.items()))
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content


def _encoded(tag: BaseTag, vr: str, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    head = struct.pack("<HH", tag.group, tag.element) + vr.encode()
    return head + (struct.pack("<HL", 0, len(value)) if vr in _LONG else struct.pack("<H", len(value))) + value


def _written(element: object) -> bytes:
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_data_element(stream, element)  # type: ignore[arg-type]
    return stream.getvalue()
