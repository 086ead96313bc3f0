"""A centre's own nomogram on the page Prognosis: offered once loaded, never chosen or answered by itself."""

from __future__ import annotations

from collections.abc import Callable
from html import escape, unescape

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.findings import Assessment, Scores
from core.survival.disagreement import heads_notices
from core.survival.own_file import read_own
from core.survival.questions import case_answers, questions
from dashboard import session, texts
from dashboard.texts import own_mapping
from dashboard.texts import study as study_words
from dashboard.uploads import Shelf
from dashboard.widgets import own_prognosis, paper
from tests import own_files
from tests.dashboard import builders
from tests.dashboard.test_own import expected
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
NAMES = (("PVTT", "pvtt"), ("OR", "response"), ("sess4", "haic_sessions"), ("MTM", "mtm_pathology"), ("DLR", "dlr"))
KNOWN = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 4.0, "dlr": builders.DLR.value}


def content() -> bytes:
    """A nomogram of which the case answers all but one input."""
    return own_files.renamed(NAMES)


@pytest.fixture
def shelved(open_page: OpenPage) -> Callable[..., AppTest]:
    """A function that opens the page with a nomogram loaded, published or own model shown."""

    def run(assessment: Assessment | None = None, shown: str | None = "own") -> AppTest:
        page = open_page("prognosis", assessment)
        page.session_state["shelf"] = Shelf(read_own(content()))
        if shown is not None:
            draft(page).view["live.model"] = shown
        return page.run()

    return run


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """With which model the page asks for the report."""
    asked: list[str | None] = []
    monkeypatch.setattr(paper, "report", lambda outlook, leads=None: asked.append(leads))
    return asked


def model(page: AppTest):  # type: ignore[no-untyped-def]
    return by_label(page.button_group, "Model")


def test_it_is_offered_once_loaded_and_a_published_one_stays_chosen(
    open_page: OpenPage, shelved: Callable[..., AppTest]
) -> None:
    made = builders.assessment()
    assert texts.own.MODEL not in list(model(open_page("prognosis", made)).options)
    page = shelved(assessment=made, shown=None)
    assert list(model(page).options) == [*texts.MODEL_NAMES.values(), texts.own.MODEL]
    assert model(page).value == "post"
    assert read_own(content()).card.provenance not in html(page)
    without = ClinicalRecord(**{k: v for k, v in builders.CLINICAL.known().items() if k != "response"})
    page = shelved(assessment=builders.assessment(without), shown=None)
    assert list(model(page).options) == [texts.MODEL_NAMES["pre"], texts.own.MODEL]
    assert model(page).value == "pre"


def test_chosen_it_drives_sentence_drawing_curve_table_and_risk_and_shows_its_card(
    shelved: Callable[..., AppTest],
) -> None:
    page = shelved(assessment=builders.assessment(), shown=None)
    model(page).set_value("own")
    page.run()
    own, shown = read_own(content()), html(page)
    assert texts.still_missing(["mtm_pathology"]) in shown
    assert texts.own.WAITS in shown
    assert not page.get("plotly_chart")
    by_label(page.button_group, "mtm_pathology").set_value("1")
    page.run()
    found = expected(content(), KNOWN | {"mtm_pathology": 1.0}, dlr=builders.DLR.sd)
    shown = html(page)
    assert not page.exception
    assert texts.lead_sentence(found.os[36], 36) in shown
    assert f"{found.total_points:.0f} points" in shown
    assert len(page.get("plotly_chart")) == 1
    for reading in found.os.values():
        assert "".join(f'<td class="number">{cell}</td>' for cell in texts.percent(reading)) in shown
    assert escape(texts.own.risk_sentence(found, own.nomogram)) in shown
    assert escape(own.card.provenance) in shown
    for value in ("<dd>489</dd>", "<dd>299</dd>", "1 year, 3 years and 5 years; the curve ends at 60 months"):
        assert value in shown
    assert texts.FIRST_HAIC not in shown
    by_label(page.button_group, "Horizon").set_value(12)
    page.run()
    assert texts.lead_sentence(found.os[12], 12) in html(page)
    model(page).set_value("post")
    page.run()
    assert texts.lead_sentence(builders.assessment().post.os[36], 36) in html(page)  # type: ignore[union-attr]


