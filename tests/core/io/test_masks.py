"""Liver masks: labels, grids, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.geometry import Geometry
from core.io.masks import corner_distance, read_mask
from core.io.nifti import write_nifti
from tests.core.io.dicom_factory import axial

SHAPE = (32, 24, 12)
PORTAL_VENOUS = Geometry(SHAPE, axial())


def labels() -> np.ndarray:
    values = np.zeros(SHAPE, np.uint8)
    values[5:20, 5:20, 3:9] = 1
    values[8:12, 8:12, 5:7] = 2
    return values


def stored(path: Path, values: np.ndarray, geometry: Geometry = PORTAL_VENOUS) -> Path:
    write_nifti(values, geometry, path)
    return path


def test_labels_on_the_portal_venous_grid(tmp_path: Path) -> None:
    mask, notices = read_mask(stored(tmp_path / "m.nii.gz", labels()), PORTAL_VENOUS, None)
    np.testing.assert_array_equal(mask.labels, labels())
    assert mask.geometry is PORTAL_VENOUS
    assert mask.origin == "given"
    assert notices == ()


def test_whole_numbers_in_floats_and_any_single_label_are_taken(tmp_path: Path) -> None:
    mask, notices = read_mask(stored(tmp_path / "m.nii", labels().astype(np.float32)), PORTAL_VENOUS)
    np.testing.assert_array_equal(mask.labels, labels())
    mask, notices = read_mask(stored(tmp_path / "m.nii", (labels() > 0).astype(np.uint8) * 255), PORTAL_VENOUS)
    np.testing.assert_array_equal(mask.labels, labels() > 0)
    assert notices == ()


def test_further_labels_are_taken_as_liver_and_said_so(tmp_path: Path) -> None:
    values = labels()
    values[14, 14, 4] = 3
    mask, (notice,) = read_mask(stored(tmp_path / "m.nii", values), PORTAL_VENOUS)
    assert mask.labels[14, 14, 4] == 1
    assert notice.code == "mask_labels"


def test_other_storage_order_is_turned(tmp_path: Path) -> None:
    turn = np.eye(4)
    turn[0, 0], turn[0, 3] = -1, SHAPE[0] - 1
    affine = (axial() @ turn)[:, [1, 0, 2, 3]]
    values = np.ascontiguousarray(labels()[::-1].transpose(1, 0, 2))
    mask, notices = read_mask(stored(tmp_path / "m.nii", values, Geometry(values.shape, affine)), PORTAL_VENOUS)
    np.testing.assert_array_equal(mask.labels, labels())
    assert notices == ()


def test_a_mask_on_the_arterial_grid_is_resampled_and_said_so(tmp_path: Path) -> None:
    affine = axial((1.0, 1.25, 5.0))
    arterial = Geometry((64, 48, 12), affine)
    values = labels().repeat(2, axis=0).repeat(2, axis=1)
    mask, (notice,) = read_mask(stored(tmp_path / "m.nii", values, arterial), PORTAL_VENOUS, arterial)
    assert notice.code == "mask_resampled"
    assert mask.labels.shape == SHAPE
    assert mask.volume_ml == pytest.approx(float((values > 0).sum()) * arterial.voxel_volume_ml, rel=0.1)


def test_a_grid_that_fits_neither_is_refused_with_the_distance(tmp_path: Path) -> None:
    affine = axial()
    affine[2, 3] += 12.5
    path = stored(tmp_path / "m.nii", labels(), Geometry(SHAPE, affine))
    with pytest.raises(
        InputError, match=r"got 32 x 24 x 12 voxels of 2 x 2\.5 x 5 mm with corners up to 12\.5 mm away"
    ):
        read_mask(path, PORTAL_VENOUS)


@pytest.mark.parametrize(
    ("values", "got"),
    [
        (np.zeros(SHAPE, np.uint8), "expected at least one liver voxel, got none"),
        (labels() * np.float32(0.4), "got fractions between 0 and 0.8 (a probability map or an image)"),
        (labels().astype(np.int16) * -1, "labels 0, 1 and 2, got 2 labels from -2 to -1"),
        (np.arange(32 * 24 * 12, dtype=np.int16).reshape(SHAPE), "several organs"),
        (np.full(SHAPE, np.nan, np.float32), "NaN"),
        (labels()[:, :, :1], "at least 8 slices"),
    ],
)
def test_what_is_no_label_map_is_refused(tmp_path: Path, values: np.ndarray, got: str) -> None:
    path = stored(tmp_path / "m.nii", values, Geometry(values.shape, axial()))
    with pytest.raises(InputError) as caught:
        read_mask(path, PORTAL_VENOUS)
    assert str(caught.value).startswith("liver mask: expected ")
    assert got in str(caught.value)


def test_a_mask_that_misses_the_portal_venous_series_is_refused(tmp_path: Path) -> None:
    affine = axial()
    affine[2, 3] += 500
    arterial = Geometry(SHAPE, affine)
    with pytest.raises(InputError, match="got none of it there"):
        read_mask(stored(tmp_path / "m.nii", labels(), arterial), PORTAL_VENOUS, arterial)


def test_corner_distance_is_symmetric_under_storage_order() -> None:
    affine = axial()[:, [1, 0, 2, 3]]
    assert corner_distance(Geometry((24, 32, 12), affine), PORTAL_VENOUS) == pytest.approx(0.0)


def test_real_masks_fit_their_scans(shared_data: Path) -> None:
    from core.io.volumes import read_image

    raw = read_image(shared_data / "ct" / "lits_04_ct.nii.gz", "portal-venous series")
    geometry = Geometry(raw.values.shape, raw.affine_lps)
    mask, notices = read_mask(shared_data / "ct" / "lits_04_labels.nii.gz", geometry)
    assert (mask.labels == 2).sum() * geometry.voxel_volume_ml == pytest.approx(986, rel=0.01)
    assert notices == ()
