from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.artefacts import read_artefact
from core.case import ClinicalRecord
from core.errors import InputError
from core.findings import ImageEvidence
from core.fusion import FusionModel
from core.survival.cox import fit_cox
from core.survival.follow_up import FollowUp
from core.train.calibration import fit_platt
from core.train.card_facts import CardFacts
from core.train.discrimination import auc, auc_difference
from core.train.fit_clinical import fit_clinical_records, fit_clinical_table
from core.train.fit_dlr import DlrCohort, fit_dlr_map
from core.train.fit_fusion import FusionCohort, fit_fusion, fit_weights, fused_log_odds
from core.train.write_fusion import write_fusion

N = 160


def expit(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def cohort() -> FusionCohort:
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, N)
    network = expit(1.5 * (y - 0.5) + rng.standard_normal(N))
    radiomics = expit(1.0 * (y - 0.5) + rng.standard_normal(N))
    afp = np.where(rng.random(N) < np.where(y == 1, 0.7, 0.3), 900.0, 20.0)
    records = [
        ClinicalRecord(
            afp_ng_ml=float(value),
            sex="male" if rng.random() < 0.8 else "female",
            age_years=float(rng.integers(30, 75)),
            platelets_1e9_l=float(rng.integers(60, 300)),
            ast_u_l=float(rng.integers(15, 90)),
            alt_u_l=float(rng.integers(15, 90)),
        )
        for value in afp
    ]
    dlr = rng.beta(4, 2, N)
    heads = np.clip(dlr[:, None] * [0.95, 0.8, 0.7, 0.6] + 0.08 * rng.standard_normal((N, 4)), 0.01, 0.99)
    return FusionCohort(network, radiomics, records, y, DlrCohort(heads, dlr))


@pytest.fixture(scope="module")
def clinical(cohort):
    return fit_clinical_records(cohort.records, cohort.mtm)


@pytest.fixture(scope="module")
def fitted(cohort, clinical):
    return fit_fusion(cohort, clinical)


def test_every_informative_part_gets_a_weight_and_fusion_is_best(fitted):
    assert all(weight > 0 for weight in fitted.model.weights.weight.values())
    figures = {metric.name: metric for metric in fitted.metrics}
    fused = figures["MTM AUC, fused, out of fold"]
    assert fused.n == N
    for part in ("network", "radiomics", "clinical"):
        assert fused.value > figures[f"MTM AUC, {part}, out of fold"].value
        difference = figures[f"MTM AUC, fused minus {part}, out of fold"]
        assert difference.low < difference.value < difference.high


def test_a_part_that_points_the_wrong_way_gets_no_weight(cohort):
    rng = np.random.default_rng(1)
    parts = np.column_stack([2 * cohort.mtm + rng.standard_normal(N), -cohort.mtm + rng.standard_normal(N)])
    weights = fit_weights(np.column_stack([parts, np.full(N, np.nan)]), cohort.mtm, 1.0)
    assert weights.weight["network"] > 0
    assert weights.weight["radiomics"] == 0
    assert weights.centre["clinical"] == 0


def test_fused_log_odds_are_those_of_the_model(fitted):
    parts = np.array([[0.4, -0.2, 0.9], [1.0, np.nan, 0.1], [np.nan, np.nan, np.nan]])
    found = fused_log_odds(fitted.model.weights, parts)
    weights, centre = fitted.model.weights.weight, fitted.model.weights.centre
    names = ("network", "radiomics", "clinical")
    expected = fitted.model.weights.intercept
    expected += sum(weights[name] * (value - centre[name]) for name, value in zip(names, parts[0], strict=True))
    assert found[0] == pytest.approx(expected)
    assert np.isfinite(found[1])
    assert np.isnan(found[2])


