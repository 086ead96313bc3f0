import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.bands import conditional_band, log_hazard_variance, survival_band
from core.survival.model import Nomogram

COLUMNS = {"pre": ("PVTT", "DLR"), "post": ("PVTT", "OR", "sess4", "MTM", "DLR")}
TYPICAL = [1, 0, 4, 1, 0.85]

share = st.floats(0, 1)
inputs = st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0]), st.integers(1, 4), share, share).map(list)
months = st.floats(0, 60)


def test_examples_to_1e_9(models: dict[str, Nomogram], golden: Path) -> None:
    rows = 0
    with (golden / "band_examples.csv").open() as file:
        for row in csv.DictReader(file):
            rows += 1
            nomogram, t = models[row["model"]], float(row["t"])
            x = [float(row[name]) for name in COLUMNS[row["model"]]]
            band = survival_band(nomogram, x, t)
            for got, name in ((band.value, "S"), (band.low, "lo"), (band.high, "hi")):
                assert got == pytest.approx(float(row[name]), abs=1e-9)
            variance = log_hazard_variance(nomogram, x, t)
            structural = nomogram.sd_structural.value[nomogram.horizons_months.value.index(t)]
            assert np.sqrt(variance.total) == pytest.approx(float(row["sd_total_logH"]), abs=1e-9)
            assert np.sqrt(variance.total - structural**2) == pytest.approx(float(row["sd_sampling_logH"]), abs=1e-9)
    assert rows == 24


def test_no_band_at_time_zero(post: Nomogram) -> None:
    band = survival_band(post, TYPICAL, 0.0, {"dlr": 0.1})
    assert (float(band.value), float(band.low), float(band.high)) == (1.0, 1.0, 1.0)


def test_between_horizons_by_hand(post: Nomogram) -> None:
    t, u = 24.0, np.log(2) / np.log(3)  # share of the way from 12 to 36 months in log t
    dx = np.array(TYPICAL) - post.reference
    gradient = np.concatenate([dx, [1 - u, u, 0]])
    structural = (1 - u) * post.sd_structural.value[0] + u * post.sd_structural.value[1]
    expected = gradient @ post.covariance_array @ gradient + structural**2
    assert log_hazard_variance(post, TYPICAL, t).total == pytest.approx(expected, rel=1e-12)


def test_before_the_first_horizon_the_variance_is_that_of_12_months(post: Nomogram) -> None:
    early = log_hazard_variance(post, TYPICAL, [0.0, 0.5, 6.0]).total
    np.testing.assert_allclose(early, log_hazard_variance(post, TYPICAL, 12.0).total, rtol=1e-12)


def test_score_spread_adds_its_share_and_can_be_the_widest(post: Nomogram, pre: Nomogram) -> None:
    plain, spread = (log_hazard_variance(post, TYPICAL, 36.0, sd) for sd in ({}, {"dlr": 0.2, "mtm": 0.1}))
    assert spread.image_score == pytest.approx((np.log(0.1) * 0.2) ** 2 + (np.log(2.44) * 0.1) ** 2, rel=1e-12)
    assert spread.total - plain.total == pytest.approx(spread.image_score, rel=1e-12)
    assert (plain.widest_source, spread.widest_source) == ("baseline", "image score")
    assert log_hazard_variance(post, [0, 1, 1, 0, 0.0], 36.0).widest_source == "coefficients"
    assert log_hazard_variance(pre, [1, 0.5], 36.0, {"mtm": 0.4}).image_score == 0.0


@pytest.mark.parametrize("sd", [-0.1, float("nan")])
def test_bad_spread_is_refused(post: Nomogram, sd: float) -> None:
    with pytest.raises(InputError, match="dlr: expected a standard deviation of 0 or more"):
        survival_band(post, TYPICAL, 36.0, {"dlr": sd})


def test_many_patients_at_once_equal_one_by_one(post: Nomogram) -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.integers(0, 2, 50), rng.integers(0, 2, 50), rng.integers(1, 5, 50), *rng.random((2, 50))])
    sd = rng.random(50) / 10
    horizons = np.array([12.0, 36.0, 60.0])
    many = survival_band(post, x[:, None, :], horizons, {"dlr": sd[:, None]})
    later = conditional_band(post, x, 36.0, 7.0, {"dlr": sd})
    assert many.low.shape == (50, 3)
    for i in (0, 17, 49):
        np.testing.assert_allclose(many.low[i], survival_band(post, x[i], horizons, {"dlr": sd[i]}).low, rtol=1e-12)
        assert later.high[i] == pytest.approx(conditional_band(post, x[i], 36.0, 7.0, {"dlr": sd[i]}).high, rel=1e-12)


