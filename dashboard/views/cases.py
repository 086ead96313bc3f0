"""Saved cases: the worklist, one case of it, and two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.registry.nouns import Reading, Save, WorklistRow
from dashboard import keeping, session, texts
from dashboard.figures import style
from dashboard.figures.survival_curve import compared_curves
from dashboard.widgets import blocks, frame, progress
from dashboard.widgets.case_file import case_file
from dashboard.widgets.worklist import CHOSEN, COMPARED, worklist

if TYPE_CHECKING:
    from core.registry.store import Registry

COLUMNS = (1.7, 1)


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    try:
        registry = keeping.registry(session.models())
        rows = registry.worklist()
        if rows:
            _cases(registry, rows)
        else:
            frame.nothing_yet(texts.cases.NONE_YET)
    except InputError as error:
        st.error(texts.plain(error))


def _cases(registry: Registry, rows: Sequence[WorklistRow]) -> None:
    chosen = _chosen(rows)
    keeping.seen(registry, session.draft(), chosen, "case file")
    left, right = st.columns(COLUMNS, gap="large")
    with left:
        worklist(rows, chosen.key)
    with right:
        save, reading = case_file(registry, registry.case_file(chosen.key), rows)
    if compared := session.draft().view.get(COMPARED):
        with left:
            _side_by_side(registry, rows, (chosen, save, reading), compared)


def _chosen(rows: Sequence[WorklistRow]) -> WorklistRow:
    """The case that was clicked; else the one that is open, else the first."""
    now = session.draft()
    for key in (now.view.get(CHOSEN), now.saved.case if now.saved else None):
        for row in rows:
            if row.key == key:
                return row
    return rows[0]


def _side_by_side(
    registry: Registry, rows: Sequence[WorklistRow], shown: tuple[WorklistRow, Save, Reading], compared: str
) -> None:
    """The figures of two saves, and both curves."""
    row, save, reading = shown
    own = [(row, one) for one in registry.case_file(row.key).saves]
    found = [pair for pair in [*own, *((other, other.latest) for other in rows)] if pair[1].key == compared]
    if not found or compared == save.key:
        return
    if found[0][0].key != row.key:
        keeping.seen(registry, session.draft(), found[0][0], "compared")
    names = texts.cases.choice(row, save), texts.cases.choice(*found[0])
    other = registry.reading(compared)
    frame.section(texts.compared.beside(*names))
    curves = {
        name: prognosis
        for name, one, kept in ((names[0], save, reading), (names[1], found[0][1], other))
        if one.outcome is not None and (prognosis := getattr(kept, one.outcome.model)) is not None
    }
    if curves:
        figure = compared_curves(curves, style.palette(session.theme()))
        alt = " ".join(f"{name}: {texts.curve_description(prognosis)}." for name, prognosis in curves.items())
        st.plotly_chart(figure, key="compared", config=style.CONFIG, theme=None, alt=alt)
        blocks.note(texts.compared.CURVES)
    blocks.comparison(names, texts.compared.comparison(reading, other))
