"""The faster matrices, mesh and wavelets against PyRadiomics on regions with holes, islands and plates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from core.errors import ArtefactError
from core.geometry import Geometry
from core.radiomics.extract import features_of
from core.radiomics.grey_levels import DIRECTIONS, Inside, grey_levels
from core.radiomics.images import filtered_images
from core.radiomics.mesh import Mesh
from core.radiomics.region import Region
from core.radiomics.settings import FULL, RadiomicsSettings
from tests.core.radiomics.pyradiomics_extractor import extractor_values

SHAPE = (17, 14, 12)
SPACING = (1.0, 1.5, 2.5)
GRID = Geometry.from_spacing(SHAPE, SPACING)
PLAIN = RadiomicsSettings(log_sigma_mm=(), wavelet="")


def texture(seed: int, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    return ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1) * 200 + 50


def region_of(seed: int, share: float) -> np.ndarray:
    """Voxels drawn at random: with a small share many have no neighbour."""
    inside = np.zeros(SHAPE, dtype=bool)
    inside[3:13, 3:11, 2:10] = np.random.default_rng(seed).random((10, 8, 8)) < share
    return inside


def found_mm(mesh: Mesh) -> tuple[float, ...]:
    return (*(mesh.diameter_mm(axis) for axis in range(3)), mesh.largest_diameter_mm)


@settings(max_examples=8)
@given(st.integers(0, 2**16), st.sampled_from([0.1, 0.3, 0.6, 0.9]))
def test_any_region_has_pyradiomics_values(seed, share):
    region = Region(texture(seed), region_of(seed, share), GRID)
    assert features_of(region, PLAIN) == pytest.approx(extractor_values(region, PLAIN), rel=1e-9, abs=1e-9, nan_ok=True)


def test_a_plate_one_voxel_thick_has_pyradiomics_values():
    """Directions through it hold no run of voxels and are left out."""
    inside = np.zeros(SHAPE, dtype=bool)
    inside[5, 3:12, 2:10] = True
    region = Region(texture(1), inside, GRID)
    assert len(Inside(inside).lines) == 4
    assert features_of(region, PLAIN) == pytest.approx(extractor_values(region, PLAIN), rel=1e-9, abs=1e-9, nan_ok=True)


@settings(max_examples=20)
@given(st.integers(0, 2**16), st.floats(0.05, 0.95))
def test_the_mesh_is_pyradiomics_mesh(seed, share):
    from radiomics import cShape

    mask = np.random.default_rng(seed).random((6, 7, 5)) < share
    mask[2, 3, 1] = True
    area, volume, diameters = cShape.calculate_coefficients(np.pad(mask, 1), np.array(SPACING))
    found = Mesh(mask, SPACING)
    assert found.area_mm2 == pytest.approx(area, rel=1e-10)
    assert found.volume_mm3 == pytest.approx(volume, rel=1e-10, abs=1e-9)
    assert found_mm(found) == pytest.approx(diameters, rel=1e-12)


def test_a_cube_of_voxels_has_bevelled_edges():
    """Halfway vertices cut off the cube's 12 edges and 8 corners; worked out by hand for one voxel: an octahedron."""
    found = Mesh(np.ones((1, 1, 1), dtype=bool), (2.0, 2.0, 2.0))
    assert found.volume_mm3 == pytest.approx(4 / 3)
    assert found.area_mm2 == pytest.approx(8 * np.sqrt(3) / 4 * 2)
    assert found_mm(found) == pytest.approx((2, 2, 2, 2))


@pytest.mark.parametrize("shape", [(16, 14, 12), (17, 13, 11)])
@pytest.mark.parametrize("wavelet", ["coif1", "haar", "db3"])
def test_each_band_alone_equals_pywavelets(shape, wavelet):
    from radiomics import imageoperations

    from core.imaging.resample import from_image, to_image

    values, grid = texture(3, shape), Geometry.from_spacing(shape, SPACING)
    box = (slice(2, 13), slice(0, 9), slice(3, 11))
    chosen = RadiomicsSettings(wavelet=wavelet, wavelet_levels=2)
    image = to_image(values, grid)
    expected = {
        name: from_image(band)[box]
        for band, name, _ in imageoperations.getWaveletImage(image, None, wavelet=wavelet, level=2)
    }
    assert set(expected) == set(chosen.wavelet_images)
    for name, band in expected.items():
        ((found_name, found),) = filtered_images(values, grid, box, chosen, [name])
        assert found_name == name
        np.testing.assert_allclose(found, band, rtol=0, atol=1e-11)


def test_an_image_of_zeros_stays_finite():
    zeros = np.zeros(SHAPE)
    box = (slice(2, 9), slice(2, 9), slice(2, 9))
    wanted = [name for name, _ in FULL.further]
    images = dict(filtered_images(zeros, GRID, box, FULL, wanted))
    assert list(images) == wanted
    assert all(np.isfinite(image).all() for image in images.values())


def test_too_little_around_the_region_for_a_filter_is_an_error():
    box = (slice(0, 3), slice(0, 3), slice(0, 3))
    with pytest.raises(ArtefactError, match="expected 6 voxels along each side"):
        list(filtered_images(texture(1, (5, 5, 5)), GRID, box, FULL, ["log-sigma-5-0-mm-3D"]))


def test_levels_are_counted_from_zero_and_lines_hold_every_voxel_once():
    inside = Inside(region_of(5, 0.7))
    values = texture(5)
    levels = grey_levels(values, inside, 25.0)
    low = values[inside.mask].min() // 25
    assert (levels.matrix[inside.mask] == values[inside.mask] // 25 - low + 1).all()
    assert (levels.present[levels.position] == levels.matrix[inside.mask]).all()
    assert len(inside.lines) == len(DIRECTIONS) == 13
    for lines in inside.lines:
        assert np.sort(lines.order).tolist() == list(range(int(inside.mask.sum())))
