"""The page Validation shows what the reproduction and the cards hold, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from core.studies.published_figures import MODEL_NAMES
from core.studies.reproduced import shipped_reproduction
from core.studies.reproduction_document import reproduce_document, within_range
from core.survival.own_file import read_own
from dashboard import session
from dashboard.texts import cards, reproduced, validation
from dashboard.uploads import Shelf
from dashboard.views.validation import KEY, PARTS
from tests import own_files
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
CHARTS = {
    "Reproduction": 3,
    "Calibration": 2,
    "AUC over time": 1,
    "Decision curve": 1,
    "Staging systems": 1,
    "Landmark": 1,
}


def _part(open_page: OpenPage, name: str) -> AppTest:
    page = open_page("validation")
    by_label(page.button_group, "Part").set_value(name)
    page.run()
    assert not page.exception
    return page


def _found():  # type: ignore[no-untyped-def]
    models = builders.models()
    return shipped_reproduction({"pre": models.pre, "post": models.post})


@pytest.mark.parametrize("name", PARTS)
def test_every_part_opens_with_its_figures(open_page: OpenPage, name: str) -> None:
    page = _part(open_page, name)
    assert len(page.get("plotly_chart")) == CHARTS.get(name, 0)
    assert escape(reproduced.tally(*within_range(reproduce_document(_found())))) in html(page)


def test_it_opens_on_the_cohorts_and_the_tags(open_page: OpenPage) -> None:
    shown = html(open_page("validation"))
    assert "299 (61 %)" in shown
    assert "January 2014 to May 2022, follow-up to 30 October 2022" in shown
    assert "1.38, published" in shown
    assert '−1.25</span></td><td role="cell" data-head="Where from"><span>derived' in shown
    assert "number of HAIC sessions, counted, more than 4 as 4 (assumed)" in shown


def test_residuals_are_reproduced_less_printed(open_page: OpenPage) -> None:
    page = _part(open_page, "Reproduction")
    cells = re.findall(
        r'data-head="(?:Printed, %|Reproduced, % \(range\)|Residual, points)"[^>]*><span>(.*?)</span>', html(page)
    )
    assert len(cells) == 3 * 12
    for printed, found, residual in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
        value = float(found.split(" ")[0])
        assert float(residual.replace("−", "-")) == pytest.approx(value - float(printed), abs=0.11)


def test_the_cut_can_be_the_printed_one(open_page: OpenPage) -> None:
    page = _part(open_page, "Reproduction")
    before = html(page)
    by_label(page.button_group, "Cut-off").set_value("published")
    page.run()
    assert html(page) != before


def test_every_printed_figure_is_there(open_page: OpenPage) -> None:
    shown = html(_part(open_page, "Reproduction"))
    rows = [row for row in reproduce_document(_found()) if row["cohort"] == "training" and row["published"] is not None]
    assert len(rows) > 60
    assert all(escape(row["quantity"]) in shown for row in rows)


def test_staging_systems_stand_beside_the_nomograms(open_page: OpenPage) -> None:
    shown = html(_part(open_page, "Staging systems"))
    assert all(name.lower() in shown.lower() for name in MODEL_NAMES.values())
    assert "0.8553, 0.84" in shown
    assert escape(validation.STAGES_SIMULATED) in shown


def test_every_contradiction_is_shown(open_page: OpenPage) -> None:
    shown = html(_part(open_page, "Contradictions"))
    for row in _found().contradictions:
        assert escape(row.printed) in shown
        assert escape(row.read_as) in shown


@pytest.mark.parametrize("name", sorted(builders.cards()))
def test_a_card_is_shown_with_n_ranges_licence_and_use(open_page: OpenPage, name: str) -> None:
    page = _part(open_page, "Model cards")
    by_label(page.button_group, "Model").set_value(name)
    page.run()
    assert not page.exception
    shown, card = html(page), builders.cards()[name]
    for text in (card.provenance, card.licence, card.intended_use, card.training.cohort, card.commit):
        assert escape(text) in shown
    for metric in card.metrics:
        assert escape(cards.metric_row(metric)[0]) in shown
    assert bool(page.warning) == card.simulated


def test_an_own_nomogram_is_among_the_cards(open_page: OpenPage) -> None:
    page = open_page("validation")
    shelf = Shelf()
    shelf.loaded = read_own(own_files.lung())
    page.session_state["shelf"] = shelf
    draft(page).view.update({KEY: "Model cards", "validation.card": "own"})
    page.run()
    assert not page.exception
    assert escape(shelf.loaded.card.provenance) in html(page)
    assert cards.NO_OWN not in html(page)


def test_figures_of_another_nomogram_are_not_shown(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    models = builders.models()
    other = replace(models, pre=replace(models.pre, cut_effective=replace(models.pre.cut_effective, value=-1.0)))
    monkeypatch.setattr(session, "models", lambda: other)
    page = open_page("validation")
    draft(page).view[KEY] = "Calibration"
    page.run()
    assert not page.exception
    assert page.warning[0].value == validation.OTHER_NOMOGRAM
    assert not page.get("plotly_chart")


def test_long_parts_of_a_card_are_cut_and_say_so() -> None:
    told = dict(cards.details(builders.cards()["radiomics"].architecture))
    assert max(map(len, told.values())) < cards.LONGEST + 60
    assert "card.json" in told["medians"]
