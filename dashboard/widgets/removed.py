"""What was taken out of the uploaded files, by name and count."""

from __future__ import annotations

import streamlit as st

from core.io.deid.tally import Tally
from dashboard.texts import door
from dashboard.widgets import blocks, tables


def removed(tally: Tally) -> None:
    """Draw it, if anything was uploaded; that it proves nothing about the pixels stands in the open."""
    if not tally.files:
        return
    blocks.note(door.UNPROVEN)
    with st.expander(door.title(tally), key="removed"):
        blocks.note(door.HOW)
        tables.table(door.HEAD, door.rows(tally), door.CAPTION, words=(0, 1))
