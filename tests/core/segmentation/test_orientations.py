"""The same liver in the patient however the CT is stored and however the patient lies: with the shipped weights."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from core.case import Phase
from core.imaging.register import dice
from core.io.masks import read_mask
from core.io.series import read_phase
from core.models import load_models
from core.segmentation.predict import Segmenter
from tests.core.segmentation.livers import (
    Mask,
    Scan,
    brought_back,
    patient_turned,
    procedural,
    stored_in_order,
    stored_oblique,
    thick,
    turn,
)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return load_models().segmenter


@pytest.fixture(scope="module")
def scan() -> Scan:
    return procedural(5, (1.6, 1.6, 2.5))[0]


@pytest.fixture(scope="module")
def upright(scan: Scan, segmenter: Segmenter) -> Mask:
    found = segmenter.segment(scan.volume.hu, scan.geometry)[0].liver
    assert dice(found, scan.mask.liver) > 0.93
    return found


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_axes_in_any_order(order: tuple[int, int, int], scan: Scan, upright: Mask, segmenter: Segmenter) -> None:
    stored = stored_in_order(scan, order, (True, False, True))
    found, _ = segmenter.segment(stored.hu, stored.geometry)
    assert dice(brought_back(found, scan.geometry), upright) > 0.999


@pytest.mark.parametrize("flips", [(True, False, False), (False, True, False), (False, False, True), (True,) * 3])
def test_axes_in_any_direction(flips: tuple[bool, bool, bool], scan: Scan, upright: Mask, segmenter: Segmenter) -> None:
    stored = stored_in_order(scan, (0, 1, 2), flips)
    found, _ = segmenter.segment(stored.hu, stored.geometry)
    assert dice(brought_back(found, scan.geometry), upright) > 0.999


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("degrees", [15.0, -15.0])
def test_directions_turned_by_15_degrees(
    axis: str, degrees: float, scan: Scan, upright: Mask, segmenter: Segmenter
) -> None:
    stored = stored_oblique(scan, axis, degrees)
    found, _ = segmenter.segment(stored.hu, stored.geometry)
    assert dice(brought_back(found, scan.geometry), upright) > 0.97


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_a_patient_turned_by_15_degrees(axis: str, scan: Scan, upright: Mask, segmenter: Segmenter) -> None:
    turned = patient_turned(scan, axis, 15.0)
    found, _ = segmenter.segment(turned.hu, turned.geometry)
    back = brought_back(found, scan.geometry, turn(scan.geometry, axis, 15.0))
    assert dice(back, upright) > 0.97


def test_slices_of_8_mm(scan: Scan, upright: Mask, segmenter: Segmenter) -> None:
    slices = thick(scan, 8.0)
    found, _ = segmenter.segment(slices.volume.hu, slices.geometry)
    assert dice(found.liver, slices.mask.liver) > dice(upright, scan.mask.liver) - 0.04


@pytest.mark.slow
@pytest.mark.parametrize("number", range(8))
def test_a_real_liver_turned_and_in_thick_slices(number: int, segmenter: Segmenter, shared_data: Path) -> None:
    """LiTS 00-07, on which the network was trained. About x and y a turn moves the ends of the slab out of the images:
    compared is what stays in them.
    """
    volume = read_phase(shared_data / f"ct/lits_{number:02d}_ct.nii.gz", Phase.PORTAL_VENOUS).volume
    truth, _ = read_mask(shared_data / f"ct/lits_{number:02d}_labels.nii.gz", volume.geometry, None)
    scan = Scan(volume, truth)
    upright = segmenter.segment(volume.hu, volume.geometry)[0].liver
    inside = scan.mask.__class__(np.ones(volume.hu.shape, dtype=np.uint8), volume.geometry, truth.origin)
    for axis in "zyx":
        transform = turn(volume.geometry, axis, 15.0)
        seen = brought_back(inside, volume.geometry, transform)
        turned = patient_turned(scan, axis, 15.0)
        found = brought_back(segmenter.segment(turned.hu, turned.geometry)[0], volume.geometry, transform)
        assert dice(found & seen, upright & seen) > 0.97, axis
    oblique = stored_oblique(scan, "z", 15.0)
    found = brought_back(segmenter.segment(oblique.hu, oblique.geometry)[0], volume.geometry)
    assert dice(found, upright) > 0.97
    slices = thick(scan, 8.0)
    coarse, _ = segmenter.segment(slices.volume.hu, slices.geometry)
    assert dice(coarse.liver, slices.mask.liver) > dice(upright, truth.liver) - 0.04
