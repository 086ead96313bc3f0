"""Image files in and out: orientation, formats, and one clear sentence for everything that is no CT volume."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.errors import InputError
from core.geometry import RAS_TO_LPS, Geometry
from core.io.volumes import read_image, read_volume, write_heatmap, write_mask, write_volume
from tests.core.io.dicom_factory import axial, phantom

ROLE = "arterial series"
SHAPE = (32, 24, 12)


def volume(hu: np.ndarray | None = None, affine: np.ndarray | None = None, *, simulated: bool = False) -> Volume:
    values = phantom(SHAPE) if hu is None else hu
    geometry = Geometry(values.shape, axial() if affine is None else affine)
    return Volume(values, geometry, Phase.ARTERIAL, "0" * 64, simulated)


def nifti(path: Path, values: np.ndarray, affine_ras: np.ndarray | None = None) -> Path:
    nibabel.save(nibabel.Nifti1Image(values, np.diag([2.0, 2.0, 5.0, 1.0]) if affine_ras is None else affine_ras), path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_volume(path, Phase.ARTERIAL, ROLE)
    text = str(caught.value)
    assert text.startswith(f"{ROLE}: expected ")
    assert "\n" not in text
    assert len(path.stem) < 4 or path.stem not in text
    return text


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    write_volume(volume(simulated=True), tmp_path / name)
    back, _ = read_volume(tmp_path / name, Phase.ARTERIAL, ROLE)
    np.testing.assert_array_equal(back.hu, phantom(SHAPE))
    np.testing.assert_allclose(back.geometry.affine_lps, axial(), atol=1e-4)
    assert back.simulated
    assert back.hu.flags.c_contiguous


def test_other_programs_read_what_is_written(tmp_path: Path) -> None:
    write_volume(volume(), tmp_path / "ct.nii.gz")
    image = sitk.ReadImage(str(tmp_path / "ct.nii.gz"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image).transpose(2, 1, 0), phantom(SHAPE))
    np.testing.assert_allclose(image.GetOrigin(), axial()[:3, 3], atol=1e-4)
    loaded = nibabel.load(tmp_path / "ct.nii.gz")
    np.testing.assert_allclose(RAS_TO_LPS @ loaded.affine, axial(), atol=1e-4)
    assert not bytes(loaded.header["descrip"]).strip(b"\x00")


def test_heatmap_and_mask_read_back_as_0_to_1_and_labels(tmp_path: Path) -> None:
    heat = np.linspace(0, 1, 32 * 24 * 12).reshape(SHAPE).astype(np.float16)
    geometry = volume().geometry
    write_heatmap(heat, geometry, tmp_path / "heat.nii.gz")
    back = nibabel.load(tmp_path / "heat.nii.gz").get_fdata()
    assert np.abs(back - heat.astype(float)).max() <= 0.5 / 255 + 1e-6
    assert back.max() == pytest.approx(1.0)
    labels = (heat > 0.5).astype(np.uint8)
    write_mask(LiverMask(labels, geometry, MaskOrigin.MODEL), tmp_path / "liver.nii")
    np.testing.assert_array_equal(read_image(tmp_path / "liver.nii", "mask").values, labels)


def test_nothing_of_the_input_header_is_written(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(phantom(SHAPE), np.eye(4) * [2, 2, 2, 1])
    image.header["descrip"], image.header["db_name"] = b"DOE^JANE", b"DOE^JANE"
    nibabel.save(image, tmp_path / "in.nii")
    write_volume(read_volume(tmp_path / "in.nii", Phase.ARTERIAL, ROLE)[0], tmp_path / "out.nii")
    assert b"DOE" not in (tmp_path / "out.nii").read_bytes()


def test_only_nifti_names_are_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.nii"):
        write_volume(volume(), tmp_path / "ct.mha")
    write_volume(volume(), tmp_path / "ct.nii")
    assert [p.name for p in tmp_path.iterdir()] == ["ct.nii"]


@pytest.mark.parametrize("name", ["ct.mha", "ct.nrrd", "ct.mhd", "ct.nii.gz"])
def test_every_format_puts_voxels_in_the_same_place(tmp_path: Path, name: str) -> None:
    affine = axial()
    affine[:3, :3] = affine[:3, :3] @ np.array([[0.96, -0.28, 0], [0.28, 0.96, 0], [0, 0, -1.0]])
    affine[:3, :3] /= np.linalg.norm(affine[:3, :3], axis=0) / [2.0, 2.5, 5.0]
    affine[:3, :3] = np.linalg.qr(affine[:3, :3])[0] * [2.0, 2.5, 5.0]
    image = sitk.GetImageFromArray(phantom(SHAPE).transpose(2, 1, 0))
    geometry = Geometry(SHAPE, affine)
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.origin_mm)
    image.SetDirection(geometry.direction_cosines.ravel().tolist())
    sitk.WriteImage(image, str(tmp_path / name), useCompression=name != "ct.mhd")
    back, _ = read_volume(tmp_path / name, Phase.ARTERIAL, ROLE)
    np.testing.assert_array_equal(back.hu, phantom(SHAPE))
    np.testing.assert_allclose(back.geometry.affine_lps, affine, atol=1e-3)


@given(st.permutations([0, 1, 2]), st.tuples(*[st.booleans()] * 3))
def test_flipped_and_permuted_files_hold_the_same_patient(order: list[int], flips: tuple[bool, bool, bool]) -> None:
    """A voxel's HU at a place in the patient does not depend on how the file stores its axes."""
    import tempfile

    hu, affine = phantom(SHAPE), axial()
    for axis, flip in enumerate(flips):
        if flip:
            hu = np.flip(hu, axis)
            turn = np.eye(4)
            turn[axis, axis], turn[axis, 3] = -1, SHAPE[axis] - 1
            affine = affine @ turn
    hu, affine = hu.transpose(order), affine[:, [*order, 3]]
    with tempfile.TemporaryDirectory() as folder:
        path = nifti(Path(folder) / "a.nii", np.ascontiguousarray(hu), RAS_TO_LPS @ affine)
        back, _ = read_volume(path, Phase.ARTERIAL, ROLE)
    rng = np.random.default_rng(0)
    for index in rng.integers(0, SHAPE, (5, 3)):
        place = axial() @ [*index, 1]
        found = np.rint(np.linalg.solve(back.geometry.affine_lps, place)[:3]).astype(int)
        assert back.hu[tuple(found)] == phantom(SHAPE)[tuple(index)]


