"""The prognosis: one sentence, the nomogram, the curve, and the inputs that move them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import InputError
from core.findings import Prognosis
from core.survival.prognoses import model_inputs
from dashboard import session, texts
from dashboard.draft import Model
from dashboard.outlook import Outlook
from dashboard.pins import INPUTS, Shown
from dashboard.widgets import (
    answer,
    blocks,
    frame,
    lived,
    model_choice,
    own_prognosis,
    paper,
    progress,
    save,
    shift,
    stages,
    study_line,
)
from dashboard.widgets.live_inputs import live_inputs, take
from dashboard.widgets.live_nomogram import Handles

Container = Any  # streamlit's name for it, DeltaGenerator, is not public
HORIZONS = (12, 36, 60)
COLUMNS = (1, 1.85, 1.3)


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    _live()


@st.fragment
def _live() -> None:
    """All that follows a changed input, and nothing else: the answer first, then the inputs as they stand."""
    own = session.shelf().loaded
    if own is not None and model_choice.own_is_shown():
        own_prognosis.show(own)
        return
    sentence = st.container(key="sentence")
    left, middle, right = st.columns(COLUMNS, gap="large")
    try:
        outlook = session.outlook()
    except InputError as error:
        sentence.error(texts.plain(error))
    else:
        _answer(outlook, sentence, middle, right)
    with left:
        frame.section("What is known")
        live_inputs(session.model_scores())
        blocks.note(texts.KNOWN_NOT_LEVERS)
        save.control()


def _answer(outlook: Outlook, sentence: Container, middle: Container, right: Container) -> None:
    """The sentence, the drawing and the curve, each in its place."""
    with sentence:
        words = st.container()
        model, months, digits = _choose(outlook)
    prognosis: Prognosis | None = getattr(outlook, model)
    with words:
        if prognosis is None:
            blocks.lead(texts.still_missing(_missing(model, outlook)), "")
        else:
            months = _shown_horizon(prognosis, months)
            _sentence(prognosis, months)
    if prognosis is not None:
        with right:
            _survival(prognosis, months, digits, _shown(prognosis, outlook))  # first: it takes the browser longest
    with middle:
        _nomogram(model, prognosis, outlook)
        stages.section(outlook.clinical)
        study_line.show(outlook.criteria)
    with right:
        frame.section("Warnings")
        blocks.notices([n for n in outlook.warnings if n.code != "missing_input"], texts.NO_WARNINGS)
        paper.report(outlook, model)


def _choose(outlook: Outlook) -> tuple[Model, float, int]:
    """The model, the horizon in months and the number of decimals."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        # a nomogram of the centre's own is shown by own_prognosis
        model: Model = "pre" if model_choice.control(outlook.clinical) == "pre" else "post"
        months = answer.horizon(HORIZONS, 36, "live.")
        digits = answer.decimals("live.")
        lived.control(model)
    if outlook.clinical.response is None:
        blocks.note(texts.POST_WAITS)
    return model, months, digits


def _missing(model: Model, outlook: Outlook) -> list[str]:
    """Names of the inputs that the model still needs."""
    inputs = model_inputs(outlook.clinical, outlook.scores)
    return [name for name in session.nomogram(model).names if inputs[name] is None]


def _shown_horizon(prognosis: Prognosis, months: float) -> float:
    """The horizon asked for, or the first one that still lies ahead."""
    ahead = prognosis.os_conditional or prognosis.os
    return months if months in ahead else min(ahead)


def _sentence(prognosis: Prognosis, months: float) -> None:
    conditional = prognosis.os_conditional
    alive_at = prognosis.months_since_first_haic if conditional else None
    survival = (conditional or prognosis.os)[months]
    blocks.lead(texts.lead_sentence(survival, months, alive_at), texts.time_origin(prognosis))


def _nomogram(model: Model, prognosis: Prognosis | None, outlook: Outlook) -> None:
    readings = texts.axis_readings(outlook.clinical, outlook.scores)
    handles = Handles(model_inputs(outlook.clinical, outlook.scores), take)
    answer.drawing(session.nomogram(model), prognosis, texts.AXIS_NAMES, readings, handles)
    if prognosis is None:
        return
    if prognosis.os_conditional:
        blocks.note(texts.AXES_UNCONDITIONAL)
    blocks.note(texts.WHERE_FROM)
    shift.show(outlook)


def _shown(prognosis: Prognosis, outlook: Outlook) -> Shown:
    """The prognosis as it can be pinned."""
    now = session.draft()
    answers = texts.axis_readings(outlook.clinical, outlook.scores)
    clinical = {name: now.clinical.get(name) for name in INPUTS}
    return Shown(prognosis, texts.MODEL_NAMES[prognosis.model], texts.AXIS_NAMES, answers, clinical, (now.mtm, now.dlr))


def _survival(prognosis: Prognosis, months: float, digits: int, shown: Shown) -> None:
    nomogram = session.nomogram(prognosis.model)
    cuts = nomogram.cut_published.value, nomogram.cut_effective.value
    words = answer.Words(
        texts.FIRST_HAIC,
        f"{texts.widest_source(prognosis)} {texts.follow_up_ends(nomogram.follow_up_months.value)}",
        texts.risk_sentence(prognosis, *cuts),
    )
    answer.survival(prognosis, months, digits, words, shown)
    if prognosis.model == "pre" and shown.clinical[lived.NAME] is not None:
        blocks.note(texts.people.NOT_BEFORE_TREATMENT)
