"""The file of a centre's own nomogram: how to make one, loading it, and what its card says."""

from __future__ import annotations

import streamlit as st

from core.survival.own_file import MAX_BYTES, OwnNomogram
from dashboard import session, texts
from dashboard.widgets import blocks, frame, model_choice

MAX_MB = MAX_BYTES // 2**20


def how_to() -> None:
    """What stands on the page before a nomogram is loaded."""
    st.markdown(texts.own.WHAT)
    drop()
    st.markdown(texts.own.HOW)
    st.code(texts.own.COMMAND, language=None, wrap_lines=True)
    st.markdown(texts.own.THEN)


def loaded(own: OwnNomogram) -> None:
    """Which nomogram is loaded, in its own words, and how to change it."""
    if own.card.simulated:
        st.warning(texts.own.SIMULATED)
    with st.container(key="provenance", horizontal=True, vertical_alignment="center", gap="medium"):
        blocks.provenance(own.card.provenance, texts.own.where_from(own.nomogram))
        what_next()


def what_next() -> None:
    """The way to its prognosis, and out."""
    with st.container(key="own-next", horizontal=True, gap="small", width="content"):
        if st.button(texts.own.USE, icon=":material/timeline:"):
            model_choice.choose_own()
            st.switch_page(session.page("Prognosis"))
        if st.button(texts.own.REMOVE, icon=":material/close:"):
            session.put_own(None)
            st.rerun()


def about(own: OwnNomogram) -> None:
    """The card: from whom, how good, for what; and the way to another file."""
    frame.section(texts.own.ABOUT)
    left, right = st.columns(2, gap="large")
    with left:
        blocks.facts([*texts.own.card_facts(own.card), *texts.own.figures(own.nomogram)])
    with right:
        if own.card.metrics:
            blocks.metrics(own.card.metrics)
        if remark := texts.own.about_metrics(own.card):
            blocks.note(remark)
        with st.expander(texts.own.DROP_ANOTHER, key="another-own"):
            drop()


def drop() -> None:
    """The drop zone, below it one sentence about a file that could not be used."""
    now = session.shelf()
    dropped = st.file_uploader(texts.own.DROP, type=["json"], key=f"own.file.{now.uploads}", max_upload_size=MAX_MB)
    if dropped is not None:
        session.put_own(dropped.getvalue())
        st.rerun()
    if now.message:
        st.error(texts.literal(now.message))
    blocks.note(texts.own.STAYS)