def test_the_mapping_says_what_is_taken_from_where_and_what_is_not(shelved: Callable[..., AppTest]) -> None:
    shown = unescape(html(shelved(assessment=builders.assessment())))
    table = shown.split(own_mapping.TITLE)[1].split("</table>")[0]
    for cell in ("yes", "1 (1 is yes)", "PR, partial", "1 (1 is CR or PR)", own_mapping.NO_FIELD, own_mapping.ASKED):
        assert f"<span>{cell}</span>" in table
    assert texts.score_value(builders.DLR) in table


def test_without_a_case_nothing_is_answered(shelved: Callable[..., AppTest]) -> None:
    page = shelved()
    assert "Of 100 people" not in html(page)
    own_groups = [group for group in page.button_group if group.label != "Model"]
    assert {group.value for group in own_groups} == {texts.UNKNOWN}
    assert html(page).count(f"<span>{own_mapping.ASKED}</span>") == 5


def test_answers_are_those_of_its_own_page_and_leave_the_case_alone(shelved: Callable[..., AppTest]) -> None:
    page = shelved(assessment=builders.assessment())
    by_label(page.number_input, "DLR score").set_value(0.3)
    page.run()
    assert draft(page).own == {"dlr": 0.3}
    assert draft(page).dlr is None
    assert "0.3, by hand" in html(page)


def test_warnings_of_the_published_models_do_not_stand_beside_it(shelved: Callable[..., AppTest]) -> None:
    made = builders.assessment()
    shown = unescape(html(shelved(assessment=made)))
    codes = {notice.code for notice in made.warnings}
    assert {"immortal_time", "study_unknown", "registered"} <= codes
    for notice in made.warnings:
        assert (notice.text in shown) == (notice.code not in own_prognosis.OF_PUBLISHED), notice.code


