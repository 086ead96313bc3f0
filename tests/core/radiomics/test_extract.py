from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ArtefactError, InputError
from core.geometry import Geometry
from core.radiomics import feature_classes
from core.radiomics.extract import all_features, extract, extract_phases, features_of
from core.radiomics.region import footprint, prepare
from core.radiomics.selected import SelectedFeatures
from core.radiomics.settings import FULL, NAMED, QUICK, RadiomicsSettings
from tests.core.radiomics.pyradiomics_extractor import extractor_values

SETTINGS = RadiomicsSettings()


@pytest.fixture(scope="module")
def full(phases, liver, geometry):
    return extract(phases[0], liver, geometry, SETTINGS)


def test_full_extraction_has_every_feature_once(full):
    assert len(full) == SETTINGS.feature_count == 1037
    assert np.isfinite(list(full.values())).all()


@settings(max_examples=15)
@given(st.data())
def test_selected_equals_full(full, phases, liver, geometry, data):
    names = data.draw(st.lists(st.sampled_from(list(full)), min_size=1, max_size=3, unique=True))
    found = extract(phases[0], liver, geometry, SETTINGS, names)
    assert list(found) == names
    assert found == pytest.approx({name: full[name] for name in names}, rel=1e-9, abs=1e-9)


def test_equals_the_extractor_of_pyradiomics(full, phases, liver, geometry):
    region = prepare(phases[0], footprint(liver, geometry, SETTINGS), SETTINGS)
    assert full == pytest.approx(extractor_values(region, SETTINGS), rel=1e-9, abs=1e-9)


@pytest.mark.slow
def test_the_full_setting_equals_the_extractor_of_pyradiomics_and_the_selected_ones_alone(phases, geometry):
    i, j, k = np.indices(phases[0].shape)
    small = (abs(i - 22) < 8) & (abs(j - 21) < 7) & (abs(k - 15) < 5) & ((i + j + k) % 29 > 0)
    everything = extract(phases[0], small, geometry, FULL)
    assert len(everything) == FULL.feature_count == 27 * 93 + 14 == 2525
    region = prepare(phases[0], footprint(small, geometry, FULL), FULL)
    assert everything == pytest.approx(extractor_values(region, FULL), rel=1e-9, abs=1e-9, nan_ok=True)
    for names in (list(everything)[::97], ["wavelet2-HHL_glcm_Contrast"], ["wavelet2-LLL_glszm_ZoneEntropy"]):
        found = extract(phases[0], small, geometry, FULL, names)
        assert found == pytest.approx({name: everything[name] for name in names}, rel=1e-9, abs=1e-9, nan_ok=True)


def test_both_phases_are_prefixed_and_shape_comes_once(phases, liver, geometry, full):
    chosen = SelectedFeatures(("original_glcm_Contrast",), ("original_glcm_Contrast", "original_shape_MeshVolume"))
    found = extract_phases(phases, liver, geometry, SETTINGS, chosen)
    assert list(found) == list(chosen.prefixed)
    assert found["ap_original_glcm_Contrast"] == full["original_glcm_Contrast"] != found["pvp_original_glcm_Contrast"]
    everything = all_features(SETTINGS)
    assert len(everything.portal_venous) == 1037
    assert len(everything.arterial) == 1037 - 14


def test_a_liver_at_the_end_of_the_scan_meets_no_step(phases, liver, geometry):
    """A scan that ends at the liver repeats its last slice; nothing of the air beyond enters the filters."""
    flat = np.full_like(phases[0], 100)
    cut = Geometry((44, 44, 15), geometry.affine_lps)
    region = prepare(flat[..., 15:], footprint(liver[..., 15:], cut, SETTINGS), SETTINGS)
    assert region.values.min() == region.values.max() == 100


def test_volume_is_kept(full, liver, geometry):
    expected = liver.sum() * geometry.voxel_volume_ml * 1000
    assert full["original_shape_VoxelVolume"] == pytest.approx(expected, rel=0.03)


