"""An existing nomogram on new patients, and the least change that makes it fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.artefacts import read_artefact
from core.errors import InputError
from core.io.cohort_table import read_cohort_table
from core.studies.new_cohort import new_cohort
from core.studies.recalibration import recalibrated_nomogram
from core.studies.validation import NewCohort, Validation, stage_risks, validate_nomogram
from core.studies.validation_document import validation_document, validation_metrics
from core.survival.bands import survival_band
from core.survival.cox import cox_at
from core.survival.cox_curves import cox_curves
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram, read_nomogram
from tests import r_answers
from tests.core.studies.cohorts import inputs, survivors, write

N = 1500


@pytest.fixture(scope="module")
def post(root: Path) -> Nomogram:
    return read_nomogram(read_artefact(root / "weights", "nomogram").read_json("nomogram.json"), "post")


def judge(post: Nomogram, lp_of: object = None, *, faster: float = 1.0, seed: int = 1) -> Validation:
    """The post nomogram on patients who follow it, but for a changed linear predictor or hazard."""
    x = inputs(N, seed)
    lp = post.linear_predictor(x) if lp_of is None else lp_of(x)  # type: ignore[operator]
    cohort = NewCohort(survivors(post, lp, seed, faster=faster), x, {}, N, {})
    return validate_nomogram(post, cohort, (0, 1), lambda *_: None)


def test_a_cohort_that_follows_the_model_needs_no_change(post: Nomogram) -> None:
    study = judge(post)
    assert study.recalibration.recommended == "none"
    assert study.changed == post
    large = study.in_the_large.log_ratio
    assert large.low < 0 < large.high
    assert study.performance.slope.low < 1 < study.performance.slope.high


def test_a_higher_hazard_needs_a_new_baseline_only(post: Nomogram) -> None:
    study = judge(post, faster=1.6)
    assert study.recalibration.recommended == "baseline"
    assert study.in_the_large.log_ratio.value == pytest.approx(np.log(1.6), abs=0.12)
    assert study.changed.beta.tolist() == post.beta.tolist()
    assert study.changed.cuts == post.cuts
    months = np.array(post.readings_months)
    expected = post.reference_hazard(months) * 1.6
    at_reference = study.changed.cumulative_hazard_at(months, post.lp_reference.value)
    np.testing.assert_allclose(at_reference, expected, rtol=0.2)


def test_effects_that_are_all_weaker_need_a_slope(post: Nomogram) -> None:
    study = judge(post, lambda x: 0.5 * post.linear_predictor(x) - 1.0)
    assert study.recalibration.recommended == "baseline_slope"
    assert study.performance.slope.value == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(study.changed.beta, study.performance.slope.value * post.beta, rtol=1e-9)


def test_other_effects_need_new_coefficients(post: Nomogram) -> None:
    turned = post.beta * np.array([1, -1, 1, 1, 0.1])
    study = judge(post, lambda x: x @ turned - 1.5)
    assert study.recalibration.recommended == "refit"
    refit = study.recalibration.candidate("refit")
    assert refit is not None
    assert np.abs((refit.fit.beta - turned) / refit.fit.se).max() < 4


def test_the_changed_baseline_is_that_of_the_cohort(post: Nomogram) -> None:
    """Survival at the horizons is the Cox model's at the old coefficients; the band holds the old uncertainty too."""
    study = judge(post, faster=1.6)
    cohort = study.cohort
    fixed = cox_at(cohort.follow_up, cohort.x, post.names, post.beta, "efron")
    survival = cox_curves(fixed).survival(cohort.x[:20], study.horizons)
    band = survival_band(study.changed, cohort.x[:20, None], study.horizons)
    np.testing.assert_allclose(band.value, survival, rtol=1e-9)
    p = len(post.terms)
    np.testing.assert_allclose(study.changed.covariance_array[:p, :p], post.covariance_array[:p, :p])
    assert (band.low < band.value).all()
    assert (band.value < band.high).all()


