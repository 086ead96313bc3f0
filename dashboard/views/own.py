"""A centre's own nomogram: load it, answer what it asks, read its prognosis; its card is always in sight."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.case import ClinicalRecord
from core.errors import InputError
from core.findings import Prognosis, Scores
from core.survival.own_file import OwnNomogram
from core.survival.prognoses import prognosis
from core.survival.questions import answered
from dashboard import session, texts
from dashboard.widgets import answer, blocks, frame, own_file, own_inputs, progress
from dashboard.widgets.live_nomogram import Handles

Container = Any  # streamlit's name for it, DeltaGenerator, is not public
COLUMNS = (1, 1.85, 1.3)
PREFIX = "own."


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    own = session.shelf().loaded
    if own is None:
        own_file.how_to()
        return
    own_file.loaded(own)
    _live(own)


@st.fragment
def _live(own: OwnNomogram) -> None:
    """All that follows a changed input: the answer first, then the inputs as they stand."""
    sentence = st.container(key="sentence")
    left, middle, right = st.columns(COLUMNS, gap="large")
    clinical, scores = _case(sentence)
    form = own_inputs.form(own.nomogram, clinical, scores)
    with sentence:
        found = _prognosis(own, form)
        months, digits = _sentence(own, form, found)
    with right:  # first: the curve takes the browser longest
        if found is None:
            blocks.note(texts.own.WAITS)
        else:
            answer.survival(found, months, digits, _words(own, found))
    with middle:
        answer.drawing(own.nomogram, found, form.names, form.words, Handles(form.answers, form.take))
    with left:
        frame.section(texts.own.ASKS)
        own_inputs.own_inputs(form)
    own_file.about(own)


def _case(sentence: Container) -> tuple[ClinicalRecord, Scores]:
    """What is known of the case; nothing while its values contradict each other."""
    try:
        outlook = session.outlook()
    except InputError as error:
        sentence.error(texts.plain(error))
        return ClinicalRecord(), Scores()
    return outlook.clinical, outlook.scores


def _prognosis(own: OwnNomogram, form: own_inputs.Form) -> Prognosis | None:
    """The answer, None while an input is unknown."""
    known = {name: value for name, value in form.answers.items() if value is not None}
    if len(known) < len(form.asked):
        return None
    return prognosis(own.nomogram, answered(own.nomogram, known), form.spreads)


def _sentence(own: OwnNomogram, form: own_inputs.Form, found: Prognosis | None) -> tuple[float, int]:
    """The sentence, below it the horizon it speaks of and the decimals; or what is missing."""
    if found is None:
        missing = [name for name, value in form.answers.items() if value is None]
        blocks.lead(texts.still_missing(missing, form.names), "")
        return 0.0, 0
    words = st.container()
    offered = list(found.os)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        months = answer.horizon(offered, offered[(len(offered) - 1) // 2], PREFIX)
        digits = answer.decimals(PREFIX)
    with words:
        blocks.lead(texts.lead_sentence(found.os[months], months), texts.own.time_origin(own.nomogram))
    return months, digits


def _words(own: OwnNomogram, found: Prognosis) -> answer.Words:
    source, risk = texts.own.widest_source(found, own.nomogram), texts.own.risk_sentence(found, own.nomogram)
    return answer.Words(texts.own.ORIGIN, source, risk)
