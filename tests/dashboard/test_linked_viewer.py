"""The linked viewer without a browser: what the page sends, and strokes that come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.case import MaskOrigin, Phase
from core.findings import HEADS
from dashboard import signin, texts
from dashboard.downloads import OWNERS
from dashboard.draft import Draft
from dashboard.figures import sent
from dashboard.widgets import linked_viewer
from dashboard.widgets.linked_viewer import Shipment, take
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]


def sent_data(page: AppTest) -> dict[str, Any]:
    """What the component was given."""
    found: dict[str, Any] = json.loads(page.get("bidi_component")[-1].proto.json)
    return found


def open_linked(open_page: OpenPage, **changes: Any) -> AppTest:
    page = open_page("images", replace(builders.assessment(), **changes), texts.viewer.LINKED)
    assert not page.exception
    return page


def test_both_phases_go_to_the_browser_with_mask_heat_and_presets(open_page: OpenPage) -> None:
    page = open_linked(open_page)
    data = sent_data(page)
    assert [volume["name"] for volume in data["volumes"]] == ["Arterial", "Portal venous"]
    assert [volume["remark"] for volume in data["volumes"]] == ["Simulated arterial phase", ""]
    assert len({volume["url"] for volume in data["volumes"]} | {data["mask"]["url"], data["heat"]["url"]}) == 4
    assert [window["name"] for window in data["windows"]] == ["Liver", "Soft tissue"]
    assert [plane["letters"] for plane in data["planes"]] == [list("RLAP"), list("RLSI"), list("APSI")]
    assert data["tissue"] is None
    assert data["start"] == data["heat"]["hottest"]
    assert len(page.get("plotly_chart")) == 0


def test_the_head_picker_changes_the_heat_and_a_failed_map_is_grey(open_page: OpenPage) -> None:
    heatmaps = {head: builders.heatmap((17, 22, 18 - n)) for n, head in enumerate(HEADS)}
    heatmaps["os2"] = builders.heatmap((17, 22, 10), verdict="failed")
    page = open_linked(open_page, heatmaps=heatmaps)
    first = sent_data(page)
    by_label(page.button_group, "Heatmap").set_value("os2")
    second = sent_data(page.run())
    assert second["heat"]["url"] != first["heat"]["url"]
    assert second["heat"]["colours"] != first["heat"]["colours"]
    assert second["token"] == first["token"]
    assert all(texts.HEAT_FAILED in volume["remark"] for volume in second["volumes"])
    by_label(page.button_group, "Heatmap").set_value("none")
    assert sent_data(page.run())["heat"] is None


def test_without_mask_and_heatmaps_the_ct_is_shown(open_page: OpenPage) -> None:
    data = sent_data(open_linked(open_page, heatmaps={}, liver_mask=None, evidence=None, os_heads={}))
    assert (data["mask"], data["heat"], data["lesion"]) == (None, None, None)
    assert data["start"] == [n // 2 for n in data["shape"]]


def test_correcting_offers_the_brush_for_the_chosen_tissue(open_page: OpenPage) -> None:
    page = open_linked(open_page)
    by_label(page.toggle, texts.CORRECT_MASK).set_value(True)
    assert sent_data(page.run())["tissue"] == "liver"
    by_label(page.button_group, "Tissue").set_value("lesion")
    assert sent_data(page.run())["tissue"] == "lesion"
    assert texts.STROKE not in [group.label for group in page.button_group]


def test_a_mask_grown_on_the_page_is_sent_anew(open_page: OpenPage) -> None:
    page = open_linked(open_page)
    before = sent_data(page)["mask"]["url"]
    by_label(page.toggle, texts.CORRECT_MASK).set_value(True)
    page.run()
    by_label(page.number_input, texts.STEP_MM).set_value(8.0)
    page.run()
    by_label(page.button, "Grow").click()
    assert sent_data(page.run())["mask"]["url"] != before
    by_label(page.button, "Undo").click()
    assert sent_data(page.run())["mask"]["url"] == before


@pytest.fixture
def shipped() -> tuple[Draft, Shipment]:
    """A draft and what its viewer was sent."""
    assessment = builders.assessment()
    part = sent.part_to_send(assessment.portal_venous, assessment.liver_mask)
    return Draft("Case 7T", assessment=assessment), Shipment((assessment.arterial, assessment.portal_venous), part)


def _payload(shipment: Shipment, *strokes: tuple[int, int]) -> dict[str, Any]:
    made = [{"number": number, "low": [0, 0, 0], "shape": [1, 1, 1], "runs": [label, 1]} for number, label in strokes]
    return {"token": shipment.token, "strokes": made}


def test_each_stroke_is_one_step_and_taken_once(shipped: tuple[Draft, Shipment]) -> None:
    now, shipment = shipped
    take(now, shipment, _payload(shipment, (1, 1), (2, 2)))
    take(now, shipment, _payload(shipment, (1, 1), (2, 2)))  # the browser repeats what it has not seen confirmed
    assert shipment.taken == 2
    mask = now.shown_mask
    assert mask is not None
    assert mask.origin is MaskOrigin.EDITED
    assert shipment.part.view(mask.labels)[shipment.part.box][0, 0, 0] == 2
    assert now.awaits_assessment
    assert now.edits is not None
    once = now.edits.undo()
    assert shipment.part.view(once.mask.labels)[shipment.part.box][0, 0, 0] == 1
    assert not once.undo().can_undo


def test_strokes_on_another_case_are_not_taken(shipped: tuple[Draft, Shipment]) -> None:
    now, shipment = shipped
    for payload in (None, {}, {**_payload(shipment, (1, 1)), "token": "another"}):
        take(now, shipment, payload)
    assert (now.edits, shipment.taken) == (None, 0)


def test_a_stroke_that_cannot_be_taken_is_one_sentence(shipped: tuple[Draft, Shipment]) -> None:
    now, shipment = shipped
    take(now, shipment, _payload(shipment, (1, 9)))
    assert now.message == "Stroke: expected the labels 0, 1 and 2, got another"
    assert shipment.taken == 1
    assert now.edits is None


@pytest.mark.parametrize("fault", list(texts.viewer.FAULTS))
def test_a_browser_that_cannot_draw_gets_the_slice_pictures(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    page = open_linked(open_page)
    now = draft(page)
    monkeypatch.setattr(linked_viewer.session, "draft", lambda: now)
    monkeypatch.setattr(linked_viewer.held, "get", lambda key: type("State", (), {"fault": fault}))
    monkeypatch.setattr(linked_viewer.held, "put", lambda key, value: page.session_state.__setitem__(key, value))
    linked_viewer._fall_back("linked")
    page.run()
    assert len(page.get("plotly_chart")) == 2
    assert texts.viewer.FAULTS[fault] in html(page)


def test_what_is_sent_is_kept_with_the_case_only(open_page: OpenPage) -> None:
    page = open_linked(open_page)
    kept = draft(page).shipment
    page.run()
    assert draft(page).shipment is kept
    assert isinstance(kept, Shipment)
    assert np.prod(kept.part.shape) > len(kept.files[Phase.ARTERIAL]) > 0
    assert Draft("Case OTHER").shipment is None


def test_with_a_login_every_file_is_for_who_is_shown_it(open_page: OpenPage, sign_in: Callable[..., None]) -> None:
    page = open_linked(open_page)
    kept = draft(page).shipment
    assert isinstance(kept, Shipment)
    heat = next(iter(kept.heats.values()))[1]
    assert kept.labels is not None
    assert heat is not None
    files = [*kept.files.values(), kept.labels.content, heat.content]
    first = signin.me().login
    assert [OWNERS.has(file, first) for file in files] == [True] * 4
    sign_in("clinician-b", nonce="2")  # signed in again: the draft comes back with what was sent
    assert not any(OWNERS.has(file, signin.me().login) for file in files)
    page.run()
    assert draft(page).shipment is kept
    assert signin.me().login != first
    assert [OWNERS.has(file, signin.me().login) for file in files] == [True] * 4


def test_no_file_goes_to_a_browser_but_by_the_two_ways_that_note_whose_it_is() -> None:
    """The other is `widgets.download`, see test_roles.py; the page's icon is for all, see test_guard.py."""
    root = Path(linked_viewer.__file__).parents[1]
    sources = {path.name: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    assert {
        name: text.count("media_file_mgr.add") for name, text in sources.items() if "media_file_mgr.add" in text
    } == {"linked_viewer.py": 1}
    pictures = ("st.image(", "st.pyplot(", "st.audio(", "st.video(", "st.logo(", "st.pdf(")
    assert [name for name, text in sources.items() if any(call in text for call in pictures)] == []
