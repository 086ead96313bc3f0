from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import CurvePoint, Survival
from dashboard import texts
from dashboard.figures.lifetimes import lifetimes
from dashboard.figures.people import people, people_array
from tests.dashboard import builders

shares = st.floats(0, 1)


@given(shares, shares, shares)
def test_a_hundred_people_are_a_hundred(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    found = people(Survival(value, low, high))
    assert sum(found.counts) == 100
    assert min(found.counts) >= 0
    assert (found.alive_low + found.alive_range, found.dead_range + found.dead_high) == texts.out_of_100(
        Survival(value, low, high)
    )


def test_the_array_is_told_and_shown_in_four_shapes() -> None:
    drawn = people_array(Survival(0.61, 0.43, 0.75), 36)
    array, key = drawn.split('<div class="people-key"')
    runs = re.findall(r'<i class="([a-z ]+)" style="--n:(\d+)">', array)
    figures = [kind for kind, count in runs for _ in range(int(count))]
    assert figures == ["alive"] * 43 + ["alive doubt"] * 18 + ["dead doubt"] * 14 + ["dead"] * 25
    label = re.search(r'role="img" aria-label="([^"]+)"', array)
    assert label
    assert label[1].startswith("Of 100 people 61 alive at 3 years and 39 have died. Range 43–75 alive")
    assert set(re.findall(r'<i class="([a-z ]+)"', key)) == {"alive", "alive doubt", "dead doubt", "dead"}
    assert "43 even at the low end" in key


def test_an_array_at_the_ends_says_what_the_sentence_says() -> None:
    survival = Survival(0.001, 0.0, 0.004)
    drawn = people_array(survival, 60)
    assert "fewer than 1 alive at 5 years" in drawn
    assert "more than 99 have died" in drawn
    assert drawn.split("people-key")[0].count('<i class="dead" style="--n:10">') == 10
    assert "<p>" not in drawn.split("<div><b>")[1]  # no key to figures that are not there


def test_cases_lie_where_the_curve_comes_down() -> None:
    curve = tuple(CurvePoint(month, Survival(*[1 - month / 100] * 3)) for month in range(81))
    drawn = lifetimes(curve, 80, [("Worst case", "1 in 10 live less than 10 months")])
    places = dict(re.findall(r'<i class="([a-z ]+)" style="left:([\d.]+)%', drawn))
    assert float(places["most open"]) == pytest.approx(12.5)
    assert float(places["half"]) == pytest.approx(31.25)
    assert 'class="half" style="left:31.25%;width:62.50%"' in drawn
    assert drawn.count('class="mark"') == 1  # the best case lies past the end
    assert 'aria-label="Worst case: 1 in 10 live less than 10 months."' in drawn


def test_cases_of_one_who_has_lived_begin_today() -> None:
    made = builders.assessment(replace(builders.CLINICAL, months_since_first_haic=12.0)).post
    assert made is not None
    drawn = lifetimes(texts.people.front(made), 60, texts.people.cases(made, 60))
    assert 'class="whole" style="left:20.00%;width:80.00%"' in drawn
    assert texts.people.cases_origin(made).startswith("Months are counted from the first HAIC, for those alive at 12 m")
    assert all(case in dict(texts.people.cases(made, 60)) for case in ("Worst case", "Typical", "Best case"))


def test_cases_that_lie_past_the_end_are_not_drawn() -> None:
    curve = tuple(CurvePoint(month, Survival(*[1 - month / 1000] * 3)) for month in range(61))
    drawn = lifetimes(curve, 60, [])
    assert re.findall(r'<i class="([a-z ]+)"', drawn) == ["whole"]
