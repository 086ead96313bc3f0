"""The images carry what is true of the patient: thrombus in the vein, burden, spread, texture, the centre's scanner."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, gaussian_filter, label

from core.case import MaskOrigin, Phase
from core.simulate.anatomy import build_anatomy
from core.simulate.cohort import Latent, SimulatedCase, draw_patients, real_anatomy, simulate_patient
from core.simulate.phases import CENTRES
from core.simulate.tissues import CIRRHOTIC_FALL_HU, Tissue, cirrhotic, draw_enhancement
from core.simulate.tumour import TumourLook

SPACING = (3.0, 3.0, 4.0)
THROMBUS_CUT_HU = {Phase.ARTERIAL: 47.0, Phase.PORTAL_VENOUS: 50.0}
"""Tumour thrombus lies above, bland thrombus below (docs/simulation.md)."""


@pytest.fixture(scope="module")
def latent() -> Latent:
    return next(p for p in draw_patients(200, 0, 2) if p.centre == 0 and 7 < p.look.size_cm < 10 and p.cirrhosis < 0.4)


def _case(latent: Latent, **look: object) -> SimulatedCase:
    plain: TumourLook = replace(latent.look, count=1, infiltration=0.0, pvtt=False)
    return simulate_patient(replace(latent, look=replace(plain, **look)), SPACING)  # type: ignore[arg-type]


def _lesion(case: SimulatedCase) -> np.ndarray:
    return np.asarray(case.mask.labels == 2)


@pytest.fixture(scope="module")
def plain(latent: Latent) -> SimulatedCase:
    return _case(latent)


def test_thrombus_lies_in_the_portal_vein_and_takes_its_contrast(latent: Latent, plain: SimulatedCase) -> None:
    with_thrombus = _case(latent, pvtt=True)
    thrombus = _lesion(with_thrombus) & ~_lesion(plain)
    assert thrombus.sum() * plain.mask.geometry.voxel_volume_ml > 3
    before, after = (case.portal_venous.hu.astype(float) for case in (plain, with_thrombus))
    vein = thrombus & (gaussian_filter(before, 0.6) > 140)
    assert vein.sum() > 20
    assert np.median(before[vein]) - np.median(after[vein]) > 60
    for volume in (with_thrombus.arterial, with_thrombus.portal_venous):
        assert np.median(volume.hu[binary_erosion(thrombus)]) > THROMBUS_CUT_HU[volume.phase]


def test_thrombus_over_a_given_scan_follows_its_veins(latent: Latent, plain: SimulatedCase) -> None:
    bare = replace(plain.mask, labels=(plain.mask.labels > 0).astype(np.uint8), origin=MaskOrigin.GIVEN)
    ground = real_anatomy(plain.portal_venous, bare, SPACING)
    looks = [replace(latent.look, count=1, infiltration=0.0, pvtt=pvtt) for pvtt in (False, True)]
    masks = [_lesion(simulate_patient(replace(latent, look=look), anatomy=ground)) for look in looks]
    thrombus = masks[1] & ~masks[0]
    smooth = gaussian_filter(ground.portal_venous, 0.6)
    bright = smooth > ground.site.levels.portal_venous + 25
    assert bright[thrombus].mean() > 2 * bright[ground.site.liver].mean()


def test_lesions_of_a_given_scan_are_painted_over(latent: Latent) -> None:
    case = _case(latent, texture=0.9)
    before = np.median(case.portal_venous.hu[case.mask.labels == 1]) - np.median(case.portal_venous.hu[_lesion(case)])
    ground = real_anatomy(case.portal_venous, case.mask, SPACING)
    assert ground.geometry.shape == case.mask.geometry.shape
    where = binary_erosion(_lesion(case), iterations=2)
    level = float(np.median(ground.portal_venous[where]))
    assert abs(level - ground.site.levels.portal_venous) < 4 < before
    assert ground.portal_venous[where].std() < case.portal_venous.hu[where].std()


def test_number_and_spread_are_seen(latent: Latent, plain: SimulatedCase) -> None:
    many, spread = _case(latent, count=9), _case(latent, infiltration=0.9)
    assert label(_lesion(many))[1] >= 5 + label(_lesion(plain))[1]
    tumour = [_lesion(case).sum() for case in (plain, spread)]
    assert tumour[1] - tumour[0] > 0.08 * (plain.mask.labels > 0).sum()


def test_size_is_seen(latent: Latent) -> None:
    volumes = [_lesion(_case(latent, size_cm=size)).sum() for size in (6.0, 9.0, 12.0)]
    assert volumes[0] * 2 < volumes[1]
    assert volumes[1] * 1.5 < volumes[2]


def _grain(case: SimulatedCase, of: Callable[[SimulatedCase], np.ndarray]) -> float:
    hu = case.arterial.hu.astype(float)
    return float(np.median(np.abs(gaussian_filter(hu, 0.6) - gaussian_filter(hu, 1.5))[of(case)]))


def test_texture_is_seen_step_by_step_also_beside_every_sign(latent: Latent) -> None:
    signs = replace(latent.look.signs, arterial_rim=True, mosaic=True, substantial_necrosis=True)
    for chosen in (latent.look.signs, signs):
        grain = [_grain(_case(latent, texture=texture, signs=chosen), _lesion) for texture in (0.1, 0.5, 0.9)]
        assert grain[0] + 1.5 < grain[1] < grain[2] - 1.5


def test_arteries_are_the_brightest_of_the_tumour(latent: Latent) -> None:
    share = []
    for present in (False, True):
        case = _case(latent, texture=0.2, signs=replace(latent.look.signs, intratumoral_artery=present))
        share.append(float((case.arterial.hu[_lesion(case)] > 170).mean()))
    assert share[1] > share[0] + 0.004


def test_ascites_and_cirrhosis_are_seen(latent: Latent) -> None:
    body = [build_anatomy(3, SPACING, ascites_mm=mm) for mm in (0.0, 10.0)]
    assert (body[0].tissue == Tissue.ASCITES).sum() == 0
    assert (body[1].tissue == Tissue.ASCITES).sum() * body[1].geometry.voxel_volume_ml > 100
    level = []
    for cirrhosis in (0.0, 1.0):
        case = simulate_patient(replace(latent, cirrhosis=cirrhosis), SPACING)
        level.append(float(np.median(case.portal_venous.hu[case.mask.labels == 1])))
    assert level[0] - level[1] == pytest.approx(CIRRHOTIC_FALL_HU, abs=3)


def test_cirrhosis_leaves_the_arterial_level_and_other_tissues() -> None:
    for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
        one = draw_enhancement(phase, 0.0, np.random.default_rng(1))
        other = cirrhotic(one, phase, 1.0)
        changed = np.flatnonzero(one.mean != other.mean)
        assert list(changed) == ([Tissue.LIVER] if phase is Phase.PORTAL_VENOUS else [])


def test_centres_differ_as_their_scanners_do(latent: Latent) -> None:
    """Fine noise and arterial level of the inner parenchyma, over three patients each, without nodules in it."""
    noise, level = [], []
    for centre in range(3):
        same = replace(latent, centre=centre, look=replace(latent.look, count=1, infiltration=0.0, pvtt=False))
        cases = [simulate_patient(replace(same, index=latent.index + i), SPACING) for i in range(3)]
        inner = [binary_erosion(case.mask.labels == 1, iterations=2) for case in cases]
        rest = [c.arterial.hu - gaussian_filter(c.arterial.hu.astype(float), 0.8) for c in cases]
        noise.append(np.mean([np.median(np.abs(r[i])) for r, i in zip(rest, inner, strict=True)]))
        level.append(np.mean([np.median(c.arterial.hu[i]) for c, i in zip(cases, inner, strict=True)]))
    assert noise[1] > 1.15 * noise[0]
    assert noise[0] > 1.15 * noise[2]
    assert CENTRES[1].arterial_delay_s > CENTRES[0].arterial_delay_s > CENTRES[2].arterial_delay_s
    assert level[1] > level[0] + 2 > level[2] + 4
