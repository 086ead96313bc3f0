"""The nomogram's inputs: what is known about the patient, and the image scores, from the models or by hand."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import InputError
from core.findings import Score, Scores
from core.survival.prognoses import model_inputs
from dashboard import held, session, texts

PREFIX = "live."
MOST_SESSIONS = 4
FIRST_BY_HAND = {"mtm": 0.5, "dlr": 0.8}
ANSWERS: dict[str, dict[str, Any]] = {
    "pvtt": {"no": False, "yes": True},
    "response": {word: word for word in ("CR", "PR", "SD", "PD")},
    "haic_sessions": {"1": 1, "2": 2, "3": 3, f"> {MOST_SESSIONS - 1}": MOST_SESSIONS},
}
ON_THE_AXIS: dict[str, dict[float, Any]] = {
    "pvtt": {0.0: False, 1.0: True},
    "response": {0.0: "SD", 1.0: "PR"},  # one of each kind
    "haic_sessions": {float(count): count for count in range(1, MOST_SESSIONS + 1)},
}
"""What the form is given for a place on the drawing's axis."""
MODEL, BY_HAND, UNKNOWN = "Model", "By hand", "Unknown"


def live_inputs(model: Scores) -> None:
    """Draw the inputs as the draft has them.

    What is changed goes to the draft before the page runs again, so that the page can draw the answer first.
    """
    for name, answers in ANSWERS.items():
        _one_of(name, answers)
    for name in ("mtm", "dlr"):
        _score(name, getattr(model, name))


def take(name: str, value: float) -> None:
    """Take the value of an axis that was set on the drawing, as the inputs here take theirs."""
    if name in ON_THE_AXIS:
        if value != _on_the_axis(name):  # CR, or more sessions than the axis has, stand where it says no more
            session.draft().clinical[name] = ON_THE_AXIS[name][value]
    else:
        setattr(session.draft(), name, round(value, 2))


def _on_the_axis(name: str) -> float | None:
    try:
        return model_inputs(session.draft().record(), Scores())[name]
    except InputError:  # the form contradicts itself, which the page says
        return None


def _one_of(name: str, answers: dict[str, Any]) -> None:
    """One of the answers by its words, or unknown."""
    now = session.draft().clinical.get(name)
    if name == "haic_sessions" and now is not None:
        now = min(now, MOST_SESSIONS)
    st.segmented_control(
        texts.INPUT_LABELS[name],
        [texts.UNKNOWN, *answers],
        key=held.put(PREFIX + name, next((word for word, value in answers.items() if value == now), texts.UNKNOWN)),
        required=True,
        width="stretch",
        on_change=_answered,
        args=(name,),
    )


def _answered(name: str) -> None:
    """Take an answer; more sessions than the model counts, typed in the form, are kept."""
    values = session.draft().clinical
    answer = ANSWERS[name].get(held.get(PREFIX + name))
    kept = name == "haic_sessions" and answer == MOST_SESSIONS and (values.get(name) or 0) > MOST_SESSIONS
    values[name] = values[name] if kept else answer


def _score(name: str, model: Score | None) -> None:
    """Where the score comes from, and its slider; moving the slider makes it a score by hand."""
    by_hand: float | None = getattr(session.draft(), name)
    rest = UNKNOWN if model is None else MODEL
    start = model.value if model is not None else FIRST_BY_HAND[name]
    st.segmented_control(
        texts.INPUT_LABELS[name],
        [rest, BY_HAND],
        key=held.put(f"{PREFIX}{name}.source", rest if by_hand is None else BY_HAND),
        required=True,
        help=texts.SCORE_HELP[name],
        on_change=_source_chosen,
        args=(name, start),
    )
    if by_hand is None and model is None:
        return
    st.slider(
        texts.AXIS_NAMES[name],
        0.0,
        1.0,
        step=0.01,
        key=held.put(PREFIX + name, round(start if by_hand is None else by_hand, 2)),
        label_visibility="collapsed",
        on_change=_slid,
        args=(name,),
    )
    if by_hand is None and model is not None:
        st.caption(texts.model_score(model))


def _source_chosen(name: str, start: float) -> None:
    chosen = held.get(f"{PREFIX}{name}.source")
    setattr(session.draft(), name, round(start, 2) if chosen == BY_HAND else None)


def _slid(name: str) -> None:
    setattr(session.draft(), name, held.get(PREFIX + name))
