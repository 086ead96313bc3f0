"""The list of saved cases: narrowing it, and choosing the case that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.registry.nouns import WorklistRow
from dashboard import session, texts
from dashboard.widgets import blocks, frame
from dashboard.widgets.choice import one_of

PAGE_ROWS = 12
CHOSEN, SHOWN, COMPARED = "cases.chosen", "cases.shown", "cases.compared"


def worklist(rows: Sequence[WorklistRow], chosen: str) -> None:
    """The list; a click on a pseudonym shows the case with that key."""
    frame.section(texts.cases.WORKLIST)
    found = _narrowed(rows)
    if not found:
        blocks.note(texts.cases.NONE_FOUND)
        return
    shown = int(session.draft().view.get(SHOWN, PAGE_ROWS))
    with st.container(key="worklist", gap=None):
        blocks.worklist_head()
        for row in found[:shown]:
            _row(row, row.key == chosen)
    if len(found) > shown:
        st.button(f"{texts.cases.MORE} ({len(found) - shown})", on_click=_show_more, args=(shown,))


def choose(key: str) -> None:
    """Show the case `key`; a comparison with another ends."""
    session.draft().view[CHOSEN] = key
    session.draft().view.pop(COMPARED, None)


def _narrowed(rows: Sequence[WorklistRow]) -> list[WorklistRow]:
    """The rows in the chosen state whose pseudonym holds what is looked for."""
    words = texts.cases.state_counts(rows)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        state = one_of(texts.cases.SHOW, "cases.state", words, "", label_visibility="visible", wrap=True)
        part = st.text_input(texts.cases.FIND, placeholder=texts.cases.FIND_HELP, key="cases.find", width=200)
    wanted = part.strip().lower()
    return [row for row in rows if (not state or row.state == state) and wanted in row.pseudonym.lower()]


def _row(row: WorklistRow, is_chosen: bool) -> None:
    mark = "chosen" if is_chosen else "row"
    with st.container(key=f"{mark}-{row.key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            row.pseudonym,
            key=f"cases.show.{row.key}",
            type="primary" if is_chosen else "tertiary",
            on_click=choose,
            args=(row.key,),
            width=140,
        )
        blocks.worklist_row(row)


def _show_more(shown: int) -> None:
    session.draft().view[SHOWN] = shown + PAGE_ROWS
