"""The law of simulated cohorts, against R's own cohort of tests/golden/r/sim.R (R 4.2.2) and the nomogram itself."""

from __future__ import annotations

import numpy as np
import pytest

from core.simulate import latents
from core.studies.published_figures import COHORT_SIZE
from core.studies.simulated_cohorts import Patients, simulate_cohorts, simulate_patients, split, with_outcome
from core.survival.kaplan_meier import kaplan_meier
from tests import r_answers
from tests.core.studies.paper import nomograms, r_cohort

MANY = simulate_patients(200_000, np.random.default_rng(5))


@pytest.mark.parametrize("model", ["pre", "post"])
def test_the_linear_predictor_is_that_of_r(model: str) -> None:
    expected = r_answers.cohort()[f"lp_{model}"].to_numpy()
    np.testing.assert_allclose(r_cohort().linear_predictor(nomograms()[model]), expected, rtol=1e-12)


def test_marginals_are_those_of_the_law() -> None:
    baseline = MANY.baseline
    assert baseline.dlr.mean() == pytest.approx(latents.DLR_MEAN, abs=0.003)
    assert baseline.dlr.std() == pytest.approx(latents.DLR_SD, abs=0.003)
    assert baseline.pvtt.mean() == pytest.approx(0.55, abs=0.01)
    assert baseline.response.mean() == pytest.approx(latents.RESPONSE_RATE, abs=0.005)
    assert baseline.mtm.mean() == pytest.approx(0.62, abs=0.01)


def test_planned_sessions_are_those_of_table_2() -> None:
    share = np.bincount(np.minimum(MANY.planned, 4), minlength=5)[1:] / len(MANY)
    np.testing.assert_allclose(share, np.array([75, 109, 66, 239]) / 489, atol=0.006)


def test_r_cohort_could_be_one_of_ours() -> None:
    """Its death share, PVTT, response and mean DLR lie within 4 standard errors of the law's."""
    r = r_cohort()
    for ours, theirs in (
        (MANY.follow_up.event, r.follow_up.event),
        (MANY.baseline.pvtt, r.baseline.pvtt),
        (MANY.baseline.response, r.baseline.response),
        (MANY.baseline.mtm, r.baseline.mtm),
        (MANY.baseline.dlr, r.baseline.dlr),
        (MANY.planned, r.planned),
    ):
        assert abs(theirs.mean() - ours.mean()) < 4 * ours.std() / np.sqrt(489)


@pytest.mark.parametrize(("low", "high"), [(-3.5, -3.4), (-2.5, -2.4), (-1.2, -1.1)])
def test_survival_is_that_of_the_postoperative_nomogram(low: float, high: float) -> None:
    lp = MANY.linear_predictor(nomograms()["post"])
    chosen = (lp > low) & (lp < high)
    assert chosen.sum() > 1000
    expected = nomograms()["post"].survival([12.0, 36.0, 60.0], (low + high) / 2)
    observed = kaplan_meier(MANY.follow_up.of(chosen)).at([12.0, 36.0, 60.0])
    assert (np.abs(observed.survival - expected) < 4 * observed.se + 0.01).all()


def test_nobody_receives_more_sessions_than_planned_or_than_his_follow_up_allows() -> None:
    assert (MANY.received <= MANY.planned).all()
    assert ((MANY.received - 1) * latents.MONTHS_BETWEEN_SESSIONS <= MANY.follow_up.time).all()
    assert (MANY.received < MANY.planned).any()
    fewer = MANY.linear_predictor(nomograms()["post"], "received")
    assert (fewer >= MANY.linear_predictor(nomograms()["post"]) - 1e-12).all()


def test_the_preoperative_model_does_not_see_sessions() -> None:
    pre = nomograms()["pre"]
    np.testing.assert_array_equal(MANY.linear_predictor(pre, "received"), MANY.linear_predictor(pre, "planned"))


def test_cohorts_have_the_papers_sizes_and_share_nobody() -> None:
    trios = list(simulate_cohorts(3, np.random.default_rng(1)))
    assert [{name: len(cohort) for name, cohort in trio.items()} for trio in trios] == [dict(COHORT_SIZE)] * 3
    dlr = np.concatenate([cohort.baseline.dlr for trio in trios for cohort in trio.values()])
    assert len(np.unique(dlr)) == 3 * 752


def test_split_leaves_an_incomplete_rest() -> None:
    assert len(list(split(MANY.of(slice(0, 752 + 751))))) == 1


def test_the_same_random_numbers_give_the_same_patients() -> None:
    one, two = (simulate_patients(500, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(one.follow_up.time, two.follow_up.time)
    np.testing.assert_array_equal(one.planned, two.planned)
    assert not np.array_equal(one.baseline.dlr, simulate_patients(500, np.random.default_rng(10)).baseline.dlr)


def test_a_known_outcome_is_kept_and_leaves_the_law_as_it_is() -> None:
    again = with_outcome(MANY.baseline, MANY.follow_up.event, np.random.default_rng(11))
    np.testing.assert_array_equal(again.follow_up.event, MANY.follow_up.event)
    assert not np.array_equal(again.follow_up.time, MANY.follow_up.time)
    for group in (MANY.follow_up.event, ~MANY.follow_up.event):
        assert _quartiles(again, group) == pytest.approx(_quartiles(MANY, group), rel=0.03)
        assert again.planned[group].mean() == pytest.approx(MANY.planned[group].mean(), abs=0.03)


def _quartiles(patients: Patients, group: np.ndarray) -> list[float]:
    return list(np.quantile(patients.follow_up.time[group], [0.25, 0.5, 0.75]))
