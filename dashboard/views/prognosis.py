"""The prognosis: one sentence, the nomogram, the curve, and everything that moves them."""

from __future__ import annotations

import streamlit as st

from core.errors import ArtefactError, InputError
from core.findings import Prognosis
from dashboard import session, texts
from dashboard.figures import style
from dashboard.figures.nomogram_drawing import nomogram_drawing
from dashboard.figures.survival_curve import survival_curve
from dashboard.widgets import blocks, frame
from dashboard.widgets.live_inputs import live_inputs

HORIZONS = (12, 36, 60)


def show() -> None:
    """The page."""
    session.collect()
    _live()


@st.fragment
def _live() -> None:
    """All that follows a changed input; nothing else runs again."""
    inputs, answer = st.columns([1, 3.1], gap="large")
    with inputs:
        frame.section("What is known")
        try:
            live_inputs(session.model_scores())
            outlook = session.outlook()
        except InputError as error:
            st.error(str(error))
            return
        except ArtefactError as error:
            st.error(str(error))
            return
        blocks.note(texts.KNOWN_NOT_LEVERS)
    with answer:
        model, months, digits = _choose(outlook)
        prognosis: Prognosis | None = getattr(outlook, model)
        if prognosis is None:
            st.info(texts.NO_PROGNOSIS[model])
            _about(outlook)
        else:
            _answer(prognosis, outlook, months, digits)


def _choose(outlook: session.Outlook) -> tuple[str, int, int]:
    """The model, the year and the number of decimals."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        offered = ["pre"] if outlook.clinical.response is None else ["pre", "post"]
        key = session.prime("live.model", offered[-1])
        if session.get(key) not in offered:
            session.put(key, offered[-1])
        model = st.segmented_control(
            "Model", offered, format_func=texts.MODEL_NAMES.get, key=key, required=True, help=texts.POST_WAITS
        )
        months = st.segmented_control(
            "Horizon", HORIZONS, format_func=texts.years, key=session.prime("live.months", 36), required=True
        )
        decimal = st.toggle("One decimal", key=session.prime("live.decimal", False))
    return model, months, int(decimal)


def _answer(prognosis: Prognosis, outlook: session.Outlook, months: int, digits: int) -> None:
    conditional = prognosis.os_conditional
    known = conditional if conditional else prognosis.os
    alive_at = prognosis.months_since_first_haic if conditional else None
    shown = months if months in known else min(known)
    blocks.lead(texts.lead_sentence(known[shown], shown, alive_at), texts.time_origin(prognosis))
    colours = style.palette(session.theme())
    nomogram = getattr(session.models(), prognosis.model)
    values = texts.axis_readings(outlook.clinical, outlook.scores)
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        frame.section("Nomogram")
        figure = nomogram_drawing(nomogram, prognosis, texts.AXIS_NAMES, values, colours)
        alt = texts.nomogram_description(prognosis)
        st.plotly_chart(figure, key="nomogram", config=style.CONFIG, theme=None, alt=alt)
        _criteria(outlook)
    with right:
        frame.section("Survival")
        figure = survival_curve(prognosis, shown, colours)
        alt = texts.curve_description(prognosis.curve)
        st.plotly_chart(figure, key="curve", config=style.CONFIG, theme=None, alt=alt)
        blocks.readings(known, shown, digits)
        blocks.note(f"{texts.widest_source(prognosis)} {texts.FOLLOW_UP_ENDS}")
        cuts = nomogram.cut_published.value, nomogram.cut_effective.value
        blocks.group(texts.GROUP_NAMES[prognosis.risk_group], texts.risk_sentence(prognosis, *cuts))
        _warnings(outlook)


def _about(outlook: session.Outlook) -> None:
    """What can be said without a prognosis."""
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        _criteria(outlook)
    with right:
        _warnings(outlook)


def _criteria(outlook: session.Outlook) -> None:
    frame.section("Is this patient like those of the study?")
    blocks.criteria(outlook.criteria)


def _warnings(outlook: session.Outlook) -> None:
    frame.section("Warnings")
    blocks.notices(outlook.warnings, texts.NO_WARNINGS)