def test_labels_that_mean_nothing_give_an_auc_of_one_half(clinical):
    """Nothing of the answer leaks into the fused score; one standard error is .018."""
    rng = np.random.default_rng(3)
    n = 1000
    network, radiomics = expit(rng.standard_normal((2, n)))
    made = FusionCohort(network, radiomics, [ClinicalRecord()] * n, rng.integers(0, 2, n), None, rng.standard_normal(n))
    shuffled = [replace(made, mtm=rng.permutation(made.mtm)) for _ in range(3)]
    found = [auc(one.mtm, fit_fusion(one, clinical).out_of_fold).value for one in shuffled]
    assert np.mean(found) == pytest.approx(0.5, abs=0.035)


def test_own_clinical_part_is_judged_without_the_patient_himself(cohort, clinical):
    parts = fit_fusion(replace(cohort, clinical=np.array(clinical.out_of_fold)), clinical).parts
    own = np.array([clinical.model.log_odds(record)[0].mean for record in cohort.records])
    assert np.array_equal(parts[:, 2], np.array(clinical.out_of_fold))
    assert auc(cohort.mtm, parts[:, 2]).value < auc(cohort.mtm, own).value


def test_without_labels_or_survival_that_score_stays_unknown(cohort, clinical):
    none = np.empty(0)
    evidence = ImageEvidence(np.array([[0.7, 0.8, 0.6, 0.5, 0.4]]), np.array([0.6]))
    survival = fit_fusion(FusionCohort(none, none, [], np.empty(0, dtype=int), cohort.dlr), clinical).model
    scores, heads, _ = survival.scores(evidence, ClinicalRecord(afp_ng_ml=500.0))
    assert scores.mtm is None
    assert scores.dlr is not None
    assert len(heads) == 4
    histology = fit_fusion(replace(cohort, dlr=None), clinical).model
    scores, heads, _ = FusionModel.from_json(histology.to_json()).scores(evidence, ClinicalRecord(afp_ng_ml=500.0))
    assert scores.mtm is not None
    assert (scores.dlr, heads) == (None, {})
    with pytest.raises(InputError, match="got neither"):
        fit_fusion(FusionCohort(none, none, [], np.empty(0, dtype=int), None), clinical)


def test_the_artefact_loads_and_meets_its_golden_output(fitted, clinical, tmp_path):
    write_fusion(fitted, clinical, tmp_path, CardFacts(version="1.0.0", cohort="test"))
    artefact = read_artefact(tmp_path, "fusion")
    model = FusionModel.load(artefact)
    evidence = ImageEvidence(np.array([[0.7, 0.8, 0.6, 0.5, 0.4]]), np.array([0.6]))
    scores, _, _ = model.scores(evidence, ClinicalRecord(afp_ng_ml=500.0))
    assert {"mtm": scores.mtm.value, "dlr": scores.dlr.value} == pytest.approx(dict(artefact.card.golden.expected))
    assert artefact.card.attribution == ""


def test_the_fit_is_the_same_every_time(cohort, clinical, fitted):
    assert fit_fusion(cohort, clinical).model.to_json() == fitted.model.to_json()


def test_too_few_patients_are_refused(cohort, clinical):
    few = replace(cohort, mtm=np.zeros(N, dtype=int))
    with pytest.raises(InputError, match="at least 5 patients"):
        fit_fusion(few, clinical)


def test_dlr_map_follows_the_truth_and_never_falls(cohort):
    dlr = fit_dlr_map(cohort.dlr)
    found = np.array([dlr(value) for value in cohort.dlr.os_heads.mean(axis=1)])
    assert np.sqrt(np.mean((found - cohort.dlr.true_dlr) ** 2)) < 0.07
    assert np.diff(dlr.dlr).min() >= 0


def test_dlr_map_without_truth_meets_the_published_distribution(cohort):
    dlr = fit_dlr_map(DlrCohort(cohort.dlr.os_heads))
    found = np.array([dlr(value) for value in cohort.dlr.os_heads.mean(axis=1)])
    assert found.mean() == pytest.approx(0.815, abs=0.04)


