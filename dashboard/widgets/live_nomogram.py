"""The live nomogram: the drawing in a component of our own whose marks can be moved.

While a mark is dragged the browser moves points, total and survival by itself; the value goes to the inputs of the page
as fast as it can follow, and from there into sentence, curve and table as if it had been typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core.survival.model import Nomogram
from core.survival.questions import questions
from dashboard import held, texts
from dashboard.figures.live_drawing import Standing, cohort_tags, live_drawing
from dashboard.widgets import blocks
from dashboard.widgets.component import registered

Take = Callable[[str, float], None]
NOTHING_HEARD = {"token": "", "number": 0}


@dataclass(frozen=True)
class Handles:
    """What the marks stand at, and who takes what they are moved to.

    Attributes:
        values: by axis; None is unknown.
        take: given axis and value, puts it where the page's inputs keep theirs.
    """

    values: Mapping[str, float | None]
    take: Take


def show(nomogram: Nomogram, handles: Handles, names: Mapping[str, str], readings: Mapping[str, str]) -> None:
    """The drawing; it hides the still one beside it once it is drawn."""
    mount = st.components.v2.component(registered("live"), js="nomogram.js", css="nomogram.css")
    key = f"nomogram.{nomogram.model}"
    drawn = live_drawing(nomogram, Standing(handles.values, readings), names)
    mount(
        key=key,
        data=drawn | {"heard": _heard(_moves(key))},
        on_moves_change=partial(_take, key, nomogram, handles.take),
    )


def notes(nomogram: Nomogram, names: Mapping[str, str]) -> None:
    """What can be done with the drawing, and where the cohort behind the axes is known from."""
    set_here = f" {texts.live.RESPONSE_SET}" if nomogram.model == "post" else ""
    blocks.note(f"{texts.live.HOW}{set_here}")
    if cohort := texts.live.cohort_note(cohort_tags(nomogram), names):
        blocks.note(cohort)


def take(nomogram: Nomogram, told: Take, payload: object) -> None:
    """Hand on the moves of `payload` that the nomogram's axes take; others are not looked at.

    Args:
        nomogram: whose axes were moved.
        told: given axis and value.
        payload: {"token": of the browser's drawing, "number": of the message, "moves": [[axis, value]]}.
    """
    moves = payload.get("moves") if isinstance(payload, Mapping) else None
    asked = {question.name: question for question in questions(nomogram)}
    for move in moves if isinstance(moves, list) else ():
        name, value = move if isinstance(move, list) and len(move) == 2 else (None, None)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(name, str) and name in asked and is_number and asked[name].takes(float(value)):
            told(name, float(value))


def _take(key: str, nomogram: Nomogram, told: Take) -> None:
    take(nomogram, told, _moves(key))


def _moves(key: str) -> Any:
    """The last message of the browser's drawing."""
    return getattr(held.get(key), "moves", None)


def _heard(message: object) -> Mapping[str, Any]:
    """What the browser is told of its last message, so that it knows when its own value has come back."""
    if not isinstance(message, Mapping):
        return NOTHING_HEARD
    return {"token": message.get("token"), "number": message.get("number")}
