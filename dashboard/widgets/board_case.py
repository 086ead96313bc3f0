"""One saved case for a projector: hidden until a reader has committed, or the case is shown to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.registry.audit_chain import Act
from core.registry.board_nouns import BoardRecord
from core.registry.nouns import CaseFile, Reading, WorklistRow
from core.registry.rights import TO_ALL
from dashboard import keeping, session, signin, texts
from dashboard.texts import board as words
from dashboard.widgets import blocks, board_answer, board_commit, board_parts, case_file, frame
from dashboard.widgets.board_list import open_case
from dashboard.widgets.saved_report import report

if TYPE_CHECKING:
    from core.registry.store import Registry


def case(registry: Registry, rows: Sequence[WorklistRow], place: int, record: BoardRecord) -> None:
    """The page of the case at `place` of `rows`; `record` is what was committed and shown of all cases."""
    row = rows[place]
    keeping.seen(registry, session.draft(), row, "board page")
    file, reading = registry.case_file(row.key), registry.reading(row.latest.key)
    of_save = record.of_save(row.latest.key)
    with st.container(key="board-bar", horizontal=True, vertical_alignment="center", gap="small"):
        _steps(rows, place)
        board_parts.title(row, place + 1, len(rows))
        code = board_commit.reader_code()
        shown = board_commit.is_shown(of_save, code)
        if shown:
            report(registry, file, row.latest, reading, "board")
    if shown:
        board_answer.answer(registry, row, reading, of_save)
    else:
        _hidden(registry, row, reading, (of_save, code))
    _entries(registry, file)


def _steps(rows: Sequence[WorklistRow], place: int) -> None:
    """Back to the list, to the case before and after; a presenter's remote sends the page keys."""
    st.button(words.BACK, icon=":material/list:", key="board.back", on_click=open_case, args=("",))
    for name, icon, step, keys in (
        (words.PREVIOUS, ":material/chevron_left:", -1, "PageUp"),
        (words.NEXT, ":material/chevron_right:", 1, "PageDown"),
    ):
        to = place + step
        outside = not 0 <= to < len(rows)
        st.button(
            name,
            icon=icon,
            key=f"board.step.{step}",
            on_click=open_case,
            args=("" if outside else rows[to].key,),
            disabled=outside,
            shortcut=keys,
        )


def _hidden(registry: Registry, row: WorklistRow, reading: Reading, state: tuple[BoardRecord, str]) -> None:
    """Images and clinical values to read from; nothing that a model made of them."""
    record, code = state
    left, right = st.columns((1.9, 1), gap="medium")
    with left:
        slices = board_parts.plain_pictures(registry, row.latest)
        board_parts.clinical(reading.clinical)
    with right:
        try:
            board_commit.panel(registry, row.latest.key, (record, code), words.shown(slices))
        except InputError as error:
            st.error(texts.plain(error))
        blocks.note(words.committed(record))
        if signin.may(Act.REVEALED, TO_ALL):
            board_commit.show_to_all(registry, row.latest.key, (record, code))


def _entries(registry: Registry, file: CaseFile) -> None:
    """What the board decides, and how the patient fared, as on the page of saved cases."""
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(words.BOARD_ENTRIES)
        case_file.board_entries(registry, file)
    with right:
        frame.section(words.FOLLOW_UP)
        case_file.follow_up_entries(registry, file)
