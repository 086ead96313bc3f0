import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.findings import HEADS
from core.network.predict import calibrated
from core.train.calibration import fit_survival_platt, interval_coverage
from core.train.fit_network import calibrate


def planted(n: int, censored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Log odds of survival, and follow-up drawn from them with slope .6 and intercepts .5 -.2 -.4 -.9."""
    rng = np.random.default_rng(7)
    log_odds = rng.normal(0, 1.5, n)[:, None] + np.array([2.0, 1.0, 0.0, -1.0])
    survival = 1 / (1 + np.exp(-(0.6 * log_odds + np.array([0.5, -0.2, -0.4, -0.9]))))
    alive = (rng.random(n)[:, None] < survival).astype(float)
    if censored:
        last = rng.integers(0, 7, n)  # the first horizon not reached
        alive[np.arange(4) >= last[:, None]] = np.nan
        known_dead = np.fmin.reduce(alive, axis=1, initial=1.0) == 0
        first = np.where(known_dead, np.nanargmin(np.where(np.isnan(alive), 2.0, alive), axis=1), 4)
        alive[np.arange(4) >= first[:, None]] = 0.0
    return log_odds, alive


@pytest.mark.parametrize("censored", [False, True])
def test_planted_slope_and_intercepts_are_found_in_spite_of_censoring(censored: bool) -> None:
    log_odds, alive = planted(3000, censored)
    slope, intercepts = fit_survival_platt(log_odds, alive)
    assert slope == pytest.approx(0.6, abs=0.06)
    assert intercepts == pytest.approx([0.5, -0.2, -0.4, -0.9], abs=0.15)


def test_a_horizon_nobody_reached_takes_the_intercept_before_it() -> None:
    log_odds, alive = planted(200, censored=False)
    alive[:, 3] = np.where(alive[:, 2] == 0, 0.0, np.nan)
    _, intercepts = fit_survival_platt(log_odds, alive)
    assert intercepts[3] == pytest.approx(intercepts[2], abs=1e-4)


def test_heads_that_learned_nothing_get_the_mean() -> None:
    rng = np.random.default_rng(1)
    logits = np.column_stack([rng.normal(size=2000), *[np.zeros(2000)] * 4])
    targets = (rng.random((2000, 1)) < np.array([[0.7, 0.8, 0.6, 0.4, 0.3]])).astype(np.float32)
    found = calibrate(logits, targets)
    assert found["mtm"]["slope"] < 0.1
    assert found["mtm"]["intercept"] == pytest.approx(np.log(7 / 3), abs=0.15)


def test_mtm_known_of_nobody_leaves_the_survival_heads() -> None:
    log_odds, alive = planted(100, censored=False)
    targets = np.column_stack([np.full(100, np.nan), alive]).astype(np.float32)
    found = calibrate(np.column_stack([np.zeros(100), log_odds]), targets)
    assert found["mtm"] == {"slope": 0.0, "intercept": 0.0}
    assert found["os1"]["slope"] > 0.3


@settings(max_examples=25, deadline=None)
@given(first=st.floats(-5, 5), steps=arrays(np.float64, (12, 3), elements=st.floats(0, 6)), seed=st.integers(0, 9999))
def test_calibrated_survival_never_rises_from_one_horizon_to_the_next(
    first: float, steps: np.ndarray, seed: int
) -> None:
    log_odds = first - np.column_stack([np.zeros(12), np.cumsum(steps, axis=1)])
    rng = np.random.default_rng(seed)
    dead_from = rng.integers(0, 5, 12)
    alive = (np.arange(4) < dead_from[:, None]).astype(np.float32)
    logits = np.column_stack([rng.normal(size=12), log_odds])
    found = calibrate(logits, np.column_stack([rng.integers(0, 2, 12), alive]).astype(np.float32))
    slope, intercept = ({head: found[head][key] for head in HEADS} for key in ("slope", "intercept"))
    probability = calibrated(logits, slope, intercept)[:, 1:]
    assert (np.diff(probability, axis=1) <= 0).all()


def test_coverage_of_planted_answers() -> None:
    rng = np.random.default_rng(3)
    answers = rng.normal(size=(40, 5000))
    assert interval_coverage(answers, rng.normal(size=5000)) == pytest.approx(0.95, abs=0.02)
    assert interval_coverage(answers, np.full(5000, 9.0)) == 0.0
