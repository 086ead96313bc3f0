from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.case import Case, ClinicalRecord, LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.findings import Assessment
from core.registry.nouns import Reading, WorklistRow
from dashboard import keeping
from dashboard.draft import Draft
from dashboard.outlook import current, outlook
from dashboard.runs import DEMO_ID
from tests.core.registry.snapshots import assert_same
from tests.dashboard import builders

MODELS: Any = builders.models()


def assessed() -> Draft:
    """A draft with its images."""
    made = builders.assessment()
    draft = Draft("Case 2B3C4D", clinical=made.clinical.known(), assessment=made)
    mask = LiverMask(builders.labels(), builders.GRID, MaskOrigin.GIVEN)
    draft.assessed = Case(draft.case_id, made.arterial, made.portal_venous, made.clinical, mask)
    return draft


def only_row() -> WorklistRow:
    (row,) = keeping.registry().worklist()
    return row


def test_reopened_it_shows_the_same_numbers_and_images() -> None:
    draft = assessed()
    before = outlook(draft, MODELS)
    assert keeping.save(draft, MODELS, "Case 2B3C4D")
    again = keeping.opened(only_row(), only_row().latest)
    assert again is not draft
    assert_same(before, outlook(again, MODELS))
    assert_same(draft.assessment, again.assessment)
    assert_same(draft.assessed, again.assessed)
    assert (again.case_id, again.record(), again.has_stored_images) == ("Case 2B3C4D", builders.CLINICAL, True)
    assert not keeping.is_changed(again)


def test_reopened_a_changed_value_moves_the_numbers_as_it_would_have_before() -> None:
    draft = assessed()
    keeping.save(draft, MODELS, "Case 2B3C4D")
    again = keeping.opened(only_row(), only_row().latest)
    for one in (draft, again):
        one.clinical["haic_sessions"] = 1
    assert_same(outlook(draft, MODELS), outlook(again, MODELS))
    assert keeping.is_changed(again)
    assert outlook(again, MODELS).post != draft.saved.assessment.post  # type: ignore[union-attr]


def test_scores_by_hand_and_values_without_images_come_back() -> None:
    draft = Draft(clinical={"pvtt": True, "response": "PR", "haic_sessions": 3, "age_years": None}, mtm=1.0, dlr=0.4)
    before = outlook(draft, MODELS)
    assert before.post is not None
    assert keeping.save(draft, MODELS, draft.case_id)
    again = keeping.opened(only_row(), only_row().latest)
    assert (again.mtm, again.dlr, again.assessment, again.has_stored_images) == (1.0, 0.4, None, False)
    assert_same(before, outlook(again, MODELS))
    reading = keeping.registry().reading(only_row().latest.key)
    assert isinstance(reading, Reading)
    assert reading.post == before.post
    assert set(reading.versions) == {"haic-nomogram", "nomogram"}


def test_saving_again_adds_to_the_same_case_and_renaming_keeps_it() -> None:
    draft = assessed()
    keeping.save(draft, MODELS, "Case 1")
    draft.clinical["age_years"] = 60.0
    assert keeping.is_changed(draft)
    assert keeping.save(draft, MODELS, "Case 2")
    assert not keeping.is_changed(draft)
    assert (only_row().pseudonym, only_row().saves, draft.case_id) == ("Case 2", 2, "Case 2")
    assert draft.assessment is not None
    assert draft.assessment.case_id == "Case 2"


def test_a_name_is_refused_with_the_reason_and_the_draft_stays_as_it_was() -> None:
    draft = assessed()
    assert not keeping.save(draft, MODELS, "Jane Doe")
    assert "may be a name" in draft.refusal
    assert "Jane" not in draft.refusal
    assert (draft.case_id, draft.saved) == ("Case 2B3C4D", None)
    assert keeping.registry().worklist() == ()
    assert keeping.save(draft, MODELS, "Case 5")
    assert draft.refusal == ""


def test_contradicting_values_are_not_saved() -> None:
    draft = assessed()
    draft.clinical["macrovascular_invasion"] = False
    assert not keeping.save(draft, MODELS, "Case 1")
    assert draft.refusal.startswith("Macrovascular invasion: expected yes or unknown")


def test_a_case_deleted_elsewhere_is_told_and_can_be_saved_anew() -> None:
    draft = assessed()
    keeping.save(draft, MODELS, "Case 1")
    keeping.registry().delete(only_row().key)
    assert not keeping.save(draft, MODELS, "Case 1")
    assert "got one that was deleted; save it as a new one" in draft.refusal
    assert draft.saved is None
    assert keeping.save(draft, MODELS, "Case 1")


def test_the_demo_case_is_saved_under_a_code_of_its_own() -> None:
    draft = assessed()
    draft.case_id = DEMO_ID
    name = keeping.suggested(draft)
    assert name != DEMO_ID
    assert keeping.save(draft, MODELS, name)
    assert not draft.is_demo
    assert only_row().latest.simulated


def test_a_folder_that_cannot_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HAIC_NOMOGRAM_CASES", str(tmp_path / "file"))
    draft = assessed()
    assert not keeping.save(draft, MODELS, "Case 1")
    assert draft.refusal.startswith("Folder of saved cases: expected")


def test_other_versions_are_named_then_and_now() -> None:
    draft = assessed()
    assert keeping.other_versions(draft, MODELS) == []
    keeping.save(draft, MODELS, "Case 1")
    assert keeping.other_versions(draft, MODELS) == []
    later: Any = replace(builders.models(), versions={"fusion": "1.1.0", "nomogram": "1.0.0"})
    assert keeping.other_versions(draft, later) == [("fusion", "1.0.0", "1.1.0")]


def test_numbers_stay_those_of_the_save_under_other_models() -> None:
    draft = assessed()
    keeping.save(draft, MODELS, "Case 1")
    again = keeping.opened(only_row(), only_row().latest)
    changed: Any = replace(builders.models(), pre=builders.models().post, fusion=None)
    assert current(again, changed) is again.assessment


def test_what_would_be_lost() -> None:
    assert not keeping.would_be_lost(Draft())
    assert keeping.would_be_lost(Draft(clinical={"age_years": 60.0}))
    assert not keeping.would_be_lost(Draft(DEMO_ID, assessment=builders.assessment()))
    draft = assessed()
    assert keeping.would_be_lost(draft)
    keeping.save(draft, MODELS, "Case 1")
    assert not keeping.would_be_lost(draft)
    draft.mtm = 1.0
    assert keeping.would_be_lost(draft)


def test_assessing_again_takes_the_stored_images_and_the_form() -> None:
    draft = assessed()
    keeping.save(draft, MODELS, "Case 1")
    again = keeping.opened(only_row(), only_row().latest)
    again.clinical["age_years"], again.mtm = 70.0, 1.0
    case = again.again()
    assert (case.clinical.age_years, case.mtm, case.case_id) == (70.0, 1.0, "Case 1")
    assert_same(case.arterial, builders.volume(Phase.ARTERIAL))
    with pytest.raises(InputError, match="expected a case with its images"):
        Draft().again()


def test_a_form_as_it_was_assessed_gives_the_assessment_itself() -> None:
    draft = assessed()
    assert current(draft, MODELS) is draft.assessment
    draft.clinical["crp_mg_l"] = None
    assert current(draft, MODELS) is draft.assessment
    draft.dlr = 0.5
    found = current(draft, MODELS)
    assert isinstance(found, Assessment)
    assert found.scores.dlr is not None
    assert found.scores.dlr.value == 0.5
    assert draft.record() == ClinicalRecord(**builders.CLINICAL.known())