def test_refit_is_the_own_model_of_the_cohort(post: Nomogram) -> None:
    study = judge(post)
    refit = study.recalibration.candidate("refit")
    assert refit is not None
    changed = recalibrated_nomogram(post, refit, study.horizons)
    curves = cox_curves(refit.fit)
    band = survival_band(changed, study.cohort.x[:20, None], study.horizons)
    expected = curves.band(study.cohort.x[:20], study.horizons, kind="log-log")
    np.testing.assert_allclose(band.value, expected.value, rtol=1e-9)
    np.testing.assert_allclose(band.low, expected.low, atol=2e-5)
    assert changed.model == "post"


def test_document(post: Nomogram) -> None:
    study = judge(post, faster=1.6)
    document = json.loads(json.dumps(validation_document(study), allow_nan=False))
    for key in ("calibration_in_the_large", "slope", "concordance"):
        assert document[key]["low"] < document[key]["value"] < document[key]["high"]
    for months in ("12", "36", "60"):
        for key in ("auc", "brier"):
            assert document[key][months]["low"] < document[key][months]["value"] < document[key][months]["high"]
    assert set(document["recalibration"]) == {"baseline", "baseline_slope", "refit", "tests"}
    assert document["recommended"] == "baseline"
    assert document["n"] == N
    assert document["recalibration"]["baseline_slope"]["slope"] == pytest.approx(1, abs=1e-6)
    assert len(validation_metrics(study)) == 2


def test_optimism_is_corrected_side_by_side(post: Nomogram) -> None:
    x = inputs(300, 3)
    cohort = NewCohort(survivors(post, post.linear_predictor(x), 3), x, {}, 300, {})
    study = validate_nomogram(post, cohort, (25, 1), lambda *_: None)
    corrected = {one.change: one.corrected for one in study.recalibration.candidates}
    assert all(one is not None for one in corrected.values())
    refit, baseline = corrected["refit"], corrected["baseline"]
    assert refit is not None
    assert baseline is not None
    assert refit.optimism[0] > baseline.optimism[0]
    assert refit.value[1] < 1


def golden_table() -> pd.DataFrame:
    table = r_answers.cohort().rename(
        columns={"PVTT": "pvtt", "sessions": "haic_sessions", "MTM": "mtm", "DLR": "dlr", "time": "time_months"}
    )
    table["response"] = np.where(table["OR"] == 1, "PR", "SD")
    return table.rename(columns={"status": "event"})


def test_columns_by_their_own_names(post: Nomogram, tmp_path: Path) -> None:
    cohort = new_cohort(read_cohort_table(write(golden_table(), tmp_path)), post, {}, 1.0)
    assert len(cohort.follow_up) == 489
    np.testing.assert_array_equal(cohort.x, r_answers.cohort()[r_answers.POST].to_numpy(dtype=float))
    study = validate_nomogram(post, cohort, (0, 1), lambda *_: None)
    slope = r_answers.scalars("sim")
    assert study.performance.slope.value == pytest.approx(slope["post_frozen_calib_slope"], rel=1e-9)
    baseline = study.recalibration.candidate("baseline")
    assert baseline is not None
    assert baseline.log_likelihood == pytest.approx(slope["post_frozen_loglik"], rel=1e-9)


def test_columns_by_a_map_with_other_units(post: Nomogram, tmp_path: Path) -> None:
    table = r_answers.cohort()
    table["weeks"] = table["time"] * 30.4375 / 7
    given = {
        "time_months": "weeks",
        "event": "status",
        "pvtt": "PVTT",
        "objective_response": "OR",
        "haic_sessions": "sessions",
        "mtm": "MTM",
        "dlr": "DLR",
    }
    cohort = new_cohort(read_cohort_table(write(table, tmp_path)), post, given, 7 / 30.4375)
    np.testing.assert_allclose(cohort.follow_up.time, table["time"], rtol=1e-6)
    assert cohort.x[:, 2].max() == 4


def test_missing_rows_are_counted_and_named(post: Nomogram, tmp_path: Path) -> None:
    table = golden_table()
    table.loc[:4, "dlr"] = np.nan
    table.loc[3:9, "mtm"] = np.nan
    cohort = new_cohort(read_cohort_table(write(table, tmp_path)), post, {}, 1.0)
    assert (cohort.n_read, len(cohort.follow_up), cohort.missing["dlr"], cohort.missing["mtm"]) == (489, 479, 5, 7)
    study = validate_nomogram(post, cohort, (0, 1), lambda *_: None)
    text = next(notice.text for notice in study.notices if notice.code == "rows_left_out")
    assert text == "10 of 489 rows were left out because a value is missing: mtm 7, dlr 5."


