"""The page of saved cases, and the control that saves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.case import ClinicalRecord
from core.registry.nouns import WorklistRow
from dashboard import keeping, session, texts, work
from dashboard.draft import Draft
from dashboard.texts import cases as words
from tests.core.registry.snapshots import snapshot, without_images
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]


def rows() -> tuple[WorklistRow, ...]:
    return keeping.registry().worklist()


def saved(*names: str) -> list[str]:
    """Cases in the worklist, by their keys; the last is the first of the list."""
    return [keeping.registry().save(name, without_images(dlr=0.3 + 0.04 * n)).case for n, name in enumerate(names)]


def click(page: AppTest, label: str) -> AppTest:
    by_label(page.button, label).click()
    return page.run()


def test_nothing_is_saved_yet(open_page: OpenPage) -> None:
    page = open_page("cases")
    assert page.markdown[0].value == words.NONE_YET
    assert not page.exception


def test_saving_is_the_only_act_that_shows_a_case_to_another_session(open_page: OpenPage) -> None:
    mine = open_page("case", builders.assessment())
    other = open_page("cases")
    assert other.markdown[0].value == words.NONE_YET
    assert words.NOT_SAVED in html(mine)
    by_label(mine.text_input, words.NAME).set_value("Case 7K")
    click(mine, words.SAVE)
    assert not mine.exception
    assert "Saved as Case 7K" in html(mine)
    assert "Case 7K" in [button.label for button in other.run().button]


def test_a_name_is_refused_shown_and_can_be_corrected(open_page: OpenPage) -> None:
    page = open_page("case", builders.assessment())
    by_label(page.text_input, words.NAME).set_value("Jane Doe")
    click(page, words.SAVE)
    assert "a word of 4 letters, which may be a name" in page.error[0].value
    assert "Jane" not in page.error[0].value
    assert by_label(page.text_input, words.NAME).value == "Jane Doe"
    assert rows() == ()
    by_label(page.text_input, words.NAME).set_value("JD 17")
    click(page, words.SAVE)
    assert not page.error
    assert rows()[0].pseudonym == "JD 17"


def test_a_change_after_saving_is_said_and_saved_again(open_page: OpenPage) -> None:
    page = open_page("prognosis", builders.assessment())
    by_label(page.text_input, words.NAME).set_value("Case 1")
    click(page, words.SAVE)
    by_label(page.button_group, texts.INPUT_LABELS["haic_sessions"]).set_value("2")
    page.run()
    assert "Changed since it was saved as Case 1" in html(page)
    click(page, words.SAVE_AGAIN)
    assert rows()[0].saves == 2
    assert "Saved as Case 1" in html(page)


def test_values_without_images_are_saved_from_the_prognosis(open_page: OpenPage) -> None:
    page = open_page("prognosis")
    by_label(page.button_group, texts.INPUT_LABELS["pvtt"]).set_value("no")
    by_label(page.button_group, texts.INPUT_LABELS["dlr"]).set_value("By hand")
    page.run()
    by_label(page.text_input, words.NAME).set_value("Case 4")
    click(page, words.SAVE)
    assert not page.exception
    (row,) = rows()
    assert row.pseudonym == draft(page).case_id == "Case 4"
    assert (row.latest.with_images, row.latest.dlr) == (False, 0.8)
    assert row.latest.outcome is not None


def test_the_list_and_the_case_show_the_figures_that_were_saved(open_page: OpenPage) -> None:
    keeping.registry().save("Case 1", snapshot())
    page = open_page("cases")
    shown = html(page)
    post = builders.assessment().post
    assert post is not None
    assert texts.lead_sentence(post.os[36], 36) in shown
    assert f"{texts.percent(post.os[36])[0]} ({texts.percent_range(post.os[36])}) at 3 years" in shown
    assert "0.62 (0.47–0.75), by the models" in shown
    assert "trained on simulated tumours; not valid for patients" in shown
    assert "simulated images" in shown
    assert "fusion 1.0.0" in shown


def test_a_click_shows_another_case(open_page: OpenPage) -> None:
    saved("Case 1", "Case 2")
    page = open_page("cases")
    assert '<h2 class="section">Case 2</h2>' in html(page)
    click(page, "Case 1")
    assert '<h2 class="section">Case 1</h2>' in html(page)


def test_the_list_is_narrowed_by_board_and_by_pseudonym(open_page: OpenPage) -> None:
    keys = saved("Case 1", "Case 2", "P 3")
    keeping.registry().schedule(keys[0], date(2026, 12, 2))
    page = open_page("cases")
    assert "<span><i>Board </i>2 Dec 2026</span>" in html(page)

    def listed() -> list[str]:
        return [button.label for button in page.button if button.label in ("Case 1", "Case 2", "P 3")]

    assert listed() == ["Case 1", "P 3", "Case 2"]
    by_label(page.button_group, words.SHOW).set_value("Board set 1")
    page.run()
    assert listed() == ["Case 1"]
    by_label(page.button_group, words.SHOW).set_value("All 3")
    by_label(page.text_input, words.FIND).set_value("cAsE")
    page.run()
    assert listed() == ["Case 1", "Case 2"]
    by_label(page.text_input, words.FIND).set_value("Q")
    page.run()
    assert words.NONE_FOUND in html(page)


def test_a_long_list_comes_in_pieces(open_page: OpenPage) -> None:
    saved(*(f"P{number}" for number in range(15)))
    page = open_page("cases")
    assert len([b for b in page.button if b.label.startswith("P")]) == 12
    click(page, f"{words.MORE} (3)")
    assert len([b for b in page.button if b.label.startswith("P")]) == 15


def test_opening_brings_the_case_with_its_images_to_work_on(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping.registry().save("Case 7", snapshot())
    goes: list[str] = []
    monkeypatch.setattr("streamlit.switch_page", lambda page: goes.append(page.title))
    page = AppTest.from_string("from dashboard.views import cases\ncases.show()\n", default_timeout=30)
    page.session_state["draft"] = Draft("Case 9", clinical={"age_years": 60.0})
    page.session_state["page.Case"] = type("Page", (), {"title": "Case"})()
    page.run()
    assert "takes the place of Case 9" in html(page)
    click(page, words.OPEN)
    assert not page.exception
    assert goes == ["Case"]
    now = draft(page)
    assert (now.case_id, now.record()) == ("Case 7", builders.CLINICAL)
    assert now.assessment is not None


def test_an_opened_case_needs_no_upload(open_page: OpenPage) -> None:
    keeping.registry().save("Case 7", snapshot())
    page = AppTest.from_string("from dashboard.views import case\ncase.show()\n", default_timeout=30)
    page.session_state["draft"] = keeping.opened(rows()[0], rows()[0].latest)
    page.run()
    assert words.STORED_IMAGES in html(page)
    assert texts.DROP_IMAGES not in [uploader.label for uploader in page.file_uploader]
    assert draft(page).record() == builders.CLINICAL
    assert "Saved as Case 7" in html(page)


def test_a_case_of_other_versions_says_so_and_can_be_assessed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping.registry().save("Case 7", snapshot())
    later = replace(builders.models(), versions={"fusion": "2.0.0", "nomogram": "1.0.0"})
    monkeypatch.setattr(session, "models", lambda: later)
    started: list[Any] = []
    monkeypatch.setattr(work, "assess", started.append)
    page = AppTest.from_string("from dashboard.views import case\ncase.show()\n", default_timeout=30)
    page.session_state["draft"] = keeping.opened(rows()[0], rows()[0].latest)
    page.run()
    assert "fusion 1.0.0 (now 2.0.0)" in page.warning[0].value
    click(page, words.ASSESS_AGAIN)
    assert started[0].clinical == builders.CLINICAL


def test_a_board_is_set_and_decides(open_page: OpenPage) -> None:
    (key,) = saved("Case 1")
    page = open_page("cases")
    by_label(page.date_input, words.BOARD_DAY).set_value(date(2026, 12, 2))
    page.run()
    assert rows()[0].board_on == date(2026, 12, 2)
    by_label(page.text_area, words.DECISION).set_value("Four more sessions.\nThen CT.")
    click(page, words.ADD_DECISION)
    file = keeping.registry().case_file(key)
    assert (file.decisions[0].decided_on, file.decisions[0].text) == (
        date(2026, 12, 2),
        "Four more sessions.\nThen CT.",
    )
    assert "Decided 2 Dec 2026" in html(page)
    assert by_label(page.text_area, words.DECISION).value == ""
    assert "Four more sessions.\nThen CT." in html(page)


def test_an_empty_note_is_refused_a_written_one_is_shown_as_it_stands_and_removed(open_page: OpenPage) -> None:
    (key,) = saved("Case 1")
    page = open_page("cases")
    click(page, words.ADD_NOTE)
    assert page.error[0].value.startswith("Note: expected some text")
    by_label(page.text_area, words.NOTE).set_value("Ascites <b>up</b> *today*")
    click(page, words.ADD_NOTE)
    assert "Ascites &lt;b&gt;up&lt;/b&gt; *today*" in html(page)
    click(page, words.REMOVE)
    assert keeping.registry().case_file(key).notes == ()
    assert "Ascites" not in html(page)


def test_follow_up_is_entered_and_a_contradiction_stays_in_the_field(open_page: OpenPage) -> None:
    (key,) = saved("Case 1")
    page = open_page("cases")
    assert by_label(page.button, words.ADD_FOLLOW_UP).disabled
    by_label(page.number_input, words.MONTHS).set_value(14.5)
    by_label(page.button_group, words.STATUS).set_value("died")
    page.run()
    click(page, words.ADD_FOLLOW_UP)
    assert "14.5 months after the first HAIC the patient died." in html(page)
    by_label(page.number_input, words.MONTHS).set_value(20.0)
    page.run()
    click(page, words.ADD_FOLLOW_UP)
    assert "up to the death at 14.5 months, got 20" in page.error[0].value
    assert by_label(page.number_input, words.MONTHS).value == 20.0
    assert len(keeping.registry().case_file(key).follow_ups) == 1


def test_two_cases_stand_side_by_side(open_page: OpenPage) -> None:
    other = ClinicalRecord(**(builders.CLINICAL.known() | {"haic_sessions": 1, "age_years": 70.0}))
    keeping.registry().save("Case 1", snapshot())
    keeping.registry().save("Case 2", without_images(other))
    page = open_page("cases")
    assert "beside" not in html(page)
    by_label(page.selectbox, words.COMPARE).set_value(rows()[1].latest.key)
    page.run()
    assert not page.exception
    assert "Case 2 beside Case 1" in html(page)
    table = html(page).split('class="readings compared"')[1].split("</table>")[0]
    assert "<tr class=chosen><td>HAIC sessions</td><td class=number>1</td><td class=number>4</td>" in table
    assert "<tr class=chosen><td>Age (years)</td><td class=number>70</td><td class=number>57</td>" in table
    assert "<td>Albumin" not in table
    for one in (snapshot().result, without_images(other).result):
        assert one.post is not None
        assert f"{texts.percent(one.post.os[36])[0]} ({texts.percent_range(one.post.os[36])})" in table
    assert len(page.get("plotly_chart")) == 1
    click(page, "Case 1")
    assert "beside" not in html(page)


def test_an_earlier_save_can_be_read_and_compared(open_page: OpenPage) -> None:
    registry = keeping.registry()
    first = registry.save("Case 1", without_images(dlr=0.2))
    registry.save("Case 1", without_images(dlr=0.9), first.case)
    page = open_page("cases")
    assert "save 2 of 2" in html(page)
    assert "0.90, by hand" in html(page)
    by_label(page.selectbox, words.EARLIER).set_value(registry.case_file(first.case).saves[1])
    page.run()
    assert "save 1 of 2" in html(page)
    assert "0.20, by hand" in html(page)
    by_label(page.selectbox, words.COMPARE).set_value(rows()[0].latest.key)
    page.run()
    assert "Case 1, save 1 of 2 beside Case 1, save 2 of 2" in html(page)


def test_deleting_asks_first_and_is_for_good(open_page: OpenPage) -> None:
    saved("Case 1", "Case 2")
    page = open_page("cases")
    click(page, words.DELETE_THIS)
    assert "Case 2 is deleted for good" in page.warning[0].value
    click(page, words.DELETE_NO)
    assert len(rows()) == 2
    click(page, words.DELETE_THIS)
    click(page, words.DELETE_YES)
    assert [row.pseudonym for row in rows()] == ["Case 1"]
    assert "Case 2" not in html(page)
    click(page, words.DELETE_THIS)
    click(page, words.DELETE_YES)
    assert page.markdown[0].value == words.NONE_YET


def test_a_registry_that_cannot_be_opened_is_one_sentence(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIC_NOMOGRAM_DATABASE", "mysql://me:secret@localhost/cases")
    page = open_page("cases")
    assert not page.exception
    assert page.error[0].value.startswith("Cases database")
    assert "secret" not in page.error[0].value