@given(st.lists(st.floats(-500, 500), min_size=16, max_size=16))
def test_ras_lps_ras_is_the_identity(numbers: list[float]) -> None:
    affine = np.array(numbers).reshape(4, 4)
    np.testing.assert_array_equal(RAS_TO_LPS @ (RAS_TO_LPS @ affine), affine)


def test_same_image_has_the_same_key_in_every_format(tmp_path: Path) -> None:
    write_volume(volume(), tmp_path / "a.nii.gz")
    sitk.WriteImage(sitk.ReadImage(str(tmp_path / "a.nii.gz")), str(tmp_path / "b.mha"))
    keys = {read_volume(tmp_path / name, Phase.ARTERIAL, ROLE)[0].source_sha256 for name in ("a.nii.gz", "b.mha")}
    assert len(keys) == 1
    write_volume(volume(phantom(SHAPE) + np.int16(1)), tmp_path / "c.nii")
    assert read_volume(tmp_path / "c.nii", Phase.ARTERIAL, ROLE)[0].source_sha256 not in keys


def test_extension_proves_nothing(tmp_path: Path) -> None:
    write_volume(volume(), tmp_path / "a.nii.gz")
    (tmp_path / "a.nii.gz").rename(tmp_path / "a.dcm")
    assert read_volume(tmp_path / "a.dcm", Phase.ARTERIAL, ROLE)[0].hu.shape == SHAPE