@pytest.mark.parametrize(
    ("change", "given", "text"),
    [
        ({}, {"ecog": "x"}, "--map, position 1: expected one of dlr, event"),
        ({"drop": "dlr"}, {}, "--map, dlr: expected the name of one of the"),
        ({"mtm": 1.5}, {}, "row 2, mtm: expected 0-1, got 1.5"),
        ({"event": 2}, {}, "event: expected 0 or 1, where 1 is a death, got the numbers"),
        ({"dlr": None}, {}, "dlr: expected 0-1, got no value in 489 rows"),
    ],
)
def test_bad_columns_are_named(
    post: Nomogram, tmp_path: Path, change: dict[str, object], given: dict[str, str], text: str
) -> None:
    table = golden_table()
    for name, value in change.items():
        table = table.drop(columns="dlr") if name == "drop" else table.assign(**{name: value})
    with pytest.raises(InputError, match=text):
        new_cohort(read_cohort_table(write(table, tmp_path)), post, given, 1.0)


def test_staging_is_compared_where_it_can_be(post: Nomogram, tmp_path: Path) -> None:
    table = golden_table()
    rng = np.random.default_rng(0)
    n = len(table)
    liver = {"albumin_g_l": 40.0, "bilirubin_umol_l": 15.0, "inr": 1.1, "ascites": "none", "encephalopathy_grade": 0}
    findings = dict.fromkeys(("extrahepatic_spread", "adjacent_organ_invasion", "liver_involvement_over_half"), 0)
    table = table.assign(ecog=0, tumour_count=rng.integers(1, 5, n), largest_tumour_cm=8.0, **liver, **findings)
    table = table.assign(afp_ng_ml=rng.choice([100.0, 900.0], n), massive_or_diffuse=0, transplant_candidate=0)
    table["macrovascular_invasion"] = table["pvtt"]
    cohort = new_cohort(read_cohort_table(write(table, tmp_path)), post, {}, 1.0)
    assert {"BCLC 2022", "CLIP"} <= set(cohort.stages)
    assert any("HKLC was not compared" in notice.text for notice in cohort.notices)
    study = validate_nomogram(post, cohort, (0, 1), lambda *_: None)
    assert {"model", "BCLC 2022", "CLIP", "all", "none"} <= set(study.performance.decision[0].net_benefit)


def test_risk_of_a_stage_is_that_of_its_patients() -> None:
    follow_up = FollowUp(np.array([1.0, 5, 5, 2, 5, 5]), np.array([1, 0, 0, 1, 0, 0]))
    risks = stage_risks(follow_up, np.array([0, 0, 0, 1, 1, -1]), np.array([3.0]))
    np.testing.assert_allclose(risks[:, 0], [1 / 3, 1 / 3, 1 / 3, 0.5, 0.5, 0.0])


def test_follow_up_that_ends_early_is_said(post: Nomogram) -> None:
    x = inputs(400, 5)
    whole = survivors(post, post.linear_predictor(x), 5)
    short = FollowUp(np.minimum(whole.time, 40.0), whole.event & (whole.time <= 40))
    study = validate_nomogram(post, NewCohort(short, x, {}, 400, {}), (0, 1), lambda *_: None)
    assert study.horizons.tolist() == [12, 36]
    assert any(notice.code == "short_follow_up" and "60 months" in notice.text for notice in study.notices)
    tiny = NewCohort(FollowUp(np.minimum(whole.time, 6.0), whole.event & (whole.time <= 6)), x, {}, 400, {})
    with pytest.raises(InputError, match="expected deaths before and follow-up past 12 months"):
        validate_nomogram(post, tiny, (0, 1), lambda *_: None)


def test_one_linear_predictor_for_all_is_refused(post: Nomogram) -> None:
    x = np.tile(inputs(1, 0), (50, 1))
    cohort = NewCohort(survivors(post, post.linear_predictor(x), 5), x, {}, 50, {})
    with pytest.raises(InputError, match="expected patients with different linear predictors"):
        validate_nomogram(post, cohort, (0, 1), lambda *_: None)
