"""What moved survival from before treatment to after response; nothing while one of the two is unknown."""

from __future__ import annotations

import streamlit as st

from core.survival.prognoses import model_inputs
from core.survival.shift import shift
from dashboard import session, texts
from dashboard.figures.shift_bars import shift_bars
from dashboard.outlook import Outlook
from dashboard.widgets import blocks, frame


def show(outlook: Outlook) -> None:
    """Heading, sentence, table with bars, how to read it."""
    if outlook.pre is None or outlook.post is None:
        return
    inputs = model_inputs(outlook.clinical, outlook.scores)
    known = {name: value for name, value in inputs.items() if value is not None}
    found = shift(session.nomogram("pre"), session.nomogram("post"), known)
    frame.section(texts.shift.HEADING)
    with st.container(key="shift", gap="xsmall"):
        st.markdown(texts.shift.sentence(found))
        st.html(shift_bars(found))
        blocks.note(texts.shift.HOW)
