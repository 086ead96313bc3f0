from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.findings import HEADS, Assessment, Verdict
from dashboard import texts
from dashboard.texts import stages as texts_of_stages
from tests.dashboard import builders
from tests.dashboard.conftest import APP

OpenPage = Callable[..., AppTest]


def html(page: AppTest) -> str:
    """All HTML blocks of the page as one text."""
    return "\n".join(block.proto.body for block in page.get("html"))


def draft(page: AppTest):  # type: ignore[no-untyped-def]
    return page.session_state["draft"]


def by_label(elements, label):  # type: ignore[no-untyped-def]
    return next(element for element in elements if element.label == label)


def test_app_opens_on_the_case_page_with_warning_and_provenance() -> None:
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not page.exception
    shown = html(page)
    assert texts.NOT_FOR_CLINICAL_USE in shown
    assert texts.DEMONSTRATION_WEIGHTS in shown
    assert "trained on simulated tumours" in shown.split("Where the numbers come from")[1]
    assert next(button.label for button in page.button) == "Open the demo case"


@pytest.mark.parametrize("name", ["case", "images", "prognosis", "study", "validation", "learn", "own"])
def test_every_page_opens_empty(open_page: OpenPage, name: str) -> None:
    assert not open_page(name).exception


@pytest.mark.parametrize("name", ["case", "images", "prognosis", "study", "validation", "learn", "own"])
def test_every_page_opens_with_an_assessment(open_page: OpenPage, name: str) -> None:
    assert not open_page(name, builders.assessment()).exception


def test_images_say_nothing_yet(open_page: OpenPage) -> None:
    page = open_page("images")
    assert page.markdown[0].value == texts.NOTHING_ASSESSED
    assert not page.get("plotly_chart")


def test_form_starts_unknown_and_keeps_it(open_page: OpenPage) -> None:
    page = open_page("case")
    assert set(draft(page).clinical) == {field.name for field in fields(ClinicalRecord)}
    assert draft(page).record() == ClinicalRecord()


def test_form_takes_numbers_and_words_and_gives_up_on_none(open_page: OpenPage) -> None:
    page = open_page("case")
    by_label(page.number_input, "Age (years)").set_value(61.0)
    by_label(page.selectbox, "Portal vein tumour thrombus (PVTT)").set_value(True)
    by_label(page.selectbox, "Response (mRECIST)").set_value("PR")
    page.run()
    assert draft(page).record() == ClinicalRecord(age_years=61.0, pvtt=True, response="PR")
    by_label(page.number_input, "Age (years)").set_value(None)
    page.run()
    assert draft(page).record().age_years is None


def test_a_full_record_goes_through_the_form_unchanged(open_page: OpenPage) -> None:
    page = open_page("case", builders.assessment())
    assert draft(page).record() == builders.CLINICAL


def test_contradicting_values_are_one_sentence_and_stay(open_page: OpenPage) -> None:
    page = open_page("case")
    by_label(page.selectbox, "Portal vein tumour thrombus (PVTT)").set_value(True)
    by_label(page.selectbox, "Macrovascular invasion").set_value(False)
    page.run()
    assert page.error[0].value.startswith("Macrovascular invasion: expected yes or unknown")
    assert draft(page).clinical["pvtt"] is True


def test_wrong_files_are_one_sentence_and_values_stay(open_page: OpenPage) -> None:
    page = open_page("case")
    by_label(page.number_input, "Age (years)").set_value(61.0)
    page.run()
    images = next(u for u in page.file_uploader if u.label == texts.DROP_IMAGES)
    images.set_value([("jane_doe.nii.gz", b"this is text, not an image", "application/gzip")])
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith("Image series: expected")
    assert "jane" not in page.error[0].value
    assert by_label(page.number_input, "Age (years)").value == 61.0


def test_wrong_clinical_file_changes_nothing(open_page: OpenPage) -> None:
    page = open_page("case", builders.assessment())
    loader = by_label(page.file_uploader, texts.DROP_RECORD)
    loader.set_value(("clinical.json", b'{"age_years": 430}', "application/json"))
    page.run()
    assert "0-120" in page.error[0].value
    assert draft(page).record() == builders.CLINICAL


