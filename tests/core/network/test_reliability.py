"""The statistics in closed form, and that a broken map fails: each way of being broken by its own check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage, stats

from core.findings import HeatmapReliability
from core.network.reliability import (
    ALIKE,
    Repeats,
    Shares,
    judge,
    largest_likeness,
    limit_of_chance,
    mean_likeness,
    rank_correlation,
    share_inside,
)

CELLS = (12, 12, 12)
X, Y, Z = np.indices(CELLS)
LIVER = ((X - 6) / 5) ** 2 + ((Y - 6) / 4.5) ** 2 + ((Z - 6) / 4) ** 2 < 1
TUMOUR = (X - 8) ** 2 + (Y - 6) ** 2 + (Z - 7) ** 2 < 6
EVERYWHERE = np.ones(CELLS, dtype=bool)
maps = arrays(np.float64, (3, 4), elements=st.integers(0, 20).map(float))


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(CELLS).clip(min=0)


def smooth(seed: int) -> np.ndarray:
    """A map such as an untrained network makes: smooth, with another pattern for each seed."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(CELLS), 1.5)
    return (field / field.std()).clip(min=0)


def good_map() -> np.ndarray:
    """Heat around the tumour, falling off within the liver."""
    return np.exp(-((X - 8) ** 2 + (Y - 6) ** 2 + (Z - 7) ** 2) / 8) * (0.1 + 0.9 * LIVER)


def shares_of(heat: np.ndarray) -> Shares:
    inner = heat * LIVER
    tumour_chance = TUMOUR.sum() / LIVER.sum()
    return Shares(share_inside(heat, LIVER), float(LIVER.mean()), share_inside(inner, TUMOUR), float(tumour_chance))


def judged(shown: np.ndarray, head: str = "mtm", **changed: object) -> HeatmapReliability:
    """A map that repeats up to a little noise, beside untrained maps; `changed` replaces any of its repeats."""
    repeats = [(shown + 0.02 * shown.max() * noise(seed)).clip(min=0) for seed in range(6)]
    made = Repeats(shown, repeats[:3], repeats[3:], [smooth(seed) for seed in range(6)])
    return judge(head, shares_of(shown), replace(made, **changed), LIVER)  # type: ignore[arg-type]


def failed(found: HeatmapReliability) -> set[str]:
    return {check.name for check in found.checks if check.passed is False}


def test_a_good_map_is_reliable() -> None:
    found = judged(good_map())
    assert failed(found) == set()
    assert found.verdict == "reliable"
    assert [check.name for check in found.checks] == ["liver", "tumour", "untrained", "noise", "mirror"]


def test_a_constant_map_fails() -> None:
    found = judged(np.ones(CELLS))
    assert found.verdict == "failed"
    assert failed(found) >= {"liver", "untrained", "noise", "mirror"}


def test_a_map_without_heat_fails_unmeasured() -> None:
    found = judged(np.zeros(CELLS))
    assert found.verdict == "failed"
    assert {check.value for check in found.checks} == {None}


@pytest.mark.parametrize("seed", range(20, 25))
def test_a_map_of_noise_fails(seed: int) -> None:
    anew = [noise(1000 + 10 * seed + n) for n in range(6)]
    found = judged(noise(seed), noisy=anew[:3], mirrored=anew[3:])
    assert found.verdict == "failed"
    assert failed(found) >= {"liver", "noise", "mirror"}


def test_a_map_beside_the_liver_fails() -> None:
    found = judged(np.where(LIVER, 0.05, 1.0) * good_map() + 0.3 * ~LIVER)
    assert failed(found) == {"liver"}
    assert found.verdict == "failed"


def test_the_untrained_networks_own_map_fails() -> None:
    own = np.where(LIVER, smooth(3), 0.0)
    found = judged(own)
    assert "untrained" in failed(found)
    assert found.verdict == "failed"


def test_a_map_that_changes_with_noise_fails() -> None:
    found = judged(good_map(), noisy=[smooth(seed) for seed in range(30, 33)])
    assert failed(found) == {"noise"}
    assert found.verdict == "failed"


def test_a_map_that_does_not_follow_the_mirror_is_doubtful() -> None:
    elsewhere = np.roll(good_map(), (-4, 1, -2), axis=(0, 1, 2))  # as if it were not mirrored back
    found = judged(good_map(), mirrored=[elsewhere] * 3)
    assert failed(found) == {"mirror"}
    assert found.verdict == "doubtful"


