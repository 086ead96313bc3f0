"""A centre's own nomogram: load it, answer what it asks, read its prognosis; its card is always in sight."""

from __future__ import annotations

import streamlit as st

from core.survival.own_file import OwnNomogram
from dashboard import session
from dashboard.widgets import own_answer, own_file, progress


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    own = session.shelf().loaded
    if own is None:
        own_file.how_to()
        return
    own_file.loaded(own)
    _live(own)


@st.fragment
def _live(own: OwnNomogram) -> None:
    """All that follows a changed input: the answer first, then the inputs as they stand."""
    sentence = st.container(key="sentence")
    left, middle, right = st.columns(own_answer.COLUMNS, gap="large")
    outlook = own_answer.outlook_or_error(sentence)
    form = own_answer.form_of(own, outlook)
    found = own_answer.prognosis_of(own, form)
    with sentence:
        words = st.container()
        months, digits = 0.0, 0
        if found is not None:
            with own_answer.row():
                months, digits = own_answer.horizon(found), own_answer.decimals(found)
        with words:
            own_answer.lead(own, form, found, months)
    with right:  # first: the curve takes the browser longest
        own_answer.survival(own, form, found, (months, digits))
    with middle:
        own_answer.drawing(own, form, found)
        own_answer.mapping(form, outlook)
    with left:
        own_answer.questions(form)
    own_file.about(own)
