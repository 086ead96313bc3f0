"""The answer of a nomogram: which horizon, the sentence, the drawing with the patient on it, the curve with its table.

Shared by the pages of the published nomograms and of a centre's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.findings import Prognosis
from core.survival.model import Nomogram
from dashboard import session, texts
from dashboard.figures.nomogram_drawing import lay_out, nomogram_drawing
from dashboard.pins import Shown
from dashboard.widgets import blocks, frame, live_nomogram, paper, pins, survival_views
from dashboard.widgets.choice import one_of


@dataclass(frozen=True)
class Words:
    """What a page says about its curve.

    Attributes:
        origin: from what time is counted.
        remark: what makes the band wide, and where the curve stops.
        risk: where the linear predictor stands against the cut-offs.
    """

    origin: str
    remark: str
    risk: str


def horizon(offered: Sequence[float], otherwise: float, prefix: str) -> float:
    """The horizon to speak of, in months; the reader's choice is kept beyond the page."""
    chosen: float = one_of("Horizon", f"{prefix}months", texts.time_spans(offered), otherwise)
    return chosen


def decimals(prefix: str) -> int:
    """How many decimals to show, 0 or 1."""
    key = session.recall(f"{prefix}decimal", False)
    return int(st.toggle("One decimal", key=key, on_change=session.remember, args=(key,)))


def drawing(
    nomogram: Nomogram,
    prognosis: Prognosis | None,
    names: Mapping[str, str],
    readings: Mapping[str, str],
    handles: live_nomogram.Handles | None = None,
) -> None:
    """The nomogram, with the patient if all is known.

    Args:
        nomogram: the axes.
        prognosis: the patient's points, None while an input is unknown.
        names: the axes in words; readings: the answers in words.
        handles: lets the marks be moved; without them, and where the browser cannot draw it so, the drawing is still.
    """
    frame.section("Nomogram")
    description = texts.nomogram_description(prognosis, names)
    with st.container(key="nomogram", gap=None):
        st.html(nomogram_drawing(lay_out(nomogram, prognosis, names, readings), description))
        if handles is not None:
            live_nomogram.show(nomogram, handles, names, readings)
    if handles is not None:
        live_nomogram.notes(nomogram, names)
    if prognosis is not None:
        with st.expander("The points as a table", key="points-table"):
            blocks.points(prognosis, names, readings)
    paper.nomogram(nomogram, prognosis, names, readings)


def survival(prognosis: Prognosis, months: float, digits: int, words: Words, shown: Shown | None = None) -> None:
    """The chosen view of survival, the readings at the horizons, and, smaller, the risk group.

    Args:
        prognosis: the answer, with any number of horizons.
        months: the horizon that the sentence speaks of.
        digits: decimals of the readings, 0 or 1.
        words: what the page says about it.
        shown: the same as it can be pinned and compared; None where nothing is pinned.
    """
    with st.container(key="survival", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            frame.section("Survival")
            if shown is not None:
                pins.button(shown)
        survival_views.chosen(prognosis, months, words.origin, pins.curves(shown))
        blocks.readings(prognosis, months, digits)
    if shown is not None and session.draft().pins:
        pins.compared(shown, digits)
    else:
        survival_views.beside(prognosis, months, words.origin)
    blocks.note(words.remark)
    blocks.group(texts.GROUP_NAMES[prognosis.risk_group], words.risk)
