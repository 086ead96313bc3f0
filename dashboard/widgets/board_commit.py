"""A reader's code, the reading he commits, and the ways to the model's answer; the registry says what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.registry.board import checked_reader
from core.registry.board_nouns import BoardRecord, Call
from dashboard import session, texts
from dashboard.texts import board as words
from dashboard.widgets import blocks, case_file

if TYPE_CHECKING:
    from core.registry.store import Registry

READER = "board.reader"


def reader_code() -> str:
    """The code that stands in the field, as typed; kept beyond the page."""
    return st.text_input(
        words.READER,
        key=session.recall(READER, ""),
        max_chars=32,
        placeholder=words.READER_PROMPT,
        help=words.READER_HELP,
        label_visibility="collapsed",
        on_change=session.remember,
        args=(READER,),
        width=250,
    )


def is_shown(record: BoardRecord, code: str) -> bool:
    """True if the registry says that the answer was shown to this reader, or to all."""
    try:
        return record.is_revealed(checked_reader(code) if code.strip() else "")
    except InputError:
        return record.shown_to_all is not None


def panel(registry: Registry, save: str, state: tuple[BoardRecord, str], shown: str) -> None:
    """The form of a reader who has not committed; the way to the answer for one who has.

    Args:
        registry: which says what was committed.
        save: key of the save that is read.
        state: what was committed and shown of it, and the reader's code as typed.
        shown: what the reader has before him, in words.

    Raises:
        InputError: the code may be a name.
    """
    record, typed = state
    if not typed.strip():
        blocks.note(words.WHO_READS)
        blocks.note(words.COMMIT_FIRST)
        return
    code = checked_reader(typed)
    reading = record.reading_by(code)
    if reading is None:
        _form(registry, save, code, shown)
        return
    blocks.entry(code, words.yours(reading))
    with st.container(horizontal=True, gap="small"):
        if st.button(words.REVEAL, type="primary", icon=":material/visibility:"):
            case_file.tried(lambda: registry.board.reveal(save, code))
        st.button(words.NEXT_READER, on_click=_next_reader)


def show_to_all(registry: Registry, save: str, state: tuple[BoardRecord, str]) -> None:
    """In two steps, with the chair's code."""
    record, code = state
    view, asked = session.draft().view, f"board.all.{save}"
    if not view.get(asked):
        if st.button(words.TO_ALL, icon=":material/groups:"):
            view[asked] = True
            st.rerun()
        return
    st.warning(texts.literal(words.to_all_warning(record)))
    if not code.strip():
        blocks.note(words.TO_ALL_NEEDS)
    with st.container(horizontal=True, gap="small"):
        if st.button(words.TO_ALL_YES, type="primary", disabled=not code.strip()):
            case_file.tried(lambda: registry.board.reveal_to_all(save, code))
        if st.button(words.TO_ALL_NO):
            view.pop(asked)
            st.rerun()


def _next_reader() -> None:
    session.draft().view[READER] = ""


def _form(registry: Registry, save: str, code: str, shown: str) -> None:
    with st.form(f"board-commit-{save}-{code}", border=True):
        mtm = st.segmented_control(
            words.CALL,
            list(words.CALLS),
            format_func=words.CALLS.__getitem__,
            default=None,
            key=f"board.mtm.{save}.{code}",
        )
        probability = _percent(words.PROBABILITY, f"board.p.{save}.{code}")
        alive = {months: _percent(name, f"board.{months}.{save}.{code}") for months, name in words.ALIVE.items()}
        blocks.note(f"{words.FROM_WHEN} {words.FOR_GOOD}")
        sent = st.form_submit_button(words.COMMIT, type="primary", icon=":material/lock:")
    if sent:
        case_file.tried(lambda: _commit(registry, save, (code, shown), (mtm, probability, alive)))


def _percent(name: str, key: str) -> float | None:
    found: float | None = st.number_input(
        name, 0.0, 100.0, value=None, step=5.0, format="%g", placeholder=words.NEEDED, key=key
    )
    return found


def _commit(
    registry: Registry,
    save: str,
    who: tuple[str, str],
    said: tuple[bool | None, float | None, dict[int, float | None]],
) -> None:
    (code, shown), (mtm, probability, alive) = who, said
    if mtm is None:
        raise InputError("MTM subtype: expected MTM or not MTM, got no answer")
    if probability is None:
        raise InputError("probability of MTM: expected 0-100 %, got none")
    given = {months: share / 100 for months, share in alive.items() if share is not None}
    registry.board.commit(save, code, Call(mtm, probability / 100, given), shown)
