"""The board's worklist: saved cases with what is still open of each; a click opens a case for the projector."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.registry.board_nouns import BoardRecord
from core.registry.nouns import WorklistRow
from dashboard import session, texts
from dashboard.texts import board as words
from dashboard.widgets import blocks
from dashboard.widgets.choice import one_of

CASE, PART, STATE, SHOWN = "board.case", "board.part", "board.state", "board.shown"
PAGE_ROWS = 14  # fit a projector


def worklist(rows: Sequence[WorklistRow], record: BoardRecord) -> None:
    """The list; no score stands in it."""
    names = words.open_counts(rows, record)
    state = one_of(words.SHOW, STATE, names, "", wrap=True)
    found = [row for row in rows if not state or state in words.open_states(row, record)]
    if not found:
        blocks.note(words.NONE_LEFT)
        return
    shown = int(session.draft().view.get(SHOWN, PAGE_ROWS))
    with st.container(key="board-list", gap=None):
        head = "".join(f"<span>{escape(name)}</span>" for name in words.HEAD)
        st.html(f'<div class="board-row head" aria-hidden="true"><b></b>{head}</div>')
        for row in found[:shown]:
            _row(row, record)
    if len(found) > shown:
        more = f"{texts.cases.MORE} ({len(found) - shown})"
        st.button(more, key="board.more", on_click=_show_more, args=(shown,))
    blocks.note(words.COMMIT_FIRST)


def open_case(key: str) -> None:
    """Show the case `key` for the projector; "" goes back to the list."""
    session.draft().view[CASE] = key


def _show_more(shown: int) -> None:
    session.draft().view[SHOWN] = shown + PAGE_ROWS


def _row(row: WorklistRow, record: BoardRecord) -> None:
    with st.container(key=f"row-board-{row.key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(row.pseudonym, key=f"board.show.{row.key}", on_click=open_case, args=(row.key,), width=190)
        pairs = zip(words.HEAD, words.row_cells(row, record), strict=True)
        cells = "".join(f"<span><i>{escape(name)} </i>{escape(cell)}</span>" for name, cell in pairs)
        st.html(f'<div class="board-row">{cells}</div>')
