"""The page Board: what is hidden until it is committed, what is shown then, and the figures of readers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.registry.board_nouns import Call
from core.registry.place import Place
from core.registry.store import open_registry
from dashboard import keeping, texts
from dashboard.draft import Draft
from dashboard.texts import board as words
from dashboard.texts import cases, readers
from tests.core.registry.snapshots import snapshot, without_images
from tests.core.report.case.pdfs import text_of
from tests.dashboard import builders
from tests.dashboard.test_views import by_label, draft, html

OpenPage = Callable[..., AppTest]
CALL = Call(False, 0.3, {36: 0.55})
HIDDEN = ("0.62", "0.81", "MTM score", "DLR score", "Total points", "Of 100 people", "heatmap\u00a0✓", "less influence")


def save(name: str = "Case 7K", *, images: bool = True) -> str:
    """Key of the save of a new case."""
    return keeping.registry().save(name, snapshot() if images else without_images()).key


def click(page: AppTest, label: str) -> AppTest:
    by_label(page.button, label).click()
    return page.run()


def read_as(page: AppTest, code: str) -> AppTest:
    by_label(page.text_input, words.READER).set_value(code)
    return page.run()


def fill(page: AppTest, call: str = "MTM", **numbers: float) -> AppTest:
    by_label(page.button_group, words.CALL).set_value(call)
    for months in words.ALIVE:
        by_label(page.number_input, words.ALIVE[months]).set_value(numbers.get(f"at_{months}"))
    by_label(page.number_input, words.PROBABILITY).set_value(numbers.get("probability"))
    return click(page, words.COMMIT)


def is_hidden(page: AppTest) -> bool:
    shown = html(page)
    return (
        not any(part in shown for part in HIDDEN) and not page.get("plotly_chart") and not page.get("download_button")
    )


def test_nothing_is_saved_yet(open_page: OpenPage) -> None:
    page = open_page("board")
    assert page.markdown[0].value == words.NONE_YET
    assert not page.exception


def test_the_worklist_says_what_is_open_and_no_score(open_page: OpenPage) -> None:
    registry = keeping.registry()
    done, new = save("Case 1"), save("Case 2")
    registry.board.commit(done, "R1", CALL, "")
    case = next(row.key for row in registry.worklist() if row.latest.key == done)
    registry.add_decision(case, date(2026, 5, 4), "HAIC again")
    registry.add_follow_up(case, 14.5, True)
    page = open_page("board")
    shown = html(page)
    assert "read by 1" in shown
    assert "decided 4 May 2026" in shown
    assert "died at 14.5 months" in shown
    assert "not yet read" in shown
    assert is_hidden(page)
    by_label(page.button_group, words.SHOW).set_value("Not read 1")
    page.run()
    assert [b.label for b in page.button] == ["Case 2"]
    registry.board.commit(new, "R1", CALL, "")
    page.run()
    assert words.NONE_LEFT in html(page)


def test_a_reader_commits_and_only_then_sees_the_model(open_page: OpenPage) -> None:
    key = save()
    page = click(open_page("board"), "Case 7K")
    assert is_hidden(page)
    assert words.WHO_READS in html(page)
    assert "57 years, male · ECOG 0" in html(page)
    assert html(page).count("data:image/jpeg") == 2
    read_as(page, "r 7k")
    fill(page, probability=70, at_36=45, at_12=80)
    assert not page.exception
    assert not page.error
    (reading,) = keeping.registry().board.record().readings
    assert (reading.save, reading.reader, reading.call) == (key, "R 7K", Call(True, 0.7, {12: 0.8, 36: 0.45}))
    assert reading.shown.startswith("both phases, ")
    assert is_hidden(page)  # committed, not revealed
    assert "R 7K committed on" in html(page)
    click(page, words.REVEAL)
    shown, post = html(page), builders.assessment().post
    assert post is not None
    assert texts.lead_sentence(post.os[36], 36) in shown
    for part in (
        "0.62",
        "0.81",
        "95 % range 0.47–0.75",
        "heatmap\u00a0✓\u00a0reliable",
        "Total points",
        "less influence",
    ):
        assert part in shown
    assert "not valid for patients" in shown
    assert texts.NOT_FOR_CLINICAL_USE in shown
    assert len(page.get("plotly_chart")) == 1
    assert '<th role="rowheader" scope="row">R 7K</th>' in shown


def test_a_reload_or_another_reader_reveals_nothing(open_page: OpenPage) -> None:
    key = save()
    board = keeping.registry().board
    board.commit(key, "R1", CALL, "")
    board.reveal(key, "R1")
    page = click(open_page("board"), "Case 7K")
    assert not is_hidden(read_as(page, "R1"))
    assert is_hidden(read_as(page, "R2"))
    assert is_hidden(read_as(page, ""))
    again = open_page("board")  # another session has no code
    assert is_hidden(click(again, "Case 7K"))
    assert is_hidden(read_as(again, "R3"))
    assert not is_hidden(read_as(again, "R1"))  # the registry knows


def test_a_name_is_refused_as_a_reader_and_shows_nothing(open_page: OpenPage) -> None:
    save()
    page = read_as(click(open_page("board"), "Case 7K"), "Jane Doe")
    assert "which may be a name" in page.error[0].value
    assert "Jane" not in page.error[0].value
    assert is_hidden(page)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"at_36": 40.0}, "probability of MTM"),
        ({"probability": 70.0}, "one at 3 years, got none"),
        ({"probability": 70.0, "at_12": 30.0, "at_36": 40.0}, "no more alive at 36 months than at 12"),
    ],
)
def test_an_incomplete_reading_is_refused_and_stays_in_the_form(
    open_page: OpenPage, numbers: dict[str, float], expected: str
) -> None:
    save()
    page = fill(read_as(click(open_page("board"), "Case 7K"), "R1"), **numbers)
    assert expected.lower() in page.error[0].value.lower()
    for months in (12, 36):
        assert by_label(page.number_input, words.ALIVE[months]).value == numbers.get(f"at_{months}")
    assert keeping.registry().board.record().readings == ()


def test_a_committed_reading_has_no_form_any_more(open_page: OpenPage) -> None:
    key = save()
    keeping.registry().board.commit(key, "R1", CALL, "")
    page = read_as(click(open_page("board"), "Case 7K"), "R1")
    assert words.COMMIT not in [button.label for button in page.button]
    click(page, words.NEXT_READER)
    assert by_label(page.text_input, words.READER).value == ""
    with pytest.raises(InputError, match="what is committed stays"):
        keeping.registry().board.commit(key, "R1", CALL, "")


def test_the_chair_shows_a_case_to_all_which_is_asked_twice_and_written_down(open_page: OpenPage) -> None:
    key = save()
    page = click(click(open_page("board"), "Case 7K"), words.TO_ALL)
    assert by_label(page.button, words.TO_ALL_YES).disabled
    read_as(page, "C 9")
    click(page, words.TO_ALL_NO)
    assert is_hidden(page)
    click(click(page, words.TO_ALL), words.TO_ALL_YES)
    assert not is_hidden(page)
    assert "Shown to all by C 9" in html(page)
    assert keeping.registry().board.record().of_save(key).shown_to_all is not None
    assert not is_hidden(read_as(page, ""))


def test_a_new_save_is_hidden_again(open_page: OpenPage) -> None:
    key = save()
    registry = keeping.registry()
    registry.board.reveal_to_all(key, "C1")
    registry.save("Case 7K", without_images(), registry.worklist()[0].key)
    page = click(open_page("board"), "Case 7K")
    assert is_hidden(page)
    assert words.NO_IMAGES in html(page)


def test_previous_next_and_back(open_page: OpenPage) -> None:
    for name in ("Case 1", "Case 2", "Case 3"):
        save(name, images=False)
    page = click(open_page("board"), "Case 3")  # the last saved is the first
    assert "case 1 of 3" in html(page)
    assert by_label(page.button, words.PREVIOUS).disabled
    assert "<b>Case 2</b>" in html(click(page, words.NEXT))
    click(page, words.NEXT)
    assert by_label(page.button, words.NEXT).disabled
    assert "case 2 of 3" in html(click(page, words.PREVIOUS))
    click(page, words.BACK)
    assert {"Case 1", "Case 2", "Case 3"} <= {button.label for button in page.button}


def test_a_slice_is_chosen_and_pictures_are_kept_for_one_case_only(open_page: OpenPage) -> None:
    save("Case 1")
    save("Case 2")
    page = click(open_page("board"), "Case 2")
    before = html(page)
    slider = page.select_slider[0]
    assert len(slider.options) == 21  # all slices of the liver
    slider.set_value(int(slider.options[0]))
    page.run()
    assert html(page) != before
    assert f"slice {slider.options[0]} of 30" in html(page)
    click(page, words.NEXT)
    assert len({key[0] for key in draft(page).view["board.pictures"]}) == 1


def test_decision_and_follow_up_are_written_on_the_board(open_page: OpenPage) -> None:
    save()
    page = click(open_page("board"), "Case 7K")
    by_label(page.text_area, cases.DECISION).set_value("Four more sessions.")
    click(page, cases.ADD_DECISION)
    by_label(page.number_input, cases.MONTHS).set_value(14.5)
    page.run()
    click(page, cases.ADD_FOLLOW_UP)
    registry = keeping.registry()
    file = registry.case_file(registry.worklist()[0].key)
    assert file.decisions[0].text == "Four more sessions."
    assert file.follow_ups[0].time_months == 14.5


def test_the_report_of_board_and_cases_has_decision_and_readings(open_page: OpenPage) -> None:
    from dashboard.widgets import saved_report

    registry, models = keeping.registry(), builders.models()
    key = save()
    row = registry.worklist()[0]
    registry.add_decision(row.key, date(2026, 5, 4), "Four more sessions.")
    registry.board.commit(key, "R 7K", CALL, "both phases")
    made: Any = saved_report._made(registry, registry.case_file(row.key), row.latest, models)  # type: ignore[arg-type]
    text = text_of(made)
    assert "Decided 2026-05-04: Four more sessions." in text
    assert "not MTM (30 %)" in text
    assert "Case 7K" in text
    page = open_page("cases")
    assert [button.proto.label for button in page.get("download_button")] == [words.REPORT]


def test_a_report_that_fails_has_no_line_and_one_without_a_line_does_not_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.registry.audit import Audit
    from dashboard.widgets import saved_report

    registry, models = open_registry(Place(tmp_path / "cases")), builders.models()
    saved = registry.save("Case 7K", snapshot())
    file = registry.case_file(saved.case)
    saved_report._made(registry, file, saved, models)  # type: ignore[arg-type]
    assert [(line.act, line.what) for line in registry.audit.lines()] == [("saved", "new case"), ("exported", "report")]

    def refuse(*_: object) -> None:
        raise InputError("audit: expected the head of its chain, got none")

    with monkeypatch.context() as patched:
        patched.setattr(Audit, "add", refuse)
        with pytest.raises(InputError, match="head of its chain"):
            saved_report._made(registry, file, saved, models)  # type: ignore[arg-type]
    for image in (tmp_path / "cases" / "images").rglob("*.*"):
        image.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        saved_report._made(registry, file, saved, models)  # type: ignore[arg-type]
    assert len(registry.audit.lines()) == 2


def test_another_nomogram_gives_no_marks_and_no_report(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from dashboard import session

    key = save()
    keeping.registry().board.reveal_to_all(key, "C1")
    later = replace(builders.models(), versions={"fusion": "1.0.0", "nomogram": "2.0.0"})
    monkeypatch.setattr(session, "models", lambda: later)
    page = click(open_page("board"), "Case 7K")
    assert words.ANOTHER_NOMOGRAM in html(page)
    assert words.NO_REPORT in html(page)
    assert "Total points" not in html(page)
    assert words.NO_REPORT in html(open_page("cases"))


def test_a_case_without_a_prognosis_says_what_is_missing(open_page: OpenPage) -> None:
    from core.case import ClinicalRecord

    saved = keeping.registry().save("Case 1", without_images(ClinicalRecord(age_years=60.0)))
    keeping.registry().board.reveal_to_all(saved.key, "C1")
    page = click(open_page("board"), "Case 1")
    assert not page.exception
    assert "For a prognosis this model still needs: PVTT" in html(page)


def test_a_long_worklist_comes_in_pieces(open_page: OpenPage) -> None:
    for n in range(16):
        save(f"P{n}", images=False)
    page = open_page("board")
    assert len([button for button in page.button if button.label.startswith("P")]) == 14
    click(page, f"{cases.MORE} (2)")
    assert len([button for button in page.button if button.label.startswith("P")]) == 16


def many_readings(count: int = 12) -> None:
    registry = keeping.registry()
    for n in range(count):
        saved = registry.save(f"P{n}", without_images(dlr=0.3 + 0.05 * n))
        for code, mtm, alive in (("R1", n % 2 == 0, 0.5), ("R2", n % 3 == 0, 0.4 + 0.02 * n), ("R3", True, 0.6)):
            registry.board.commit(saved.key, code, Call(mtm, 0.5, {36: alive}), "")
        registry.add_follow_up(saved.case, 20.0 + 2 * n, n % 2 == 0)


def test_readers_over_time(open_page: OpenPage) -> None:
    many_readings()
    page = open_page("board")
    by_label(page.button_group, words.PART).set_value("Readers over time")
    page.run()
    assert not page.exception
    shown = html(page)
    for name in ("Model", "R1", "R2", "R3", "R1 and R2"):
        assert f'scope="row">{name}</th>' in shown
    assert "Fleiss’ kappa, MTM" in shown
    assert "ICC(2,1), survival at 3 years" in shown
    assert "Brier score" in shown
    assert words_of_none(page)
    by_label(page.button_group, readers.AGAINST_LABEL).set_value(readers.AGAINST["histology"])
    page.run()
    assert len(page.get("plotly_chart")) == 1


def words_of_none(page: AppTest) -> bool:
    """The scores were given by hand: there is no call of the model to agree with."""
    return readers.NOTHING_TO_DRAW in html(page) and not page.get("plotly_chart")


def test_too_few_readings_are_said_and_not_computed(open_page: OpenPage) -> None:
    many_readings(3)
    page = open_page("board")
    by_label(page.button_group, words.PART).set_value("Readers over time")
    page.run()
    assert "too few: 3, at least 10" in html(page)
    assert readers.together_waits(10) in html(page)
    assert "Fleiss’ kappa, MTM" not in html(page)


def test_nobody_has_read_yet(open_page: OpenPage) -> None:
    save()
    page = open_page("board")
    by_label(page.button_group, words.PART).set_value("Readers over time")
    page.run()
    assert readers.NOBODY in html(page)


def test_the_case_of_a_session_stays_while_the_board_is_looked_at(open_page: OpenPage) -> None:
    save()
    page = open_page("board", builders.assessment())
    click(page, "Case 7K")
    now: Draft = draft(page)
    assert (now.case_id, now.saved) == ("Case 7T", None)
