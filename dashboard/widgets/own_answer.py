"""What a centre's own nomogram says of the session's case; shared by its own page and the page Prognosis."""

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
from dashboard.outlook import Outlook
from dashboard.pins import Shown
from dashboard.texts import own_mapping
from dashboard.widgets import answer, blocks, frame, own_inputs, tables
from dashboard.widgets.live_nomogram import Handles

Container = Any  # streamlit's name for it, DeltaGenerator, is not public
COLUMNS = (1, 1.85, 1.3)
PREFIX = "own."


def outlook_or_error(place: Container) -> Outlook | None:
    """The case's outlook; one sentence in `place`, and None, while its values contradict each other."""
    try:
        return session.outlook()
    except InputError as error:
        place.error(texts.plain(error))
        return None


def form_of(own: OwnNomogram, outlook: Outlook | None) -> own_inputs.Form:
    """Its questions, answered by the case as far as that goes."""
    if outlook is None:
        return own_inputs.form(own.nomogram, ClinicalRecord(), Scores())
    return own_inputs.form(own.nomogram, outlook.clinical, outlook.scores)


def prognosis_of(own: OwnNomogram, form: own_inputs.Form) -> Prognosis | None:
    """The answer, None while an input is unknown."""
    known = {name: value for name, value in form.answers.items() if value is not None}
    if len(known) < len(form.asked):
        return None
    return prognosis(own.nomogram, answered(own.nomogram, known), form.spreads)


def horizon(found: Prognosis) -> float:
    """The control of its horizons."""
    offered = list(found.os)
    return answer.horizon(offered, offered[(len(offered) - 1) // 2], PREFIX)


def lead(own: OwnNomogram, form: own_inputs.Form, found: Prognosis | None, months: float) -> None:
    """The sentence, or what is missing for it."""
    if found is None:
        missing = [name for name, value in form.answers.items() if value is None]
        blocks.lead(texts.still_missing(missing, form.names), "")
        return
    blocks.lead(texts.lead_sentence(found.os[months], months), texts.own.time_origin(own.nomogram))


def survival(own: OwnNomogram, form: own_inputs.Form, found: Prognosis | None, reading: tuple[float, int]) -> None:
    """Curve, table and risk group once all is known; `reading` is the horizon in months and the decimals."""
    if found is None:
        blocks.note(texts.own.WAITS)
        return
    source, risk = texts.own.widest_source(found, own.nomogram), texts.own.risk_sentence(found, own.nomogram)
    shown = Shown(found, texts.own.MODEL, form.names, form.words)
    answer.survival(found, *reading, answer.Words(texts.own.ORIGIN, source, risk), shown)


def drawing(own: OwnNomogram, form: own_inputs.Form, found: Prognosis | None) -> None:
    """The nomogram, with the patient once all is known."""
    answer.drawing(own.nomogram, found, form.names, form.words, Handles(form.answers, form.take))


def mapping(form: own_inputs.Form, outlook: Outlook | None) -> None:
    """Which input is answered from the record, and from what."""
    clinical, scores = (ClinicalRecord(), Scores()) if outlook is None else (outlook.clinical, outlook.scores)
    frame.section(own_mapping.TITLE)
    found = own_mapping.Answers(form.asked, form.names, form.case, form.by_hand)
    tables.table(own_mapping.HEAD, own_mapping.rows(found, clinical, scores), words=(0, 1, 2))
    blocks.note(own_mapping.HOW)


def questions(form: own_inputs.Form) -> None:
    """What it asks."""
    frame.section(texts.own.ASKS)
    own_inputs.own_inputs(form)


def decimals(found: Prognosis | None) -> int:
    """The control of the decimals, 0 while there is nothing to read."""
    return 0 if found is None else answer.decimals(PREFIX)


def row() -> Container:
    """A row of controls."""
    return st.container(horizontal=True, vertical_alignment="center", gap="medium")
