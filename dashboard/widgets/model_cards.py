"""The cards of the loaded models, one at a time."""

from __future__ import annotations

import streamlit as st

from core.model_card import ModelCard
from dashboard import session
from dashboard.texts import cards as words
from dashboard.widgets import blocks, frame, tables

KEY = "validation.card"


def show() -> None:
    """The picker, the chosen card, and the way to a nomogram of one's own."""
    found = dict(session.models().cards)
    own = session.shelf().loaded
    if own is not None:
        found["own"] = own.card
    chosen = st.segmented_control(
        "Model",
        list(found),
        format_func=lambda name: words.NAMES.get(name, name),
        key=session.recall(KEY, next(iter(found)), list(found)),
        required=True,
        label_visibility="collapsed",
        on_change=session.remember,
        args=(KEY,),
    )
    _card(chosen, found[chosen])
    if own is None:
        blocks.note(words.NO_OWN)
        if st.button(words.OWN_PAGE, type="tertiary", icon=":material/upload_file:"):
            st.switch_page(session.page("Own nomogram"))


def _card(name: str, card: ModelCard) -> None:
    frame.section(f"{words.NAMES.get(name, name)} {card.version}")
    if card.simulated:
        st.warning(words.SIMULATED)
    blocks.provenance(card.provenance, "")
    left, right = st.columns(2, gap="large")
    with left:
        blocks.facts(words.facts(card))
    with right:
        if card.metrics:
            tables.table(words.METRICS_HEAD, [words.metric_row(metric) for metric in card.metrics])
            blocks.note(words.RANGES)
        else:
            blocks.note(words.NO_METRICS)
    parts = {words.INPUTS: card.inputs, words.OUTPUTS: card.outputs, words.BUILT: card.architecture}
    for heading, part in parts.items():
        with st.expander(heading, key=f"card.{heading}"):
            blocks.facts(words.details(part))
