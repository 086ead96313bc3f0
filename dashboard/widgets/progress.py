"""The steps of an assessment with their time, while it runs in the worker thread and afterwards."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.pipeline import STEPS
from dashboard import session, texts
from dashboard.widgets import blocks

REFRESH_SECONDS = 0.5


def while_running() -> None:
    """The progress in one line, where there is any."""
    if session.draft().run is not None:
        running(expanded=False)


@st.fragment(run_every=REFRESH_SECONDS)
def running(expanded: bool = True) -> None:
    """Draw the progress every half second; run the page again when the assessment ends."""
    run = session.draft().run
    if run is None or run.done:
        st.rerun()
        return
    durations = run.seconds_by_step()
    step = texts.STEP_NAMES.get(durations[-1][0], durations[-1][0]) if durations else texts.PREPARING
    box = st.status(f"{step} …", expanded=expanded, state="running")
    with box.container():  # the status itself would call itself complete at the end of its block
        st.progress(run.share)
        blocks.steps(durations, STEPS, running=True)


def planned() -> None:
    """The steps to come."""
    blocks.steps([], STEPS, running=False)


def finished(seconds: Mapping[str, float]) -> None:
    """Durations of a finished assessment."""
    blocks.steps(list(seconds.items()), tuple(seconds), running=False)
