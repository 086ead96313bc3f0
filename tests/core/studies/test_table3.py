"""Table 3, against R 4.2.2: riskRegression 2022.11.28, pROC 1.18.0 and survival 3.5.3 on R's own cohort."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies.published_figures import MODEL_NAMES, MODELS, REFERENCE
from core.studies.staged_patients import SYSTEMS, StagedPatients, simulate_staged
from core.studies.table3 import AUC_MONTHS, READINGS, clinical_models, discrimination, model_scores
from core.survival.delong import paired_test
from core.survival.follow_up import FollowUp
from tests import r_answers
from tests.core.studies.paper import nomograms, r_cohort

ROWS = tuple(MODEL_NAMES)


def _r_scores() -> dict[str, np.ndarray]:
    """R's cohort with stages that are noise."""
    rng = np.random.default_rng(1)
    noise = {system: rng.integers(5, size=489).astype(float) for system in SYSTEMS}
    staged = StagedPatients(r_cohort(), noise)
    return model_scores(staged, nomograms(), clinical_models(staged.patients))


def _refitted(model: str) -> np.ndarray:
    """The linear predictor of R's own fit, by which R's answers are ranked."""
    table = r_answers.read(f"cox_{model}.csv")
    return np.asarray(r_answers.cohort()[table["term"]].to_numpy(dtype=float) @ table["coef_efron"].to_numpy())


SCORES = _r_scores() | {model: _refitted(model) for model in MODELS}
OF_R = discrimination(r_cohort().follow_up, SCORES)


def test_scores_are_the_rows_of_table_3() -> None:
    assert tuple(SCORES) == ROWS
    assert {score.shape for score in SCORES.values()} == {(489,)}


@pytest.mark.parametrize("model", MODELS)
def test_auc_at_horizons_is_that_of_r(model: str) -> None:
    table = r_answers.read("score_auc.csv")
    expected = table[table["model"] == model].sort_values("times")["AUC"]
    np.testing.assert_allclose(OF_R["auc"][ROWS.index(model), :3], expected, rtol=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_status_auc_and_concordance_are_those_of_r(model: str) -> None:
    expected = r_answers.scalars("sim")
    assert OF_R["auc"][ROWS.index(model), 3] == pytest.approx(expected[f"delong_auc_{model}"], rel=1e-9)
    assert OF_R["concordance"][MODELS.index(model)] == pytest.approx(expected[f"{model}_C_n"], rel=1e-9)


def test_readings_are_points_of_the_curve() -> None:
    places = [AUC_MONTHS.tolist().index(months) for months in (12.0, 36.0, 60.0)]
    np.testing.assert_array_equal(OF_R["auc"][:, :3], OF_R["auc_over_time"][:, places])
    assert len(READINGS) == OF_R["auc"].shape[1]


@pytest.mark.parametrize("model", [*REFERENCE])
def test_p_of_the_status_is_de_longs_against_the_reference(model: str) -> None:
    expected = paired_test(r_cohort().follow_up.event, SCORES[REFERENCE[model]], SCORES[model]).p
    assert OF_R["auc_p"][ROWS.index(model), 3] == expected


def test_p_at_a_horizon_is_that_of_r() -> None:
    """With the postoperative nomogram's score in a row that is tested against the preoperative one."""
    table = r_answers.read("score_auc_contrasts.csv").sort_values("times")
    found = discrimination(r_cohort().follow_up, SCORES | {"clip": SCORES["post"]})
    np.testing.assert_allclose(found["auc_p"][ROWS.index("clip"), :3], table["p"], rtol=1e-6)


def test_nomograms_are_tested_against_nothing() -> None:
    assert np.isnan(OF_R["auc_p"][:2]).all()
    assert np.isfinite(OF_R["auc_p"][2:]).all()


def test_an_auc_below_one_half_stays_there() -> None:
    turned = discrimination(r_cohort().follow_up, SCORES | {"clip": -SCORES["post"]})
    row = ROWS.index("clip")
    np.testing.assert_allclose(turned["auc"][row], 1 - OF_R["auc"][ROWS.index("post")], rtol=1e-12)


def test_a_horizon_past_the_follow_up_has_no_auc() -> None:
    time, event = r_cohort().follow_up.time, r_cohort().follow_up.event
    shorter = FollowUp(np.minimum(time, 40.0), event & (time <= 40.0))
    found = discrimination(shorter, SCORES)
    assert np.isnan(found["auc"][:, 2]).all()
    assert np.isfinite(found["auc"][:, [0, 1, 3]]).all()


def test_clinical_models_are_fitted_to_the_training_cohort_alone() -> None:
    fits = clinical_models(r_cohort())
    assert fits["clinical_pre"].names == ("pvtt",)
    assert fits["clinical_post"].names == ("pvtt", "response", "haic_sessions")
    others = simulate_staged(400, 2)
    scores = model_scores(others, nomograms(), fits)
    expected = fits["clinical_pre"].beta[0] * others.patients.baseline.pvtt
    np.testing.assert_allclose(scores["clinical_pre"], expected, rtol=1e-12)
    x = np.stack([others.patients.baseline.pvtt, others.patients.baseline.response], axis=-1)
    sessions = np.minimum(others.patients.planned, 4)
    by_hand = np.column_stack([x, sessions]) @ fits["clinical_post"].beta
    np.testing.assert_allclose(scores["clinical_post"], by_hand, rtol=1e-12)


def test_expected_auc_and_concordance_are_as_stated() -> None:
    """Concordance .66 and .74; AUC of the postoperative nomogram .80-.82, below the printed .855; clinical .67-.72."""
    staged = simulate_staged(30_000, 6)
    scores = model_scores(staged, nomograms(), clinical_models(staged.patients))
    found = discrimination(staged.patients.follow_up, scores)
    np.testing.assert_allclose(found["concordance"], [0.655, 0.737], atol=0.01)
    post, clinical = found["auc"][ROWS.index("post"), :3], found["auc"][ROWS.index("clinical_post"), :3]
    assert post.min() > 0.78
    assert post.max() < 0.83
    assert clinical.min() > 0.66
    assert clinical.max() < 0.73