def test_clinical_file_fills_the_form(open_page: OpenPage) -> None:
    page = open_page("case")
    loader = by_label(page.file_uploader, texts.DROP_RECORD)
    loader.set_value(("clinical.json", b'{"age_years": 43, "response": null}', "application/json"))
    page.run()
    assert not page.error
    assert by_label(page.number_input, "Age (years)").value == 43.0


def test_horizon_and_model_stay_when_the_page_is_left(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    draft(page).view.update({"live.months": 60, "live.model": "pre"})
    page.run()
    assert page.session_state["live.months"] == 60
    assert page.session_state["live.model"] == "pre"


def test_prognosis_leads_with_the_sentence(open_page: OpenPage) -> None:
    assessment = builders.assessment()
    page = open_page("prognosis", assessment)
    assert assessment.post is not None
    assert texts.lead_sentence(assessment.post.os[36], 36) in html(page)
    assert len(page.get("plotly_chart")) == 1
    assert 'class="nomogram"' in html(page)


def test_prognosis_works_without_images(open_page: OpenPage) -> None:
    page = open_page("prognosis")
    assert texts.still_missing(["pvtt", "dlr"]) in html(page)
    by_label(page.button_group, texts.INPUT_LABELS["pvtt"]).set_value("no")
    by_label(page.button_group, texts.INPUT_LABELS["dlr"]).set_value("By hand")
    page.run()
    assert not page.exception
    assert "Of 100 people like this" in html(page)
    assert draft(page).dlr == 0.8


def test_moving_a_slider_makes_the_score_manual_and_moves_the_sentence(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    before = html(page)
    page.slider[1].set_value(0.3)
    page.run()
    assert draft(page).dlr == 0.3
    assert by_label(page.button_group, texts.INPUT_LABELS["dlr"]).value == "By hand"
    assert html(page) != before
    by_label(page.button_group, texts.INPUT_LABELS["dlr"]).set_value("Model")
    page.run()
    assert draft(page).dlr is None
    assert html(page) == before


def test_post_model_waits_for_the_response(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    assert by_label(page.button_group, "Model").value == "post"
    by_label(page.button_group, texts.INPUT_LABELS["response"]).set_value("unknown")
    page.run()
    assert list(by_label(page.button_group, "Model").options) == [texts.MODEL_NAMES["pre"]]
    assert texts.POST_WAITS in html(page)


def test_inputs_on_the_prognosis_page_move_the_form(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    by_label(page.button_group, texts.INPUT_LABELS["haic_sessions"]).set_value("2")
    page.run()
    assert draft(page).record().haic_sessions == 2


def test_more_sessions_than_the_model_counts_are_kept(open_page: OpenPage) -> None:
    page = open_page(
        "prognosis", builders.assessment(ClinicalRecord(**(builders.CLINICAL.known() | {"haic_sessions": 7})))
    )
    page.run()
    assert draft(page).record().haic_sessions == 7


def test_survival_so_far_is_in_the_sentence(open_page: OpenPage) -> None:
    clinical = ClinicalRecord(**(builders.CLINICAL.known() | {"months_since_first_haic": 14.0}))
    page = open_page("prognosis", builders.assessment(clinical))
    assert "who are alive 14 months after the first HAIC" in html(page)


def test_images_jump_to_heat_and_lesion(open_page: OpenPage) -> None:
    page = open_page("images", builders.assessment())
    assert len(page.get("plotly_chart")) == 2
    slice_slider = next(s for s in page.slider if s.label.startswith("Slice"))
    assert slice_slider.value == 19
    slice_slider.set_value(3)
    page.run()
    by_label(page.button, "Hottest slice").click()
    page.run()
    assert next(s for s in page.slider if s.label.startswith("Slice")).value == 19
    by_label(page.button, "Largest lesion").click()
    page.run()
    assert next(s for s in page.slider if s.label.startswith("Slice")).value == 19


def test_no_lesion_button_without_lesions(open_page: OpenPage) -> None:
    page = open_page("images", builders.assessment(lesions=False))
    assert "Largest lesion" not in [button.label for button in page.button]
    assert "no lesion mask" in html(page)


def test_images_without_heatmaps_or_mask(open_page: OpenPage) -> None:
    bare = replace(builders.assessment(), heatmaps={}, liver_mask=None, evidence=None, os_heads={})
    page = open_page("images", bare)
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2


def _with_verdicts(**verdicts: Verdict) -> Assessment:
    heatmaps = {head: builders.heatmap(verdict=verdicts.get(head, "reliable")) for head in HEADS}
    return replace(builders.assessment(), heatmaps=heatmaps)


def test_every_head_has_a_badge_in_words_and_a_mark_in_the_picker(open_page: OpenPage) -> None:
    page = open_page("images", _with_verdicts(os1="doubtful", os2="failed"))
    badges = html(page).split('<div class="badges"')[1].split("</ul>")[0]
    assert '<li class="reliable chosen"><span>MTM</span> ✓ reliable</li>' in badges
    assert '<li class="doubtful"><span>1 year</span> ? doubtful</li>' in badges
    assert '<li class="failed"><span>2 years</span> ✕ failed</li>' in badges
    picker = by_label(page.button_group, "Heatmap")
    assert list(picker.options) == ["MTM ✓", "1 year ?", "2 years ✕", "3 years ✓", "> 3 years ✓", "None"]
    details = by_label(page.expander, texts.reliability.IN_DETAIL)
    assert not details.proto.expanded
    assert "Repeats under noise" in details.get("html")[0].proto.body


def test_a_failed_map_is_grey_and_says_so(open_page: OpenPage) -> None:
    page = open_page("images", _with_verdicts(os2="failed"))
    assert texts.HEAT_FAILED not in page.get("plotly_chart")[0].proto.spec
    assert texts.reliability.SENTENCES["reliable"] in html(page)
    coloured = html(page).split('class="scale"')[1]
    by_label(page.button_group, "Heatmap").set_value("os2")
    page.run()
    assert not page.exception
    assert texts.reliability.SENTENCES["failed"] in html(page)
    assert all(texts.HEAT_FAILED in chart.proto.spec for chart in page.get("plotly_chart"))
    assert html(page).split('class="scale"')[1] != coloured


def test_a_case_of_typed_values_alone_can_be_left(open_page: OpenPage) -> None:
    page = open_page("case")
    new = "Start a new case"
    assert new not in {button.label for button in page.button}
    by_label(page.number_input, "Age (years)").set_value(61.0)
    page.run()
    before = draft(page)
    assert before.known() == {"age_years": 61.0}
    by_label(page.button, new).click().run()
    assert draft(page).known() == {}
    assert draft(page).case_id != before.case_id


def test_stages_stand_on_the_page_and_a_disagreement_is_marked(open_page: OpenPage) -> None:
    from core.staging.document import stage_all
    from core.staging.severity import disagreements

    agreeing = builders.assessment()
    shown = html(open_page("prognosis", agreeing))
    assert 'class="stages"' in shown
    found = disagreements(stage_all(agreeing.clinical))
    assert shown.count('class="apart"') == len(found)
    liver = {"ascites": "none", "encephalopathy_grade": 0, "albumin_g_l": 42.0, "bilirubin_umol_l": 9.0, "inr": 1.0}
    tumour = {"pvtt": True, "afp_ng_ml": 10.0, "tumour_count": 1, "largest_tumour_cm": 3.0, "massive_or_diffuse": False}
    mild = replace(agreeing.clinical, **liver, **tumour, liver_involvement_over_half=False, ecog=0)
    apart = disagreements(stage_all(mild))
    assert apart
    shown = html(open_page("prognosis", builders.assessment(mild)))
    assert shown.count('class="apart"') == len(apart)
    assert all(texts_of_stages.DIRECTIONS[direction] in shown for direction in apart.values())
