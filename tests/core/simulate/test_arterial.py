"""The arterial phase simulated from a portal-venous CT."""

from dataclasses import replace

import numpy as np
import pytest

from core.case import LiverMask, Phase, Volume
from core.simulate.anatomy import build_anatomy
from core.simulate.cohort import SimulatedCase, draw_patients, simulate_patient
from core.simulate.phases import simulate_arterial
from core.simulate.tissues import Tissue

SPACING = (2.5, 2.5, 3.0)


@pytest.fixture(scope="module")
def case() -> SimulatedCase:
    return simulate_patient(
        next(p for p in draw_patients(60, 0, 2) if p.centre == 0 and p.look.infiltration < 0.2), SPACING
    )


@pytest.fixture(scope="module")
def arterial(case: SimulatedCase) -> Volume:
    return simulate_arterial(case.portal_venous, case.mask, seed=1)


def test_same_grid_marked_as_simulated(case: SimulatedCase, arterial: Volume) -> None:
    assert arterial.geometry.same_grid(case.portal_venous.geometry)
    assert arterial.phase is Phase.ARTERIAL
    assert arterial.simulated


def test_liver_falls_and_keeps_its_texture(case: SimulatedCase, arterial: Volume) -> None:
    liver = case.mask.labels == 1
    assert 58 < np.median(arterial.hu[liver]) < 76
    assert 25 < np.median(case.portal_venous.hu[liver]) - np.median(arterial.hu[liver]) < 55


def test_lesions_enhance_against_the_liver(case: SimulatedCase, arterial: Volume) -> None:
    def contrast(volume: Volume) -> float:
        return float(np.mean(volume.hu[case.mask.labels == 2]) - np.mean(volume.hu[case.mask.labels == 1]))

    assert contrast(arterial) > contrast(case.portal_venous) + 10


def test_aorta_is_brightened_and_found_before_the_spine(case: SimulatedCase, arterial: Volume) -> None:
    bright = np.argwhere((arterial.hu > 250) & (case.portal_venous.hu < 190))
    assert len(bright) * case.mask.geometry.voxel_volume_ml > 15
    x, y, _ = case.mask.geometry.affine_lps[:3, :3] @ bright.mean(axis=0) + case.mask.geometry.origin_mm
    assert abs(x - 10) < 15
    assert 0 < y < 70


def test_deterministic_by_seed(case: SimulatedCase, arterial: Volume) -> None:
    assert simulate_arterial(case.portal_venous, case.mask, seed=1).source_sha256 == arterial.source_sha256
    assert simulate_arterial(case.portal_venous, case.mask, seed=2).source_sha256 != arterial.source_sha256


def test_clipped_flipped_liver_only_input(case: SimulatedCase) -> None:
    hu = np.ascontiguousarray(np.clip(case.portal_venous.hu, -160, 240)[:, ::-1])
    labels = np.ascontiguousarray((case.mask.labels > 0)[:, ::-1]).astype(np.uint8)
    affine = case.mask.geometry.affine_lps.copy()
    affine[:3, 3] += affine[:3, 1] * (hu.shape[1] - 1)
    affine[:3, 1] *= -1
    geometry = replace(case.mask.geometry, affine_lps=affine)
    volume = replace(case.portal_venous, hu=hu, geometry=geometry)
    mask = LiverMask(labels, geometry, case.mask.origin)
    result = simulate_arterial(volume, mask)
    assert (result.hu > 250).sum() * geometry.voxel_volume_ml > 15
    assert np.median(result.hu[labels == 1]) < np.median(hu[labels == 1]) - 20


def test_without_anything_bright_only_the_liver_changes() -> None:
    body = build_anatomy(1, (5.0, 5.0, 5.0))
    hu = np.where(body.liver, 105, np.where(body.tissue == Tissue.AIR, -1000, 0)).astype(np.int16)
    volume = Volume(hu, body.geometry, Phase.PORTAL_VENOUS, "key")
    mask = LiverMask(body.liver.astype(np.uint8), body.geometry, "given")  # type: ignore[arg-type]
    assert simulate_arterial(volume, mask).hu.max() < 150
