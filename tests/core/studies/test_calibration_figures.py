"""Calibration and refitted nomograms, against R 4.2.2 (survival 3.5.3) on R's own cohort."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies.calibration_figures import FIFTHS, calibration
from core.studies.published_figures import HAZARD_RATIO, HORIZONS_MONTHS, MODELS
from core.studies.simulated_cohorts import simulate_patients
from core.survival.kaplan_meier import kaplan_meier
from tests import r_answers
from tests.core.studies.paper import nomograms, r_cohort

OF_R = calibration(r_cohort(), nomograms())
LARGE = calibration(simulate_patients(100_000, np.random.default_rng(8)), nomograms())


@pytest.mark.parametrize("model", MODELS)
def test_slopes_are_those_of_r(model: str) -> None:
    expected = r_answers.scalars("sim")[f"{model}_frozen_calib_slope"]
    assert OF_R["slope"][MODELS.index(model)] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_refitted_coefficients_are_those_of_r(model: str) -> None:
    expected = r_answers.read(f"cox_{model}.csv")["coef_efron"]
    of_model = [name == model for name, _ in HAZARD_RATIO]
    np.testing.assert_allclose(OF_R["refitted_log_hr"][of_model], expected, rtol=1e-7)


def test_fifths_hold_a_fifth_each_and_the_observed_is_kaplan_meiers() -> None:
    post = nomograms()["post"]
    lp = r_cohort().linear_predictor(post)
    worst = lp > np.sort(lp)[-98]
    found = kaplan_meier(r_cohort().follow_up.of(worst)).at(12.0)
    predicted = post.survival(12.0, lp[worst]).mean()
    assert OF_R["observed"][1, 0, 0] == pytest.approx(float(found.survival), abs=0.01)
    assert OF_R["predicted"][1, 0, 0] == pytest.approx(predicted, abs=0.005)


def test_shapes_and_order() -> None:
    shape = (len(MODELS), len(HORIZONS_MONTHS), FIFTHS)
    assert LARGE["predicted"].shape == LARGE["observed"].shape == LARGE["excess"].shape == shape
    assert (np.diff(LARGE["predicted"], axis=-1) > 0).all()
    np.testing.assert_array_equal(LARGE["excess"], LARGE["observed"] - LARGE["predicted"])


def test_the_simulated_model_is_calibrated_and_the_other_nearly() -> None:
    assert np.abs(LARGE["excess"][1]).max() < 0.012
    assert np.abs(LARGE["excess"][0]).max() < 0.035
    np.testing.assert_allclose(LARGE["slope"], 1.0, atol=0.03)


def test_the_published_hazard_ratios_come_back() -> None:
    found = dict(zip(HAZARD_RATIO, np.exp(LARGE["refitted_log_hr"]), strict=True))
    for (model, term), printed in HAZARD_RATIO.items():
        if model == "post":
            assert found[model, term] == pytest.approx(printed.value, rel=0.04)
    assert found["pre", "pvtt"] == pytest.approx(1.31, abs=0.05)  # the paper has 1.42


def test_a_cohort_without_pvtt_has_no_coefficients() -> None:
    without = r_cohort().of(~r_cohort().baseline.pvtt)
    found = calibration(without, nomograms())
    assert np.isnan(found["refitted_log_hr"]).all()
    assert np.isfinite(found["slope"]).all()
