"""Learn: the nomogram step by step, cases with questions, the paper's contradictions, censoring and immortal time."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.texts import learn
from dashboard.widgets import blocks, lesson_blocks, progress


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    _live()


@st.fragment
def _live() -> None:
    """The chosen part; only its modules are imported, and a changed input draws only these again."""
    part: str = lesson_blocks.choice("Part", "part", learn.PARTS, label_visibility="collapsed", wrap=True)
    blocks.note(learn.INTRODUCTION[part])
    if part == "build":
        from dashboard.widgets.lesson_build import build

        build()
    elif part == "cases":
        from dashboard.widgets.lesson_cases import cases

        cases()
    elif part == "reading":
        from dashboard.widgets.lesson_reading import reading

        reading()
    else:
        from dashboard.widgets import lesson_simulations

        lesson_simulations.censoring() if part == "censoring" else lesson_simulations.immortal()