def test_conditional_band_equals_numerical_delta_method(post: Nomogram) -> None:
    t, s, sd = 48.0, 20.0, 0.05

    def log_difference(theta: np.ndarray) -> float:
        beta, log_h = theta[:5], theta[5:8]
        hazard = np.exp(post.weights([s, t]) @ log_h + beta @ (np.array(TYPICAL) - post.reference))
        return float(np.log(hazard[1] - hazard[0]))

    theta = np.concatenate([post.beta, post.log_hazard])
    step = 1e-6
    gradient = np.array(
        [(log_difference(theta + step * e) - log_difference(theta - step * e)) / (2 * step) for e in np.eye(8)]
    )
    structural = gradient[5:] @ np.array(post.sd_structural.value)
    variance = gradient @ post.covariance_array @ gradient + structural**2 + (post.beta[4] * sd) ** 2
    band = conditional_band(post, TYPICAL, t, s, {"dlr": sd})
    hazard = -np.log(band.value)
    assert band.low == pytest.approx(np.exp(-hazard * np.exp(1.96 * np.sqrt(variance))), abs=1e-8)
    assert band.high == pytest.approx(np.exp(-hazard / np.exp(1.96 * np.sqrt(variance))), abs=1e-8)


def test_conditional_on_the_start_is_unconditional(post: Nomogram) -> None:
    times = [0.0, 3.0, 24.0, 60.0]
    plain, conditional = survival_band(post, TYPICAL, times), conditional_band(post, TYPICAL, times, 0.0)
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(getattr(conditional, name), getattr(plain, name), atol=1e-12)


@pytest.mark.parametrize("s", [60.0, 61.0, -1.0, float("nan")])
def test_conditional_past_the_follow_up_is_refused(post: Nomogram, s: float) -> None:
    with pytest.raises(InputError, match="months since the first HAIC: expected 0 to under 60, where follow-up ends"):
        conditional_band(post, TYPICAL, 60.0, s)


def test_conditional_before_the_condition_is_refused(post: Nomogram) -> None:
    with pytest.raises(InputError, match="expected 24-60, got 12"):
        conditional_band(post, TYPICAL, [36.0, 12.0], 24.0)


@given(x=inputs, t=months, u=months, sd=st.floats(0, 0.3))
def test_survival_falls_and_lies_within_its_band(post: Nomogram, x: list[float], t: float, u: float, sd: float) -> None:
    band = survival_band(post, x, sorted([t, u]), {"dlr": sd, "mtm": sd})
    assert ((band.low >= 0) & (band.low <= band.value) & (band.value <= band.high) & (band.high <= 1)).all()
    for part in (band.value, band.low, band.high):
        assert part[1] <= part[0] + 1e-12
    assert log_hazard_variance(post, x, t).total > 0


@given(x=inputs, times=st.lists(st.floats(0, 59.99), min_size=2, max_size=2).map(sorted), sd=st.floats(0, 0.3))
def test_conditional_is_no_worse_than_unconditional(
    post: Nomogram, x: list[float], times: list[float], sd: float
) -> None:
    s, t = times
    conditional = conditional_band(post, x, t, s, {"dlr": sd})
    assert 0 <= conditional.low <= conditional.value <= conditional.high <= 1
    assert conditional.value >= survival_band(post, x, t).value - 1e-12
    at_s = conditional_band(post, x, s, s)
    assert (at_s.low, at_s.value, at_s.high) == (1, 1, 1)


@given(x=inputs)
def test_every_input_moves_survival_as_published(post: Nomogram, x: list[float]) -> None:
    worst_to_best = [[1, 0], [0, 1], [1, 4], [1, 0], [0, 1]]
    for position, (worse, better) in enumerate(worst_to_best):
        values = [survival_band(post, [*x[:position], end, *x[position + 1 :]], 36.0).value for end in (worse, better)]
        assert values[0] <= values[1]
