"""“Alive and … months after the first HAIC”: survival from then on; unknown until given.

It is the field of the clinical form, not another one: what is typed here goes to the draft.
"""

from __future__ import annotations

import streamlit as st

from dashboard import held, session, texts
from dashboard.draft import Model

NAME = "months_since_first_haic"
KEY = f"live.{NAME}"
WIDTH = 130


def control(model: Model) -> None:
    """Draw it beside the sentence; nothing before treatment, where nobody has lived on yet."""
    if model != "post":
        return
    with st.container(key="lived", horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.html(f'<span aria-hidden="true">{texts.people.ALIVE_AND}</span>', width="content")
        st.number_input(
            texts.people.MONTHS_LIVED,
            min_value=0.0,
            max_value=600.0,
            step=1.0,
            value=None,
            format="%g",
            placeholder=texts.UNKNOWN,
            key=held.put(KEY, session.draft().clinical.get(NAME)),
            on_change=_given,
            label_visibility="collapsed",
            width=WIDTH,
        )
        st.html(f'<span aria-hidden="true">{texts.people.MONTHS_AFTER}</span>', width="content")


def _given() -> None:
    session.draft().clinical[NAME] = held.get(KEY)
