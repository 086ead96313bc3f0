"""A liver mask corrected by hand: the tools, the state that waits, the assessment that follows, what it changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.case import Case, LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.findings import Assessment
from core.imaging.mask_edit import dilate
from dashboard import texts, uploads
from dashboard.correction import Standing, same_labels, standing
from dashboard.draft import Draft
from tests.core.io.dicom_factory import axial
from tests.core.io.mask_factory import ct, labels, segmentation, stored
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]


@pytest.fixture
def correcting(open_page: OpenPage) -> AppTest:
    """The image page with the tools to correct a mask, the case behind it known."""
    page = open_page("images", builders.assessment())
    now = draft(page)
    now.assessed = Case("Case 7T", now.assessment.arterial, now.assessment.portal_venous, builders.CLINICAL)
    by_label(page.toggle, texts.CORRECT_MASK).set_value(True)
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    by_label(page.button, label).click()
    return page.run()


def test_growing_waits_for_an_assessment_and_is_undone(correcting: AppTest) -> None:
    by_label(correcting.number_input, texts.STEP_MM).set_value(8.0)
    correcting.run()
    grown = press(correcting, "Grow")
    now = draft(grown)
    assert not grown.exception
    assert now.shown_mask.origin is MaskOrigin.EDITED
    assert now.shown_mask.volume_ml > now.assessment.liver.volume_ml
    assert texts.mask_waits(now.shown_mask.volume_ml, now.assessment) in html(grown)
    assert texts.ASSESS_CORRECTION in [button.label for button in grown.button]
    undone = press(grown, "Undo")
    assert same_labels(now.shown_mask, now.assessment.liver_mask)
    assert texts.ASSESS_CORRECTION not in [button.label for button in undone.button]
    redone = press(undone, "Redo")
    assert not same_labels(draft(redone).shown_mask, draft(redone).assessment.liver_mask)


def test_shrinking_takes_lesions_with_it_and_a_lesion_alone_leaves_the_liver(correcting: AppTest) -> None:
    by_label(correcting.number_input, texts.STEP_MM).set_value(8.0)
    by_label(correcting.button_group, "Tissue").set_value("lesion")
    correcting.run()
    before = draft(correcting).assessment.liver_mask
    after = draft(press(correcting, "Shrink")).shown_mask
    assert np.array_equal(after.liver, before.liver)
    assert (after.labels == 2).sum() < (before.labels == 2).sum()


def test_strokes_can_only_be_drawn_when_asked_for(correcting: AppTest) -> None:
    assert texts.DRAW_HOW not in html(correcting)
    by_label(correcting.button_group, texts.STROKE).set_value(texts.STROKES["remove"])
    correcting.run()
    assert not correcting.exception
    assert texts.DRAW_HOW in html(correcting)
    assert '"dragmode":"lasso"' in correcting.get("plotly_chart")[0].proto.spec.replace(" ", "")


def test_the_corrected_mask_is_assessed_with_the_form_as_it_stands(
    correcting: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Case] = []

    def assess(case: Case, models: object, progress: Callable[[str, float], None]) -> Assessment:
        asked.append(case)
        made = builders.assessment(case.clinical, mtm=0.2)
        assert case.liver_mask is not None
        liver = replace(made.liver, volume_ml=case.liver_mask.volume_ml, origin="edited")  # type: ignore[type-var]
        return replace(made, liver_mask=case.liver_mask, liver=liver)

    monkeypatch.setattr("core.pipeline.assess", assess)
    by_label(correcting.number_input, texts.STEP_MM).set_value(8.0)
    correcting.run()
    page = press(correcting, "Grow")
    draft(page).clinical["age_years"] = 71.0
    draft(page).mtm = 0.2
    old = draft(page).assessment
    page = press(page, texts.ASSESS_CORRECTION)
    run = draft(page).run
    if run is not None:
        wait([run.future], timeout=30)
    page.run()
    now = draft(page)
    assert not page.exception
    assert asked[0].liver_mask is not None
    assert asked[0].liver_mask.origin is MaskOrigin.EDITED
    assert (asked[0].clinical.age_years, asked[0].mtm) == (71.0, 0.2)
    assert now.assessment is not old
    assert "After the mask was corrected" in html(page)
    assert f"{old.liver.volume_ml:.0f} mL" in html(page)
    assert f"{now.assessment.liver.volume_ml:.0f} mL, mask edited" in html(page)
    assert now.edits.can_undo  # back to the segmenter's own, also after the assessment


def test_a_failed_assessment_keeps_the_old_result_and_the_changes(
    correcting: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def assess(*_: object) -> Assessment:
        raise InputError("liver mask: expected some liver, got none")

    monkeypatch.setattr("core.pipeline.assess", assess)
    by_label(correcting.number_input, texts.STEP_MM).set_value(8.0)
    correcting.run()
    page = press(press(correcting, "Grow"), texts.ASSESS_CORRECTION)
    run = draft(page).run
    if run is not None:
        wait([run.future], timeout=30)
    page.run()
    assert [box.value for box in page.error] == ["liver mask: expected some liver, got none"]
    assert draft(page).assessment is not None
    assert draft(page).awaits_assessment


def test_other_images_or_another_mask_forget_the_changes() -> None:
    now = Draft("Case 7T", assessment=builders.assessment())
    now.edit(lambda mask: dilate(mask, 8.0))
    assert now.edits is not None
    now.set_mask(None, ())
    assert (now.edits, now.before, now.assessed) == (None, None, None)


def test_a_change_that_cannot_be_made_is_one_sentence() -> None:
    now = Draft("Case 7T", assessment=builders.assessment())
    now.edit(lambda mask: dilate(mask, 1000.0))
    assert now.message == "Mask edit: expected a distance of 0-100 mm, got 1000"
    assert now.edits is None


def test_nothing_is_assessed_again_without_a_change() -> None:
    with pytest.raises(InputError, match="expected a change of the mask"):
        Draft("Case 7T", assessment=builders.assessment()).corrected()


def test_changes_in_words() -> None:
    before = Standing(1496.2, None, 0.86, 0.77, {"pre": 0.368, "post": 0.532})
    after = Standing(1451.0, 12.0, 0.86, None, {"pre": 0.391})
    assert texts.changes(before, after) == [
        ("Liver", "1496 mL", "1451 mL", "\u221245 mL"),
        ("Lesions", "unknown", "12 mL", ""),
        ("MTM score", "0.86", "0.86", "0.00"),
        ("DLR score", "0.77", "unknown", ""),
        ("Alive at 3 years, before treatment", "36.8 %", "39.1 %", "+2.3 points"),
        ("Alive at 3 years, after response", "53.2 %", "unknown", ""),
    ]


def test_the_standing_is_that_of_the_page() -> None:
    made = builders.assessment()
    now = standing(made)
    assert made.post is not None
    assert now.alive["post"] == made.post.os[36].value
    assert (now.liver_ml, now.lesion_ml) == (made.liver.volume_ml, 74.0)  # type: ignore[union-attr]
    assert (now.mtm, now.dlr) == (builders.MTM.value, builders.DLR.value)


def test_a_segmentation_is_taken_and_its_number_asked_for_where_it_is_not_clear(tmp_path: Path) -> None:
    now = Draft("Case 7T", roles=[Phase.PORTAL_VENOUS])
    ct(tmp_path / "ct")
    now.series = uploads.read_images([path.read_bytes() for path in (tmp_path / "ct").iterdir()], now.key)
    path = stored(segmentation(axial(), [("one", labels() == 2), ("two", labels() > 0)]), tmp_path / "s.dcm")
    with pytest.raises(InputError) as refused:
        uploads.read_liver_mask(path.read_bytes(), now)
    assert f"choose the liver's with the field “{texts.LIVER_NUMBER}”, 1 to 2" in texts.plain(refused.value)
    mask, _ = uploads.read_liver_mask(path.read_bytes(), now, 2)
    assert mask.liver.sum() == (labels() > 0).sum()


@pytest.mark.parametrize("ending", [".nii.gz", ".seg.nrrd"])
def test_a_saved_mask_is_taken_again(tmp_path: Path, ending: str) -> None:
    now = Draft("Case 7T", series=[ct(tmp_path / "ct")], roles=[Phase.PORTAL_VENOUS])
    mask = LiverMask(labels(), now.series[0].volume.geometry, MaskOrigin.EDITED)
    again, _ = uploads.read_liver_mask(uploads.mask_bytes(mask, ending), now)
    assert np.array_equal(again.labels, mask.labels)
