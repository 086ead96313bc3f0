"""The pages by role: what is hidden, what is refused, and that nothing of one login is found by another."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.registry.audit import Who
from core.registry.audit_chain import Act
from core.registry.rights import Role
from dashboard import exchange, keeping, signin, texts
from dashboard.desks import DESKS, desk_of
from dashboard.draft import Draft
from dashboard.runs import DEMO_ID
from dashboard.texts import board as board_words
from dashboard.texts import cases as case_words
from dashboard.texts import login as words
from dashboard.widgets import board_list, download
from dashboard.widgets.worklist import CHOSEN, COMPARED
from tests.core.registry.snapshots import snapshot
from tests.dashboard import builders, people
from tests.dashboard.conftest import APP
from tests.dashboard.test_views import by_label, draft

OpenPage = Callable[..., AppTest]
SignIn = Callable[..., None]


def whole(page: AppTest) -> str:
    """Everything a page says."""
    html = [block.proto.body for block in page.get("html")]
    parts = [page.markdown, page.error, page.info, page.warning, page.caption, page.title]
    return " ".join([*html, *(str(one.value) for part in parts for one in part), *labels(page)])


def labels(page: AppTest) -> list[str]:
    return [one.label for one in [*page.button, *page.get("download_button"), *page.get("tab"), *page.text_input]]


def app() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=60).run()


def kept_by(group: str, name: str = "Case 1") -> Any:
    me = Who("u-owner", role=Role.CLINICIAN, groups=(group,))
    return keeping._opened(keeping.find_place()).by(me, group).save(name, snapshot())


def test_a_saved_case_is_of_the_group_and_the_audit_knows_the_login(sign_in: SignIn, open_page: OpenPage) -> None:
    page = open_page("case", builders.assessment())
    by_label(page.text_input, case_words.NAME).set_value("Case 7K")
    by_label(page.button, case_words.SAVE).click()
    page.run()
    sign_in("admin")
    line = keeping.registry().audit.latest(1)[0]
    expected = people.settings().actor(people.ISSUER, "clinician-b")
    assert (line.act, line.actor, line.owner_group) == ("saved", expected, people.GROUP_B)


@pytest.mark.parametrize("name", ["cases", "board"])
def test_another_group_finds_nothing_of_a_case(name: str, sign_in: SignIn, open_page: OpenPage) -> None:
    made = kept_by(people.GROUP_B, "Case 7K")
    assert "Case 7K" in whole(open_page(name))
    for user in ("reader-a", "clinician-a"):
        sign_in(user)
        page = open_page(name)
        for key in (CHOSEN, COMPARED, board_list.CASE):
            draft(page).view[key] = made.case if key != COMPARED else made.key
        page.query_params["case"] = made.case
        page.run()
        assert not page.exception
        assert "Case 7K" not in whole(page)
        assert made.case not in whole(page)
        with pytest.raises(InputError, match="not there"):
            keeping.registry().snapshot(made.key)


def test_a_reader_sees_the_cases_of_the_group_and_no_button_that_changes_one(
    sign_in: SignIn, open_page: OpenPage
) -> None:
    made = kept_by(people.GROUP_A)
    own = keeping._opened(keeping.find_place()).by(Who("u-o", groups=(people.GROUP_A,)), people.GROUP_A)
    own.add_note(made.case, "said of it")
    sign_in("reader-a")
    page = open_page("cases")
    said = labels(page)
    assert "said of it" in whole(page)
    assert case_words.OPEN in said
    for label in (
        case_words.DELETE, case_words.DELETE_THIS, case_words.REMOVE, case_words.ADD_NOTE, case_words.ADD_DECISION,
        case_words.ADD_FOLLOW_UP, board_words.REPORT,
    ):  # fmt: skip
        assert label not in said
    sign_in("clinician-a")
    said = labels(open_page("cases"))
    for label in (case_words.DELETE, case_words.REMOVE, case_words.ADD_NOTE, board_words.REPORT):
        assert label in said


def test_a_reader_assesses_saves_and_exports_nothing(sign_in: SignIn, open_page: OpenPage) -> None:
    sign_in("reader-a")
    page = open_page("case", builders.assessment())
    assert words.READS_ONLY in whole(open_page("case"))
    assert not page.get("file_uploader")
    assert {case_words.SAVE, "Save clinical.json", "Assess"} & set(labels(page)) == set()
    page = open_page("prognosis", builders.assessment())
    assert {case_words.SAVE, texts.paper.REPORT} & set(labels(page)) == set()
    assert page.get("download_button") == []
    page = open_page("images", builders.assessment())
    assert by_label(page.toggle, texts.CORRECT_MASK).disabled
    assert page.get("download_button") == []
    for act in (Act.ASSESSED, Act.EXPORTED):
        for case_id in ("Case 7T", DEMO_ID):
            with pytest.raises(InputError, match="got a reader"):
                keeping.note(Draft(case_id), None, act)
    now = Draft("Case 7T", assessment=builders.assessment())
    assert not keeping.save(now, builders.models(), "Case 7T")
    assert "got a reader" in now.refusal
    for ask in (lambda: exchange.series_of("1.2"), lambda: exchange.studies(None)):
        with pytest.raises(InputError, match="got a reader"):
            ask()


def test_a_reader_takes_part_in_the_board_and_shows_nothing_to_all(sign_in: SignIn, open_page: OpenPage) -> None:
    made = kept_by(people.GROUP_A)
    for user, is_chair in (("reader-a", False), ("clinician-a", True)):
        sign_in(user)
        page = open_page("board")
        draft(page).view[board_list.CASE] = made.case
        draft(page).view["board.reader"] = "R 7K"
        page.run()
        assert board_words.COMMIT in labels(page)
        assert (board_words.TO_ALL in labels(page)) == is_chair


@pytest.mark.parametrize(
    ("user", "there", "not_there"),
    [("reader-a", "Cases", {"Batch", "Audit"}), ("clinician-a", "Batch", {"Audit"}), ("admin", "Audit", set())],
)
def test_pages_are_those_of_the_role(
    user: str, there: str, not_there: set[str], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(user)
    page = app()
    assert not page.exception
    titles = {link.proto.label for link in page.get("page_link")}
    assert there in titles
    assert titles & not_there == set()
    assert words.SIGN_OUT in labels(page)
    me = signin.me()
    assert words.who(me.actor, me.role, me.group) in whole(page)
    assert f"Name of {user}" not in whole(page)


def test_nobody_sees_one_sentence_and_a_way_in(sign_in: SignIn) -> None:
    for user, claims, sentence, button in (
        ("clinician-a", {"is_logged_in": False}, words.SIGNED_OUT, words.SIGN_IN),
        ("clinician-a", {"exp": 1.0}, words.ENDED, words.SIGN_IN),
        ("nobody", {}, words.NO_ROLE, words.SIGN_OUT),
    ):
        sign_in(user, **claims)
        page = app()
        assert [one.value for one in page.markdown] == [sentence]
        assert labels(page) == [button]


def test_a_page_goes_when_the_sign_in_ends(sign_in: SignIn) -> None:
    sign_in("clinician-a", exp=time.time() + 600)
    page = app()
    assert "Clinical values" in whole(page)
    sign_in("clinician-a", exp=time.time() - 1)
    page.run()
    assert "Clinical values" not in whole(page)
    assert labels(page) == [words.SIGN_IN]
    with pytest.raises(InputError, match="sign in again"):
        keeping.registry()


def test_signing_out_forgets_everything(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    monkeypatch.setattr("streamlit.logout", lambda: called.append("logout"))
    page = app()
    now = page.session_state["draft"]
    now.desk, now.clinical["age_years"] = "desk of this browser", 61.0
    DESKS.keep(now.desk, "page", now)
    by_label(page.button, words.SIGN_OUT).click()
    page.run()
    assert called == ["logout"]
    assert labels(page) == [words.SIGN_IN]
    assert DESKS.claim("desk of this browser", "other page", lambda _: False) is None
    assert "draft" not in page.session_state


def test_the_draft_of_a_browser_belongs_to_the_login_that_made_it(sign_in: SignIn) -> None:
    token, desks = "0" * 32, set()
    for user in ("reader-a", "clinician-a", "clinician-b", "admin"):
        sign_in(user)
        desks.add(desk_of(token, signin.me().key))
    assert len(desks) == 4
    assert desk_of(token) not in desks
    assert desk_of(token, "") == desk_of(token)


def test_another_group_has_a_draft_of_its_own(sign_in: SignIn) -> None:
    sign_in("admin")
    kept_by(people.GROUP_B, "Case 7K")
    page = app()
    choice = page.sidebar.selectbox[0]
    assert choice.options == [people.GROUP_A, people.GROUP_B]
    first = page.session_state["draft"]
    first.clinical["age_years"] = 61.0
    choice.set_value(people.GROUP_B)
    page.run()
    assert not page.exception
    assert page.session_state["draft"] is not first
    assert page.session_state["draft"].clinical.get("age_years") is None
    assert people.GROUP_B in whole(page)
    page.sidebar.selectbox[0].set_value(people.GROUP_A)
    page.run()
    assert page.session_state["draft"] is first


def test_an_administrator_reads_the_audit_of_all_groups(sign_in: SignIn, open_page: OpenPage) -> None:
    kept_by(people.GROUP_A, "Case 1")
    kept_by(people.GROUP_B, "Case 2")
    sign_in("admin")
    page = open_page("audit")
    assert not page.exception
    assert all(text in whole(page) for text in ("Case 1", "Case 2", "u-owner", people.GROUP_B, words.AUDIT_SAVE))
    assert page.code[0].value.startswith("2:")
    sign_in("clinician-a")
    page = open_page("audit")
    assert "expected an administrator for this, got a clinician" in whole(page)
    assert "u-owner" not in whole(page)


def test_a_file_is_made_for_whoever_asked_as_long_as_he_may(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr("streamlit.download_button", lambda label, data, **_: made.append(data))
    download.download("Save", lambda: b"figures of B")
    me = signin.me()
    sign_in("reader-a")
    download.download("Save", lambda: b"figures of A")
    assert len(made) == 1
    assert made[0]() == b"figures of B"  # in a thread without a session it is still who drew the button
    assert download.OWNERS.has(b"figures of B", me.login)
    assert not download.OWNERS.has(b"figures of B", signin.me().login)
    signin.end(me)
    with pytest.raises(InputError, match="sign in again"):
        made[0]()


def test_every_download_goes_the_one_way() -> None:
    root = Path(keeping.__file__).parent
    places = [path.name for path in root.rglob("*.py") if "st.download_button(" in path.read_text(encoding="utf-8")]
    assert places == ["download.py"]
