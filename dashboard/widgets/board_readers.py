"""Readers of the board over time: agreement on MTM, calibration of their survival estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import streamlit as st

from core.registry.board_nouns import BoardRecord
from core.registry.nouns import WorklistRow
from dashboard import session
from dashboard.figures import style
from dashboard.figures.readers_over_time import readers_over_time
from dashboard.texts import readers as words
from dashboard.widgets import blocks, frame, tables
from dashboard.widgets.choice import one_of

if TYPE_CHECKING:
    from core.registry.store import Registry
    from core.studies.board_readers import Against
    from core.studies.reader_nouns import BoardStudy, Truth

AGAINST = "board.against"
SHARE_TOP, ERROR_TOP = 1.04, 1.0


def readers(registry: Registry, rows: Sequence[WorklistRow], record: BoardRecord) -> None:
    """All figures, from the readings that count."""
    from core.studies.board_readers import FEWEST, study_readers

    counted = record.blind
    if not counted:
        blocks.note(words.NOBODY)
        return
    found = study_readers(counted, _truths(registry, rows, record))
    blocks.note(words.COUNTED)
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(words.CALLS_TITLE)
        tables.table(words.CALLS_HEAD, [words.calls_row(one, FEWEST) for one in found.figures])
        if pairs := [words.pair_row(pair, FEWEST) for pair in found.pairs if pair[2].n]:
            frame.section(words.PAIRS_TITLE)
            tables.table(words.PAIRS_HEAD, pairs)
        frame.section(words.TOGETHER_TITLE)
        if together := words.together_rows(found, FEWEST):
            tables.table(words.TOGETHER_HEAD, together)
        else:
            blocks.note(words.together_waits(FEWEST))
    with right:
        frame.section(words.TIME_TITLE)
        _over_time(found)
        frame.section(words.SURVIVAL_TITLE)
        survival = [row for one in found.figures for row in words.survival_rows(one, FEWEST)]
        if survival:
            tables.table(words.SURVIVAL_HEAD, survival, words=(0, 1))
        else:
            blocks.note(words.NO_FOLLOW_UP)
    blocks.note(words.METHODS)


def _truths(registry: Registry, rows: Sequence[WorklistRow], record: BoardRecord) -> dict[str, Truth]:
    """What is known of every save that was read."""
    from core.studies.board_readers import truth_of

    by_case = {row.key: row for row in rows}
    latest = {case: registry.reading(row.latest.key) for case, row in by_case.items()}
    found = {}
    for one in record.blind:
        row = by_case[one.case]
        read = latest[one.case] if one.save == row.latest.key else registry.reading(one.save)
        found[one.save] = truth_of(read, latest[one.case], row.follow_up)
    return found


def _over_time(found: BoardStudy) -> None:
    from core.studies.board_readers import running

    against = one_of(words.AGAINST_LABEL, AGAINST, words.AGAINST, "model", wrap=True)
    runs = {name: run for name, said in found.said.items() if (run := running(said, cast("Against", against)))}
    if against == "model":
        runs.pop(words.MODEL, None)  # it agrees with itself
    if not runs:
        blocks.note(words.NOTHING_TO_DRAW)
        return
    theme = session.theme()
    top = ERROR_TOP if against == "survival" else SHARE_TOP
    figure = readers_over_time(runs, words.AXES[against], style.palette(theme), theme, top)
    alt = words.described(list(runs), against)
    st.plotly_chart(figure, key="board.time", config=style.CONFIG, theme=None, alt=alt)
