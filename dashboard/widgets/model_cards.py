"""The cards of the loaded models, one at a time."""

from __future__ import annotations

import streamlit as st

from core.model_card import ModelCard
from dashboard import session
from dashboard.texts import cards as words
from dashboard.widgets import blocks, frame, own_file, tables
from dashboard.widgets.choice import one_of

KEY = "validation.card"


def show() -> None:
    """The picker, the chosen card, and the place to load a nomogram of one's own, which then has a card too."""
    found = dict(session.models().cards)
    own = session.shelf().loaded
    if own is not None:
        found["own"] = own.card
    names = {name: words.NAMES.get(name, name) for name in found}
    chosen = one_of("Model", KEY, names, None if own is None else "own")
    _card(chosen, found[chosen])
    if own is None:
        frame.section(words.OWN)
        blocks.note(words.NO_OWN)
        own_file.drop()
    elif chosen == "own":
        own_file.what_next()


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
