"""Procedural volumes without a liver: head, legs, thorax, pelvis, water, noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.case import Phase
from core.geometry import Geometry
from core.simulate.fields import smooth_noise
from core.simulate.trunk import SPACING_MM, trunk_without_liver

AIR, FAT, MUSCLE, BRAIN, CORTEX, MARROW, URINE = -1000, -100, 62, 36, 700, 180, 8

Array = npt.NDArray[np.float32]


def grid_of(low: tuple[float, float, float], high: tuple[float, float, float]) -> Geometry:
    """The grid of 2 x 2 x 3 mm between two corners, LPS mm."""
    shape = [round((b - a) / s) for a, b, s in zip(low, high, SPACING_MM, strict=True)]
    return Geometry.from_spacing((shape[0], shape[1], shape[2]), SPACING_MM, low)


def level(grid: Geometry, centre: tuple[float, ...], radii: tuple[float, ...]) -> Array:
    """1 at the surface of an ellipsoid, less inside; a radius of np.inf makes a cylinder."""
    axes = [o + s * np.arange(n) for o, s, n in zip(grid.origin_mm, grid.spacing_mm, grid.shape, strict=True)]
    parts = [((a - c) / r) ** 2 for a, c, r in zip(axes, centre, radii, strict=True)]
    x, y, z = np.meshgrid(*parts, indexing="ij", sparse=True)
    return np.sqrt(x + y + z).astype(np.float32)


def scanned(hu: Array, noise_hu: float = 10.0, seed: int = 0) -> npt.NDArray[np.int16]:
    """Blur of half a voxel, noise, rounding."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).standard_normal(hu.shape, dtype=np.float32)
    return np.clip(ndimage.gaussian_filter(hu, 0.6) + noise_hu * noise, -1024, 3071).astype(np.int16)


def head() -> tuple[npt.NDArray[np.int16], Geometry]:
    """A brain of 1.4 L in its skull, with a neck."""
    grid = grid_of((-110, -130, -150), (110, 130, 110))
    hu = np.full(grid.shape, AIR, dtype=np.float32)
    hu[level(grid, (0, 20, -110), (58, 58, np.inf)) < 1] = MUSCLE
    hu[level(grid, (0, 25, -110), (17, 15, np.inf)) < 1] = CORTEX
    for radii, value in (((82, 102, 86), 40), ((76, 96, 80), CORTEX), ((70, 90, 74), BRAIN)):
        inside = level(grid, (0, 0, 15), radii) < 1
        hu[inside] = value
    for side in (-14, 14):
        hu[level(grid, (side, -8, 22), (7, 28, 10)) < 1] = URINE
    return scanned(hu, 5.0), grid


def legs() -> tuple[npt.NDArray[np.int16], Geometry]:
    """Both thighs: muscle around the femur in subcutaneous fat."""
    grid = grid_of((-190, -110, 0), (190, 110, 270))
    hu = np.full(grid.shape, AIR, dtype=np.float32)
    for side in (-88, 88):
        for radius, value in ((84, FAT), (70, MUSCLE), (16, CORTEX), (8, MARROW)):
            hu[level(grid, (side, 0, 0), (radius, radius, np.inf)) < 1] = value
        for x, y in ((-22, -18), (20, -20), (0, 26)):  # fat between the muscles
            hu[level(grid, (side + 1.6 * x, 1.6 * y, 0), (9, 6, np.inf)) < 1] = FAT
        hu[level(grid, (side, -30, 0), (5, 5, np.inf)) < 1] = 150
    return scanned(hu), grid


def thorax(phase: Phase = Phase.PORTAL_VENOUS, seed: int = 3) -> tuple[npt.NDArray[np.int16], Geometry]:
    """The trunk above the diaphragm: lungs, heart, great vessels, ribs, spine."""
    return trunk_without_liver(seed, phase, (96.0, 320.0))


def pelvis(seed: int = 3) -> tuple[npt.NDArray[np.int16], Geometry]:
    """The trunk below the kidneys: hip bones, buttocks, bladder, bowel."""
    hu, grid = trunk_without_liver(seed, Phase.PORTAL_VENOUS, (-400.0, -170.0))
    values = hu.astype(np.float32)
    noise = 10 * np.random.default_rng(seed).standard_normal(hu.shape, dtype=np.float32)
    for side in (-1, 1):
        values[level(grid, (side * 62, 52, -290), (56, 34, 120)) < 1] = MUSCLE
        wing = np.abs(level(grid, (side * 55, 10, -230), (52, 60, 90)) - 1) < 0.07
        values[wing] = CORTEX
        values[level(grid, (side * 92, 20, -310), (26, 26, 26)) < 1] = MARROW
    for centre, radii, value in (
        ((0, -30, -300), (48, 40, 38), URINE),
        ((0, 12, -290), (36, 26, 30), 90),
        ((0, 52, -290), (24, 20, np.inf), 30),
        ((-30, -40, -220), (40, 26, 22), 45),
        ((40, -36, -215), (42, 28, 24), -900),
    ):
        values[level(grid, centre, radii) < 1] = value
    return (values + noise).astype(np.int16), grid


def phantom_of_water(hu: float = 0.0) -> tuple[npt.NDArray[np.int16], Geometry]:
    """A cylinder of one density, of the size of a trunk."""
    grid = grid_of((-190, -140, 0), (190, 140, 240))
    inside = level(grid, (0, 0, 0), (165, 120, np.inf)) < 1
    return scanned(np.where(inside, hu, AIR).astype(np.float32)), grid


def noise(mean_hu: float, spread_hu: float, seed: int = 0) -> tuple[npt.NDArray[np.int16], Geometry]:
    """Independent normal noise in every voxel."""
    grid = grid_of((-150, -120, 0), (150, 120, 210))
    values = np.random.default_rng(seed).normal(mean_hu, spread_hu, grid.shape)
    return np.clip(values, -1024, 3071).astype(np.int16), grid


def clouds(in_a_body: bool, seed: int = 0) -> tuple[npt.NDArray[np.int16], Geometry]:
    """Smooth noise about 60 HU, in the whole box or in a trunk of it."""
    grid = grid_of((-190, -140, 0), (190, 140, 240))
    axes = tuple(o + s * np.arange(n) for o, s, n in zip(grid.origin_mm, grid.spacing_mm, grid.shape, strict=True))
    values = 60 + 60 * smooth_noise(np.random.default_rng(seed), (axes[0], axes[1], axes[2]), 22.0)
    inside = level(grid, (0, 0, 0), (165, 120, np.inf)) < 1
    return scanned(np.where(inside | (not in_a_body), values, AIR).astype(np.float32)), grid
