"""Segmentations of 3D Slicer in and out: names, values, layers, old files without them, wrong files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from core.case import LiverMask, MaskOrigin
from core.errors import InputError
from core.geometry import Geometry
from core.io.mask_files import MaskFile, read_mask_file
from core.io.seg_nrrd import write_seg_nrrd
from core.io.series import Series
from tests.core.io.dicom_factory import axial
from tests.core.io.mask_factory import NAME, SHAPE, STACKS, ct, labels, turned

LIVER, LESION = labels() == 1, labels() == 2


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    return ct(tmp_path_factory.mktemp("ct"))


def vector(values: np.ndarray) -> str:
    return "(" + ",".join(f"{value:.17g}" for value in values) + ")"


def slicer_file(
    path: Path, layers: list[np.ndarray], segments: list[dict[str, str]], affine: np.ndarray | None = None, **more: str
) -> Path:
    """A file as 3D Slicer lays it out: one label map, or several along a list axis."""
    affine = axial() if affine is None else affine
    several = len(layers) > 1
    sizes = " ".join(str(n) for n in ((len(layers),) if several else ()) + layers[0].shape)
    directions = " ".join(vector(affine[:3, axis]) for axis in range(3))
    lines = [
        "NRRD0004",
        "# Complete NRRD file format specification at:",
        "type: unsigned char",
        f"dimension: {4 if several else 3}",
        "space: left-posterior-superior",
        f"sizes: {sizes}",
        f"space directions: {'none ' if several else ''}{directions}",
        f"kinds: {'list ' if several else ''}domain domain domain",
        "encoding: gzip",
        f"space origin: {vector(affine[:3, 3])}",
        *(f"Segment{n}_{key}:={value}" for n, fields in enumerate(segments) for key, value in fields.items()),
        *(f"{key}:={value}" for key, value in more.items()),
        "Segmentation_ReferenceImageExtentOffset:=0 0 0",
    ]
    body = np.stack(layers).astype(np.uint8).ravel(order="F")
    path.write_bytes("\n".join([*lines, "", ""]).encode() + gzip.compress(body.tobytes()))
    return path


def described(name: str, value: int | None = None, layer: int | None = None, tags: str = "") -> dict[str, str]:
    fields = {"ID": "Segment_1", "Name": name, "Tags": tags}
    return (
        fields
        | ({} if value is None else {"LabelValue": str(value)})
        | ({} if layer is None else {"Layer": str(layer)})
    )


def terminology(scheme: str, code: str) -> str:
    return (
        "Segmentation.Status:inprogress|TerminologyEntry:Segmentation category and type - 3D Slicer General Anatomy "
        f"list~SCT^123037004^Anatomical Structure~{scheme}^{code}^{NAME}~^^~Anatomic codes~SCT^10200004^Liver~^^|"
    )


def refused(path: Path, series: Series, value: int | None = None, segment: int | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_mask_file(MaskFile(path, value, segment), series)
    text = str(caught.value)
    assert text.startswith("liver mask: expected ")
    assert "DOE" not in text
    return text


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("lesion", [True, False])
def test_what_is_written_is_read_again(tmp_path: Path, stack: str, lesion: bool) -> None:
    series = ct(tmp_path / "ct", turned(stack))
    geometry = series.volume.geometry
    written = LiverMask(labels() if lesion else LIVER.astype(np.uint8), geometry, MaskOrigin.MODEL)
    write_seg_nrrd(written, tmp_path / "liver.seg.nrrd")
    mask, _ = read_mask_file(MaskFile(tmp_path / "liver.seg.nrrd"), series)
    np.testing.assert_array_equal(mask.labels, written.labels)


def test_the_written_file_says_what_3d_slicer_reads(tmp_path: Path) -> None:
    import SimpleITK as sitk

    geometry = Geometry(SHAPE, turned("oblique"))
    write_seg_nrrd(LiverMask(labels(), geometry, MaskOrigin.EDITED), tmp_path / "a.seg.nrrd")
    image = sitk.ReadImage(str(tmp_path / "a.seg.nrrd"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), labels().transpose(2, 1, 0))
    np.testing.assert_allclose(image.GetOrigin(), geometry.origin_mm)
    np.testing.assert_allclose(image.GetSpacing(), geometry.spacing_mm)
    np.testing.assert_allclose(np.array(image.GetDirection()).reshape(3, 3), geometry.direction_cosines, atol=1e-12)
    fields = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    assert fields["Segment0_Name"] == "Liver"
    assert fields["Segment1_Name"] == "Lesion"
    for n, value in ((0, "1"), (1, "2")):
        assert fields[f"Segment{n}_LabelValue"] == value
        assert fields[f"Segment{n}_Layer"] == "0"
        assert fields[f"Segment{n}_Extent"] == "0 30 0 22 0 11"
        assert all(0 <= float(part) <= 1 for part in fields[f"Segment{n}_Color"].split())
        assert fields[f"Segment{n}_Tags"].count("~") == 6
    assert "~SCT^10200004^Liver~" in fields["Segment0_Tags"]
    assert "~SCT^52988006^Lesion~^^~" in fields["Segment1_Tags"]
    write_seg_nrrd(LiverMask(LIVER.astype(np.uint8), geometry, MaskOrigin.MODEL), tmp_path / "b.seg.nrrd")
    assert b"Segment1_" not in (tmp_path / "b.seg.nrrd").read_bytes()


def test_segments_share_a_layer_or_have_their_own(series: Series, tmp_path: Path) -> None:
    one = LIVER * 7 + LESION * 3 + (labels() == 0) * 9
    segments = [described("spleen", 9, 0), described("hcc", 3, 0), described("Leber", 7, 0)]
    path = slicer_file(tmp_path / "shared.seg.nrrd", [one], segments)
    mask, (notice,) = read_mask_file(MaskFile(path), series)
    np.testing.assert_array_equal(mask.labels, labels())
    assert notice.text == "liver mask: segment 3 is taken as liver, 2 as lesion"
    layers = [LIVER | LESION, LESION * 2 + (labels() == 0) * 1]
    segments = [described("Liver", 1, 0), described("Tumor", 2, 1), described("body", 1, 1)]
    path = slicer_file(tmp_path / "layers", layers, segments)
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())


def test_old_files_without_layers_and_values(series: Series, tmp_path: Path) -> None:
    layers = [labels() == 0, LIVER | LESION, LESION]
    path = slicer_file(tmp_path / "old", layers, [described("fat"), described("Liver"), described("Lesion")])
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())
    path = slicer_file(tmp_path / "single", [LIVER], [described("Segment_1")])
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, LIVER)


@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("flip", [False, True])
def test_turned_and_cropped_files_are_placed(series: Series, tmp_path: Path, crop: bool, flip: bool) -> None:
    affine, values = axial(), LIVER * 1 + LESION * 2
    if crop:
        affine[:3, 3] = (axial() @ [3, 2, 1, 1])[:3]
        values = values[3:28, 2:20, 1:11]
    if flip:
        affine[:3, 3] = (affine @ [0, values.shape[1] - 1, 0, 1])[:3]
        affine[:3, 1] *= -1
        affine = affine[:, [2, 0, 1, 3]]
        values = values[:, ::-1].transpose(2, 0, 1)
    path = slicer_file(tmp_path / "a", [values], [described("Liver", 1, 0), described("Mass", 2, 0)], affine)
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())


def test_the_liver_is_chosen_by_code_number_or_value(series: Series, tmp_path: Path) -> None:
    one = LIVER * 7 + LESION * 3
    codes = [described(NAME, 3, 0, terminology("SCT", "4147007")), described(NAME, 7, 0, terminology("SRT", "T-62000"))]
    path = slicer_file(tmp_path / "codes", [one], codes)
    np.testing.assert_array_equal(read_mask_file(MaskFile(path), series)[0].labels, labels())
    path = slicer_file(tmp_path / "nameless", [one], [described(NAME, 3, 0), described(NAME, 7, 0)])
    assert "got 2 segments, 0 of them named as liver" in refused(path, series)
    for choice in (MaskFile(path, segment=2), MaskFile(path, value=7)):
        np.testing.assert_array_equal(read_mask_file(choice, series)[0].labels, LIVER)
    assert "one segment of label value 4, got 0 of 2 segments" in refused(path, series, value=4)
    assert "a segment from 1 to 2, got 5" in refused(path, series, segment=5)


def test_wrong_files_end_in_one_sentence(series: Series, tmp_path: Path) -> None:
    segments = [described("Liver", 1, 0)]
    path = slicer_file(tmp_path / "a", [LIVER], segments)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 60])
    assert "damaged or truncated" in refused(path, series)
    path.write_bytes(whole[:200])
    refused(path, series)
    assert "got layer 3" in refused(slicer_file(tmp_path / "b", [LIVER], [described("Liver", 1, 3)]), series)
    assert "an empty segment" in refused(slicer_file(tmp_path / "c", [LIVER], [described("Liver", 5, 0)]), series)
    fraction = {"Segmentation_MasterRepresentation": "Fractional labelmap"}
    text = refused(slicer_file(tmp_path / "d", [LIVER], segments, **fraction), series)
    assert "expected a binary segmentation" in text
    off = axial()
    off[2, 3] += 2.0
    assert "got one 2.0 mm off it" in refused(slicer_file(tmp_path / "e", [LIVER], segments, off), series)
    assert "got one at another angle" in refused(
        slicer_file(tmp_path / "f", [LIVER], segments, axial((2.0, 2.5, 10.0))), series
    )
    path.write_bytes(whole.replace(b"space origin: (-31.25,", b"space origin: (1e250,"))
    refused(path, series)
    path.write_bytes(whole.replace(b"encoding: gzip", b"data file: /etc/hostname\nencoding: raw"))
    assert "the voxels in the same file" in refused(path, series)
    huge = whole.replace(b"sizes: 31 23 12", b"sizes: 3100 2300 12000")
    path.write_bytes(huge)
    assert "got 3100 x 2300 x 12000 in 1 layers" in refused(path, series)
