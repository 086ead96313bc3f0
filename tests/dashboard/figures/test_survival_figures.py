from __future__ import annotations

import itertools

import pytest

from core.case import ClinicalRecord
from core.findings import Prognosis
from core.survival.nomogram import total_range
from dashboard import texts
from dashboard.figures import style
from dashboard.figures.nomogram_drawing import lay_out, nomogram_drawing
from dashboard.figures.survival_curve import survival_curve
from tests.dashboard import builders


def post(**changes: float) -> Prognosis:
    clinical = ClinicalRecord(**(builders.CLINICAL.known() | changes))
    found = builders.assessment(clinical).post
    assert found is not None
    return found


def trace(figure, name):  # type: ignore[no-untyped-def]
    return next(t for t in figure.data if t.name == name)


def test_curve_is_linear_in_per_cent_and_stops_at_60_months() -> None:
    figure = survival_curve(post(), 36, style.LIGHT)
    alive = trace(figure, "alive")
    assert (alive.x[0], alive.x[-1]) == (0, 60)
    assert alive.y[0] == 100
    assert figure.layout.yaxis.type in (None, "linear")
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.xaxis.range[1] < 61


def test_band_and_mark_are_the_prognosis() -> None:
    prognosis = post()
    figure = survival_curve(prognosis, 36, style.LIGHT)
    band, mark = trace(figure, "95 % range"), trace(figure, "reading")
    assert max(band.y) == 100
    assert mark.y[0] == pytest.approx(100 * prognosis.os[36].value)
    assert mark.y[0] + mark.error_y.array[0] == pytest.approx(100 * prognosis.os[36].high)
    assert mark.y[0] - mark.error_y.arrayminus[0] == pytest.approx(100 * prognosis.os[36].low)


def test_conditional_curve_starts_today_at_100() -> None:
    prognosis = post(months_since_first_haic=14.0)
    figure = survival_curve(prognosis, 36, style.DARK)
    alive = trace(figure, "alive")
    assert (alive.x[0], alive.y[0]) == (14.0, 100.0)
    assert prognosis.os_conditional is not None
    assert trace(figure, "reading").y[0] == pytest.approx(100 * prognosis.os_conditional[36].value)
    assert trace(figure, "from the first HAIC").x[0] == 0


def test_nomogram_puts_the_patient_on_every_axis() -> None:
    prognosis, nomogram = post(), builders.models().post
    drawing = lay_out(nomogram, prognosis, texts.AXIS_NAMES, {})
    assert [row.mark for row in drawing.inputs] == [points / 100 for points in prognosis.points.values()]
    assert drawing.total.mark == pytest.approx(prognosis.total_points / total_range(nomogram)[1])
    assert [row.heading for row in drawing.rows][:2] == ["Points", "PVTT"]


def test_survival_axes_are_read_straight_below_the_total() -> None:
    drawing = lay_out(builders.models().post, post(), texts.AXIS_NAMES, {})
    for row in drawing.survival:
        assert row.mark == pytest.approx(drawing.total.mark, abs=1e-9)


def test_tick_labels_do_not_touch() -> None:
    for nomogram, prognosis in ((builders.models().post, post()), (builders.models().pre, builders.assessment().pre)):
        assert prognosis is not None
        for row in lay_out(nomogram, prognosis, texts.AXIS_NAMES, {}).rows:
            places = sorted(place for place, label in row.ticks if label)
            assert all(b - a > 0.06 for a, b in itertools.pairwise(places))
            assert all(0 <= place <= 1 for place in places)


def test_drawing_has_one_mark_per_axis_but_the_ruler() -> None:
    drawing = lay_out(builders.models().post, post(), texts.AXIS_NAMES, {"pvtt": "yes"})
    html = nomogram_drawing(drawing, "a <description>")
    assert html.count("<u ") == html.count('class="axis"') - 1 == 9
    assert "yes · 14 points" in html
    assert 'aria-label="a &lt;description&gt;"' in html
    assert html.count('class="drop"') == len(drawing.inputs) + 1


def test_drawing_without_a_patient_has_axes_alone() -> None:
    html = nomogram_drawing(lay_out(builders.models().pre, None, texts.AXIS_NAMES, {}), "")
    assert html.count('class="axis"') == 7
    assert "<u " not in html
    assert "drop" not in html


def test_style_sheet_knows_every_colour_of_writing_and_lines() -> None:
    from dashboard.widgets.frame import STYLE

    css = STYLE.read_text(encoding="utf-8")
    for colours in (style.LIGHT, style.DARK):
        for colour in (colours.text, colours.muted, colours.grid):
            red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
            assert f"rgb({red}, {green}, {blue})" in css