def test_heads_are_held_against_it_too(shelved: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    page = shelved(assessment=builders.assessment())
    draft(page).own = {"mtm_pathology": 1.0, "dlr": 0.05, "haic_sessions": 1.0, "response": 0.0}
    page.run()
    answers = {"pvtt": 1.0, "mtm_pathology": 1.0, "dlr": 0.05, "haic_sessions": 1.0, "response": 0.0}
    (notice,) = heads_notices({"os1": 0.86, "os3": 0.45}, [expected(content(), answers)])
    assert "nomogram of the centre" in notice.text
    assert notice.text in unescape(html(page))


def test_taken_away_the_page_goes_back_to_a_published_one(shelved: Callable[..., AppTest]) -> None:
    page = shelved(assessment=builders.assessment())
    page.session_state["shelf"] = Shelf()
    page.run()
    assert not page.exception
    assert model(page).value == "post"


def test_a_contradicting_case_is_one_sentence(shelved: Callable[..., AppTest]) -> None:
    page = shelved()
    draft(page).clinical = {"pvtt": True, "macrovascular_invasion": False}
    page.run()
    assert not page.exception
    assert page.error[0].value.startswith("Macrovascular invasion")
    assert by_label(page.button_group, "PVTT, 1 is yes").value == texts.UNKNOWN


def test_the_report_leads_with_the_model_shown_or_says_that_it_is_of_the_published(
    shelved: Callable[..., AppTest], leads: list[str | None]
) -> None:
    page = shelved(assessment=builders.assessment(), shown="pre")
    assert leads[-1] == "pre"
    model(page).set_value("post")
    page.run()
    assert leads[-1] == "post"
    assert texts.own.REPORT_IS_PUBLISHED not in html(page)
    model(page).set_value("own")
    page.run()
    assert leads[-1] is None
    assert texts.own.REPORT_IS_PUBLISHED in html(page)


def test_criteria_are_one_line_and_the_way_to_their_page(open_page: OpenPage) -> None:
    made = builders.assessment()
    page = open_page("prognosis", made)
    assert study_words.count_sentence(made.criteria) in unescape(html(page))
    assert 'class="criteria"' not in html(page)
    assert by_label(page.button, study_words.SEE_EACH)


def test_it_can_be_loaded_on_the_page_validation(open_page: OpenPage) -> None:
    page = open_page("validation")
    by_label(page.button_group, "Part").set_value("Model cards")
    page.run()
    page.file_uploader[0].set_value(("nomogram.json", content(), "application/json"))
    page.run()
    assert not page.exception
    assert page.session_state["shelf"].loaded is not None
    assert escape(read_own(content()).card.provenance) in html(page)
    by_label(page.button, texts.own.REMOVE).click()
    page.run()
    assert page.session_state["shelf"].loaded is None


RELOADED = """
import streamlit as st
from dashboard import session
from dashboard.draft import Draft
from dashboard.views import prognosis
if st.button("A page just opened takes over a draft"):
    kept = session.draft()
    del st.session_state["shelf"], st.session_state["draft"]
    session.draft()
    session.replace_draft(kept)
if st.button("Load"):
    from tests.dashboard.test_own_prognosis import content
    session.put_own(content())
if st.button("Remove"):
    session.put_own(None)
prognosis.show()
"""


def test_a_reload_finds_the_nomogram_and_the_answers_again() -> None:
    page = AppTest.from_string(RELOADED, default_timeout=30).run()
    by_label(page.button, "Load").click().run()
    model(page).set_value("own").run()
    by_label(page.button_group, "PVTT, 1 is yes").set_value("1").run()
    by_label(page.button, "A page just opened takes over a draft").click().run()
    assert not page.exception
    assert model(page).value == "own"
    assert by_label(page.button_group, "PVTT, 1 is yes").value == "1"
    by_label(page.button, "Remove").click().run()
    by_label(page.button, "A page just opened takes over a draft").click().run()
    assert list(model(page).options) == [texts.MODEL_NAMES["pre"]]


def mapped(file: bytes, clinical: ClinicalRecord, **by_hand: float | None) -> dict[str, tuple[str, str]]:
    nomogram = read_own(file).nomogram
    asked = questions(nomogram)
    names = {one.name: one.name for one in asked}
    found = own_mapping.Answers(asked, names, case_answers(nomogram, clinical, Scores()), by_hand)
    return {name: (said, used) for name, said, used in own_mapping.rows(found, clinical, Scores())}


def test_every_state_of_an_input_has_its_words() -> None:
    clinical = ClinicalRecord(pvtt=True, response="SD", haic_sessions=7)
    found = mapped(content(), clinical, mtm_pathology=None)
    assert found["pvtt"] == ("yes", "1 (1 is yes)")
    assert found["response"] == ("SD, stable", "0 (1 is CR or PR)")
    assert found["haic_sessions"] == ("7", "not used, outside 1, 2, 3, 4: unknown until answered")
    assert found["mtm_pathology"] == ("no field of this name", "unknown, by hand")
    assert found["dlr"] == ("unknown", "unknown until answered")


def test_a_field_coded_otherwise_is_not_guessed() -> None:
    """The cohort's sex is 1 and 2, the record's a word: which is which nobody has said."""
    found = mapped(own_files.lung(), ClinicalRecord(sex="female", age_years=61.0))
    assert found["sex"] == ("female", "not used, coded otherwise (1, 2): unknown until answered")
    assert found["age"] == ("no field of this name", "unknown until answered")


def test_numbers_stand_with_their_unit() -> None:
    assert own_mapping.said("afp_ng_ml", ClinicalRecord(afp_ng_ml=1280.0), Scores()) == "1280 ng/mL"
    assert own_mapping.said("tumour_count", ClinicalRecord(tumour_count=2), Scores()) == "2"
    assert own_mapping.said("mtm", ClinicalRecord(), Scores(mtm=builders.MTM)) == texts.score_value(builders.MTM)


def test_form_and_session_are_untouched_by_looking(shelved: Callable[..., AppTest]) -> None:
    page = shelved(assessment=builders.assessment())
    assert draft(page).own == {}
    assert draft(page).record() == builders.CLINICAL


def test_its_pins_go_with_the_nomogram(shelved: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    page = shelved(builders.assessment())
    by_label(page.button_group, "mtm_pathology").set_value("1")
    page.run()
    by_label(page.button, texts.pins.PIN).click().run()
    now = draft(page)
    assert [pin.shown.model for pin in now.pins] == [texts.own.MODEL]
    assert set(now.pins[0].shown.prognosis.points) == {axis for _, axis in NAMES}
    monkeypatch.setattr(session, "draft", lambda: now)
    monkeypatch.setattr(session, "shelf", lambda: page.session_state["shelf"])
    session.put_own(None)
    assert now.pins == []
