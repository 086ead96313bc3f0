"""What the model was built on and how far it can be trusted: one part at a time, so that the page opens fast."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.widgets import progress
from dashboard.widgets.choice import one_of

PARTS = (
    "Built on",
    "Reproduction",
    "Calibration",
    "AUC over time",
    "Decision curve",
    "Staging systems",
    "Landmark",
    "Contradictions",
    "Model cards",
)
KEY = "validation.part"


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    _live()


@st.fragment
def _live() -> None:
    """The chosen part; the choice draws only this again."""
    from dashboard.widgets import validation_parts  # imported here: its studies would hold up the first page

    validation_parts.lead()
    validation_parts.part(one_of("Part", KEY, {part: part for part in PARTS}))