def test_units_of_the_header_are_honoured(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(phantom(SHAPE), np.diag([0.002, 0.002, 0.005, 1.0]))
    image.header.set_xyzt_units("meter")
    nibabel.save(image, tmp_path / "a.nii")
    assert read_volume(tmp_path / "a.nii", Phase.ARTERIAL, ROLE)[0].geometry.spacing_mm[2] == pytest.approx(5.0)


def test_sheared_axes_are_resampled_and_said_so(tmp_path: Path) -> None:
    affine = axial((2.0, 2.0, 5.0))
    affine[1, 2] = 1.5
    back, notices = read_volume(nifti(tmp_path / "a.nii", phantom(SHAPE), RAS_TO_LPS @ affine), Phase.ARTERIAL, ROLE)
    assert "gantry_tilt" in [n.code for n in notices]
    direction = back.geometry.direction_cosines
    np.testing.assert_allclose(direction.T @ direction, np.eye(3), atol=1e-6)


def test_missing_orientation_is_said(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(phantom(SHAPE), None)
    image.header.set_zooms((2.0, 2.0, 5.0))
    nibabel.save(image, tmp_path / "a.nii")
    raw = bytearray((tmp_path / "a.nii").read_bytes())
    raw[252:256] = bytes(4)  # qform_code, sform_code
    (tmp_path / "a.nii").write_bytes(raw)
    assert "no_orientation" in [n.code for n in read_volume(tmp_path / "a.nii", Phase.ARTERIAL, ROLE)[1]]


def test_clipped_hu_is_a_warning(tmp_path: Path) -> None:
    _, notices = read_volume(nifti(tmp_path / "a.nii", np.clip(phantom(SHAPE), -160, 240)), Phase.ARTERIAL, ROLE)
    (text,) = (n.text for n in notices if n.code == "hu_clipped")
    assert "-160 to 240" in text


def test_thick_slices_are_a_warning(tmp_path: Path) -> None:
    _, notices = read_volume(nifti(tmp_path / "a.nii", phantom(SHAPE), np.diag([2, 2, 8.0, 1])), Phase.ARTERIAL, ROLE)
    assert "thick_slices" in [n.code for n in notices]


@pytest.mark.parametrize(
    ("values", "got"),
    [
        (phantom((32, 24, 1)), "at least 8 slices, got 1"),
        (phantom((32, 24, 1))[:, :, 0], "at least 8 slices, got 1"),
        (np.stack([phantom(SHAPE)] * 5, axis=3), r"got 4 dimensions (5 volumes)"),
        (
            np.clip(phantom(SHAPE), 0, 255).astype(np.uint8),
            "got values from 0 to 255",
        ),
        (phantom(SHAPE) + np.int16(1024), "Hounsfield units (air near -1000), got values from 24"),
        (np.zeros(SHAPE, np.int16), "Hounsfield units"),
        (np.full(SHAPE, np.nan, np.float32), "got 9216 of 9216 that are NaN"),
        (np.where(phantom(SHAPE) > 100, np.inf, phantom(SHAPE)).astype(np.float32), "that are NaN or infinite"),
        (phantom(SHAPE).astype(np.complex64), "a colour, vector or complex image"),
    ],
)
def test_what_is_no_ct_volume_is_refused(tmp_path: Path, values: np.ndarray, got: str) -> None:
    assert got in refusal(nifti(tmp_path / "DOE_JANE.nii", values))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.mha", "a.nrrd"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.98])
def test_truncated_files_are_refused(tmp_path: Path, name: str, kept: float) -> None:
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(-1000, 400, (12, 24, 32), dtype=np.int16))
    sitk.WriteImage(image, str(tmp_path / name), useCompression=name != "a.nii")
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(kept * len(content))])
    assert "got a" in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"Patient Jane Doe, born 1950. " * 60, "a text file"),
        (b"{}", "a text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "a picture"),
        (b"%PDF-1.7" + bytes(500), "a PDF document"),
        (b"Salted__" + bytes(range(256)) * 9, "an unknown or encrypted kind of file"),
        (gzip.compress(b"no nifti" * 300), "a gzip file that holds no NIfTI"),
        (b"\x1f\x8b" + bytes(100), "a truncated or damaged gzip file"),
        (struct.pack("<i", 348) + bytes(340) + b"ni1\x00", "a NIfTI header without its image data"),
        (struct.pack("<i", 348) + bytes(30), "an unknown or encrypted kind of file"),
    ],
)
def test_other_kinds_posing_as_nifti_are_refused(tmp_path: Path, content: bytes, got: str) -> None:
    path = tmp_path / "JANE_DOE.nii.gz"
    path.write_bytes(content)
    assert got in refusal(path)


