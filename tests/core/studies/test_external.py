from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.models import load_models
from core.studies.external import (
    RatioCheck,
    cut,
    landmark,
    predictor_checks,
    ratio_checks,
    survival_by_pvtt,
    survival_by_response,
    term_checks,
)
from core.studies.tace_cohort import TaceCohort
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram
from tests.core.studies.tace_tables import cohort

WEEKS_PER_MONTH = 30.4375 / 7


def _check(published: float, low: float, high: float) -> RatioCheck:
    numbers = dict.fromkeys((f.name for f in dataclasses.fields(RatioCheck)), 0)
    return RatioCheck(**(numbers | {"published": published, "low": low, "high": high}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("published", "low", "high", "verdict"),
    [
        (1.42, 1.1, 2.0, "confirmed"),
        (1.42, 1.424, 2.0, "confirmed"),  # prints as 1.42
        (1.42, 1.426, 2.0, "stronger"),
        (1.42, 0.9, 2.0, "compatible, not shown"),
        (1.42, 0.8, 1.3, "weaker"),
        (1.42, 1.1, 1.3, "weaker"),
        (1.42, 0.5, 0.9, "opposite"),
        (0.54, 0.3, 0.9, "confirmed"),
        (0.54, 0.541, 1.3, "compatible, not shown"),
        (0.54, 0.2, 0.5, "stronger"),
        (0.54, 0.6, 1.1, "weaker"),
        (0.54, 1.1, 2.0, "opposite"),
    ],
)
def test_verdicts(published: float, low: float, high: float, verdict: str) -> None:
    assert _check(published, low, high).verdict == verdict


def _two_groups(n: int, ratio: float) -> tuple[FollowUp, np.ndarray]:
    """Quantiles of two exponential groups with this hazard ratio."""
    quantiles = -np.log(1 - (np.arange(n) + 0.5) / n)
    time = np.concatenate([quantiles, quantiles / ratio])
    return FollowUp(time, np.ones(2 * n, dtype=bool)), np.repeat([0.0, 1.0], n)


def test_a_known_ratio_is_found_and_judged() -> None:
    follow_up, term = _two_groups(400, 2.0)
    (found,) = ratio_checks("", follow_up, {"pvtt": term}, {"pvtt": 2.0})
    assert found.ratio == pytest.approx(2.0, rel=0.02)
    assert found.verdict == "confirmed"
    assert found.p_published > 0.8
    assert (found.n, found.events, found.with_term) == (800, 800, 400)
    assert ratio_checks("", follow_up, {"pvtt": term}, {"pvtt": 1.2})[0].p_published < 0.001


def test_power_is_that_of_schoenfeld() -> None:
    follow_up, term = _two_groups(33, 1.0)
    # (1.960 + 0.842)^2 / (ln(2)^2 / 4) = 65.3 deaths give a chance of .80 to find a ratio of 2
    (found,) = ratio_checks("", follow_up, {"pvtt": term}, {"pvtt": 2.0})
    assert found.power == pytest.approx(0.80, abs=0.005)
    assert ratio_checks("", follow_up, {"pvtt": term}, {"pvtt": 0.5})[0].power == pytest.approx(found.power, rel=1e-12)


def test_patients_with_an_unknown_term_are_left_out() -> None:
    follow_up, term = _two_groups(20, 2.0)
    term[:5] = np.nan
    found = ratio_checks("", follow_up, {"pvtt": np.arange(40) % 2 * 1.0, "response": term}, {"pvtt": 1, "response": 1})
    assert {check.n for check in found} == {35}
    alone = ratio_checks("", follow_up.of(np.arange(5, 40)), {"response": term[5:]}, {"response": 1})
    assert alone == ratio_checks("", follow_up, {"response": term}, {"response": 1})


def test_landmark_takes_who_is_followed_and_known_by_then() -> None:
    follow_up = FollowUp(np.array([2.0, 6.0, 9.0, 20.0, 30.0]), np.array([1, 1, 1, 0, 1]))
    known_at = [1.0, 1.0, 6.0, np.nan, 7.0]
    found, chosen = landmark(follow_up, 6.0, known_at)
    assert chosen.tolist() == [False, False, True, False, False]
    assert (found.time.tolist(), found.event.tolist()) == ([3.0], [True])
    with pytest.raises(InputError, match="landmark of 40 months: expected patients followed past it, got none"):
        landmark(follow_up, 40.0, known_at)


def test_follow_up_is_cut() -> None:
    found = cut(FollowUp(np.array([2.0, 6.0, 9.0]), np.array([1, 1, 1])), 6.0)
    assert (found.time.tolist(), found.event.tolist()) == ([2.0, 6.0, 6.0], [True, True, False])


@pytest.fixture(scope="module")
def pre() -> Nomogram:
    return load_models().pre


@pytest.fixture(scope="module")
def post() -> Nomogram:
    return load_models().post


@pytest.fixture(scope="module")
def simulated() -> TaceCohort:
    """Survival from the two published ratios, 400 patients; response of half of them is dated."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for place in range(400):
        pvtt, grade = int(rng.random() < 0.4), int(rng.integers(1, 5))
        rate = 1.38**pvtt * 0.54 ** (grade <= 2) / 20
        months = min(0.5 + rng.exponential(1 / rate), 100.0)
        rows.append(
            {"Portal Vein Thrombosis": pvtt, "Vascular invasion": pvtt, "OS": months * WEEKS_PER_MONTH,
             "Death_1_StillAliveorLostToFU_0": int(months < 100), "Interval_FU": 8.0 if place % 2 else None}
            | {f"{reader}_mRECIST": grade for reader in (1, 2, 3)}
        )  # fmt: skip
    return cohort(*rows)


def test_published_ratios_are_confirmed_where_they_hold(simulated: TaceCohort, pre: Nomogram, post: Nomogram) -> None:
    found = {(check.analysis, check.term): check for check in term_checks(simulated, pre, post)}
    assert found["all patients", "pvtt"].published == 1.42
    both = found["all patients, both terms", "pvtt"], found["all patients, both terms", "response"]
    assert [check.published for check in both] == [1.38, 0.54]
    assert [check.verdict for check in both] == ["confirmed", "confirmed"]
    assert found["reader 2", "response"].ratio == found["all patients", "response"].ratio
    assert found["from 3 months", "response"].n < 200
    assert found["follow-up cut at 12 months", "pvtt"].events < found["follow-up cut at 60 months", "pvtt"].events


def test_the_two_terms_together_have_slope_one_where_they_hold(simulated: TaceCohort, post: Nomogram) -> None:
    whole, *later = predictor_checks(simulated, post)
    assert whole.slope.low < 1 < whole.slope.high
    assert whole.concordance.low > 0.5
    assert [check.analysis for check in later] == ["from 6 months", "from 3 months"]
    assert all(check.n < whole.n for check in later)


def test_curves_by_term(simulated: TaceCohort) -> None:
    by_pvtt, by_response = survival_by_pvtt(simulated), survival_by_response(simulated, 3.0)
    assert sum(group.n for group in by_pvtt.groups) == 400
    assert by_pvtt.groups[1].n == int(simulated.pvtt.sum())
    medians = [group.curve.median().value for group in by_response.groups]
    assert (medians[0] or 0) < (medians[1] or 0)
    assert (by_response.test.p or 1) < 0.05
