"""Sessions that do nothing, counted in three ways."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.studies.immortal_time import COUNTINGS, Analysis, immortal_time, last_session_months

DRAWS = range(1, 21)


def by_name(weeks: float, landmark: float, seed: int, n: int = 4000) -> dict[str, Analysis]:
    return {found.counting: found for found in immortal_time(weeks, landmark, seed, n)}


def test_the_same_seed_gives_the_same_and_another_one_others() -> None:
    first, same, other = (by_name(4, 6, seed) for seed in (3, 3, 4))
    assert tuple(first) == COUNTINGS
    assert first["received"].hazard_ratio == same["received"].hazard_ratio
    assert first["received"].hazard_ratio != other["received"].hazard_ratio


def test_received_sessions_look_protective_planned_and_landmark_do_not() -> None:
    """Mean log hazard ratios of 20 draws against their standard error; the truth is 0."""
    draws = [by_name(8, 12, seed) for seed in DRAWS]
    logs = {name: np.log([draw[name].hazard_ratio for draw in draws]) for name in COUNTINGS}
    z = {name: values.mean() / (values.std(ddof=1) / np.sqrt(len(values))) for name, values in logs.items()}
    assert z["received"] < -10
    assert abs(z["planned"]) < 3
    assert abs(z["landmark"]) < 3


def test_the_intervals_hold_the_truth_as_often_as_they_should() -> None:
    draws = [by_name(4, 6, seed, n=800) for seed in range(1, 31)]
    held = [draw["planned"].low <= 1 <= draw["planned"].high for draw in draws]
    assert 25 <= sum(held) <= 30


def test_the_longer_the_interval_the_larger_the_bias() -> None:
    ratios = [by_name(weeks, 6, 2)["received"].hazard_ratio for weeks in (1, 4, 8)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] - ratios[-1] > 0.04


def test_nobody_with_many_sessions_dies_before_the_fourth() -> None:
    found = by_name(8, 6, 1)
    many = next(group for group in found["received"].groups if group.many)
    assert many.curve.time[many.curve.events > 0].min() >= last_session_months(4, 8)
    planned = next(group for group in found["planned"].groups if group.many)
    assert planned.curve.time[planned.curve.events > 0].min() < last_session_months(4, 8)


def test_counts_add_up() -> None:
    found = by_name(4, 6, 1)
    for analysis in found.values():
        assert sum(group.n for group in analysis.groups) == analysis.n
        assert sum(group.events for group in analysis.groups) == analysis.events
    assert found["received"].n == found["planned"].n == 4000
    assert found["landmark"].n < 4000
    assert found["landmark"].start_months == 6


@pytest.mark.parametrize(("weeks", "landmark"), [(0, 6), (-1, 6), (8, 3), (4, 36)])
def test_refused(weeks: float, landmark: float) -> None:
    with pytest.raises(InputError, match="expected"):
        immortal_time(weeks, landmark, 1)


def test_a_month_has_as_many_weeks_as_it_has() -> None:
    assert last_session_months(1, 5) == 0
    assert last_session_months(8, 3) == pytest.approx(21 * 7 / 30.4375)
