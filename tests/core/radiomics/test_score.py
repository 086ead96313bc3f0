from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ArtefactError, InputError
from core.geometry import Geometry
from core.radiomics.score import RadiomicsModel, load_booster
from core.radiomics.selected import SelectedFeatures
from core.radiomics.settings import RadiomicsSettings

SELECTED = SelectedFeatures(("original_glcm_Contrast",), ("original_firstorder_Mean", "original_glcm_Idm"))


def booster(seed: int, names=SELECTED.prefixed):
    import xgboost

    rng = np.random.default_rng(seed)
    x = rng.standard_normal((60, len(names)))
    matrix = xgboost.DMatrix(x, (x[:, 0] + rng.standard_normal(60) > 0).astype(float), feature_names=list(names))
    return xgboost.train({"max_depth": 2, "nthread": 1, "objective": "binary:logistic"}, matrix, 10)


@pytest.fixture(scope="module")
def model() -> RadiomicsModel:
    boosters = [load_booster(bytes(booster(seed).save_raw("ubj")), SELECTED.prefixed) for seed in (1, 2, 3)]
    return RadiomicsModel(RadiomicsSettings(), SELECTED, boosters, 0.8, -0.1)


def test_value_spread_and_contributions(model):
    import xgboost

    row = dict(zip(SELECTED.prefixed, (0.4, -0.2, 1.0), strict=True))
    score = model.predict(row)
    matrix = xgboost.DMatrix(np.array([list(row.values())]), feature_names=list(row))
    raw = np.array([b.predict(matrix, output_margin=True)[0] for b in model.boosters], dtype=float)
    log_odds = 0.8 * raw - 0.1
    assert score.probabilities == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-6)
    assert score.value == pytest.approx(1 / (1 + np.exp(-log_odds.mean())), abs=1e-6)
    assert score.sd == pytest.approx(score.probabilities.std(ddof=1))
    assert set(score.contributions) == set(row)
    assert model.predict(row).probabilities.tolist() == score.probabilities.tolist()


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_contributions_add_up_to_the_log_odds(model, values):
    score = model.predict(dict(zip(SELECTED.prefixed, values, strict=True)))
    log_odds = np.log(score.value / (1 - score.value))
    assert score.baseline + sum(score.contributions.values()) == pytest.approx(log_odds, abs=1e-6)


def test_contributions_are_shapley_values():
    """By brute force over all orders: a feature not yet known takes each way of a split as often as in training."""
    import xgboost

    names = ("ap_original_glcm_Contrast", "pvp_original_firstorder_Mean")
    x = np.array([[a, b] for a in (0.0, 1.0) for b in (0.0, 1.0)] * 25)
    y = np.logical_and(x[:, 0], x[:, 1]).astype(float)
    settings = {"max_depth": 2, "nthread": 1, "objective": "reg:squarederror", "eta": 1, "lambda": 0, "base_score": 0}
    tree = xgboost.train(settings, xgboost.DMatrix(x, y, feature_names=list(names)), 1)
    model = RadiomicsModel(RadiomicsSettings(), SelectedFeatures((names[0][3:],), (names[1][4:],)), [tree], 1.0, 0.0)
    score = model.predict({names[0]: 1.0, names[1]: 1.0})
    # worth of {} 1/4, of either alone 1/2, of both 1: each is worth ((1/2 - 1/4) + (1 - 1/2)) / 2
    assert score.baseline == pytest.approx(0.25, abs=1e-6)
    assert list(score.contributions.values()) == pytest.approx([0.375, 0.375], abs=1e-6)


def test_missing_or_undefined_features_are_refused(model):
    row = dict(zip(SELECTED.prefixed, (0.4, float("nan"), 1.0), strict=True))
    with pytest.raises(InputError, match="expected 3 finite features, got 2"):
        model.predict(row)
    with pytest.raises(InputError, match="got 0"):
        model.predict({})


def test_both_phases_are_read(model, phases, liver, geometry):
    probabilities, contributions = model.read(*phases, liver, geometry)
    assert probabilities.shape == (3,)
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert tuple(contributions) == SELECTED.prefixed


def test_a_liver_without_texture_gives_no_answer(model):
    geometry = Geometry.from_spacing((20, 20, 20), (3.0, 3.0, 3.0))
    tiny = np.zeros((20, 20, 20), dtype=bool)
    tiny[8:11, 8:11, 8:11] = True
    hu = np.zeros((20, 20, 20), dtype=np.int16)
    probabilities, contributions = model.read(hu, hu, tiny, geometry)
    assert probabilities.shape == (0,)
    assert contributions == {}


def test_boosters_of_other_features_or_no_boosters_are_refused():
    with pytest.raises(ArtefactError, match="of the selected features"):
        load_booster(bytes(booster(1).save_raw("ubj")), ("ap_x",))
    with pytest.raises(ArtefactError, match="in UBJSON"):
        load_booster(b"not a booster", SELECTED.prefixed)
