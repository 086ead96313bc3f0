"""Worst, typical and best case of a curve."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import CurvePoint, Survival
from core.report.sentences import scenario_rows
from core.survival.scenarios import Scenarios, scenarios


def exponential(rate: float, end: float = 60.0) -> list[CurvePoint]:
    """S = exp(-rate * months), in steps of half a month."""
    months = [step / 2 for step in range(int(2 * end) + 1)]
    shares = [math.exp(-rate * month) for month in months]
    return [CurvePoint(month, Survival(share, share, share)) for month, share in zip(months, shares, strict=True)]


def test_times_are_those_of_the_exponential() -> None:
    found = scenarios(exponential(0.05))
    assert found.worst == pytest.approx(-math.log(0.9) / 0.05, abs=0.01)
    assert found.typical[0] == pytest.approx(-math.log(0.75) / 0.05, abs=0.01)
    assert found.typical[1] == pytest.approx(-math.log(0.25) / 0.05, abs=0.01)
    assert found.best == pytest.approx(-math.log(0.1) / 0.05, abs=0.01)


@given(st.floats(1e-4, 2.0))
def test_cases_are_in_order_and_end_with_the_follow_up(rate: float) -> None:
    found = scenarios(exponential(rate))
    times = [found.worst, *found.typical, found.best]
    known = [time for time in times if time is not None]
    assert known == sorted(known)
    assert times[: len(known)] == known  # once past the end, all later ones are
    assert all(0 < time <= 60 for time in known)


def test_words_say_where_follow_up_ends() -> None:
    rows = dict(scenario_rows(Scenarios(13.4, (23.8, None), None), 60.0))
    assert rows == {
        "Worst case": "1 in 10 live less than 13 months",
        "Typical": "the middle half live 24 to over 60 months (beyond follow-up)",
        "Best case": "over 1 in 10 live over 60 months (beyond follow-up)",
    }
    rows = dict(scenario_rows(Scenarios(None, (None, None), None), 60.0))
    assert rows["Worst case"] == "over 9 in 10 live over 60 months (beyond follow-up)"
    assert rows["Typical"] == "over 3 in 4 live over 60 months (beyond follow-up)"
    rows = dict(scenario_rows(Scenarios(1.6, (4.0, 12.2), 30.4), 60.0))
    assert rows["Typical"] == "the middle half live 4 to 12 months"
    assert rows["Best case"] == "1 in 10 live more than 30 months"
