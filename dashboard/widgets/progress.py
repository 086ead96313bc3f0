"""The steps of an assessment with their time: what is left while it runs, what it took; the way to stop it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.pipeline import STEPS
from dashboard import session, texts
from dashboard.pace import seconds_left, share_done
from dashboard.runs import Run
from dashboard.widgets import blocks

REFRESH_SECONDS = 1.0


def while_running() -> None:
    """The progress in one line, where there is any."""
    if session.draft().run is not None:
        running(expanded=False)


@st.fragment(run_every=REFRESH_SECONDS)
def running(expanded: bool = True) -> None:
    """Draw the progress every second; run the page again when the assessment ends."""
    run = session.draft().run
    if run is None or run.done:
        st.rerun()
        return
    durations = run.seconds_by_step()
    box = st.status(_heading(durations, run), expanded=expanded, state="running")
    with box.container():  # the status itself would call itself complete at the end of its block
        st.progress(share_done(durations))
        blocks.steps(durations, STEPS, running=True)
    st.button(texts.work.STOP, icon=":material/stop_circle:", key="work.stop", on_click=session.stop_assessment)


def planned() -> None:
    """The steps to come."""
    blocks.steps([], STEPS, running=False)


def finished(seconds: Mapping[str, float]) -> None:
    """Durations of a finished assessment."""
    blocks.steps(list(seconds.items()), tuple(seconds), running=False)


def _heading(durations: list[tuple[str, float]], run: Run) -> str:
    if before := run.place():
        return texts.work.place(before, run.lacks_memory())
    if not durations:
        return f"{texts.PREPARING} …"
    step = texts.STEP_NAMES.get(durations[-1][0], durations[-1][0])
    return f"{step} … {texts.work.left(seconds_left(durations))}"
