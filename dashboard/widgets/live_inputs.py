"""The nomogram's inputs: what is known about the patient, and the image scores, from the models or by hand."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.findings import Score, Scores
from dashboard import session, texts

PREFIX = "live."
MOST_SESSIONS = 4
FIRST_BY_HAND = {"mtm": 0.5, "dlr": 0.8}
MODEL, BY_HAND, UNKNOWN = "Model", "By hand", "Unknown"


def live_inputs(model: Scores) -> None:
    """Draw the inputs; what is set goes to the session's draft, so that the clinical form follows."""
    values = session.draft().clinical
    values["pvtt"] = _one_of("pvtt", {"no": False, "yes": True}, values.get("pvtt"))
    values["response"] = _one_of("response", {word: word for word in ("CR", "PR", "SD", "PD")}, values.get("response"))
    values["haic_sessions"] = _sessions(values.get("haic_sessions"))
    values["months_since_first_haic"] = _months(values.get("months_since_first_haic"))
    for name in ("mtm", "dlr"):
        _score(name, getattr(model, name))


def _one_of(name: str, answers: dict[str, Any], now: Any) -> Any:
    """One of the answers by its words, or unknown."""
    words = next((word for word, value in answers.items() if value == now), texts.UNKNOWN)
    chosen = st.segmented_control(
        texts.INPUT_LABELS[name],
        [texts.UNKNOWN, *answers],
        key=session.prime(PREFIX + name, words),
        required=True,
        width="stretch",
    )
    return answers.get(chosen)


def _sessions(typed: int | None) -> int | None:
    """1, 2, 3 or more, as the model counts; a larger number typed in the form is kept."""
    answers = {"1": 1, "2": 2, "3": 3, f"> {MOST_SESSIONS - 1}": MOST_SESSIONS}
    chosen: int | None = _one_of("haic_sessions", answers, None if typed is None else min(typed, MOST_SESSIONS))
    return typed if chosen == MOST_SESSIONS and typed is not None and typed > MOST_SESSIONS else chosen


def _months(now: float | None) -> float | None:
    value: float | None = st.number_input(
        texts.INPUT_LABELS["months_since_first_haic"],
        min_value=0.0,
        max_value=600.0,
        step=1.0,
        value=None,
        format="%g",
        placeholder=texts.unknown_between(0, 600),
        key=session.prime(PREFIX + "months_since_first_haic", now),
    )
    return value


def _score(name: str, model: Score | None) -> None:
    """Where the score comes from, and its slider; moving the slider makes it a score by hand."""
    now = session.draft()
    by_hand: float | None = getattr(now, name)
    rest = UNKNOWN if model is None else MODEL
    source_key, slider_key = PREFIX + name + ".source", PREFIX + name
    if session.get(source_key) not in (rest, BY_HAND):
        session.put(source_key, BY_HAND if by_hand is not None else rest)
    source = st.segmented_control(
        texts.INPUT_LABELS[name], [rest, BY_HAND], key=source_key, required=True, help=texts.SCORE_HELP[name]
    )
    if source == UNKNOWN:
        setattr(now, name, None)
        return
    start = by_hand if by_hand is not None else model.value if model is not None else FIRST_BY_HAND[name]
    if source == MODEL or session.get(slider_key) is None:
        session.put(slider_key, round(start if source == BY_HAND else model.value, 2))  # type: ignore[union-attr]
    value = st.slider(
        texts.AXIS_NAMES[name],
        0.0,
        1.0,
        step=0.01,
        key=slider_key,
        label_visibility="collapsed",
        on_change=session.put,
        args=(source_key, BY_HAND),
    )
    setattr(now, name, value if source == BY_HAND else None)
    if source == MODEL and model is not None:
        st.caption(texts.model_score(model))
