import numpy as np

from core.network.crop import SCALE_HU
from core.network.measures import BURDEN, COUNT, PER_PHASE, image_measures

GRID = np.indices((48, 48, 48)) - 23.5
DISTANCE = np.sqrt((GRID**2).sum(axis=0))


def crop(tumour_hu: tuple[float, float], radius: float = 9, noise: float = 5) -> np.ndarray:
    """A ball of liver at the median of both phases with a ball of tumour in it."""
    rng = np.random.default_rng(0)
    phases = [np.where(radius > DISTANCE, hu, 0.0) + noise * rng.normal(size=DISTANCE.shape) for hu in tumour_hu]
    return np.where(DISTANCE < 22, np.stack(phases) / SCALE_HU, 0.0).astype(np.float16)


def test_burden_is_measured_where_the_tumour_is() -> None:
    found = image_measures(crop((45.0, -20.0)), DISTANCE < 9)
    assert found.shape == (COUNT,)
    assert np.isfinite(found).all()
    hot, dark, necrosis, tumours, main, parts = found[:6]
    share = 9**3 / 21**3
    assert abs(hot - share) < 0.02
    assert abs(dark - share) < 0.03
    assert tumours == main
    assert abs(main - share) < 0.02
    assert necrosis < 0.001
    assert np.isclose(np.expm1(parts), 1)


def test_the_phases_are_measured_over_the_liver_beside_the_tumour() -> None:
    found = image_measures(crop((45.0, -20.0)), DISTANCE < 9)
    arterial, portal = found[BURDEN : BURDEN + PER_PHASE], found[BURDEN + PER_PHASE : BURDEN + 2 * PER_PHASE]
    medians, rims = (arterial[8], portal[8]), (arterial[10], portal[10])
    assert np.allclose(medians, (45, -20), atol=1)
    assert np.allclose(rims, (45, -20), atol=1)


def test_texture_size_and_place_move_their_measures() -> None:
    plain, mottled = (image_measures(crop((45.0, -20.0), noise=noise), DISTANCE < 9) for noise in (3, 20))
    assert mottled[BURDEN] > plain[BURDEN]
    assert image_measures(crop((45.0, -20.0), radius=13), DISTANCE < 13)[4] > plain[4]
    two = (DISTANCE < 9) | (np.abs(GRID - np.array([15.0, 0, 0])[:, None, None, None]).max(axis=0) < 3)
    assert np.isclose(np.expm1(image_measures(crop((45.0, -20.0)), two)[5]), 2)


def test_the_phases_correlation_in_the_tumour_is_that_of_its_voxels() -> None:
    same = crop((45.0, 45.0))
    same[1] = same[0]
    assert np.isclose(image_measures(same, DISTANCE < 9)[-1], 1, atol=1e-3)
    assert abs(image_measures(crop((45.0, -20.0)), DISTANCE < 9)[-1]) < 0.1


def test_nothing_to_measure_gives_zeros() -> None:
    nowhere = np.zeros((48, 48, 48), dtype=bool)
    assert not image_measures(np.zeros((2, 48, 48, 48), np.float16), nowhere).any()
    found = image_measures(crop((0.0, 0.0)), nowhere)
    assert np.isfinite(found).all()
    assert not found[3:6].any()
    assert not found[-3:].any()
