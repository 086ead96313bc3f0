"""The images of simulated patients."""

import time
from dataclasses import replace

import numpy as np
import pytest

from core.case import MaskOrigin, Phase
from core.simulate.anatomy import build_anatomy
from core.simulate.cohort import Latent, SimulatedCase, draw_patients, real_anatomy, simulate_patient
from core.simulate.phantom import demo_case
from core.simulate.phases import CENTRES, draw_scanner, render_phase
from core.simulate.tissues import Tissue, draw_enhancement

SPACING = (3.0, 3.0, 4.0)

# HU a radiologist would expect in late arterial and portal-venous phase
EXPECTED = {
    Tissue.AORTA: ((270, 360), (135, 180)),
    Tissue.LIVER: ((55, 75), (95, 122)),
    Tissue.SPLEEN: ((105, 150), (100, 140)),
    Tissue.MUSCLE: ((45, 70), (50, 75)),
    Tissue.FAT: ((-115, -85), (-115, -85)),
    Tissue.LUNG: ((-900, -780), (-900, -780)),
}


def _eroded(inside: np.ndarray) -> np.ndarray:
    from scipy.ndimage import binary_erosion

    smaller = binary_erosion(inside)
    return smaller if smaller.sum() > 20 else inside


@pytest.fixture(scope="module")
def latent() -> Latent:
    return next(p for p in draw_patients(200, 0, 2) if p.look.pvtt and p.centre == 0 and 7 < p.look.size_cm < 11)


@pytest.fixture(scope="module")
def case(latent: Latent) -> SimulatedCase:
    return simulate_patient(latent, SPACING)


def test_attenuation_by_tissue_and_phase() -> None:
    rng = np.random.default_rng(0)
    body = build_anatomy(4, SPACING)
    scanner = draw_scanner(0, rng)
    for column, phase in enumerate((Phase.ARTERIAL, Phase.PORTAL_VENOUS)):
        volume = render_phase(body, [], draw_enhancement(phase, 0.0, rng), phase, scanner, rng)
        for tissue, ranges in EXPECTED.items():
            low, high = ranges[column]
            mean = volume.hu[_eroded(body.tissue == tissue)].mean()
            assert low < mean < high, (tissue, phase, mean)
        inside = volume.hu[_eroded(body.tissue == Tissue.LIVER)]
        assert 4 < inside.std() < 20


def test_later_timing_fills_the_liver_and_empties_the_aorta() -> None:
    early, late = (draw_enhancement(Phase.ARTERIAL, delay, np.random.default_rng(1)) for delay in (-4.0, 6.0))
    assert late.of(Tissue.AORTA) < early.of(Tissue.AORTA)
    assert late.of(Tissue.LIVER) > early.of(Tissue.LIVER)


def test_a_case_is_complete(case: SimulatedCase) -> None:
    assert case.arterial.phase is Phase.ARTERIAL
    assert case.portal_venous.phase is Phase.PORTAL_VENOUS
    assert case.arterial.simulated
    assert case.portal_venous.simulated
    assert case.mask.has_lesions
    assert case.mask.geometry.same_grid(case.arterial.geometry)
    assert 1100 < case.mask.volume_ml < 3200


def test_viable_tumour_is_brighter_than_liver_early_and_darker_late(latent: Latent) -> None:
    plain = replace(latent.look, texture=0.05, pvtt=False, count=1, infiltration=0.0)
    signs = replace(plain.signs, arterial_rim=False, substantial_necrosis=False, mosaic=False, blood_products=False)
    case = simulate_patient(replace(latent, look=replace(plain, signs=signs)), SPACING)
    liver, tumour = case.mask.labels == 1, _eroded(case.mask.labels == 2)
    assert np.median(case.arterial.hu[tumour]) > np.median(case.arterial.hu[liver]) + 25
    assert np.median(case.portal_venous.hu[tumour]) < np.median(case.portal_venous.hu[liver]) - 6


def test_texture_makes_the_tumour_heterogeneous(latent: Latent) -> None:
    spread = []
    for texture in (0.1, 0.9):
        look = replace(latent.look, texture=texture, count=1, pvtt=False, infiltration=0.0)
        case = simulate_patient(replace(latent, look=look), SPACING)
        spread.append(float(case.arterial.hu[case.mask.labels == 2].std()))
    assert spread[1] > spread[0] + 6


def test_thrombus_and_satellites_add_tumour(latent: Latent) -> None:
    few = replace(latent.look, pvtt=False, count=1, infiltration=0.0)
    many = replace(latent.look, pvtt=True, count=9, infiltration=0.9)
    small, large = (
        (simulate_patient(replace(latent, look=look), SPACING).mask.labels == 2).sum() for look in (few, many)
    )
    assert large > small * 1.05


def test_same_patient_same_images_whatever_came_before(latent: Latent, case: SimulatedCase) -> None:
    again = simulate_patient(latent, SPACING)
    assert again.arterial.source_sha256 == case.arterial.source_sha256
    assert again.portal_venous.source_sha256 == case.portal_venous.source_sha256
    np.testing.assert_array_equal(again.mask.labels, case.mask.labels)


def test_centres_differ_in_noise_and_timing() -> None:
    assert len({(c.noise_hu, c.kernel_mm, c.thickness_mm, c.arterial_delay_s) for c in CENTRES}) == 3


def test_speed(latent: Latent) -> None:
    start = time.process_time()
    simulate_patient(latent)
    assert time.process_time() - start < 2.0


def test_tumours_over_another_anatomy(latent: Latent, case: SimulatedCase) -> None:
    bare = replace(case.mask, labels=(case.mask.labels > 0).astype(np.uint8), origin=MaskOrigin.GIVEN)
    ground = real_anatomy(case.portal_venous, bare, (4.0, 4.0, 4.0))
    drawn = simulate_patient(latent, anatomy=ground)
    assert drawn.mask.geometry.spacing_mm == (4.0, 4.0, 4.0)
    assert drawn.mask.has_lesions
    assert drawn.arterial.simulated
    assert drawn.mask.volume_ml == pytest.approx(case.mask.volume_ml, rel=0.25)


def test_demo_case_is_the_same_each_time_and_complete() -> None:
    start = time.process_time()
    first = demo_case(0)
    assert time.process_time() - start < 15
    assert first.portal_venous.geometry.spacing_mm == (1.5, 1.5, 3.0)
    assert first.arterial.source_sha256 == demo_case(0).arterial.source_sha256
    for name in ("response", "haic_sessions", "months_since_first_haic", "pvtt", "afp_ng_ml", "largest_tumour_cm"):
        assert getattr(first.clinical, name) is not None
