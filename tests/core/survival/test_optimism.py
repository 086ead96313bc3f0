import numpy as np
import pytest

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.optimism import bootstrap_optimism
from core.survival.step_function import FloatArray

X = np.random.default_rng(5).normal(size=60)
FOLLOW_UP = FollowUp(np.arange(1.0, 61.0), np.ones(60))


def _mean(_: FollowUp, x: FloatArray) -> float:
    return float(x.mean())


def _error(model: float, _: FollowUp, x: FloatArray) -> float:
    return float(((x - model) ** 2).mean())


def test_a_mean_looks_better_where_it_was_taken() -> None:
    """Of a mean the squared error is 2 s^2 / n too small (Efron), s^2 with divisor n."""
    corrected = bootstrap_optimism(FOLLOW_UP, X, _mean, _error, resamples=4000, seed=1)
    assert corrected.apparent == pytest.approx(X.var())
    assert corrected.optimism == pytest.approx(-2 * X.var() / 60, rel=0.25)
    assert corrected.value == corrected.apparent - corrected.optimism
    assert (corrected.resamples, corrected.failed) == (4000, 0)


def test_nothing_fitted_has_no_optimism_beyond_chance() -> None:
    corrected = bootstrap_optimism(FOLLOW_UP, X, lambda *_: 0.0, _error, resamples=4000, seed=1)
    assert abs(corrected.optimism) < 4 * np.std(X**2) / np.sqrt(60 * 4000)


def test_the_seed_decides() -> None:
    def run(seed: int) -> float:
        return float(bootstrap_optimism(FOLLOW_UP, X, _mean, _error, resamples=5, seed=seed).value)

    assert run(1) == run(1) != run(2)


def test_follow_up_and_covariates_are_drawn_together() -> None:
    def matches(_: None, follow_up: FollowUp, x: FloatArray) -> FloatArray:
        return np.array([float((follow_up.time == x[:, 0]).all()), len(follow_up)])

    rows = np.stack([FOLLOW_UP.time, X], axis=1)
    corrected = bootstrap_optimism(FOLLOW_UP, rows, lambda *_: None, matches, resamples=3)
    assert corrected.value.tolist() == [1.0, 60.0]


def test_resamples_without_a_model_are_left_out_and_counted() -> None:
    drawn = 0

    def every_fourth(_: FollowUp, x: FloatArray) -> float:
        nonlocal drawn
        drawn += 1
        if drawn % 4 == 0:
            raise InputError("model: expected another sample, got this one")
        return float(x.mean())

    corrected = bootstrap_optimism(FOLLOW_UP, X, every_fourth, _error, resamples=39)
    assert (corrected.resamples, corrected.failed) == (29, 10)
    assert np.isfinite(corrected.value)


def test_mostly_without_a_model_is_refused() -> None:
    def only_once(follow_up: FollowUp, x: FloatArray) -> float:
        if len(np.unique(follow_up.time)) < 60:
            raise InputError("model: expected another sample, got this one")
        return float(x.mean())

    with pytest.raises(InputError, match="at least half of 10 resamples, got 10 failures"):
        bootstrap_optimism(FOLLOW_UP, X, only_once, _error, resamples=10)


def test_no_resample_is_refused() -> None:
    with pytest.raises(InputError, match="resamples: expected at least 1, got 0"):
        bootstrap_optimism(FOLLOW_UP, X, _mean, _error, resamples=0)