def test_intensities_are_clipped(phases, liver, geometry):
    hot = phases[0].copy()
    hot[22, 21, 15] = 3000
    found = extract(hot, liver, geometry, SETTINGS, ["original_firstorder_Maximum"])
    assert found["original_firstorder_Maximum"] <= 240


def test_too_small_or_empty_livers_are_refused(phases, liver, geometry):
    small = np.zeros_like(liver)
    with pytest.raises(InputError, match="got an empty mask"):
        extract(phases[0], small, geometry, SETTINGS)
    small[20:23, 20:23, 10:12] = True
    with pytest.raises(InputError, match=r"at least 5.4 mL for radiomics, got 0.\d mL"):
        extract(phases[0], small, geometry, SETTINGS)


def test_unknown_features_are_refused(phases, liver, geometry):
    with pytest.raises(ArtefactError, match="got 1 unknown"):
        extract(phases[0], liver, geometry, SETTINGS, ["original_glcm_Contrast", "original_glcm_Beauty"])


def test_a_class_that_yields_nothing_is_an_error(phases, liver, geometry, monkeypatch):
    region = prepare(phases[0], footprint(liver, geometry, SETTINGS), SETTINGS)

    class Silent(feature_classes._prepared_class("ngtdm")):
        def execute(self):
            return {}

    monkeypatch.setattr(feature_classes, "_prepared_class", lambda name: Silent)
    with pytest.raises(ArtefactError, match="expected 1 features of class ngtdm, got 0"):
        features_of(region, SETTINGS, ["original_ngtdm_Busyness"])


def test_nothing_is_printed(phases, liver, geometry, capfd):
    extract(phases[0], liver, geometry, SETTINGS, ["original_glcm_SumAverage", "log-sigma-3-0-mm-3D_glcm_SumAverage"])
    assert capfd.readouterr() == ("", "")


def test_the_images_of_the_full_setting_are_those_of_the_paper():
    assert FULL.images[:6] == ("original", *(f"log-sigma-{s}-0-mm-3D" for s in range(1, 6)))
    assert len(FULL.wavelet_images) == 15
    assert FULL.images[-6:] == ("square", "squareroot", "logarithm", "exponential", "gradient", "lbp-2D")
    assert NAMED == {"quick": QUICK, "full": FULL}
    assert len(all_features(FULL).prefixed) == 2 * 2525 - 14


def test_a_filter_that_yields_nothing_is_an_error(phases, liver, geometry, monkeypatch):
    """PyRadiomics leaves out an image without a word where a package is missing."""
    region = prepare(phases[0], footprint(liver, geometry, SETTINGS), SETTINGS)
    names = ["original_glcm_Contrast", "wavelet-LLH_glcm_Contrast"]
    monkeypatch.setattr("core.radiomics.images.wavelet_images", lambda *_: iter(()))
    with pytest.raises(ArtefactError, match="expected 2 features, got 1"):
        features_of(region, SETTINGS, names)


@pytest.mark.parametrize("chosen", [SETTINGS, FULL])
def test_settings_survive_the_card(chosen):
    assert RadiomicsSettings.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen
    with pytest.raises(ArtefactError, match="10 known settings"):
        RadiomicsSettings.from_dict({**chosen.to_dict(), "more": 1})


def test_cards_without_the_later_settings_are_read_as_before():
    older = {name: value for name, value in SETTINGS.to_dict().items() if name not in ("wavelet_levels", "further")}
    assert RadiomicsSettings.from_dict(older) == SETTINGS


@pytest.mark.parametrize("wrong", [{"further": (("round", 1.0),)}, {"wavelet_levels": 0}, {"classes": ("colour",)}])
def test_unknown_images_classes_and_levels_are_refused(wrong):
    with pytest.raises(ArtefactError, match="radiomics settings: expected"):
        RadiomicsSettings(**wrong)
