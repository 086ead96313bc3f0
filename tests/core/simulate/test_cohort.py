"""The cohort's true values: frequencies, ideal reader, survival, consistency."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.simulate import latents
from core.simulate.cohort import Latent, draw_patients

COHORT = draw_patients(3000, 600, seed=8)
HAIC = [p for p in COHORT if p.cohort == "haic"]
RESECTED = [p for p in COHORT if p.cohort == "resection"]


def _auc(label: np.ndarray, score: np.ndarray) -> float:
    """Mann-Whitney form."""
    ranks = np.argsort(np.argsort(score)) + 1
    positive = int(label.sum())
    return float((ranks[label].sum() - positive * (positive + 1) / 2) / (positive * (len(label) - positive)))


def test_sign_frequencies_are_the_published_ones() -> None:
    rng = np.random.default_rng(1)
    mtm = np.repeat([False, True], 40000)
    evidence = latents.draw_evidence(mtm, rng)
    for column, (without, with_mtm) in enumerate(latents.SIGN_FREQUENCY.values()):
        assert evidence.signs[~mtm, column].mean() == pytest.approx(without, abs=0.01)
        assert evidence.signs[mtm, column].mean() == pytest.approx(with_mtm, abs=0.01)
    assert evidence.afp_high[~mtm].mean() == pytest.approx(0.41, abs=0.01)
    assert evidence.afp_high[mtm].mean() == pytest.approx(0.79, abs=0.01)


def test_ideal_reader_reaches_93_and_no_more() -> None:
    rng = np.random.default_rng(2)
    dlr = latents.draw_dlr(100000, rng)
    mtm = rng.random(100000) < latents.chance(latents.MTM_LOGIT, dlr)
    evidence = latents.draw_evidence(mtm, rng)
    logit = latents.mtm_prior(latents.MTM_LOGIT, dlr) + evidence.log_likelihood_ratio
    assert 0.92 < _auc(mtm, logit) < 0.94
    certain = np.abs(logit - 1.0) < 0.2  # calibrated: of patients with log odds of 1, 73 % have it
    assert mtm[certain].mean() == pytest.approx(1 / (1 + np.exp(-1)), abs=0.03)


def test_true_logit_of_the_cohort() -> None:
    label, logit = np.array([p.mtm for p in HAIC]), np.array([p.true_mtm_logit for p in HAIC])
    assert 0.91 < _auc(label, logit) < 0.95


def test_marginals() -> None:
    assert np.mean([p.mtm for p in HAIC]) == pytest.approx(0.62, abs=0.03)
    assert np.mean([p.mtm for p in RESECTED]) == pytest.approx(118 / 159, abs=0.05)
    assert np.mean([p.look.pvtt for p in HAIC]) == pytest.approx(0.545, abs=0.03)
    assert np.mean([bool(p.clinical.objective_response) for p in HAIC]) == pytest.approx(0.456, abs=0.03)
    size = np.array([p.look.size_cm for p in HAIC])
    assert size.min() > 5
    assert size.mean() == pytest.approx(11.1, abs=0.3)
    assert size.std() == pytest.approx(3.5, abs=0.3)
    assert np.mean([p.look.count > 3 for p in HAIC]) == pytest.approx(478 / 752, abs=0.03)
    assert np.mean([bool(p.event) for p in HAIC]) == pytest.approx(0.61, abs=0.04)


def test_size_does_not_depend_on_the_subtype() -> None:
    label, size = np.array([p.mtm for p in HAIC]), np.array([p.look.size_cm for p in HAIC])
    assert 0.46 < _auc(label, size) < 0.56


def test_burden_goes_with_a_low_dlr() -> None:
    low = [p for p in HAIC if p.dlr < 0.3]
    high = [p for p in HAIC if p.dlr > 0.9]
    for feature in (
        lambda p: p.look.size_cm,
        lambda p: p.look.count,
        lambda p: p.look.infiltration,
        lambda p: p.cirrhosis,
    ):
        assert np.mean([feature(p) for p in low]) > np.mean([feature(p) for p in high])


def test_survival_follows_the_linear_predictor() -> None:
    lp = np.array([p.lp_post for p in HAIC])
    alive = np.array([p.time_months > 24 for p in HAIC])
    known = alive | np.array([bool(p.event) for p in HAIC])
    assert 0.72 < _auc(alive[known], -lp[known]) < 0.92


def test_nobody_has_more_sessions_than_his_survival_allows() -> None:
    for patient in HAIC:
        assert (patient.clinical.haic_sessions - 1) * latents.MONTHS_BETWEEN_SESSIONS <= patient.time_months


@given(a=st.floats(1e-4, 6), b=st.floats(1e-4, 6))
def test_time_grows_with_the_hazard(a: float, b: float) -> None:
    early, late = latents.survival_time(np.array(sorted((a, b))))
    assert early <= late


def test_time_passes_through_the_published_hazards() -> None:
    np.testing.assert_allclose(latents.survival_time(np.array(latents.POST_HAZARD)), [12, 36, 60])


def test_splits_and_centres_of_the_papers_cohort() -> None:
    patients = draw_patients(752, 159, seed=1)
    haic = Counter(p.split for p in patients if p.cohort == "haic")
    assert haic == {"train": 489, "internal": 122, "external": 141}
    assert all((p.centre == 0) == (p.split != "external") for p in patients)
    assert {p.centre for p in patients} == {0, 1, 2}
    assert len({p.patient_id for p in patients}) == len({p.index for p in patients}) == 911


def test_resected_patients_have_no_survival_and_no_treatment() -> None:
    for patient in RESECTED:
        assert patient.time_months is patient.event is patient.lp_post is None
        assert patient.clinical.haic_sessions is patient.clinical.response is None


def _agrees(patient: Latent) -> bool:
    record: ClinicalRecord = patient.clinical
    return (
        record.pvtt == patient.look.pvtt
        and record.tumour_count == patient.look.count
        and record.largest_tumour_cm == patient.look.size_cm
        and (record.ascites == "none") == (patient.ascites_mm == 0)
        and record.age_years is not None
        and 18 <= record.age_years <= 75
        and (record.macrovascular_invasion or not record.pvtt) is True
    )


def test_clinical_records_agree_with_the_truth() -> None:
    assert all(_agrees(p) for p in COHORT)


def test_same_seed_same_cohort() -> None:
    assert draw_patients(30, 10, seed=4) == draw_patients(30, 10, seed=4)
    assert draw_patients(30, 10, seed=4) != draw_patients(30, 10, seed=5)
    assert draw_patients(0, 0, seed=4) == []
