from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import dictionary_VM, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from core.io.deid.dataset import _is_number, deidentify
from core.io.deid.dicom_file import BROKEN, cleaned_dicom
from core.io.deid.key import CaseKey
from core.io.deid.table import Action, action_for, listed
from core.io.deid.tally import PRIVATE, Tally
from core.io.dicom_headers import read_headers
from tests.core.io.dicom_factory import axial, phantom, save, slice_dataset

SECRET = "SECRETNAME"
TEXTS = ("LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE", "CS", "UR")


def a_slice(**tags: object) -> Dataset:
    return slice_dataset(phantom(), axial(), 3, **tags)


def content(dataset: Dataset, path: Path) -> bytes:
    save(dataset, path)
    return path.read_bytes()


def test_every_text_that_the_table_lists_goes_on_every_level() -> None:
    texts = [tag for tag in listed() if _vr(tag) in TEXTS and tag[0] not in (0x0002, 0x0004)]
    assert len(texts) > 300
    dataset, inner = a_slice(), Dataset()
    for group, element in texts:
        for place in (dataset, inner):
            place.add_new((group, element), _vr((group, element)), SECRET)
    inner.InstanceNumber = 1
    dataset.SharedFunctionalGroupsSequence = Sequence([inner])
    tally = deidentify(dataset, CaseKey())
    assert "InstanceNumber" in dataset.SharedFunctionalGroupsSequence[0]
    assert SECRET not in str(dataset)
    names = {keyword_for_tag(Tag(tag)) for tag in texts} - {"PatientName", "PatientID"}
    assert tally.count >= 2 * len(names)


def _vr(tag: tuple[int, int]) -> str:
    try:
        return str(dictionary_VR(tag)) if dictionary_VM(tag) else ""
    except KeyError:
        return ""


def test_the_table_is_that_of_the_standard() -> None:
    """Rows of PS3.15, table E.1-1, looked up by hand."""
    rows = {
        "PatientName": Action.EMPTY,
        "PatientAddress": Action.REMOVE,
        "StudyInstanceUID": Action.MAP_UID,
        "PatientID": Action.REPLACE,
        "DeviceSerialNumber": Action.REPLACE,
        "OverlayComments": Action.REMOVE,
    }
    for keyword, action in rows.items():
        tag = Tag(keyword) if keyword != "OverlayComments" else Tag(0x6002, 0x4000)
        found = action_for(tag.group, tag.element)
        assert found is not None
        assert found[0] is action, keyword
    assert action_for(0x0028, 0x0010) is None


def test_uids_lead_to_the_same_place_within_a_case_and_nowhere_from_another() -> None:
    def made(key: CaseKey) -> Dataset:
        dataset = a_slice(SOPInstanceUID="1.2.3.4", StudyInstanceUID="1.2.3")
        dataset.ReferencedImageSequence = Sequence([Dataset()])
        dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3.4"
        dataset.ReferencedImageSequence[0].ReferencedSOPClassUID = dataset.SOPClassUID
        deidentify(dataset, key)
        return dataset

    key = CaseKey()
    one, again, other = made(key), made(key), made(CaseKey())
    reference = one.ReferencedImageSequence[0]
    assert one.SOPInstanceUID == again.SOPInstanceUID == reference.ReferencedSOPInstanceUID
    assert one.SOPInstanceUID not in ("1.2.3.4", other.SOPInstanceUID, one.StudyInstanceUID)
    assert one.SOPInstanceUID.is_valid
    assert one.SOPInstanceUID.startswith("2.25.")
    assert reference.ReferencedSOPClassUID == one.SOPClassUID == a_slice().SOPClassUID


def test_intervals_stay_and_dates_do_not() -> None:
    key = CaseKey()

    def moment(date: str, time: str) -> datetime:
        dataset = a_slice(AcquisitionDate=date, AcquisitionTime=time, PatientBirthDate="19500102")
        deidentify(dataset, key)
        assert dataset.PatientBirthDate == ""
        return datetime.strptime(dataset.AcquisitionDate + dataset.AcquisitionTime, "%Y%m%d%H%M%S")

    first, second = moment("20240229", "235950.123"), moment("20240301", "000020")
    assert (second - first).total_seconds() == 30
    assert 0 < (datetime(2024, 2, 29, 23, 59, 50) - first).days <= 3650


def test_a_time_without_its_date_is_moved_from_that_of_the_study() -> None:
    dataset = a_slice(StudyDate="20240229", AcquisitionDate="", AcquisitionTime="101500")
    key = CaseKey()
    deidentify(dataset, key)
    moved = datetime(2024, 2, 29, 10, 15) + key.shift
    assert (dataset.AcquisitionDate, dataset.AcquisitionTime) == (f"{moved:%Y%m%d}", f"{moved:%H%M%S}")


