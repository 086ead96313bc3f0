"""The page of a centre's own nomogram, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.findings import Assessment
from core.survival.own_file import own_text, read_own
from core.survival.prognoses import prognosis
from core.survival.questions import answered
from dashboard import texts
from dashboard.uploads import Shelf
from tests import own_files
from tests.dashboard import builders
from tests.dashboard.conftest import APP
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
PATIENT = {"PVTT": "1", "OR": "0", "sess4": "3", "MTM": "1"}
CASE_NAMES = (("PVTT", "pvtt"), ("OR", "response"), ("sess4", "haic_sessions"), ("DLR", "dlr"))


@pytest.fixture
def opened(open_page: OpenPage) -> Callable[..., AppTest]:
    """A function that opens the page with a nomogram loaded, with or without an assessment."""

    def run(content: bytes, assessment: Assessment | None = None) -> AppTest:
        return load(open_page("own", assessment), content)

    return run


def load(page: AppTest, content: bytes) -> AppTest:
    page.file_uploader[0].set_value(("nomogram.json", content, "application/json"))
    return page.run()


def answer(page: AppTest, choices: dict[str, str], numbers: dict[str, float | None]) -> AppTest:
    for name, value in choices.items():
        by_label(page.button_group, name).set_value(value)
        page.run()
    for name, number in numbers.items():
        by_label(page.number_input, name).set_value(number)
        page.run()
    return page


def expected(content: bytes, answers: dict[str, float], **spread: float) -> Any:
    nomogram = read_own(content).nomogram
    return prognosis(nomogram, answered(nomogram, answers), spread)


def test_the_empty_page_says_how_to_make_one_and_nothing_else(open_page: OpenPage) -> None:
    page = open_page("own")
    assert not page.exception
    assert "haic-nomogram cox" in page.code[0].value
    assert [uploader.label for uploader in page.file_uploader] == [texts.own.DROP]
    assert not page.button_group
    assert not page.number_input
    assert not page.button
    assert 'class="nomogram"' not in html(page)


def test_the_command_shown_is_one_of_ours() -> None:
    from core.cli import _parser

    words = texts.own.COMMAND.replace("\\\n", " ").split()
    options = _parser().parse_args(words[1:])
    assert words[0] == "haic-nomogram"
    assert options.terms == ("age_years", "pvtt", "afp_ng_ml")


def test_a_loaded_nomogram_shows_its_card_and_asks_everything(opened: Callable[..., AppTest]) -> None:
    content = own_files.lung()
    card = read_own(content).card
    page = opened(content)
    shown = html(page)
    assert not page.exception
    assert card.provenance in shown
    assert card.intended_use in shown
    assert "Fitted: coefficients, baseline survival and cut-off" in shown
    for value in ("<dd>213</dd>", "<dd>151</dd>", "<dd>1990</dd>", "0.60–0.70", "0.65"):
        assert value in shown
    asked = [group.label for group in page.button_group] + [field.label for field in page.number_input]
    assert asked == ["ph.ecog", "Sex", "age", "wt.loss"]
    assert texts.still_missing(["ph.ecog", "age", "Sex", "wt.loss"]) in shown
    assert {group.value for group in page.button_group} == {texts.UNKNOWN}
    assert [field.value for field in page.number_input] == [None, None]
    assert page.number_input[0].placeholder == "unknown (35–85)"
    assert not page.get("plotly_chart")
    assert "Of 100 people" not in shown


def test_with_one_input_unknown_there_is_no_prognosis(opened: Callable[..., AppTest]) -> None:
    page = answer(opened(own_files.sim()), PATIENT, {})
    assert texts.still_missing(["DLR"]) in html(page)
    assert not page.get("plotly_chart")
    page = answer(page, {}, {"DLR": 0.7})
    assert "Of 100 people" in html(page)
    page = answer(page, {"PVTT": "unknown"}, {})
    assert texts.still_missing(["PVTT"]) in html(page)


def test_the_answer_is_that_of_core(opened: Callable[..., AppTest]) -> None:
    content = own_files.sim()
    page = answer(opened(content), PATIENT, {"DLR": 0.7})
    found = expected(content, {"PVTT": 1.0, "OR": 0.0, "sess4": 3.0, "MTM": 1.0, "DLR": 0.7})
    shown = html(page)
    assert not page.exception
    assert texts.lead_sentence(found.os[36], 36) in shown
    assert f"{found.total_points:.0f} points" in shown
    assert len(page.get("plotly_chart")) == 1
    for reading in found.os.values():
        assert "".join(f'<td class="number">{cell}</td>' for cell in texts.percent(reading)) in shown
    assert f"Risk group: {texts.GROUP_NAMES[found.risk_group]}" in shown
    assert texts.own.widest_source(found, read_own(content).nomogram) in shown
    assert "the first HAIC" not in shown


def test_its_own_horizons_are_offered(opened: Callable[..., AppTest]) -> None:
    content = own_files.lung()
    page = answer(opened(content), {"ph.ecog": "1", "Sex": "2"}, {"age": 61.0, "wt.loss": 4.0})
    found = expected(content, {"ph.ecog": 1.0, "sex": 2.0, "age": 61.0, "wt.loss": 4.0})
    months = list(found.os)
    assert texts.lead_sentence(found.os[months[1]], 12) in html(page)
    assert list(by_label(page.button_group, "Horizon").options) == ["5.9 months", "1 year", "2 years"]
    by_label(page.button_group, "Horizon").set_value(months[0])
    page.run()
    assert texts.lead_sentence(found.os[months[0]], months[0]) in html(page)
    assert "ends at 24 months" in html(page)


def test_a_category_is_one_choice(opened: Callable[..., AppTest]) -> None:
    content = own_files.category()
    page = opened(content)
    assert list(by_label(page.button_group, "stage").options) == ["unknown", "A", "B", "C"]
    page = answer(page, {"stage": "C"}, {"DLR": 0.7})
    found = expected(content, {"stage": 2.0, "DLR": 0.7})
    assert texts.lead_sentence(found.os[36], 36) in html(page)


def test_a_level_called_unknown_is_not_our_unknown(opened: Callable[..., AppTest]) -> None:
    page = opened(own_files.category(("A", "unknown", "a level with quite a long name")))
    chosen = by_label(page.selectbox, "stage")
    assert list(chosen.options) == ["unknown", "A", "a level with quite a long name", "unknown (3)"]
    assert chosen.value == "unknown"
    chosen.set_value("unknown (3)")
    page.run()
    assert draft(page).own == {"stage": 2.0}


def test_what_the_case_knows_is_filled_in_and_can_be_corrected(opened: Callable[..., AppTest]) -> None:
    content, case = own_files.renamed(CASE_NAMES), builders.assessment()
    page = opened(content, case)
    known = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 4.0, "dlr": builders.DLR.value}
    found = expected(content, known, dlr=builders.DLR.sd)
    assert by_label(page.button_group, "PVTT, 1 is yes").value == "1"
    assert by_label(page.button_group, "Objective response, 1 is yes").value == "1"
    assert by_label(page.number_input, "DLR score").value == builders.DLR.value
    assert html(page).count(texts.own.FROM_CASE) == 4
    assert texts.lead_sentence(found.os[36], 36) in html(page)
    page = answer(page, {}, {"DLR score": 0.3})
    corrected = expected(content, known | {"dlr": 0.3})
    assert "By hand; the case says 0.81." in html(page)
    assert texts.lead_sentence(corrected.os[36], 36) in html(page)
    assert draft(page).dlr is None
    page = answer(page, {}, {"DLR score": builders.DLR.value})
    assert html(page).count(texts.own.FROM_CASE) == 4
    assert draft(page).own == {}


def test_what_the_nomogram_does_not_know_is_not_taken_from_the_case(opened: Callable[..., AppTest]) -> None:
    known = builders.CLINICAL.known() | {"haic_sessions": 7}
    page = opened(own_files.renamed(CASE_NAMES), builders.assessment(ClinicalRecord(**known)))
    assert "The case says 7; this nomogram knows only these, so it is not used." in html(page)
    assert texts.still_missing(["HAIC sessions"]) in html(page)


def test_an_unknown_by_hand_is_unknown(opened: Callable[..., AppTest]) -> None:
    page = opened(own_files.renamed(CASE_NAMES), builders.assessment())
    page = answer(page, {"PVTT, 1 is yes": "unknown"}, {})
    assert texts.still_missing(["PVTT"]) in html(page)
    assert "By hand; the case says 1." in html(page)


def test_the_published_model_brought_up_to_date_is_shown_here(opened: Callable[..., AppTest]) -> None:
    own = read_own(own_files.renamed((*CASE_NAMES, ("MTM", "mtm"))))
    assert own.nomogram.model == "post"
    page = opened(own_text(own.nomogram, own.card).encode(), builders.assessment())
    page = answer(page, {"MTM": "1"}, {})
    assert "known later, which flatters this estimate" in html(page)
    assert "The case says 0.62" in html(page)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"format": "haic-nomogram own nomogram 1"}'])
def test_a_bad_file_is_one_sentence_and_keeps_what_was_loaded(opened: Callable[..., AppTest], content: bytes) -> None:
    page = answer(opened(own_files.sim()), PATIENT, {"DLR": 0.7})
    before = html(page)
    load(page, content)
    assert not page.exception
    assert [error.value[:14] for error in page.error] == ["Nomogram file\\"]
    assert html(page) == before
    load(page, own_files.lung())
    assert not page.error
    assert read_own(own_files.lung()).card.provenance in html(page)


def test_changed_figures_are_refused(open_page: OpenPage) -> None:
    changed = json.loads(own_files.sim())
    changed["nomogram"]["lp_reference"]["value"] += 0.5
    page = load(open_page("own"), json.dumps(changed).encode())
    assert "golden output" in page.error[0].value
    assert page.session_state["shelf"].loaded is None


def test_axes_that_cannot_be_drawn_are_refused(open_page: OpenPage) -> None:
    own = read_own(own_files.sim())
    term = replace(own.nomogram.terms[0], levels=())
    bad = replace(own.nomogram, terms=(term, *own.nomogram.terms[1:]))
    page = load(open_page("own"), own_text(bad, own.card).encode())
    assert "expected ascending levels" in page.error[0].value.replace("\\", "")
    assert page.session_state["shelf"].loaded is None


def test_another_nomogram_forgets_the_answers(opened: Callable[..., AppTest]) -> None:
    page = answer(opened(own_files.sim()), PATIENT, {"DLR": 0.7})
    load(page, own_files.lung())
    assert draft(page).own == {}
    assert {group.value for group in page.button_group} == {texts.UNKNOWN}


def test_it_can_be_removed(opened: Callable[..., AppTest]) -> None:
    page = opened(own_files.sim())
    by_label(page.button, texts.own.REMOVE).click()
    page.run()
    assert page.session_state["shelf"].loaded is None
    assert [uploader.label for uploader in page.file_uploader] == [texts.own.DROP]


def test_simulated_patients_are_said(opened: Callable[..., AppTest]) -> None:
    own = read_own(own_files.sim())
    page = opened(own_text(own.nomogram, replace(own.card, simulated=True)).encode())
    assert [box.value for box in page.warning] == [texts.own.SIMULATED]
    assert not opened(own_files.sim()).warning


def test_a_card_without_figures_says_so(opened: Callable[..., AppTest]) -> None:
    own = read_own(own_files.sim())
    assert texts.own.NO_METRICS in html(opened(own_text(own.nomogram, replace(own.card, metrics=())).encode()))


def test_a_contradicting_case_is_one_sentence_and_answers_nothing(opened: Callable[..., AppTest]) -> None:
    page = opened(own_files.renamed(CASE_NAMES))
    draft(page).clinical = {"pvtt": True, "macrovascular_invasion": False}
    page.run()
    assert page.error[0].value.startswith("Macrovascular invasion")
    assert by_label(page.button_group, "PVTT, 1 is yes").value == texts.UNKNOWN


def test_what_a_hospital_writes_is_never_markup(opened: Callable[..., AppTest]) -> None:
    levels = (own_files.HOSTILE, "B", "C")
    page = opened(own_files.category(levels, own_files.HOSTILE))
    assert not page.exception
    assert "<b>A" not in html(page)
    assert page.selectbox[0].label == texts.literal(own_files.HOSTILE)


def test_a_new_case_keeps_the_nomogram_and_forgets_the_patient() -> None:
    script = (
        "import streamlit as st\n"
        "from dashboard import session\n"
        "from dashboard.draft import Draft\n"
        "from dashboard.views import own\n"
        "if st.button('New case'):\n"
        "    session.replace_draft(Draft())\n"
        "own.show()\n"
    )
    page = load(AppTest.from_string(script, default_timeout=30).run(), own_files.sim())
    answer(page, PATIENT, {"DLR": 0.7})
    assert "Of 100 people" in html(page)
    by_label(page.button, "New case").click()
    page.run()
    assert read_own(own_files.sim()).card.provenance in html(page)
    assert texts.still_missing(["PVTT", "OR", "sess4", "MTM", "DLR"]) in html(page)


def test_two_sessions_hold_their_own_nomogram() -> None:
    first = AppTest.from_file(str(APP), default_timeout=30).run()
    second = AppTest.from_file(str(APP), default_timeout=30).run()
    first.session_state["shelf"] = Shelf(read_own(own_files.sim()))
    assert first.run().session_state["shelf"].loaded is not None
    assert "shelf" not in second.run().session_state
