"""Which nomogram the page Prognosis shows: a published one, or the centre's own where it is loaded."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.case import ClinicalRecord
from dashboard import session, texts

Shown = Literal["pre", "post", "own"]
KEY = "live.model"


def own_is_shown() -> bool:
    """Whether the reader chose the centre's own."""
    return session.shelf().loaded is not None and session.draft().view.get(KEY) == "own"


def choose_own() -> None:
    """Choose the centre's own, from another page."""
    session.draft().view[KEY] = "own"


def control(clinical: ClinicalRecord) -> Shown:
    """The control: after response only where that was assessed; a published one unless the reader chose."""
    published = ["pre"] if clinical.response is None else ["pre", "post"]
    offered = [*published, *(["own"] if session.shelf().loaded is not None else [])]
    chosen: Shown = st.segmented_control(
        "Model",
        offered,
        format_func=(texts.MODEL_NAMES | {"own": texts.own.MODEL}).__getitem__,
        key=session.recall(KEY, published[-1], offered),
        required=True,
        label_visibility="collapsed",
        wrap=True,
        on_change=session.remember,
        args=(KEY,),
    )
    return chosen
