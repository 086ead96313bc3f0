"""A small textured ball for a liver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from core.geometry import Geometry

SHAPE = (44, 44, 30)


@pytest.fixture(scope="session")
def geometry() -> Geometry:
    return Geometry.from_spacing(SHAPE, (2.0, 2.0, 3.0), (-20.0, 10.0, 5.0))


@pytest.fixture(scope="session")
def liver() -> np.ndarray:
    i, j, k = np.indices(SHAPE)
    return ((i - 22) * 2.0) ** 2 + ((j - 21) * 2.0) ** 2 + ((k - 15) * 3.0) ** 2 < 26.0**2


@pytest.fixture(scope="session")
def phases() -> tuple[np.ndarray, np.ndarray]:
    return texture(1), texture(2)


def texture(seed: int) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(SHAPE), 1.5)
    return (90 + 60 * noise / noise.std()).astype(np.int16)
