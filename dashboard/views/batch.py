"""A cohort handed in as one zip, scored beside everything else, its table as it grows."""

from __future__ import annotations

from dataclasses import astuple

import streamlit as st

from core.errors import InputError
from dashboard import session, texts, work
from dashboard.cohorts import COHORTS, Cohort
from dashboard.widgets import blocks, frame, progress, tables

REFRESH_SECONDS = 1.0
MOST_MEGABYTES = 1024


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    blocks.lead(texts.batch.LEAD, texts.batch.STAYS)
    if (cohort := COHORTS.of(session.desk())) is None:
        _hand_in()
        return
    _cohort(cohort)


def _hand_in() -> None:
    now = session.draft()
    dropped = st.file_uploader(
        texts.batch.DROP,
        type=["zip"],
        key=f"upload.cohort.{now.uploads}",
        max_upload_size=MOST_MEGABYTES,
    )
    blocks.note(texts.batch.HOW)
    if dropped is not None:
        now.uploads += 1
        try:
            with st.spinner(texts.batch.READING, show_time=True):
                COHORTS.take(session.desk(), lambda: Cohort(dropped.getbuffer()))
            now.view.pop("cohort", None)
        except InputError as error:
            now.view["cohort"] = texts.plain(error)
        st.rerun()
    if message := now.view.get("cohort"):
        st.error(message)


def _cohort(cohort: Cohort) -> None:
    frame.section("Cohort")
    blocks.note(texts.batch.waiting(cohort.total, len({one.row for one in cohort.problems})))
    if cohort.problems and not cohort.begun:
        tables.table(
            texts.batch.PROBLEMS_HEAD, texts.batch.problem_rows(cohort.problems), words=range(len(cohort.problems) + 3)
        )
    if cohort.running:
        _running(cohort)
    else:
        _standing_still(cohort)


@st.fragment(run_every=REFRESH_SECONDS)
def _running(cohort: Cohort) -> None:
    """Progress, the rows so far and the way to stop; the page runs again when it ends."""
    if not cohort.running:
        st.rerun()
        return
    now = cohort.standing()
    st.progress(now.done / max(now.total, 1), text=texts.batch.standing(*astuple(now)))
    if now.seconds_left is None:
        blocks.note(f"{texts.batch.FIRST_CASE}. {texts.batch.LETS_OTHERS}")
    st.button(texts.batch.STOP, icon=":material/stop_circle:", key="cohort.stop", on_click=cohort.stop)
    _table(cohort)


def _standing_still(cohort: Cohort) -> None:
    now = cohort.standing()
    if cohort.begun:
        blocks.note(texts.batch.standing(*astuple(now)))
    if cohort.message == texts.batch.STOPPED:
        blocks.note(cohort.message)
    elif cohort.message:
        st.error(cohort.message)
    elif cohort.begun:
        blocks.note(texts.batch.FINISHED)
    with st.container(horizontal=True):
        _buttons(cohort, finished=cohort.begun and now.done >= now.total and not cohort.message)
    _table(cohort)


def _buttons(cohort: Cohort, *, finished: bool) -> None:
    if not finished:
        label = texts.batch.RESUME if cohort.begun else texts.batch.START
        if st.button(label, type="primary", icon=":material/play_arrow:"):
            _start(cohort)
            st.rerun()
    if cohort.begun:
        st.download_button(
            texts.batch.SAVE,
            data=cohort.scores,
            file_name="scores.csv",
            mime="text/csv",
            type="primary" if finished else "secondary",
            on_click="ignore",
            icon=":material/download:",
        )
    if st.button(texts.batch.REMOVE, icon=":material/delete:"):
        COHORTS.forget(session.desk())
        st.rerun()


def _start(cohort: Cohort) -> None:
    from core.jobs.backlog import Backlog

    cohort.start(Backlog(work.service()))


def _table(cohort: Cohort) -> None:
    """The rows done, with the sentence of every model that made them."""
    if not (rows := cohort.rows()):
        return
    shown = [texts.batch.score_row(row) for row in rows[: texts.batch.MOST_ROWS]]
    tables.table(texts.batch.SCORES_HEAD, shown, words=(0, 5, 6))
    if len(rows) > len(shown):
        blocks.note(texts.batch.more_rows(len(rows)))
    for name, sentence in session.models().provenance.items():
        blocks.note(f"{name}: {sentence}")
    blocks.note(texts.NOT_FOR_CLINICAL_USE)
