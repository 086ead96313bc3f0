"""The nomogram for a paper: places are those of core.survival, nothing overlaps, SVG and PDF say the same."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pytest

from core.report.case.figure_files import EDGE, nomogram_pdf, nomogram_svg
from core.report.case.nomogram import LABELS, RIGHT, TICK_SIZE, Patient, nomogram_drawing, nomogram_rows, thinned
from core.report.case.style import WIDTH, width_of
from core.report.sentences import AXIS_NAMES, NOT_FOR_CLINICAL_USE, axis_readings, percent
from core.survival.nomogram import survival_at, total_range
from core.survival.own_file import read_own
from tests import own_files
from tests.core.report.case.pdfs import reader, text_of
from tests.dashboard import builders

Model = Literal["pre", "post"]
NAMESPACE = "{http://www.w3.org/2000/svg}"


def patient(model: Model) -> Patient:
    made = builders.assessment()
    found = getattr(made, model)
    assert found is not None
    return Patient(found, axis_readings(made.clinical, made.scores))


@pytest.mark.parametrize("model", ["pre", "post"])
def test_marks_lie_where_the_prognosis_says(model: Model) -> None:
    nomogram, whose = getattr(builders.models(), model), patient(model)
    rows = {row.heading: row for row in nomogram_rows(nomogram, whose, AXIS_NAMES)}
    found, most = whose.prognosis, total_range(nomogram)[1]
    for name, points in found.points.items():
        assert rows[AXIS_NAMES[name]].mark == pytest.approx(points / 100)
    assert rows["Total points"].mark == pytest.approx(found.total_points / most)
    for months, name in ((12, "1-year survival, %"), (36, "3-year survival, %"), (60, "5-year survival, %")):
        assert rows[name].reading.startswith(percent(found.os[months])[0])
        assert float(survival_at(nomogram, months, rows[name].mark * most)) == pytest.approx(found.os[months].value)  # type: ignore[operator]
        read = [float(survival_at(nomogram, months, place * most)) for place, _ in rows[name].ticks]
        assert read == pytest.approx([float(label) / 100 for _, label in rows[name].ticks])


@pytest.mark.parametrize("model", ["pre", "post"])
def test_labels_do_not_touch(model: Model) -> None:
    across = WIDTH - LABELS - RIGHT
    for row in nomogram_rows(getattr(builders.models(), model), None, AXIS_NAMES):
        written = [(place * across, width_of(label, TICK_SIZE)) for place, label in thinned(row.ticks, across) if label]
        assert len(written) >= 2
        for (left, width), (right, other) in pairwise(written):
            assert left + width / 2 < right - other / 2, row.heading


def test_everything_lies_inside_the_drawing() -> None:
    drawn = nomogram_drawing(builders.models().post, patient("post"), WIDTH, alone=True)
    bounds = drawn.getBounds()
    assert bounds[0] >= 0
    assert bounds[1] >= 0
    assert bounds[2] <= drawn.width
    assert bounds[3] <= drawn.height


@pytest.mark.parametrize("with_patient", [True, False])
def test_svg_and_pdf_hold_the_same_words(with_patient: bool) -> None:
    nomogram, whose = builders.models().post, patient("post") if with_patient else None
    root = ElementTree.fromstring(nomogram_svg(nomogram, whose))
    words = [element.text or "" for element in root.iter(f"{NAMESPACE}text")]
    text = text_of(nomogram_pdf(nomogram, whose))
    assert words
    assert all(" ".join(word.split()) in text for word in words)
    assert NOT_FOR_CLINICAL_USE in text
    marks = len(list(root.iter(f"{NAMESPACE}circle")))
    assert marks == (9 if with_patient else 0)
    assert (" · " in " ".join(words)) == with_patient


def test_the_figure_fetches_nothing_names_nobody_and_is_the_same_each_time() -> None:
    nomogram, whose = builders.models().post, patient("post")
    svg = nomogram_svg(nomogram, whose)
    assert b"href" not in svg
    assert svg.count(b"http") == 1  # the namespace
    assert svg == nomogram_svg(nomogram, whose)
    data = nomogram_pdf(nomogram, whose)
    assert data == nomogram_pdf(nomogram, whose)
    assert "TEST" not in str(reader(data).metadata)


def test_places_in_the_svg_are_those_of_the_drawing() -> None:
    nomogram, whose = builders.models().pre, patient("pre")
    root = ElementTree.fromstring(nomogram_svg(nomogram, whose))
    found = sorted(float(circle.attrib["cx"]) for circle in root.iter(f"{NAMESPACE}circle"))
    width = float(root.attrib["viewBox"].split()[2]) - 2 * EDGE
    assert root.attrib["width"] == f"{174 * 72 / 25.4:.2f}pt"
    rows = nomogram_rows(nomogram, whose, AXIS_NAMES)
    expected = sorted(LABELS + row.mark * (width - LABELS - RIGHT) for row in rows if row.mark is not None)
    np.testing.assert_allclose(found, expected, atol=0.006)


def test_an_own_nomogram_is_drawn_too() -> None:
    nomogram = read_own(own_files.sim()).nomogram
    text = text_of(nomogram_pdf(nomogram))
    assert "Total points" in text
    assert "He et al." not in text
