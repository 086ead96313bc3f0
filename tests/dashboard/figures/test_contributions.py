from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.findings import ImageEvidence
from core.radiomics.extract import all_features
from core.radiomics.settings import FULL
from dashboard.figures import style
from dashboard.figures.contributions import contribution_bars
from dashboard.texts import contributions as words
from tests.dashboard import builders

SHARES = {
    "ap_log-sigma-3-0-mm-3D_glrlm_LongRunEmphasis": -0.30,
    "ap_original_glcm_Idmn": 0.05,
    "pvp_wavelet-LLH_glcm_Contrast": 0.62,
    "pvp_wavelet2-LLL_firstorder_90Percentile": -0.11,
    "pvp_original_shape_Maximum2DDiameterRow": 0.02,
    "pvp_lbp-2D_glszm_GrayLevelNonUniformityNormalized": 0.01,
    "ap_squareroot_ngtdm_Busyness": -0.02,
    "ap_gradient_gldm_DependenceEntropy": 0.03,
}


def evidence() -> ImageEvidence:
    return ImageEvidence(np.full((2, 5), 0.5), np.array([0.6, 0.6]), SHARES)


def test_every_feature_has_its_words() -> None:
    names = {words.name(feature) for feature in all_features(FULL).prefixed}
    assert len(names) == len(all_features(FULL).prefixed)
    assert not [what for what, where in names if "_" in what + where or what != what.strip()]
    assert words.name("pvp_wavelet-LLH_glcm_Contrast") == (
        "contrast of neighbouring grey levels",
        "portal venous, wavelet LLH",
    )
    assert words.name("ap_log-sigma-3-0-mm-3D_glrlm_LongRunEmphasis") == (
        "long run emphasis of runs of one grey level",
        "arterial, Laplacian of Gaussian 3 mm",
    )
    assert words.name("ap_original_shape_Maximum2DDiameterRow")[0] == "maximum 2D diameter row of the liver's shape"


def test_bars_are_the_largest_and_the_rest_is_added_up() -> None:
    bars = words.largest(SHARES)
    assert [value for _, _, value in bars[:3]] == [0.62, -0.30, -0.11]
    assert (bars[-1][0], len(bars)) == ("2 other features", 7)
    assert sum(value for _, _, value in bars) == pytest.approx(sum(SHARES.values()))
    figure = contribution_bars(bars, style.LIGHT)
    assert list(figure.data[0].x) == [value for _, _, value in bars]
    assert figure.layout.yaxis.autorange == "reversed"
    low, high = figure.layout.xaxis.range
    assert low == -high < -0.62
    assert set(figure.data[0].marker.color) == {style.LIGHT.patient, style.LIGHT.curve}


def test_the_sentence_leads_from_the_cohort_to_the_patient() -> None:
    start = 1 / (1 + np.exp(-(np.log(0.6 / 0.4) - sum(SHARES.values()))))
    said = words.sentence(evidence())
    assert f"starts from {start:.2f}" in said
    assert "ends at 0.60: together the 8 features changed its log odds by +0.30." in said
    assert words.sentence(ImageEvidence(np.full((2, 5), 0.5), np.empty(0))) == ""
    assert "contrast of neighbouring grey levels, portal venous, wavelet LLH: +0.62" in words.description(SHARES)


def test_the_images_page_shows_them_where_there_are_any(open_page: Callable[..., AppTest]) -> None:
    page = open_page("images", replace(builders.assessment(), evidence=evidence()))
    assert words.WHAT_ADDED in [expander.label for expander in page.expander]
    page = open_page("images", replace(builders.assessment(), evidence=None))
    assert words.WHAT_ADDED not in [expander.label for expander in page.expander]
