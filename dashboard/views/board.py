"""The tumour board: saved cases as a worklist, one page per case for a projector, readers over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.registry.nouns import WorklistRow
from dashboard import keeping, session, texts
from dashboard.texts import board as words
from dashboard.widgets import board_case, board_readers, frame, progress
from dashboard.widgets.board_list import CASE, PART, worklist
from dashboard.widgets.choice import one_of

if TYPE_CHECKING:
    from core.registry.store import Registry


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    with st.container(key="board", gap="small"):
        try:
            registry = keeping.registry(session.models())
            if rows := registry.worklist():
                _board(registry, rows)
            else:
                frame.nothing_yet(words.NONE_YET)
        except InputError as error:
            st.error(texts.plain(error))


def _board(registry: Registry, rows: Sequence[WorklistRow]) -> None:
    record = registry.board.record()
    keys = [row.key for row in rows]
    if (chosen := session.draft().view.get(CASE)) in keys:
        board_case.case(registry, rows, keys.index(chosen), record)
        return
    if one_of(words.PART, PART, words.PARTS) == "list":
        worklist(rows, record)
    else:
        board_readers.readers(registry, rows, record)
