"""One identifier in each of the 5000 attributes of DICOM's dictionary, in sequences and in private ones."""

from __future__ import annotations

import io
import struct

import numpy as np
import pydicom
import pytest

from core.io.deid.dicom_file import cleaned_dicom
from core.io.deid.key import CaseKey
from core.io.deid.tally import Tally
from tests.core.io.dicom_factory import axial, phantom, slice_dataset
from tests.every_attribute import SECRET, UID, every_attribute

SECRETS = (
    SECRET,
    b"48190273",  # a hospital number
    b"23.09.1937",
    b"+49 30 5550147",
    "Ottilie Ångström-Ñuñez".encode("latin-1"),
    "\u5f20\u5c0f\u660e\u674e\u56db".encode("gb18030"),
    "\u5c71\u7530\u592a\u90ce".encode("iso2022_jp"),
    "\u041b\u044e\u0434\u043c\u0438\u043b\u0430".encode("iso8859_5"),
)


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_none_stays(secret: bytes) -> None:
    dataset, tally = slice_dataset(phantom(), axial(), 3), Tally()
    planted = every_attribute(dataset, secret)
    assert planted.count(secret) > 15000
    assert planted.count(UID) > 3000
    found = cleaned_dicom(planted, CaseKey(), tally)
    assert found.count(secret) == found.count(UID) == 0
    assert tally.count > 4000
    read = pydicom.dcmread(io.BytesIO(found))
    assert np.array_equal(read.pixel_array, np.frombuffer(dataset.PixelData, np.uint16).reshape(24, 32))


NUMBER = 48190273
NUMBERS = {
    "UL": struct.pack("<L", NUMBER),
    "SL": struct.pack("<l", -NUMBER),
    "FL": struct.pack("<f", NUMBER),
    "FD": struct.pack("<d", NUMBER),
    "AT": struct.pack("<HH", 0x4819, 0x0273),
    "UV": struct.pack("<Q", NUMBER),
    "SV": struct.pack("<q", -NUMBER),
    "IS": b"48190273",
    "DS": b"-4.8190273E7",
}


def test_no_hospital_number_stays_as_a_number() -> None:
    dataset, tally = slice_dataset(phantom(), axial(), 3), Tally()
    planted = every_attribute(dataset, numbers=NUMBERS)
    assert {kind for kind, content in NUMBERS.items() if planted.count(content)} == set(NUMBERS)
    found = cleaned_dicom(planted, CaseKey(), tally)
    assert {kind: found.count(content) for kind, content in NUMBERS.items()} == dict.fromkeys(NUMBERS, 0)
    read = pydicom.dcmread(io.BytesIO(found))
    assert np.array_equal(read.pixel_array, np.frombuffer(dataset.PixelData, np.uint16).reshape(24, 32))