def test_heat_beside_the_tumour_makes_the_mtm_head_doubtful_and_no_other() -> None:
    beside = np.exp(-((X - 4) ** 2 + (Y - 6) ** 2 + (Z - 6) ** 2) / 8) * LIVER
    assert failed(judged(beside)) == {"tumour"}
    assert judged(beside).verdict == "doubtful"
    assert judged(beside, "os1").verdict == "reliable"


def test_without_lesions_there_is_no_tumour_check() -> None:
    shares = replace(shares_of(good_map()), tumour=None, tumour_chance=None)
    repeats = Repeats(good_map(), [good_map()], [good_map()], [smooth(1)])
    found = judge("mtm", shares, repeats, LIVER)
    assert [check.name for check in found.checks] == ["liver", "untrained", "noise", "mirror"]
    assert found.chance_in_tumour is None


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5])
def test_noise_stays_under_the_limit_of_chance(share: float) -> None:
    """The sentence beside ODDS_OF_CHANCE: under it in 99 of 100 draws."""
    region = (np.arange(12**3) < share * 12**3).reshape(CELLS)
    within = [(share_inside(noise(seed), region) or 0.0) < limit_of_chance(share) for seed in range(1000)]
    assert np.mean(within) > 0.99


def test_shares_and_limits_in_closed_form() -> None:
    assert share_inside(np.array([1.0, 2.0, 5.0]), np.array([False, True, False])) == 0.25
    assert share_inside(np.zeros(3), np.ones(3, dtype=bool)) is None
    chance = 0.25
    limit = limit_of_chance(chance)
    assert limit / (1 - limit) == pytest.approx(1.3 * chance / (1 - chance))
    assert (limit_of_chance(0.0), limit_of_chance(1.0)) == (0.0, 1.0)


def test_rank_correlation_in_closed_form() -> None:
    up, region = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, dtype=bool)
    assert rank_correlation(up, up**3, region) == pytest.approx(1.0)
    assert rank_correlation(up, -up, region) == pytest.approx(-1.0)
    # 1 - 6 * (0 + 1 + 1 + 0) / (4 * 15)
    assert rank_correlation(up, np.array([1.0, 3.0, 2.0, 4.0]), region) == pytest.approx(0.8)
    assert rank_correlation(up, np.array([9.0, 9.0, 9.0, 9.0]), region) is None
    assert rank_correlation(up, up, np.zeros(4, dtype=bool)) is None


@given(maps, maps)
def test_rank_correlation_is_bounded_symmetric_and_that_of_scipy(first: np.ndarray, second: np.ndarray) -> None:
    region = np.ones(first.shape, dtype=bool)
    found = rank_correlation(first, second, region)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert found is None
        return
    assert found is not None
    assert -1 <= found <= 1
    assert found == pytest.approx(rank_correlation(second, first, region))
    assert found == pytest.approx(stats.spearmanr(first.ravel(), second.ravel()).statistic)


@given(maps, maps, st.floats(0.01, 1000))
def test_scaling_a_map_changes_no_figure(first: np.ndarray, second: np.ndarray, factor: float) -> None:
    region = np.ones(first.shape, dtype=bool)
    part = np.arange(first.size).reshape(first.shape) % 3 == 0
    assert rank_correlation(factor * first, second, region) == rank_correlation(first, second, region)
    share = share_inside(first, part)
    assert share_inside(factor * first, part) == (None if share is None else pytest.approx(share))
    assert mean_likeness(factor * first, [second], region) == mean_likeness(first, [second], region)


def test_likeness_takes_the_mean_of_repeats_and_the_largest_of_others() -> None:
    up, region = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, dtype=bool)
    swapped, dead = np.array([1.0, 3.0, 2.0, 4.0]), np.zeros(4)
    assert mean_likeness(up, [up, swapped, dead], region) == pytest.approx((1 + 0.8 + 0) / 3)
    assert mean_likeness(dead, [up], region) is None
    assert largest_likeness(up, [-up, swapped, dead], region) == pytest.approx(0.8)
    assert largest_likeness(up, [dead], region) is None
    assert ALIKE == 0.5
