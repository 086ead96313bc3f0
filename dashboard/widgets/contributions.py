"""What moved the radiomics part of the MTM score, folded away under it."""

from __future__ import annotations

import streamlit as st

from core.findings import ImageEvidence
from dashboard import session, texts
from dashboard.figures import style
from dashboard.figures.contributions import contribution_bars
from dashboard.widgets import blocks


def show(evidence: ImageEvidence | None) -> None:
    """Sentence and bars; nothing where radiomics gave no answer."""
    if evidence is None or not evidence.contributions:
        return
    words = texts.contributions
    with st.expander(words.WHAT_ADDED):
        blocks.note(words.sentence(evidence))
        figure = contribution_bars(words.largest(evidence.contributions), style.palette(session.theme()))
        alt = words.description(evidence.contributions)
        st.plotly_chart(figure, key="contributions", theme=None, config=style.CONFIG, alt=alt)