@given(
    st.sampled_from(("StudyDate", "AcquisitionTime", "AcquisitionDateTime", "PatientAge", "InstanceNumber")),
    st.text(max_size=60),
)
def test_what_is_no_date_or_number_goes(keyword: str, text: str) -> None:
    dataset = Dataset()
    try:
        dataset.add_new(Tag(keyword), "LO", text)
    except (ValueError, TypeError):
        return
    deidentify(dataset, CaseKey())
    left = str(dataset.get(keyword, ""))
    assert left in ("", "ANONYMIZED") or left.isdigit()


def test_numbers_and_geometry_stay_to_the_digit(tmp_path: Path) -> None:
    content(a_slice(), tmp_path / "a")
    dataset = pydicom.dcmread(tmp_path / "a")
    kept = ("ImagePositionPatient", "PixelSpacing", "Rows", "RescaleSlope", "InstanceNumber", "PixelData", "ImageType")
    before = {name: dataset[name].value for name in kept}
    deidentify(dataset, CaseKey())
    assert {name: dataset[name].value for name in kept} == before


def test_short_numbers_and_known_tags_stay() -> None:
    dataset = Dataset()
    dataset.RegionFlags, dataset.ReferencePixelX0, dataset.DopplerCorrectionAngle = 999_999, -999_999, 0.5
    dataset.DimensionIndexPointer, dataset.SimpleFrameList = 0x00200032, [1, 2, 3]
    before = {element.tag: element.value for element in dataset}
    deidentify(dataset, CaseKey())
    assert {tag: dataset[tag].value for tag in before} == before


@pytest.mark.parametrize("text", ["1_0", "\u0661\u0662", "\uff14\uff18", "1000000", "nan"])
def test_digits_that_no_scanner_writes_go(text: str) -> None:
    assert not _is_number(text)


def test_what_was_cleaned_is_cleaned_again_to_the_same(tmp_path: Path) -> None:
    key, tally = CaseKey(), Tally()
    once = cleaned_dicom(content(a_slice(PatientSex="F"), tmp_path / "a"), key, tally)
    twice = pydicom.dcmread(io.BytesIO(cleaned_dicom(once, CaseKey(), Tally())))
    first = pydicom.dcmread(io.BytesIO(once))
    assert set(first.keys()) == set(twice.keys())
    assert first.PatientIdentityRemoved == "YES"
    assert [code.CodeValue for code in first.DeidentificationMethodCodeSequence] == ["113100", "113105", "113107"]
    assert first.DeidentificationMethodCodeSequence == twice.DeidentificationMethodCodeSequence


def test_private_attributes_are_counted_together() -> None:
    dataset = a_slice()
    block = dataset.private_block(0x0029, "SOMEBODY", create=True)
    block.add_new(1, "LO", SECRET)
    tally = deidentify(dataset, CaseKey())
    assert tally.removed[PRIVATE] == 2  # the attribute, and whose it is
    assert not any(tag.is_private for tag in dataset)


def test_the_key_says_nothing() -> None:
    key = CaseKey(b"\x01" * 32)
    assert "\\x01" not in repr(key)
    assert CaseKey(b"\x01" * 32).uid("1.2.3") == key.uid("1.2.3")
    assert key.person("") == key.uid(" ") == key.label("") == ""
    assert key.person("A") != key.person("B")


def test_endlessly_nested_files_are_none(tmp_path: Path) -> None:
    nested = Dataset()
    for _ in range(60):
        outer = Dataset()
        outer.SharedFunctionalGroupsSequence = Sequence([nested])
        nested = outer
    deep = a_slice()
    deep.SharedFunctionalGroupsSequence = Sequence([nested])
    assert cleaned_dicom(content(deep, tmp_path / "deep"), CaseKey(), Tally()) == BROKEN
    (tmp_path / "b").write_bytes(BROKEN)
    assert read_headers([(1, tmp_path / "b")]) == ([], [(1, "a broken DICOM file")])


@pytest.mark.parametrize("cut", [0.5, 0.98])
def test_cut_off_within_the_pixels_the_header_is_clean_and_the_pixels_are_missing(tmp_path: Path, cut: float) -> None:
    whole = content(a_slice(), tmp_path / "a")
    cleaned = cleaned_dicom(whole[: int(cut * len(whole))], CaseKey(), Tally())
    assert b"DOE" not in cleaned
    found = pydicom.dcmread(io.BytesIO(cleaned))
    with pytest.raises((ValueError, AttributeError)):
        _ = found.pixel_array
