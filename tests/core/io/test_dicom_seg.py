"""DICOM segmentations in: of any layout, exact on any stack, chosen by name, code or number, refused where wrong."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless, generate_uid

from core.errors import InputError
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import Series
from tests.core.io.dicom_factory import axial, phantom, write_series
from tests.core.io.mask_factory import (
    NAME,
    SERIES,
    SHAPE,
    STACKS,
    ct,
    labels,
    on_grid,
    segmentation,
    stored,
    turned,
)

LIVER, LESION = labels() == 1, labels() == 2
BOTH = [("Liver", LIVER), ("HCC", LESION)]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    return ct(tmp_path_factory.mktemp("ct"))


def refused(path: Path, series: Series, segment: int | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_mask_file(MaskFile(path, segment=segment), series)
    text = str(caught.value)
    assert text.startswith("liver mask: expected ")
    assert "DOE" not in text
    assert "JANE" not in text
    return text


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("keep_empty", [False, True])
def test_frames_in_any_order_are_exact_on_any_stack(tmp_path: Path, stack: str, keep_empty: bool) -> None:
    affine = turned(stack)
    series = ct(tmp_path / "ct", affine)
    path = stored(segmentation(affine, BOTH, keep_empty=keep_empty), tmp_path / "seg")
    mask, notices = read_mask_file(MaskFile(path), series)
    np.testing.assert_array_equal(mask.labels, on_grid(labels(), affine, series))
    assert mask.origin == "given"
    assert [(n.code, n.text) for n in notices] == [
        ("mask_segment", "liver mask: segment 1 is taken as liver, 2 as lesion")
    ]


def test_frames_cut_along_another_axis_or_cropped_are_placed(series: Series, tmp_path: Path) -> None:
    sagittal = axial()[:, [1, 2, 0, 3]]
    moved = [(name, values.transpose(1, 2, 0)) for name, values in BOTH]
    path = stored(segmentation(sagittal, moved), tmp_path / "sagittal")
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())
    cropped = axial()
    cropped[:3, 3] = (axial() @ [3, 2, 1, 1])[:3]
    path = stored(segmentation(cropped, [(n, v[3:28, 2:20, 1:11]) for n, v in BOTH]), tmp_path / "cropped")
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())


def test_overlapping_segments_give_the_lesion(series: Series, tmp_path: Path) -> None:
    path = stored(segmentation(axial(), [("tumour", LESION), ("Liver", LIVER | LESION)]), tmp_path / "seg")
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())


def by_highdicom(folder: Path, values: np.ndarray, kind: str, **options: object) -> Dataset:
    """The same mask written by highdicom, as fractions or as a label map."""
    import highdicom
    from pydicom.sr.coding import Code

    sources = [pydicom.dcmread(path) for path in write_series(folder, phantom(SHAPE), axial())]
    for source in sources:
        source.PatientBirthDate = source.PatientSex = source.StudyID = source.StudyTime = source.AccessionNumber = ""
    organ, liver, mass = Code("123037004", "SCT", "x"), Code("10200004", "SCT", "Liver"), Code("4147007", "SCT", "Mass")
    described = [
        highdicom.seg.SegmentDescription(n, "Segment", organ, code, "MANUAL") for n, code in ((1, liver), (2, mass))
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return highdicom.seg.Segmentation(
            sources, values, kind, described, generate_uid(), 3, generate_uid(), 1, "m", "m", "1", "1", **options
        )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("FRACTIONAL", {"max_fractional_value": 200}),
        ("FRACTIONAL", {"max_fractional_value": 255, "transfer_syntax_uid": RLELossless}),
        ("FRACTIONAL", {"max_fractional_value": 255, "transfer_syntax_uid": "1.2.840.10008.1.2.4.80"}),
    ],
)
def test_fractions_are_cut_at_half(tmp_path: Path, kind: str, options: dict[str, object]) -> None:
    share = np.stack([LIVER * 0.6 + (labels() == 0) * 0.4, LESION * 1.0], axis=-1).transpose(2, 1, 0, 3)
    dataset = by_highdicom(tmp_path / "ct", share.astype(np.float32), kind, **options)
    dataset.save_as(tmp_path / "seg")
    series = ct(tmp_path / "ct")
    mask, notices = read_mask_file(MaskFile(tmp_path / "seg"), series)
    np.testing.assert_array_equal(mask.labels, labels())
    assert [n.code for n in notices] == ["mask_segment", "mask_fractional"]


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", RLELossless])
def test_label_map_segmentations(tmp_path: Path, syntax: str) -> None:
    frames = np.ascontiguousarray(labels().transpose(2, 1, 0))
    dataset = by_highdicom(tmp_path / "ct", frames, "LABELMAP", transfer_syntax_uid=syntax)
    dataset.save_as(tmp_path / "seg")
    mask, _ = read_mask_file(MaskFile(tmp_path / "seg"), ct(tmp_path / "ct"))
    np.testing.assert_array_equal(mask.labels, labels())


def test_the_liver_is_found_by_code_among_nameless_segments(series: Series, tmp_path: Path) -> None:
    dataset = segmentation(axial(), [(NAME, LESION), (NAME, LIVER)])
    kinds = [one.SegmentedPropertyTypeCodeSequence[0] for one in dataset.SegmentSequence]
    kinds[0].CodeValue, kinds[1].CodeValue = "86049000", "10200004"
    mask, _ = read_mask_file(MaskFile(stored(dataset, tmp_path / "sct")), series)
    np.testing.assert_array_equal(mask.labels, labels())
    for kind, code in zip(kinds, ("M-03000", "T-62000"), strict=True):
        kind.CodingSchemeDesignator, kind.CodeValue = "SRT", code
    mask, _ = read_mask_file(MaskFile(stored(dataset, tmp_path / "srt")), series)
    np.testing.assert_array_equal(mask.labels, labels())


def test_a_number_chooses_and_its_lack_is_told_with_the_count(series: Series, tmp_path: Path) -> None:
    path = stored(segmentation(axial(), [(NAME, ~LIVER), (NAME, LIVER), (NAME, LESION)]), tmp_path / "seg")
    assert "got 3 segments, 0 of them named as liver" in refused(path, series)
    assert "--mask-segment, 1 to 3" in refused(path, series)
    assert "expected a segment from 1 to 3, got 7" in refused(path, series, 7)
    mask, (notice,) = read_mask_file(MaskFile(path, segment=2), series)
    np.testing.assert_array_equal(mask.labels, LIVER)
    assert notice.text == "liver mask: segment 2 is taken as liver"
    with pytest.raises(InputError, match="expected --mask-segment for a DICOM file, got --mask-value"):
        read_mask_file(MaskFile(path, value=2), series)
    with pytest.raises(InputError, match="--mask-value or --mask-segment, got both"):
        read_mask_file(MaskFile(path, 1, 1), series)


def test_a_single_segment_of_any_name_is_taken_and_said_so_but_no_lesion_alone(series: Series, tmp_path: Path) -> None:
    mask, (notice,) = read_mask_file(MaskFile(stored(segmentation(axial(), [(NAME, LIVER)]), tmp_path / "one")), series)
    np.testing.assert_array_equal(mask.labels, LIVER)
    assert notice.text == "liver mask: segment 1 is taken as liver"
    lesion = stored(segmentation(axial(), [("Liver tumour", LESION)]), tmp_path / "lesion")
    assert "got 1 segment, 0 of them named as liver and 1 as lesion" in refused(lesion, series)


def test_a_lesion_elsewhere_is_left_out(series: Series, tmp_path: Path) -> None:
    far = LESION.copy()
    far[28:30, 20:22, 0:2] = True
    path = stored(segmentation(axial(), [("Liver", LIVER), ("Lesions", far)]), tmp_path / "seg")
    mask, notices = read_mask_file(MaskFile(path), series)
    np.testing.assert_array_equal(mask.labels, labels())
    assert notices[-1].code == "mask_lesion_apart"
    assert "0.2 mL" in notices[-1].text


def test_another_series_is_refused_but_for_one_in_the_same_space(series: Series, tmp_path: Path) -> None:
    other = Dataset()
    other.SeriesInstanceUID = generate_uid()
    foreign = segmentation(axial(), BOTH)
    path = stored(foreign, tmp_path / "1", ReferencedSeriesSequence=[other], FrameOfReferenceUID=generate_uid())
    assert "got one of another series in another frame of reference" in refused(path, series)
    del foreign.FrameOfReferenceUID
    assert "another series" in refused(stored(foreign, tmp_path / "2"), series)
    near = stored(segmentation(axial(), BOTH), tmp_path / "3", ReferencedSeriesSequence=[other])
    mask, notices = read_mask_file(MaskFile(near), series)
    np.testing.assert_array_equal(mask.labels, labels())
    assert [n.code for n in notices] == ["mask_segment", "mask_other_series"]
    nameless = segmentation(axial(), BOTH)
    del nameless.FrameOfReferenceUID, nameless.ReferencedSeriesSequence
    assert len(read_mask_file(MaskFile(stored(nameless, tmp_path / "4")), series)[1]) == 1


def test_one_drawn_on_the_arterial_series_is_brought_over(tmp_path: Path) -> None:
    shifted = axial()
    shifted[2, 3] -= 10.0
    arterial = ct(tmp_path / "art", shifted, SeriesInstanceUID=generate_uid(entropy_srcs=["art"]))
    portal_venous = ct(tmp_path / "pv", SeriesInstanceUID=SERIES, FrameOfReferenceUID=generate_uid())
    reference = Dataset()
    reference.SeriesInstanceUID = generate_uid(entropy_srcs=["art"])
    dataset = segmentation(shifted, BOTH)
    path = stored(dataset, tmp_path / "seg", ReferencedSeriesSequence=[reference])
    mask, notices = read_mask_file(MaskFile(path), portal_venous, arterial)
    np.testing.assert_array_equal(mask.labels[:, :, :8], labels()[:, :, 2:10])
    assert not mask.labels[:, :, 8:].any()
    assert [n.code for n in notices] == ["mask_segment", "mask_resampled"]


def test_another_grid_is_refused_with_the_distance(series: Series, tmp_path: Path) -> None:
    off = axial()
    off[:3, 3] += [0, 0, 2.5]
    text = refused(stored(segmentation(off, BOTH), tmp_path / "1"), series)
    assert "the portal-venous series (31 x 23 x 12 voxels of 2 x 2.5 x 5 mm), got one 2.5 mm off it" in text
    off = axial()
    off[:3, 3] += [0.9, 0, 0]
    assert "got one 0.9 mm off it" in refused(stored(segmentation(off, BOTH), tmp_path / "2"), series)
    for number, spacing in enumerate([(1.0, 1.25, 5.0), (2.0, 2.6, 5.0), (2.0, 2.5, 3.0)]):
        path = stored(segmentation(axial(spacing), BOTH), tmp_path / f"spacing-{number}")
        assert "got one" in refused(path, series)
    assert "mm off it" in refused(stored(segmentation(turned("oblique"), BOTH), tmp_path / "3"), series)


def test_what_lies_beyond_the_series_is_counted(series: Series, tmp_path: Path) -> None:
    low = axial()
    low[2, 3] -= 15.0
    mask, notices = read_mask_file(MaskFile(stored(segmentation(low, BOTH), tmp_path / "seg")), series)
    np.testing.assert_array_equal(mask.labels[:, :, :9], labels()[:, :, 3:])
    assert notices[-1].code == "mask_outside"
    assert f"{np.count_nonzero(labels()[:, :, :3])} voxels" in notices[-1].text
    low[2, 3] -= 500.0
    path = stored(segmentation(low, BOTH), tmp_path / "far")
    assert "got none of it there" in refused(path, series)


def test_slices_filled_by_interpolation_take_the_nearest_scanned_slice(tmp_path: Path) -> None:
    series = ct(tmp_path / "ct", skip=(4, 8))
    scanned = labels().copy()
    scanned[:, :, [4, 8]] = 0
    path = stored(segmentation(axial(), [("Liver", scanned == 1), ("HCC", scanned == 2)]), tmp_path / "seg")
    expected = labels().copy()
    expected[:, :, 4], expected[:, :, 8] = labels()[:, :, 3], labels()[:, :, 7]
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, expected)
    filled = stored(segmentation(axial(), BOTH), tmp_path / "filled")
    np.testing.assert_array_equal(read_mask_file(MaskFile(filled), series)[0].labels, labels())


def test_a_tilted_stack_is_straightened_like_its_ct(tmp_path: Path) -> None:
    tilt = np.radians(15)
    affine = axial()
    affine[:3, 1] = [0, 2.5 * np.cos(tilt), 2.5 * np.sin(tilt)]
    series = ct(tmp_path / "ct", affine)
    mask, _ = read_mask_file(MaskFile(stored(segmentation(affine, BOTH), tmp_path / "seg")), series)
    truth = (affine @ [*np.argwhere(labels()).mean(axis=0), 1])[:3]
    mean = (mask.geometry.affine_lps @ [*np.argwhere(mask.labels).mean(axis=0), 1])[:3]
    np.testing.assert_allclose(mean, truth, atol=1.0)
    voxel_ml = abs(np.linalg.det(affine[:3, :3])) / 1000
    assert mask.volume_ml == pytest.approx(np.count_nonzero(labels()) * voxel_ml, rel=0.06)


def test_a_folder_or_zip_may_hold_the_ct_too(tmp_path: Path) -> None:
    series = ct(tmp_path / "all" / "ct")
    path = stored(segmentation(axial(), BOTH), tmp_path / "all" / f"{NAME}.dcm")
    np.testing.assert_array_equal(read_mask_file(MaskFile(tmp_path / "all"), series)[0].labels, labels())
    with zipfile.ZipFile(tmp_path / "seg.zip", "w") as archive:
        archive.write(path, path.name)
    np.testing.assert_array_equal(read_mask_file(MaskFile(tmp_path / "seg.zip"), series)[0].labels, labels())
    stored(segmentation(axial(), BOTH), tmp_path / "all" / "second")
    assert "expected one mask, got 2 in 14 files" in refused(tmp_path / "all", series)
    assert "got 12 files of other kinds" in refused(tmp_path / "all" / "ct", series)
    assert "got a CT image" in refused(next((tmp_path / "all" / "ct").iterdir()), series)
    assert "no such file" in refused(tmp_path / "nowhere", series)


def test_damaged_files_end_in_one_sentence(series: Series, tmp_path: Path) -> None:
    path = stored(segmentation(axial(), BOTH), tmp_path / "seg")
    whole = path.read_bytes()
    for cut in (200, len(whole) // 2, len(whole) - 400, len(whole) - 3):
        path.write_bytes(whole[:cut])
        refused(path, series)
    assert "got 9 frames and 11 positions" in refused(
        stored(segmentation(axial(), BOTH), tmp_path / "frames", NumberOfFrames=9), series
    )
    assert "at least one segment, got none" in refused(
        stored(segmentation(axial(), BOTH), tmp_path / "none", SegmentSequence=[]), series
    )
    empty = segmentation(axial(), [("Liver", LIVER & False), ("HCC", LESION)])
    assert "expected liver in segment 1, got an empty segment" in refused(stored(empty, tmp_path / "empty"), series)
    lost = segmentation(axial(), BOTH)
    del lost.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence
    assert "damaged" in refused(stored(lost, tmp_path / "lost"), series)
    away = segmentation(axial(), BOTH)
    for frame in away.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient = ["-31.25", "-28.5", "1e250"]
    refused(stored(away, tmp_path / "away"), series)
    huge = stored(segmentation(axial(), BOTH), tmp_path / "huge", Rows=60000, Columns=60000)
    assert "4096 on an axis" in refused(huge, series)
