"""Checks on real CT: LiTS 00-07 with the experts' outlines and ours. The network was trained on these scans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.case import Phase
from core.imaging.register import dice
from core.imaging.resample import isotropic_grid, onto
from core.io.masks import read_mask
from core.io.series import read_phase
from core.models import load_models
from core.segmentation.predict import Segmenter
from core.segmentation.quality import check_mask
from core.simulate.phases import simulate_arterial
from tests.core.segmentation.livers import Mask, Scan, centred_on, given, halves, moved

pytestmark = pytest.mark.slow
SCANS = range(8)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return load_models().segmenter


def read(folder: Path, number: int) -> Scan:
    volume = read_phase(folder / f"ct/lits_{number:02d}_ct.nii.gz", Phase.PORTAL_VENOUS).volume
    mask, _ = read_mask(folder / f"ct/lits_{number:02d}_labels.nii.gz", volume.geometry, None)
    return Scan(volume, mask)


def at_3_mm(folder: Path, number: int) -> Mask:
    scan = read(folder, number)
    grid = isotropic_grid(scan.geometry, 3.0)
    return np.asarray(onto(grid, scan.mask.liver, scan.geometry, outside=0.0) > 0.5)


def codes(scan: Scan, mask: Mask) -> set[str]:
    return {notice.code for notice in check_mask(given(mask, scan.geometry), scan.volume.hu, None).notices}


@pytest.mark.parametrize("number", SCANS)
def test_true_livers_and_ours_raise_no_alarm(number: int, segmenter: Segmenter, shared_data: Path) -> None:
    """`slab` is no false alarm: these scans hold no slice beyond the liver."""
    scan = read(shared_data, number)
    true = check_mask(scan.mask, scan.volume.hu, None)
    assert {notice.code for notice in true.notices} == {"slab"}
    assert true.usable
    for volume in (scan.volume, simulate_arterial(scan.volume, scan.mask, displaced=False)):
        mask, coarse = segmenter.segment(volume.hu, volume.geometry)
        ours = check_mask(mask, volume.hu, coarse)
        assert {notice.code for notice in ours.notices} == {"slab"}
        assert ours.usable
        assert dice(mask.liver, scan.mask.liver) > 0.94


@pytest.mark.parametrize("number", SCANS)
def test_planted_failures_speak(number: int, shared_data: Path) -> None:
    scan = read(shared_data, number)
    liver = scan.mask.liver
    for name, half in halves(liver).items():
        assert "liver_goes_on" in codes(scan, half), name
    x, y, z = (round(24.0 / spacing) for spacing in scan.geometry.spacing_mm)
    for voxels in ((x, 0, 0), (-x, 0, 0), (0, y, 0), (0, -y, 0), (0, 0, z)):
        assert codes(scan, moved(liver, voxels)) & {"mixed_tissue", "liver_goes_on"}, voxels
    assert not check_mask(given(scan.volume.hu > -100, scan.geometry), scan.volume.hu, None).usable


@pytest.mark.parametrize("number", SCANS)
def test_the_liver_of_another_patient_speaks_unless_it_fits(number: int, shared_data: Path) -> None:
    scan = read(shared_data, number)
    grid = isotropic_grid(scan.geometry, 3.0)
    hu = np.rint(onto(grid, scan.volume.hu, scan.geometry, outside=-160.0)).astype(np.int16)
    liver = at_3_mm(shared_data, number)
    for other in ((number + 1) % 8, (number + 3) % 8):
        mask = centred_on(liver, at_3_mm(shared_data, other))
        found = {notice.code for notice in check_mask(given(mask, grid), hu, None).notices}
        assert found & {"mixed_tissue", "liver_goes_on"} or dice(mask, liver) > 0.85, other


def test_a_liver_without_contrast_raises_no_alarm(segmenter: Segmenter, shared_data: Path) -> None:
    folder = shared_data / "ct/totalsegmentator"
    volume = read_phase(folder / "example_ct.nii.gz", Phase.PORTAL_VENOUS).volume
    mask, _ = read_mask(folder / "liver.nii.gz", volume.geometry, None)
    quality = check_mask(mask, volume.hu, None)
    assert {notice.code for notice in quality.notices} == {"slab"}
    found, _ = segmenter.segment(volume.hu, volume.geometry)
    assert dice(found.liver, mask.liver) > 0.93
