"""One saved case: its figures as they were saved, opening it, its board, notes and follow-up, and its deletion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.registry.audit_chain import Act
from core.registry.nouns import LONGEST_MONTHS, LONGEST_TEXT, CaseFile, Entry, Reading, Save, WorklistRow
from dashboard import keeping, session, signin, texts
from dashboard.widgets import blocks, frame, saved_report
from dashboard.widgets.worklist import COMPARED

if TYPE_CHECKING:
    from core.registry.store import Registry

words = texts.cases


def case_file(registry: Registry, file: CaseFile, rows: Sequence[WorklistRow]) -> tuple[Save, Reading]:
    """Draw it; which save is shown, and its figures."""
    row = file.row
    frame.section(row.pseudonym)
    save = _which_save(file)
    reading = registry.reading(save.key)
    _figures(row, save, reading)
    _open(row, save)
    saved_report.report(registry, file, save, reading, "cases")
    _compare(file, save, rows)
    deletes = signin.may(Act.DELETED)
    board, notes, follow_up, *away = st.tabs(
        [words.BOARD, words.NOTES, words.FOLLOW_UP, *([words.DELETE] if deletes else [])]
    )
    with board:
        board_entries(registry, file)
    with notes:
        _notes(registry, file)
    with follow_up:
        follow_up_entries(registry, file)
    if deletes:
        with away[0]:
            _delete(registry, row)
    return save, reading


def _which_save(file: CaseFile) -> Save:
    """The latest, or the one that is chosen."""
    if len(file.saves) == 1:
        return file.saves[0]
    chosen: Save = st.selectbox(
        words.EARLIER, file.saves, format_func=words.which_save, key=f"cases.save.{file.row.key}.{len(file.saves)}"
    )
    return chosen


def _figures(row: WorklistRow, save: Save, reading: Reading) -> None:
    outcome = save.outcome
    if outcome is not None:
        sentence = texts.lead_sentence(outcome.survival, outcome.months, outcome.alive_at)
        blocks.case_lead(sentence, f"{words.origin(outcome)} Risk group: {texts.GROUP_NAMES[outcome.risk_group]}.")
    blocks.facts(words.facts(reading))
    blocks.note(" ".join([words.about_save(row, save), *words.provenance(reading)]))


def _open(row: WorklistRow, save: Save) -> None:
    now = session.draft()
    if keeping.would_be_lost(now):
        blocks.note(words.replaces(now.case_id))
    if not st.button(words.OPEN, type="primary", icon=":material/folder_open:"):
        return
    try:
        with st.spinner(words.OPENING):
            opened = keeping.opened(row, save, session.models())
    except InputError as error:
        st.error(texts.plain(error))
        return
    session.replace_draft(opened)
    st.switch_page(session.page("Case" if opened.assessment is not None else "Prognosis"))


def _compare(file: CaseFile, shown: Save, rows: Sequence[WorklistRow]) -> None:
    """Another save, of this case or another, to stand beside this one; its key goes to the view."""
    own = [(file.row, save) for save in file.saves if save.key != shown.key]
    others = [*own, *((row, row.latest) for row in rows if row.key != file.row.key)]
    if not others:
        return
    names = {save.key: words.choice(row, save) for row, save in others}
    key = session.recall(COMPARED, "", ["", *names])
    st.selectbox(
        words.COMPARE,
        ["", *names],
        format_func=lambda save: names.get(save, words.NOTHING),
        key=key,
        on_change=session.remember,
        args=(COMPARED,),
    )


def board_entries(registry: Registry, file: CaseFile) -> None:
    """The day of the board, and what it decided."""
    if signin.may(Act.CHANGED):
        _board_inputs(registry, file)
    elif not file.decisions:
        day = file.row.board_on
        blocks.note(f"{words.STATES['waiting'] if day is None else f'{words.BOARD_DAY}: {words.day(day)}'}.")
    _entries(registry, file.row.key, [(words.day(entry.decided_on), entry.text, entry) for entry in file.decisions])


def _board_inputs(registry: Registry, file: CaseFile) -> None:
    row = file.row
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        day = st.date_input(
            words.BOARD_DAY, row.board_on, format="DD/MM/YYYY", key=f"cases.day.{row.key}.{row.board_on}", width=180
        )
    if day != row.board_on:
        tried(lambda: registry.schedule(row.key, day))
    made = len(file.decisions)
    text = st.text_area(words.DECISION, max_chars=LONGEST_TEXT, key=f"cases.decision.{row.key}.{made}")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        start = row.board_on or date.today()
        on = st.date_input(
            words.DECISION_DAY, start, format="DD/MM/YYYY", key=f"cases.on.{row.key}.{made}.{start}", width=180
        )
        add = st.button(words.ADD_DECISION)
    if add:
        tried(lambda: registry.add_decision(row.key, on, text))
    blocks.note(words.NO_NAMES)


def _notes(registry: Registry, file: CaseFile) -> None:
    if signin.may(Act.CHANGED):
        _note_input(registry, file)
    _entries(registry, file.row.key, [(words.note_head(entry), entry.text, entry) for entry in file.notes])


def _note_input(registry: Registry, file: CaseFile) -> None:
    case, made = file.row.key, file.notes[0].number if file.notes else 0
    text = st.text_area(words.NOTE, max_chars=LONGEST_TEXT, key=f"cases.note.{case}.{made}")
    if st.button(words.ADD_NOTE):
        tried(lambda: registry.add_note(case, text))
    blocks.note(words.NO_NAMES)


def follow_up_entries(registry: Registry, file: CaseFile) -> None:
    """How the patient fared."""
    if signin.may(Act.CHANGED):
        _follow_up_inputs(registry, file)
    if not file.follow_ups:
        blocks.note(words.NO_FOLLOW_UP)
    _entries(registry, file.row.key, [("", words.follow_up(entry), entry) for entry in file.follow_ups])


def _follow_up_inputs(registry: Registry, file: CaseFile) -> None:
    case, made = file.row.key, len(file.follow_ups)
    months = st.number_input(
        words.MONTHS,
        0.0,
        LONGEST_MONTHS,
        value=None,
        step=1.0,
        format="%g",
        placeholder=texts.unknown_between(0, LONGEST_MONTHS),
        key=f"cases.months.{case}.{made}",
    )
    event = st.segmented_control(
        words.STATUS,
        list(words.EVENTS),
        format_func=words.EVENTS.__getitem__,
        default=False,
        required=True,
        key=f"cases.event.{case}.{made}",
    )
    if st.button(words.ADD_FOLLOW_UP, disabled=months is None) and months is not None:
        tried(lambda: registry.add_follow_up(case, months, bool(event)))


def _entries(registry: Registry, case: str, entries: Sequence[tuple[str, str, Entry]]) -> None:
    """What was written, each with the way to take it away."""
    changes = signin.may(Act.CHANGED)
    for head, text, entry in entries:
        name = f"{type(entry).__name__}.{entry.number}"
        with st.container(key=f"entry-{name}", horizontal=True, vertical_alignment="top", gap="small"):
            blocks.entry(head, text)
            if changes and st.button(words.REMOVE, key=f"cases.remove.{name}", type="tertiary"):
                tried(lambda entry=entry: registry.remove(case, entry))


def _delete(registry: Registry, row: WorklistRow) -> None:
    """In two steps."""
    asked = f"cases.delete.{row.key}"
    view = session.draft().view
    if not view.get(asked):
        if st.button(words.DELETE_THIS, icon=":material/delete:"):
            view[asked] = True
            st.rerun()
        return
    st.warning(words.delete_warning(row))
    with st.container(horizontal=True, gap="small"):
        if st.button(words.DELETE_YES, type="primary"):
            view.pop(asked)
            now = session.draft()
            if now.saved is not None and now.saved.case == row.key:
                now.saved = None
            tried(lambda: registry.delete(row.key))
        if st.button(words.DELETE_NO):
            view.pop(asked)
            st.rerun()


def tried(act: Callable[[], None]) -> None:
    """Do it and draw the page anew; where it is refused, say why and leave what was typed."""
    try:
        act()
    except InputError as error:
        st.error(texts.plain(error))
    else:
        st.rerun()