def patched(path: Path, offset: int, layout: str, *numbers: float) -> Path:
    nifti(path, phantom(SHAPE))
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, offset, *numbers)
    path.write_bytes(content)
    return path


def test_over_large_headers_are_refused_before_allocating(tmp_path: Path) -> None:
    assert "at most" in refusal(patched(tmp_path / "x.nii", 42, "<3h", 30000, 30000, 30000))
    assert "at most" in refusal(patched(tmp_path / "x.nii", 42, "<3h", 4000, 4000, 4000))
    header = b"NRRD0004\ntype: short\ndimension: 3\nsizes: 60000 60000 60000\nencoding: raw\nendian: little\n\n"
    (tmp_path / "x.nrrd").write_bytes(header + bytes(64))
    assert "at most" in refusal(tmp_path / "x.nrrd")


def test_damaged_headers_are_refused(tmp_path: Path) -> None:
    assert "at least 1 voxel, got -5" in refusal(patched(tmp_path / "x.nii", 42, "<3h", -5, 24, 12))
    assert "voxel spacing of 0.1-20 mm, got 0 mm" in refusal(patched(tmp_path / "x.nii", 280, "<4f", 0, 0, 0, 0))
    assert "finite positions" in refusal(patched(tmp_path / "x.nii", 280, "<4f", np.nan, 0, 0, 0))
    assert "right angles" in refusal(patched(tmp_path / "x.nii", 280, "<8f", 2, 2, 0, 0, 0, 0.01, 0, 0))
    assert "unknown voxel type" in refusal(patched(tmp_path / "x.nii", 70, "<h", 9999))
    for offset, got in ((np.nan, "nan"), (np.inf, "inf"), (-1e30, "-1e+30"), (0, "0")):
        assert f"an offset of {got}" in refusal(patched(tmp_path / "x.nii", 108, "<f", offset))
    assert "Hounsfield units" in refusal(patched(tmp_path / "x.nii", 112, "<2f", 1e30, 0))
    assert "after the header" in refusal(patched(tmp_path / "x.nii", 108, "<f", 2e9))


def test_vector_images_are_refused(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(np.zeros((12, 24, 32, 3), np.int16), isVector=True)
    sitk.WriteImage(image, str(tmp_path / "x.mha"))
    assert "got 3 (a vector or colour image)" in refusal(tmp_path / "x.mha")


@pytest.mark.parametrize("target", ["../secret.raw", "/etc/hostname", "LIST", "a%02d.raw 1 12 1", "absent.raw"])
def test_headers_that_point_elsewhere_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret.raw").write_bytes(bytes(2 * 32 * 24 * 12))
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "x.mhd").write_text(
        f"NDims = 3\nDimSize = 32 24 12\nElementType = MET_SHORT\nElementDataFile = {target}\n"
    )
    assert "got another place" in refusal(folder / "x.mhd")
    (folder / "x.nrrd").write_text(
        f"NRRD0004\ntype: short\ndimension: 3\nsizes: 32 24 12\ndata file: {target}\nencoding: raw\n"
    )
    assert "got another place" in refusal(folder / "x.nrrd")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nothing.nii")
