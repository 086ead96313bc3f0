import numpy as np

from core.network.crop import SCALE_HU
from core.network.measures import BURDEN, COUNT, image_measures


def crop(tumour_hu: tuple[float, float], radius: float = 9, noise: float = 5) -> np.ndarray:
    """A ball of liver at the median of both phases with a ball of tumour in it."""
    rng = np.random.default_rng(0)
    x, y, z = np.indices((48, 48, 48)) - 23.5
    distance = np.sqrt(x**2 + y**2 + z**2)
    phases = [np.where(distance < radius, hu, 0.0) + noise * rng.normal(size=distance.shape) for hu in tumour_hu]
    return np.where(distance < 22, np.stack(phases) / SCALE_HU, 0.0).astype(np.float16)


def test_a_tumour_that_enhances_and_washes_out_is_found() -> None:
    found = image_measures(crop((45.0, -20.0)))
    assert found.shape == (COUNT,)
    assert np.isfinite(found).all()
    hot, dark, necrosis, main, parts = found[:5]
    share = 9**3 / 21**3
    assert abs(hot - share) < 0.02
    assert abs(dark - share) < 0.03
    assert abs(main - share) < 0.05
    assert necrosis < 0.001
    assert np.expm1(parts) < 1.5


def test_texture_and_size_move_their_measures() -> None:
    plain, mottled = (image_measures(crop((45.0, -20.0), noise=noise)) for noise in (3, 20))
    assert mottled[BURDEN] > plain[BURDEN]
    assert image_measures(crop((45.0, -20.0), radius=13))[3] > plain[3]


def test_nothing_to_measure_gives_zeros() -> None:
    assert not image_measures(np.zeros((2, 48, 48, 48), np.float16)).any()
    assert np.isfinite(image_measures(crop((0.0, 0.0)))).all()
