"""Masks planted wrong are named and carry no scores; true ones raise nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from core.case import Phase
from core.geometry import Geometry
from core.imaging.register import dice
from core.segmentation.components import CoarseLiver
from core.segmentation.quality import MaskQuality, check_mask, check_overlap
from core.segmentation.tissue import body
from core.simulate.anatomy import Anatomy
from core.simulate.cohort import draw_patients, simulate_patient
from core.simulate.fields import is_any
from core.simulate.tissues import Tissue
from tests.core.segmentation.livers import Mask, Scan, centred_on, given, halves, moved, procedural

GRID = Geometry.from_spacing((64, 50, 40), (3.0, 3.0, 3.0))
HU = np.full(GRID.shape, -1000, dtype=np.int16)
HU[3:61, 2:48] = 40
KIDNEY = [Tissue.KIDNEY_CORTEX, Tissue.KIDNEY_MEDULLA]


def codes(quality: MaskQuality) -> set[str]:
    return {notice.code for notice in quality.notices}


def ball(radius_mm: float, centre_mm: tuple[float, float, float]) -> Mask:
    axes = np.indices(GRID.shape, sparse=True)
    return np.asarray(sum((3.0 * a - c) ** 2 for a, c in zip(axes, centre_mm, strict=True)) < radius_mm**2)


def checked(liver: Mask, hu: npt.NDArray[np.int16] | None = None, coarse: CoarseLiver | None = None) -> MaskQuality:
    image = np.where(liver, 110, HU).astype(np.int16) if hu is None else hu
    return check_mask(given(liver, GRID), image, coarse)


LIVER = ball(54, (75, 75, 60))


def test_a_plausible_liver_raises_nothing() -> None:
    assert checked(LIVER) == MaskQuality((), usable=True)


def test_simple_failures_are_named_and_stop_the_scores() -> None:
    everywhere = np.ones(GRID.shape, dtype=bool)
    cases = {
        "empty_mask": (np.zeros(GRID.shape, bool), HU),
        "liver_too_small": (ball(35, (75, 75, 60)), None),
        "not_liver_like": (LIVER, np.full(GRID.shape, -700, np.int16)),
        "liver_cut_off": (np.broadcast_to(LIVER[:, :, 20:21], GRID.shape), None),
        "mixed_tissue": (everywhere, HU),
        "liver_shape": (LIVER & ~ball(47, (75, 75, 60)), None),
        "liver_position": (ball(54, (125, 75, 60)), None),
        "liver_goes_on": (LIVER, np.where(ball(70, (75, 75, 60)), 110, HU).astype(np.int16)),
        "several_components": (ball(46, (52, 75, 60)) | ball(42, (142, 75, 60)), None),
    }
    for code, (mask, image) in cases.items():
        quality = checked(mask, image)
        assert code in codes(quality), code
        assert not quality.usable, code


def test_more_than_a_liver_can_hold() -> None:
    large = Geometry.from_spacing(GRID.shape, (7.0, 7.0, 7.0))
    quality = check_mask(given(LIVER, large), np.where(LIVER, 110, HU).astype(np.int16), None)
    assert "liver_too_large" in codes(quality)
    assert not quality.usable


def test_doubts_are_told_but_do_not_stop_the_scores() -> None:
    doubtful = CoarseLiver(LIVER.astype(np.float32), GRID, 200.0, 0.92)
    told = checked(LIVER, coarse=doubtful)
    assert codes(told) == {"low_confidence", "several_components"}
    assert told.usable
    low = checked(ball(54, (75, 75, 40)))
    assert codes(low) == {"slab"}
    assert low.usable
    assert codes(checked(ball(54, (40, 75, 60)))) == {"liver_at_side"}


def test_a_mask_of_one_voxel_is_too_small_to_look_at() -> None:
    fine = Geometry.from_spacing((40, 40, 40), (0.7, 0.7, 0.7))
    mask = np.zeros(fine.shape, dtype=bool)
    mask[20, 20, 20] = True
    assert "liver_too_small" in codes(check_mask(given(mask, fine), np.full(fine.shape, 100, np.int16), None))


@pytest.mark.parametrize(("overlap", "usable"), [(None, False), (0.0, False), (0.66, False), (0.7, True), (0.97, True)])
def test_both_phases_must_show_the_masked_liver(overlap: float | None, usable: bool) -> None:
    quality = check_overlap(overlap)
    assert quality.usable is usable
    assert codes(quality) == (set() if usable else {"livers_disagree"})


@pytest.fixture(scope="module", params=["healthy", "cirrhotic", "arterial"])
def patient(request: pytest.FixtureRequest) -> tuple[Scan, Anatomy]:
    """A healthy liver, a cirrhotic one with a spleen of 430 mL, and a liver of 69 HU among muscle of 57."""
    if request.param == "arterial":
        return procedural(3, phase=Phase.ARTERIAL, cirrhosis=0.5)
    return procedural(1) if request.param == "healthy" else procedural(2, cirrhosis=1.0)


def test_the_true_liver_raises_nothing(patient: tuple[Scan, Anatomy]) -> None:
    scan, _ = patient
    assert check_mask(scan.mask, scan.volume.hu, None) == MaskQuality((), usable=True)


ORGANS: dict[str, Callable[[Scan, Anatomy], Mask]] = {
    "spleen": lambda _, anatomy: anatomy.tissue == Tissue.SPLEEN,
    "kidney": lambda scan, anatomy: (
        is_any(anatomy.tissue, KIDNEY) & (np.arange(scan.geometry.shape[0]) < 63)[:, None, None]
    ),
    "both kidneys": lambda _, anatomy: is_any(anatomy.tissue, KIDNEY),
    "stomach": lambda _, anatomy: is_any(anatomy.tissue, [Tissue.STOMACH_WALL, Tissue.FLUID, Tissue.GAS]),
    "heart": lambda _, anatomy: anatomy.tissue == Tissue.HEART,
    "lungs": lambda _, anatomy: anatomy.tissue == Tissue.LUNG,
    "muscle": lambda _, anatomy: anatomy.tissue == Tissue.MUSCLE,
    "whole body": lambda scan, _: body(scan.volume.hu.astype(np.float32)),
    "everything": lambda scan, _: np.ones(scan.geometry.shape, dtype=bool),
}


@pytest.mark.parametrize("organ", ORGANS)
def test_another_organ_is_no_liver(organ: str, patient: tuple[Scan, Anatomy]) -> None:
    scan, anatomy = patient
    quality = check_mask(given(ORGANS[organ](scan, anatomy), scan.geometry), scan.volume.hu, None)
    assert not quality.usable, quality.notices


def test_liver_and_spleen_are_two_parts(patient: tuple[Scan, Anatomy]) -> None:
    scan, anatomy = patient
    both = given(scan.mask.liver | (anatomy.tissue == Tissue.SPLEEN), scan.geometry)
    assert "several_components" in codes(check_mask(both, scan.volume.hu, None))


def test_half_a_liver_goes_on_beyond_the_mask(patient: tuple[Scan, Anatomy]) -> None:
    scan, _ = patient
    for name, half in halves(scan.mask.liver).items():
        quality = check_mask(given(half, scan.geometry), scan.volume.hu, None)
        assert "liver_goes_on" in codes(quality), name
        assert not quality.usable, name


@pytest.mark.parametrize("voxels", [(8, 0, 0), (-8, 0, 0), (0, 8, 0), (0, -8, 0), (0, 0, 8), (0, 0, -8), (5, 5, 4)])
def test_a_shifted_liver_is_not_in_place(voxels: tuple[int, int, int], patient: tuple[Scan, Anatomy]) -> None:
    """By 24 mm: fat and lung come into the mask, liver is left outside."""
    scan, _ = patient
    quality = check_mask(given(moved(scan.mask.liver, voxels), scan.geometry), scan.volume.hu, None)
    assert codes(quality) & {"mixed_tissue", "liver_goes_on"}
    assert not quality.usable


def test_the_liver_of_another_patient_speaks(patient: tuple[Scan, Anatomy]) -> None:
    scan, _ = patient
    for seed in (4, 5, 6):
        other = centred_on(scan.mask.liver, procedural(seed)[0].mask.liver)
        quality = check_mask(given(other, scan.geometry), scan.volume.hu, None)
        assert codes(quality) & {"mixed_tissue", "liver_goes_on"} or dice(other, scan.mask.liver) > 0.85, seed


def test_livers_with_tumours_in_both_phases_raise_nothing() -> None:
    for latent in draw_patients(6, 0, 77):
        case = simulate_patient(latent, (3.0, 3.0, 3.0))
        for volume in (case.arterial, case.portal_venous):
            quality = check_mask(case.mask, volume.hu, None)
            assert quality.usable
            assert codes(quality) <= {"slab"}
