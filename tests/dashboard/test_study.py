"""Is this patient in the study?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.inclusion import check_inclusion
from dashboard.texts import study as words
from dashboard.widgets import clinical_form
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]


def _opened(open_page: OpenPage, **changes: object) -> AppTest:
    page = open_page("study", builders.assessment(ClinicalRecord(**(builders.CLINICAL.known() | changes))))
    assert not page.exception
    return page


def test_every_criterion_is_a_light_with_sign_and_word(open_page: OpenPage) -> None:
    shown = html(_opened(open_page, ecog=2))
    assert shown.count('class="light"') == 8
    assert '<i class="not-met" aria-hidden="true">✕</i>' in shown
    assert "<b>not met</b>" in shown
    assert shown.count("<b>unknown</b>") == 2
    assert shown.count("<b>met</b>") == 5
    assert "5 of the study&#x27;s 8 criteria are met, 1 is not met, 2 are unknown." in shown
    assert "57 years; wanted: 18-75 years" in shown


def test_nothing_known_is_eight_unknown_and_no_distance(open_page: OpenPage) -> None:
    page = open_page("study")
    assert not page.exception
    shown = html(page)
    assert "0 of the study&#x27;s 8 criteria are met, 0 are not met, 8 are unknown." in shown
    assert words.NO_VALUE in shown
    assert "9 unknown: Age (years), " in shown
    assert not page.get("plotly_chart")


def test_only_unknown_criteria_lead_to_fields(open_page: OpenPage) -> None:
    page = _opened(open_page)
    labels = [button.label for button in page.button if button.label.startswith("Fill in")]
    assert labels == ["Fill in: Other malignancy", "Fill in: Simultaneous TACE"]


def test_a_pressed_field_opens_its_group_on_the_case_page_marked() -> None:
    form = AppTest.from_string("from dashboard.views import case\ncase.show()\n", default_timeout=60).run()
    draft(form).view[clinical_form.WANTED] = ("concurrent_tace", 1)
    form.run()
    assert not form.exception
    opened = {expander.label.split(" ·")[0] for expander in form.expander if expander.proto.expanded}
    assert opened == {"History"}
    assert ".st-key-clinical-concurrent_tace" in html(form)
    by_label(form.selectbox, "Simultaneous TACE").set_value(False)
    form.run()
    assert ".st-key-clinical-concurrent_tace" not in html(form)
    assert {e.label.split(" ·")[0] for e in form.expander if e.proto.expanded} == {"History"}  # it stays open


def test_each_sending_is_told_apart(open_page: OpenPage) -> None:
    page = AppTest.from_string(
        "from dashboard.widgets import clinical_form\nclinical_form.send_to('ecog')\n", default_timeout=30
    ).run()
    first = draft(page).view[clinical_form.WANTED]
    page.run()
    assert draft(page).view[clinical_form.WANTED][0] == first[0] == "ecog"
    assert draft(page).view[clinical_form.WANTED][1] != first[1]


def test_values_against_the_cohort(open_page: OpenPage) -> None:
    page = _opened(open_page, albumin_g_l=26.0, ast_u_l=144.4)
    shown = html(page)
    assert "5 of 9 values" not in shown
    assert "4 of 9 values with a printed mean are known; 1 more than 2 standard deviations from the mean: " in shown
    assert "Albumin (g/L) −3.2" in shown
    assert "2.2 / 2.0 times" in shown
    assert '"Where from"><span>assumed</span>' in shown
    assert "higher than in about" in shown
    assert len(page.get("plotly_chart")) == 1


def test_contradicting_values_are_one_sentence(open_page: OpenPage) -> None:
    page = open_page("study")
    draft(page).clinical.update({"pvtt": True, "macrovascular_invasion": False})
    page.run()
    assert page.error[0].value.startswith("Macrovascular invasion: expected yes or unknown")


def test_every_criterion_has_words_for_the_record() -> None:
    assert set(words.answers(ClinicalRecord())) == {criterion.name for criterion in check_inclusion(ClinicalRecord())}
    assert set(words.answers(ClinicalRecord()).values()) == {""}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "cannot be told yet"),
        ({"ecog": 3}, "is outside the study"),
        ({"other_malignancy": False, "concurrent_tace": False}, "As far as the record goes"),
    ],
)
def test_the_verdict_says_no_more_than_is_known(changes: dict[str, object], said: str) -> None:
    record = ClinicalRecord(**(builders.CLINICAL.known() | changes))  # type: ignore[arg-type]
    assert said in words.verdict(check_inclusion(record))