@pytest.mark.parametrize("noise", [0.02, 0.4])
def test_dlr_map_of_a_centre_has_the_published_hazard_ratio(noise):
    """Survival by DLR and PVTT as published; heads that are noisier make a flatter map, the coefficient stays."""
    rng = np.random.default_rng(8)
    n = 4000
    dlr = np.where(rng.random(n) < 0.12, rng.beta(0.71, 8.17, n), rng.beta(8.53, 0.78, n))
    pvtt = (rng.random(n) < 0.5).astype(float)
    time = rng.exponential(size=n) / np.exp(np.log(0.11) * dlr + np.log(1.42) * pvtt) * 20
    follow_up = FollowUp(np.minimum(time, 60.0), time <= 60)
    heads = np.clip(dlr + noise * rng.standard_normal(n), 0, 1)[:, None] * [0.95, 0.85, 0.75, 0.65]
    found = fit_dlr_map(DlrCohort(heads, None, follow_up, pvtt))
    score = np.array([found(value) for value in heads.mean(axis=1)])
    fitted = fit_cox(follow_up, np.column_stack([score, pvtt]), ("dlr", "pvtt"))
    assert fitted.beta[0] == pytest.approx(np.log(0.11), abs=0.25)
    assert np.ptp(score) < 0.55 if noise > 0.1 else np.ptp(score) > 0.7


def test_heads_that_never_differ_give_no_map():
    with pytest.raises(InputError, match="differ between patients"):
        fit_dlr_map(DlrCohort(np.full((40, 4), 0.5)))


def test_public_table_reproduces_the_known_figures(shared_data):
    """AFP alone .69 and .76, all six about .76 and .79."""
    fit = fit_clinical_table(shared_data / "clinical" / "mtm_dect_262.csv")
    figures = {metric.name: metric for metric in fit.metrics}
    assert figures["clinical MTM AUC, AFP alone, centres 0 and 1"].value == pytest.approx(0.69, abs=0.005)
    assert figures["clinical MTM AUC, AFP alone, centre 2"].value == pytest.approx(0.76, abs=0.005)
    assert figures["clinical MTM AUC, centre 2, not used in fitting"].value > 0.76
    assert figures["clinical MTM AUC, centre 2, not used in fitting"].n == 35
    assert "M. Li et al." in fit.attribution
    assert (fit.n, len(fit.model.terms)) == (227, 6)
    afp = fit.model.terms[0]
    assert (afp.field, afp.above) == ("afp_ng_ml", 100.0)


def test_calibration_recovers_its_parameters():
    rng = np.random.default_rng(2)
    x = 2 * rng.standard_normal(20000)
    y = rng.random(20000) < expit(0.5 * x + 0.3)
    slope, intercept = fit_platt(x, y)
    assert (slope, intercept) == pytest.approx((0.5, 0.3), abs=0.05)


def test_censored_labels_do_not_count():
    x = np.array([1.0, -1.0, 2.0, -2.0, 0.5, -0.5])
    y = np.array([1.0, 0.0, 1.0, 0.0, np.nan, np.nan])
    known = ~np.isnan(y)
    assert fit_platt(x, y, known) == fit_platt(x[:4], y[:4])


def test_auc_intervals_in_closed_form():
    """DeLong in closed form on six patients: placements 1, 1, 2/3 and 1, 1, 2/3."""
    labels, scores = [1, 1, 1, 0, 0, 0], [0.9, 0.8, 0.4, 0.5, 0.3, 0.1]
    found = auc(labels, scores)
    variance = 2 * np.var([1, 1, 2 / 3], ddof=1) / 3
    assert found.value == pytest.approx(8 / 9)
    assert found.low == pytest.approx(8 / 9 - 1.959964 * np.sqrt(variance))
    assert found.high == 1
    assert auc_difference(labels, scores, scores).value == 0
    with pytest.raises(ValueError, match="both classes"):
        auc([1, 1], [0.1, 0.2])
