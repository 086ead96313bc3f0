"""Intervals, deviations and the report's figures in the page's theme, by their data."""

from __future__ import annotations

import pytest

from core.report.reproduction_figures import group_curves
from core.report.style import DARK_FOR_LIGHT, LIGHT
from dashboard.figures import style
from dashboard.figures.deviations import REACH, deviation_strips
from dashboard.figures.intervals import Interval, Scale, intervals
from dashboard.figures.themed import themed
from tests.core.studies.paper import small

ROWS = [Interval("one", 0.7, 0.6, 0.8, (0.75, 0.72)), Interval("two", 0.5, 0.45, 0.6)]


def test_intervals_are_drawn_with_their_ends_and_what_is_printed() -> None:
    figure = intervals(ROWS, Scale("AUC", 0.4, 1.0, ".2f", 0.5), style.LIGHT)
    dots, diamonds = figure.data
    assert [x + e for x, e in zip(dots.x, dots.error_x.array, strict=True)] == pytest.approx([0.8, 0.6])
    assert [x - e for x, e in zip(dots.x, dots.error_x.arrayminus, strict=True)] == pytest.approx([0.6, 0.45])
    assert list(zip(diamonds.x, diamonds.y, strict=True)) == [(0.75, 0), (0.72, 0)]
    assert list(figure.layout.yaxis.ticktext) == ["one", "two"]
    assert figure.layout.shapes[0].x0 == 0.5
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first row on top


def test_without_printed_values_there_is_no_legend() -> None:
    figure = intervals(ROWS[1:], Scale("C-index", 0.4, 1.0), style.DARK)
    assert len(figure.data) == 1
    assert figure.layout.showlegend is False


def test_long_names_are_broken_and_their_margin_is_that_of_their_lines() -> None:
    names = ("postoperative clinical model", "short")
    figure = intervals([Interval(name, 0.5, 0.4, 0.6) for name in names], Scale("AUC", 0.0, 1.0), style.LIGHT)
    assert list(figure.layout.yaxis.ticktext) == ["postoperative<br>clinical model", "short"]
    assert 90 < figure.layout.margin.l < 120


def test_a_far_value_has_another_shape_and_one_beyond_the_edge_an_arrow() -> None:
    rows = [("near", 0.4, "a"), ("far", -2.5, "b"), ("beyond", 9.0, "c")]
    (marks,) = deviation_strips(rows, 2.0, style.LIGHT).data
    assert list(marks.marker.symbol) == ["circle", "diamond", "triangle-right"]
    assert list(marks.text) == ["+0.4", "−2.5", "+9.0"]
    assert max(marks.x) < REACH
    assert marks.marker.color[0] != marks.marker.color[1]


def test_figures_of_the_report_take_the_colours_of_the_theme() -> None:
    figure = group_curves(small().figures["training"], "pre", True)
    light, dark = themed(figure, "light").to_json(), themed(figure, "dark").to_json()
    assert LIGHT.first in light
    assert LIGHT.first not in dark
    assert DARK_FOR_LIGHT[LIGHT.first] in dark
    for drawn in (light, dark):
        assert "Source Sans" in drawn
        assert "system-ui" not in drawn
