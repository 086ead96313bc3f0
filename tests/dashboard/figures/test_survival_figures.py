from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from core.case import ClinicalRecord
from core.findings import Prognosis
from core.survival import prognoses
from core.survival.model import Nomogram
from core.survival.nomogram import total_range
from core.survival.own_file import read_own
from core.survival.questions import answered
from dashboard import texts
from dashboard.figures import style
from dashboard.figures.nomogram_drawing import lay_out, nomogram_drawing
from dashboard.figures.survival_curve import survival_curve
from tests import own_files
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


def own(content: bytes, **answers: float) -> tuple[Nomogram, Prognosis]:
    nomogram = read_own(content).nomogram
    return nomogram, prognoses.prognosis(nomogram, answered(nomogram, answers), {})


def lung() -> tuple[Nomogram, Prognosis]:
    return own(own_files.lung(), **{"ph.ecog": 1.0, "age": 61.0, "sex": 2.0, "wt.loss": 4.0})


def test_an_own_nomogram_is_drawn_with_its_own_horizons() -> None:
    nomogram, found = lung()
    drawing = lay_out(nomogram, found, {}, {})
    headings = ["5.9-month survival, %", "1-year survival, %", "2-year survival, %"]
    assert [row.heading for row in drawing.survival] == headings
    assert [row.heading for row in drawing.inputs] == ["ph.ecog", "age", "sex", "wt.loss"]
    for row in drawing.survival:
        assert row.mark == pytest.approx(drawing.total.mark, abs=1e-9)


def test_a_curve_ends_where_the_nomogram_ends() -> None:
    nomogram, found = lung()
    end = nomogram.follow_up_months.value
    months = list(found.os)
    figure = survival_curve(found, months[1], style.LIGHT, "the start of follow-up")
    alive, mark = trace(figure, "alive"), trace(figure, "reading")
    assert (alive.x[0], alive.x[-1]) == (0, end)
    assert len(alive.x) > 40
    assert mark.x[0] == months[1]
    assert mark.y[0] == pytest.approx(100 * found.os[months[1]].value)
    assert list(figure.layout.xaxis.tickvals) == [0, 6, 12, 18, 24]
    assert figure.layout.xaxis.title.text == "Months from the start of follow-up"
    assert 24 <= figure.layout.xaxis.range[1] < 24.5


@pytest.mark.parametrize("end", [0.3, 1.0, 5.9, 24.0, 90.0, 105.0, 240.0])
def test_months_below_a_curve_are_round_and_few(end: float) -> None:
    _, found = lung()
    points = tuple(replace(p, time_months=p.time_months * end / found.curve[-1].time_months) for p in found.curve)
    figure = survival_curve(replace(found, curve=points), end, style.LIGHT)
    places = figure.layout.xaxis.tickvals
    assert 2 <= len(places) <= 7
    assert places[-1] <= end * 1.01


def test_a_reading_near_the_end_is_written_inwards() -> None:
    _, found = lung()
    months = list(found.os)
    sides = [survival_curve(found, month, style.LIGHT).layout.annotations[0].xanchor for month in months]
    assert sides == ["left", "left", "right"]


def test_a_category_is_drawn_with_its_levels() -> None:
    nomogram, found = own(own_files.category(), stage=1.0, DLR=0.7)
    row = lay_out(nomogram, found, {}, {"stage": "B"}).inputs[0]
    assert sorted(label for _, label in row.ticks) == ["A", "B", "C"]
    assert row.mark == next(place for place, label in row.ticks if label == "B")
    assert row.reading.startswith("B · ")


def test_long_labels_do_not_touch() -> None:
    levels = ("child-pugh class A", "child-pugh class B", "child-pugh class C", "not recorded")
    nomogram, found = own(own_files.category(levels), stage=1.0, DLR=0.7)
    labels = [(place, label) for place, label in lay_out(nomogram, found, {}, {}).inputs[0].ticks if label]
    assert labels
    assert all(b - a > 0.012 * len(label) for (a, label), (b, _) in itertools.pairwise(labels))


def test_what_a_hospital_writes_is_escaped() -> None:
    levels = (own_files.HOSTILE, "</div><script>", "C")
    nomogram, found = own(own_files.category(levels, own_files.HOSTILE), **{own_files.HOSTILE: 1.0, "DLR": 0.7})
    html = nomogram_drawing(lay_out(nomogram, found, {}, {own_files.HOSTILE: "<i>x</i>"}), own_files.HOSTILE)
    assert [part for part in ("<b>A", "<script", "<i>x") if part in html] == []
    assert "&lt;b&gt;A&lt;/b&gt;" in html


def test_total_points_have_few_labels_however_many_there_are() -> None:
    nomogram = read_own(own_files.sim()).nomogram
    many = tuple(replace(nomogram.terms[-1], name=f"x{number}") for number in range(40))
    row = lay_out(replace(nomogram, terms=many), None, {}, {}).total
    assert 8 <= len(row.ticks) <= 14
