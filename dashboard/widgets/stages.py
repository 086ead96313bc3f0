"""The stages of one patient side by side, those that BCLC does not share marked."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.case import ClinicalRecord
from dashboard.texts import stages as words
from dashboard.widgets import blocks, frame


def section(record: ClinicalRecord) -> None:
    """The strip under its heading, with what the marks mean."""
    frame.section(words.STAGES)
    if strip(record):
        blocks.note(words.MARKS)


def strip(record: ClinicalRecord) -> bool:
    """The strip; True if a system disagrees."""
    from core.report.case.prognosis_part import SYSTEMS, stage_words
    from core.staging.document import stage_all
    from core.staging.severity import disagreements

    found = stage_all(record)
    apart = disagreements(found)
    cells = "".join(
        f"<div{_class(name in apart)}><span>{escape(SYSTEMS[name])}</span><b>{escape(value)}</b>"
        f"<small>{escape(detail)}</small>{_mark(apart.get(name))}</div>"
        for name, (value, detail) in stage_words(found).items()
    )
    st.html(f'<div class="stages" role="group" aria-label="{words.STAGES}">{cells}</div>')
    return bool(apart)


def _class(apart: bool) -> str:
    return ' class="apart"' if apart else ""


def _mark(direction: str | None) -> str:
    return "" if direction is None else f"<em>{words.DIRECTIONS[direction]}</em>"
