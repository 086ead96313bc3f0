"""Is this patient in the study? A light for each criterion, and how the patient's values lie in the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.inclusion import settled_by
from dashboard import session, texts
from dashboard.figures import style
from dashboard.figures.deviations import deviation_strips
from dashboard.outlook import Outlook
from dashboard.texts import study as words
from dashboard.widgets import blocks, clinical_form, frame, lights, progress, tables

if TYPE_CHECKING:
    from core.studies.cohort_distance import CohortDistance


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    try:
        outlook = session.outlook()
    except InputError as error:
        st.error(texts.plain(error))
        return
    blocks.lead(words.count_sentence(outlook.criteria), words.verdict(outlook.criteria))
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(words.TITLE)
        lights.lights(outlook.criteria, words.answers(outlook.clinical), settled_by(outlook.clinical))
        blocks.note(words.CRITERIA_SOURCE)
    found = _distance(outlook)
    with right:
        _deviations(found)
    _tables(found, outlook)


def _distance(outlook: Outlook) -> CohortDistance:
    from core.studies.cohort_distance import cohort_distance  # imported here: it would hold up the first page

    return cohort_distance(outlook.clinical, outlook.scores, session.nomogram("post"))


def _deviations(found: CohortDistance) -> None:
    from core.studies.cohort_distance import FAR

    names = clinical_form.labels()
    frame.section(words.DISTANCE)
    if rows := words.strip_rows(found.deviations, names):
        blocks.note(words.distance_sentence(found, names))
        figure = deviation_strips(rows, FAR, style.palette(session.theme()))
        alt = words.strip_description(rows)
        st.plotly_chart(figure, key="deviations", config=style.CONFIG, theme=None, alt=alt)
    else:
        blocks.note(words.NO_VALUE)
    if unknown := words.unknown_values(found.deviations, names):
        blocks.note(unknown)
    blocks.note(words.WHAT_DISTANCE)
    blocks.note(words.LIMITS)


def _tables(found: CohortDistance, outlook: Outlook) -> None:
    names, scores = clinical_form.labels(), outlook.scores
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(words.SCORE_TITLE)
        dlr, mtm = (None if score is None else score.value for score in (scores.dlr, scores.mtm))
        blocks.facts(words.score_facts(found, dlr, mtm))
        blocks.note(words.SCORE_NOTE)
        frame.section(words.MEDIAN_TITLE)
        _known(words.MEDIAN_HEAD, words.median_rows(found, names), words.unknown_values(found.medians, names))
        blocks.note(words.MEDIAN_NOTE)
    with right:
        frame.section(words.SHARE_TITLE)
        _known(words.SHARE_HEAD, words.share_rows(found, names), words.unknown_values(found.frequencies, names))
        blocks.note(words.SHARE_NOTE)


def _known(head: Sequence[str], rows: Sequence[Sequence[str]], unknown: str) -> None:
    """The known values as a table, the unknown ones counted."""
    if rows:
        tables.table(head, rows, words=(0, 1, 4))
    else:
        blocks.note(words.NOTHING_KNOWN)
    if unknown:
        blocks.note(unknown)
