"""How the patient stands to the study's criteria in one line, and the way to the page that has each of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.findings import Criterion
from dashboard import session
from dashboard.texts import study as words
from dashboard.widgets import blocks


def show(criteria: Sequence[Criterion]) -> None:
    """The counts and the link."""
    with st.container(key="study-line", horizontal=True, vertical_alignment="center", gap="small"):
        blocks.note(words.count_sentence(criteria))
        if st.button(words.SEE_EACH, key="study.line", type="tertiary", icon=":material/fact_check:"):
            st.switch_page(session.page("Study"))
