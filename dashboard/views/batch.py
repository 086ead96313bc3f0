"""A cohort handed in as one zip, scored beside everything else, its table as it grows."""

from __future__ import annotations

from dataclasses import astuple
from functools import partial

import streamlit as st

from core.errors import InputError
from core.registry.audit_chain import Act
from dashboard import keeping, leaving, session, signin, texts, work
from dashboard.cohorts import COHORTS, Cohort
from dashboard.widgets import blocks, frame, progress, removed, tables
from dashboard.widgets.download import download

REFRESH_SECONDS = 1.0
MOST_MEGABYTES = 1024


def show() -> None:
    """The page."""
    signin.demand(Act.ASSESSED)  # the page is not among those of a reader
    session.collect()
    progress.while_running()
    blocks.lead(texts.batch.LEAD, texts.batch.STAYS)
    if (cohort := COHORTS.of(session.desk())) is None:
        _hand_in()
        return
    _cohort(cohort)


def _hand_in() -> None:
    now = session.draft()
    left, right = st.columns(2, gap="large")
    with left:
        key = f"upload.cohort.{now.uploads}"
        dropped = st.file_uploader(texts.batch.DROP, type=["zip"], key=key, max_upload_size=MOST_MEGABYTES)
        blocks.note(texts.batch.HOW)
        if (message := now.view.get("cohort")) and dropped is None:
            st.error(message)
    with right:
        blocks.note(texts.batch.EXAMPLE)
        st.code(texts.batch.EXAMPLE_FILES, language=None)
        st.code(texts.batch.EXAMPLE_TABLE, language=None, wrap_lines=True)
        blocks.note(texts.batch.TRY)
    if dropped is not None:
        now.uploads += 1
        try:
            with st.spinner(texts.batch.READING, show_time=True):
                desk = session.desk()
                COHORTS.take(desk, lambda: Cohort(dropped.getbuffer()))
                leaving.check(desk)
            now.view.pop("cohort", None)
        except InputError as error:
            now.view["cohort"] = texts.plain(error)
        st.rerun()


def _cohort(cohort: Cohort) -> None:
    frame.section(texts.batch.COHORT)
    if cohort.running:
        _running(cohort)
    else:
        _standing_still(cohort)


@st.fragment(run_every=REFRESH_SECONDS)
def _running(cohort: Cohort) -> None:
    """Progress, the rows so far and the way to stop; the page runs again when it ends, or the sign-in does."""
    if signin.visit().me is None or not cohort.running:
        st.rerun()
        return
    now = cohort.standing()
    st.progress(now.done / max(now.total, 1), text=texts.batch.standing(*astuple(now)))
    if now.seconds_left is None:
        blocks.note(f"{texts.batch.FIRST_CASE}. {texts.batch.LETS_OTHERS}")
    st.button(texts.batch.STOP, icon=":material/stop_circle:", key="cohort.stop", on_click=_stop, args=(cohort,))
    _table(cohort)


def _standing_still(cohort: Cohort) -> None:
    now = cohort.standing()
    if cohort.begun:
        ended = texts.batch.FINISHED if not cohort.message else ""
        stopped = texts.batch.STOPPED if cohort.message == texts.batch.STOPPED else ""
        blocks.note(f"{texts.batch.standing(*astuple(now))}. {ended}{stopped}".strip())
    else:
        _checked(cohort)
    if cohort.message not in ("", texts.batch.STOPPED):
        st.error(cohort.message)
    with st.container(horizontal=True):
        _buttons(cohort, finished=cohort.begun and now.done >= now.total and not cohort.message)
    _table(cohort)


def _checked(cohort: Cohort) -> None:
    """What the table holds and what went from the files, before anything is scored."""
    removed.removed(cohort.removed)
    if cohort.renamed:
        blocks.note(texts.batch.renamed(cohort.renamed))
    blocks.note(texts.batch.waiting(cohort.total, len({one.row for one in cohort.problems})))
    if cohort.problems:
        tables.table(texts.batch.PROBLEMS_HEAD, texts.batch.problem_rows(cohort.problems), words=range(3))


def _buttons(cohort: Cohort, *, finished: bool) -> None:
    if not finished:
        label = texts.batch.RESUME if cohort.begun else texts.batch.START
        if st.button(label, type="primary", icon=":material/play_arrow:"):
            try:
                _start(cohort)
            except InputError as error:
                st.error(texts.plain(error))
                return
            st.rerun()
    if cohort.begun:
        download(
            texts.batch.SAVE,
            partial(keeping.exported_cohort, session.models(), cohort.standing().done, cohort.scores),
            file_name="scores.csv",
            mime="text/csv",
            type="primary" if finished else "secondary",
            icon=":material/download:",
        )
    if st.button(texts.batch.REMOVE, icon=":material/delete:"):
        COHORTS.forget(session.desk())
        st.rerun()


def _start(cohort: Cohort) -> None:
    from core.jobs.backlog import Backlog

    keeping.note_cohort(session.models(), Act.ASSESSED, cohort.total)
    cohort.start(Backlog(work.service()))


def _stop(cohort: Cohort) -> None:
    """A callback, which nothing of the page runs before: it asks for itself who is there."""
    if signin.may(Act.ASSESSED):
        cohort.stop()


def _table(cohort: Cohort) -> None:
    """The rows done, and what they are worth."""
    if not (rows := cohort.rows()):
        return
    shown = [texts.batch.score_row(row) for row in rows[: texts.batch.MOST_ROWS]]
    tables.table(texts.batch.SCORES_HEAD, shown, words=(0, 5, 6))
    if len(rows) > len(shown):
        blocks.note(texts.batch.more_rows(len(rows)))
    blocks.note(f"{frame.image_scores()} {texts.NOT_FOR_CLINICAL_USE}")
