"""A NIfTI behind the door: read as it was, with nothing in its header that the reading does not need."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from core.case import Phase
from core.errors import InputError
from core.io.deid.door import cleaned
from core.io.deid.key import CaseKey
from core.io.deid.nifti_head import cleaned_head
from core.io.deid.tally import HEADER_TEXTS, Tally
from core.io.nifti import SIMULATED_MARK
from core.io.volumes import read_volume
from tests.core.io.dicom_factory import axial, phantom

SHAPE = (8, 9, 10)
NUMBER = 48190273
RAS = np.diag([-1.0, -1, 1, 1]) @ axial()
KINDS = (nibabel.Nifti1Image, nibabel.Nifti2Image)
CODES = [(1, 1), (1, 0), (0, 2), (0, 0), (3, 4)]
FREE = (
    *("extents", "session_error", "dim_info", "intent_p1", "intent_p2", "intent_p3", "intent_code", "slice_start"),
    *("slice_end", "slice_code", "slice_duration", "cal_max", "cal_min", "toffset", "glmax", "glmin", "data_type"),
    *("db_name", "descrip", "aux_file", "intent_name", "unused_str", "regular"),
)
"""Fields that no reading needs."""


def image(kind: Any, qform: int, sform: int, endianness: str = "<", dtype: Any = np.int16) -> Any:
    made = kind(phantom(SHAPE).astype(dtype), RAS, header=kind.header_class(endianness=endianness))
    made.header["qform_code"], made.header["sform_code"] = qform, sform
    made.header.set_xyzt_units("mm", "sec")
    return made


def head_of(content: bytes, kind: Any) -> Any:
    return kind.header_class(content[: kind.header_class.sizeof_hdr], check=False)


def plant(header: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if name in header:
            field = header[name]
            if field.dtype.kind == "S":
                header[name] = str(NUMBER).encode()[: field.dtype.itemsize]
            elif field.dtype.kind == "f":
                header[name] = np.full(field.shape, NUMBER, field.dtype)
            else:
                header[name] = min(NUMBER, np.iinfo(field.dtype).max)


def stored(made: Any, header: Any) -> bytes:
    """The file of an image with a header as it is: nibabel would write its own numbers."""
    whole: bytes = made.to_bytes()
    header["vox_offset"] = head_of(whole, type(made))["vox_offset"]
    block: bytes = header.binaryblock
    return block + whole[len(block) :]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("endianness", ["<", ">"])
@pytest.mark.parametrize(("qform", "sform"), CODES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_image_is_read_as_it_was(
    kind: Any, endianness: str, qform: int, sform: int, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    made = image(kind, qform, sform, endianness)
    content = stored(made, made.header.copy())
    tally = Tally()
    found = cleaned(pack(content), CaseKey(), tally)
    (tmp_path / "a.nii").write_bytes(content)
    (tmp_path / "b.nii").write_bytes(found)
    (before, notes), (after, same) = (read_volume(tmp_path / f"{n}.nii", Phase.ARTERIAL, "CT") for n in "ab")
    np.testing.assert_array_equal(before.hu, after.hu)
    np.testing.assert_array_equal(before.geometry.affine_lps, after.geometry.affine_lps)
    assert notes == same
    old, new = head_of(content, kind), head_of(found, kind)
    np.testing.assert_allclose(new.get_zooms(), old.get_zooms(), rtol=1e-6)
    for name in ("dim", "datatype", "bitpix", "xyzt_units", "qform_code", "sform_code", "magic"):
        assert new[name].tobytes() == old[name].tobytes(), name
    np.testing.assert_array_equal(new.get_best_affine(), old.get_best_affine())
    if qform:
        np.testing.assert_array_equal(new.get_qform(), old.get_qform())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("qform", "sform"), CODES)
def test_no_number_stays_where_none_is_needed(kind: Any, qform: int, sform: int) -> None:
    made, tally = image(kind, qform, sform), Tally()
    header, affine = made.header.copy(), made.header.get_best_affine()
    unused = (
        *(() if qform else ("quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z")),
        *(() if sform else ("srow_x", "srow_y", "srow_z")),
    )
    plant(header, (*FREE, *unused))
    header["dim"][4:], header["pixdim"][4:] = 31873, NUMBER
    header["scl_slope"], header["scl_inter"] = np.nan, NUMBER
    if sform and not qform:
        header["pixdim"][1:4] = NUMBER
    found = cleaned(stored(made, header), CaseKey(), tally)
    new = head_of(found, kind)
    for name in (*FREE, *unused):
        assert name not in new or not new[name].tobytes().strip(b"\0"), name
    for value in (NUMBER, 31873, 32767):
        for name in new:
            assert new[name].dtype.kind == "S" or not np.any(new[name] == value), name
    assert str(NUMBER).encode() not in found
    assert tally.removed[HEADER_TEXTS] >= 15
    np.testing.assert_array_equal(new.get_best_affine(), affine)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "names", [("qoffset_x", "srow_x"), ("quatern_b", "srow_y"), ("pixdim",), ("dim",), ("vox_offset",), ("scl_slope",)]
)
def test_a_long_number_where_one_is_needed_is_refused_without_being_said(
    kind: Any, names: tuple[str, ...], tmp_path: Path
) -> None:
    made = image(kind, 1, 0 if "quatern_b" in names else 1)
    if names == ("pixdim",):
        made = image(kind, 1, 0)
    header = made.header.copy()
    header["vox_offset"] = head_of(made.to_bytes(), kind)["vox_offset"]
    plant(header, tuple(name for name in names if name != "dim"))
    if names == ("dim",):
        header["dim"][1:] = min(NUMBER, np.iinfo(header["dim"].dtype).max)
    found = cleaned(header.binaryblock + made.to_bytes()[header.sizeof_hdr :], CaseKey(), Tally())
    new = head_of(found, kind)
    assert not any(np.any(new[name] == NUMBER) for name in new if new[name].dtype.kind != "S")
    (tmp_path / "a.nii").write_bytes(found)
    with pytest.raises(InputError) as caught:
        read_volume(tmp_path / "a.nii", Phase.ARTERIAL, "CT")
    assert "4819" not in str(caught.value)
    assert "4.819" not in str(caught.value)


def test_scale_mark_and_voxels_after_extensions_stay(tmp_path: Path) -> None:
    made, tally = image(nibabel.Nifti1Image, 1, 1, dtype=np.float32), Tally()
    made.header["descrip"] = SIMULATED_MARK
    made.header.extensions.append(nibabel.nifti1.Nifti1Extension(6, b"JANE DOE"))
    content = bytearray(made.to_bytes())
    struct.pack_into("<2f", content, 112, 0.5, -24.0)
    found = cleaned(bytes(content), CaseKey(), tally)
    assert b"JANE" not in found
    assert tally.removed[HEADER_TEXTS] == 1
    (tmp_path / "a.nii").write_bytes(found)
    volume, _ = read_volume(tmp_path / "a.nii", Phase.ARTERIAL, "CT")
    assert volume.simulated
    np.testing.assert_array_equal(volume.hu, np.rint(phantom(SHAPE) * 0.5 - 24))


def test_the_free_bits_of_what_is_no_number_go() -> None:
    header = nibabel.Nifti2Image(phantom(SHAPE), RAS).header.copy()
    header["srow_x"] = np.frombuffer(b"JANEDO\xf8\x7f" * 4, "<f8")
    assert np.isnan(header["srow_x"]).all()
    new, _ = cleaned_head(header)
    assert np.isnan(new["srow_x"]).all()
    assert b"JANE" not in new.binaryblock
