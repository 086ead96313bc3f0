"""Against R 4.2.2: survival 3.5.3 (basehaz, survfit, residuals) and rms 6.5.0 (survest); tests/golden/r."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.cox import cox_at, fit_cox
from core.survival.cox_curves import cox_curves, deviance_residuals, martingale_residuals
from core.survival.follow_up import FollowUp
from core.survival.risk_sets import Ties
from tests import r_answers
from tests.core.survival.test_cox import MODELS, PUBLISHED, fit_of

EXACT = 1e-8
HORIZONS = [12, 36, 60]


@pytest.mark.parametrize("model", MODELS)
def test_baseline(model: str) -> None:
    expected = r_answers.read(f"basehaz_{model}.csv")
    curves = cox_curves(fit_of(r_answers.cohort(), MODELS[model]))
    np.testing.assert_allclose(curves.time, expected["time"], rtol=EXACT)
    np.testing.assert_allclose(curves.baseline, expected["H0_uncentred"], rtol=EXACT)
    assert (np.diff(curves.hazard) >= 0).all()


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_baseline_follows_the_tie_method(ties: Ties) -> None:
    expected = r_answers.read(f"basehaz_lung_{ties}.csv")
    curves = cox_curves(fit_of(r_answers.lung(), r_answers.LUNG, ties))
    np.testing.assert_allclose(curves.time, expected["time"], rtol=EXACT)
    np.testing.assert_allclose(curves.baseline, expected["hazard"], rtol=EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_baseline_at_published_coefficients(model: str) -> None:
    table, names = r_answers.cohort(), MODELS[model]
    follow_up = FollowUp(table["time"].to_numpy(), table["status"].to_numpy())
    fixed = cox_at(follow_up, table[names].to_numpy(dtype=float), names, PUBLISHED[model], "efron")
    expected = r_answers.read(f"basehaz_frozen_{model}.csv")["H0_uncentred"]
    np.testing.assert_allclose(cox_curves(fixed).baseline, expected, rtol=EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_survival_of_patients_with_bands(model: str) -> None:
    patients = r_answers.read("newdata_grid.csv")[MODELS[model]].to_numpy(dtype=float)
    curves = cox_curves(fit_of(r_answers.cohort(), MODELS[model]))
    band = curves.band(patients, HORIZONS)
    expected = r_answers.read(f"survfit_pred_{model}.csv")
    for ours, column in ((band.value, "surv"), (band.se, "se"), (band.low, "lower"), (band.high, "upper")):
        np.testing.assert_allclose(ours.ravel(), expected[column], rtol=EXACT)
    rms = r_answers.read(f"survest_cph_{model}.csv")
    for position, months in enumerate(HORIZONS):
        np.testing.assert_allclose(band.value[:, position], rms[f"S{months}"], rtol=EXACT)
        np.testing.assert_allclose(band.low[:, position], rms[f"lo{months}"], rtol=EXACT)
        np.testing.assert_allclose(band.high[:, position], rms[f"up{months}"], rtol=EXACT)


def test_survival_of_lung_patients() -> None:
    expected = r_answers.read("survfit_pred_lung.csv")
    patients = r_answers.lung()[r_answers.LUNG].to_numpy(dtype=float)[:10]
    band = cox_curves(fit_of(r_answers.lung(), r_answers.LUNG)).band(patients, [180, 365, 730])
    for ours, column in ((band.value, "surv"), (band.se, "se"), (band.low, "lower"), (band.high, "upper")):
        np.testing.assert_allclose(ours.ravel(), expected[column], rtol=EXACT)


def test_predictions_of_all_patients() -> None:
    expected = r_answers.read("pred_surv_all.csv")
    for model, names in MODELS.items():
        curves = cox_curves(fit_of(r_answers.cohort(), names))
        ours = curves.survival(r_answers.cohort()[names].to_numpy(dtype=float), HORIZONS)
        np.testing.assert_allclose(ours, expected[[f"S{model}{m}" for m in HORIZONS]], rtol=EXACT)


@pytest.mark.parametrize("model", MODELS)
def test_residuals(model: str) -> None:
    expected = r_answers.read(f"residuals_{model}.csv")
    fit = fit_of(r_answers.cohort(), MODELS[model])
    np.testing.assert_allclose(martingale_residuals(fit), expected["martingale"], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(deviance_residuals(fit), expected["deviance"], rtol=1e-7, atol=1e-12)
    lp = fit.linear_predictor(r_answers.cohort()[MODELS[model]])
    # predict(type = "lp") centres numbers at their mean and leaves 0/1 columns as they are
    centre = expected["lp"].mean() - lp.mean()
    np.testing.assert_allclose(lp + centre, expected["lp"], rtol=1e-8, atol=1e-10)


@given(st.integers(0, 2**32 - 1))
def test_residuals_add_up_to_zero_and_curves_fall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    follow_up = FollowUp(rng.integers(1, 15, n).astype(float), rng.random(n) < 0.6)
    x = rng.normal(size=(n, 2))
    fit = fit_cox(follow_up, x, ["a", "b"])
    assert martingale_residuals(fit).sum() == pytest.approx(0, abs=1e-8)
    curves = cox_curves(fit)
    survival = curves.survival(x, np.linspace(0, curves.time[-1], 40))
    assert (np.diff(survival, axis=-1) <= 1e-15).all()
    for kind in ("log", "log-log", "plain"):
        band = curves.band(x[:5], [curves.time[0], curves.time[-1]], kind=kind)
        known = np.isfinite(band.low)
        assert (band.low[known] <= band.value[known]).all()
        assert (band.value[known] <= band.high[known]).all()


def test_past_the_follow_up_is_refused() -> None:
    curves = cox_curves(fit_of(r_answers.cohort(), r_answers.PRE))
    with pytest.raises(InputError, match="time, within the follow-up: expected 0-105, got 106"):
        curves.survival([0.0, 0.5], [12, 106])
    assert curves.survival([0.0, 0.5], [0.0]) == 1.0
