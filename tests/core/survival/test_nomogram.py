import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.model import Nomogram
from core.survival.nomogram import (
    axes,
    axis_points,
    exact_months,
    linear_predictor_at,
    survival_at,
    survival_axes,
    total_for_survival,
    total_points,
    total_range,
)
from core.survival.own_file import read_own
from tests import own_files

KEYS = {"PVTT": "pvtt", "OR": "response", "sess4": "haic_sessions", "MTM": "mtm", "DLR": "dlr"}


@pytest.mark.parametrize("model", ["pre", "post"])
def test_axes_equal_the_golden_points(models: dict[str, Nomogram], golden: Path, model: str) -> None:
    drawn = {axis.name: {tick.value: tick.points for tick in axis.ticks} for axis in axes(models[model])}
    with (golden / f"published_points_{model}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {KEYS[row["axis"]] for row in rows} == set(drawn)
    for row in rows:
        assert drawn[KEYS[row["axis"]]][float(row["level"])] == pytest.approx(float(row["points"]), abs=1e-6)


def test_axes_are_labelled_and_ascend(post: Nomogram) -> None:
    by_name = {axis.name: axis for axis in axes(post)}
    assert list(by_name) == ["pvtt", "response", "haic_sessions", "mtm", "dlr"]
    assert [tick.label for tick in by_name["haic_sessions"].ticks] == ["1", "2", "3", ">3"]
    assert [tick.label for tick in by_name["response"].ticks] == ["SD or PD", "CR or PR"]
    for axis in by_name.values():
        values = [tick.value for tick in axis.ticks]
        assert values == sorted(values)
        assert min(tick.points for tick in axis.ticks) == pytest.approx(0, abs=1e-12)


@given(x=st.tuples(*[st.floats(0, 1)] * 2, st.floats(1, 4), *[st.floats(0, 1)] * 2).map(list))
def test_total_points_hold_the_linear_predictor(post: Nomogram, x: list[float]) -> None:
    total = total_points(post, x)
    low, high = total_range(post)
    assert low - 1e-9 <= total <= high + 1e-9
    assert linear_predictor_at(post, total) == pytest.approx(float(post.linear_predictor(x)), abs=1e-10)
    assert survival_at(post, 36.0, total) == pytest.approx(
        float(post.survival(36.0, post.linear_predictor(x))), abs=1e-10
    )


def test_points_of_many_patients(post: Nomogram) -> None:
    x = np.array([[0, 1, 4, 0, 1.0], [1, 0, 1, 1, 0.0]])
    assert axis_points(post, x).shape == (2, 5)
    np.testing.assert_allclose(total_points(post, x), total_range(post), atol=1e-10)


def test_points_off_the_ruler_are_refused(pre: Nomogram) -> None:
    with pytest.raises(InputError, match=r"total points: expected .*, got 130"):
        linear_predictor_at(pre, 130.0)


@pytest.mark.parametrize("model", ["pre", "post"])
def test_survival_axes_are_the_inverse(models: dict[str, Nomogram], model: str) -> None:
    nomogram = models[model]
    drawn = survival_axes(nomogram)
    assert [axis.months for axis in drawn] == [12, 36, 60]
    for axis in drawn:
        totals = [tick.total_points for tick in axis.ticks]
        assert len(totals) >= 3
        assert totals == sorted(totals)
        for tick in axis.ticks:
            assert survival_at(nomogram, axis.months, tick.total_points) == pytest.approx(tick.survival, abs=1e-12)


def test_total_for_survival_may_lie_off_the_axis(pre: Nomogram) -> None:
    assert total_for_survival(pre, 12.0, 0.999) < 0


def test_axes_of_an_own_nomogram_keep_their_exact_months() -> None:
    nomogram = read_own(own_files.lung()).nomogram
    drawn = survival_axes(nomogram)
    assert [axis.months for axis in drawn] == pytest.approx([180 / 30.4375, 365 / 30.4375, 730 / 30.4375], rel=1e-12)
    for axis in drawn:
        tick = axis.ticks[1]
        assert survival_at(nomogram, axis.months, tick.total_points) == pytest.approx(tick.survival, abs=1e-12)


def test_whole_months_stay_whole(post: Nomogram) -> None:
    assert [type(axis.months) for axis in survival_axes(post)] == [int, int, int]
    assert (exact_months(12.0), exact_months(5.9138)) == (12, 5.9138)
    assert str(exact_months(60.0)) == "60"
