"""The procedural body is laid out like a body."""

import time

import numpy as np
import pytest

from core.simulate.anatomy import Anatomy, build_anatomy
from core.simulate.tissues import Tissue

SPACING = (4.0, 4.0, 4.0)


@pytest.fixture(scope="module")
def body() -> Anatomy:
    return build_anatomy(5, SPACING)


def _centre(body: Anatomy, tissue: Tissue) -> np.ndarray:
    index = np.argwhere(body.tissue == tissue).mean(axis=0)
    return (body.geometry.affine_lps @ [*index, 1])[:3]


def test_every_tissue_occurs(body: Anatomy) -> None:
    absent = {Tissue(t) for t in range(len(Tissue))} - {Tissue(t) for t in np.unique(body.tissue)}
    assert absent <= {Tissue.ASCITES}


def test_organs_lie_where_they_belong(body: Anatomy) -> None:
    liver, spleen, aorta = (_centre(body, t) for t in (Tissue.LIVER, Tissue.SPLEEN, Tissue.AORTA))
    spine, cava, lung = (_centre(body, t) for t in (Tissue.SPINAL_CANAL, Tissue.IVC, Tissue.LUNG))
    assert liver[0] < -20 < 60 < spleen[0]  # x runs to the patient's left
    assert cava[0] < 0 < aorta[0]
    assert liver[1] < aorta[1] < spine[1]  # y runs backward
    assert lung[2] > liver[2]  # z runs upward


@pytest.mark.parametrize("seed", range(6))
def test_liver_volume(seed: int) -> None:
    body = build_anatomy(seed, SPACING)
    volume = body.liver.sum() * body.geometry.voxel_volume_ml
    assert 1100 < volume < 2200


def test_the_wanted_liver_volume_is_reached() -> None:
    body = build_anatomy(3, SPACING, liver_ml=2000)
    assert body.liver.sum() * body.geometry.voxel_volume_ml == pytest.approx(2000, rel=0.12)


def test_ascites_surrounds_the_liver_only_when_asked() -> None:
    wet = build_anatomy(2, SPACING, ascites_mm=10)
    fluid = wet.tissue == Tissue.ASCITES
    assert fluid.sum() * wet.geometry.voxel_volume_ml > 50
    assert wet.liver_distance[fluid].max() < 10.01
    assert not (build_anatomy(2, SPACING).tissue == Tissue.ASCITES).any()


def test_same_seed_same_body_other_seed_another(body: Anatomy) -> None:
    np.testing.assert_array_equal(build_anatomy(5, SPACING).tissue, body.tissue)
    assert (build_anatomy(6, SPACING).tissue != body.tissue).mean() > 0.05


def test_speed_at_2_5_mm() -> None:
    start = time.process_time()
    build_anatomy(1, (2.5, 2.5, 2.5))
    assert time.process_time() - start < 2.0
