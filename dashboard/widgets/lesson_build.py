"""The nomogram built step by step with the reader's own numbers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import InputError
from core.findings import Prognosis
from core.survival.derivation import Derivation, derive
from core.survival.model import Nomogram
from core.survival.prognoses import model_inputs, prognosis
from dashboard import held, session, texts
from dashboard.draft import Model
from dashboard.figures.growing_nomogram import growing_nomogram
from dashboard.figures.nomogram_drawing import lay_out
from dashboard.texts import learn
from dashboard.widgets import blocks, frame, lesson_blocks

COLUMNS = (1, 2.6)
STEP = "build.step"


def build() -> None:
    """The inputs on the left, the step on the right."""
    left, right = st.columns(COLUMNS, gap="large")
    with left:
        nomogram = session.nomogram(_inputs())
    with right:
        _step(nomogram)


def _inputs() -> Model:
    """Draw the inputs of the chosen model; returns the model."""
    frame.section(learn.YOUR_NUMBERS)
    blocks.note(learn.INPUTS_ARE)
    names = {"post": texts.MODEL_NAMES["post"], "pre": texts.MODEL_NAMES["pre"]}
    model: Model = lesson_blocks.choice("Model", "build.model", names, width="stretch", label_visibility="collapsed")
    for name in session.nomogram(model).names:
        (_one_of if name in learn.ANSWERS else _score)(name)
    st.button(
        learn.FROM_CASE,
        key="learn.build.from_case",
        help=learn.FROM_CASE_HELP,
        icon=":material/person:",
        on_click=_from_case,
        disabled=not any(value is not None for value in _known().values()),
    )
    return model


def _one_of(name: str) -> None:
    answers = learn.ANSWERS[name]
    now = session.lesson().inputs[name]
    st.segmented_control(
        texts.AXIS_NAMES[name],
        list(answers),
        format_func=texts.literal,
        key=held.put(_key(name), next(word for word, value in answers.items() if value == now)),
        required=True,
        width="stretch",
        on_change=lambda: session.lesson().set_input(name, answers[held.get(_key(name))]),
    )


def _score(name: str) -> None:
    st.slider(
        texts.AXIS_NAMES[name],
        0.0,
        1.0,
        step=0.01,
        key=held.put(_key(name), round(session.lesson().inputs[name], 2)),
        help=texts.SCORE_HELP[name],
        on_change=lambda: session.lesson().set_input(name, held.get(_key(name))),
    )


def _key(name: str) -> str:
    return f"{lesson_blocks.PREFIX}build.{name}"


def _known() -> dict[str, float | None]:
    """The open case's inputs; none while its values contradict each other, or where there are none."""
    now = session.draft()
    given = [now.assessment, now.mtm, now.dlr, *now.clinical.values()]
    if all(value is None for value in given):
        return {}
    try:
        outlook = session.outlook()
    except InputError:
        return {}
    return model_inputs(outlook.clinical, outlook.scores)


def _from_case() -> None:
    scores = session.outlook().scores
    spread = {name: score.sd for name, score in (("mtm", scores.mtm), ("dlr", scores.dlr)) if score is not None}
    session.lesson().take_inputs(_known(), spread)


def _step(nomogram: Nomogram) -> None:
    """Heading, formula, numbers and axes of the chosen step."""
    lesson = session.lesson()
    spread = {name: sd for name, sd in lesson.spread.items() if name in nomogram.names}
    found, answer = derive(nomogram, lesson.inputs), prognosis(nomogram, lesson.inputs, spread)
    steps = dict(enumerate(learn.STEPS))
    step: int = lesson_blocks.choice("Step", STEP, steps, label_visibility="collapsed", width="stretch", wrap=True)
    lesson_blocks.formula(learn.FORMULAS[step])
    lesson_blocks.explanation(learn.why(step, found, nomogram))
    values = {name: learn.input_words(name, lesson.inputs[name]) for name in nomogram.names}
    tags = {term.name: term.hazard_ratio.tag for term in nomogram.terms}
    lesson_blocks.table(learn.HEADS[step], learn.rows(step, found, values, tags), learn.last_row(step, found))
    _drawing(step, found, answer, values)
    if step == len(steps) - 1:
        _result(answer, spread)
    _ways(step, len(steps))


def _drawing(step: int, found: Derivation, answer: Prognosis, values: dict[str, str]) -> None:
    nomogram: Nomogram = session.nomogram("pre" if answer.model == "pre" else "post")
    finished = lay_out(nomogram, answer, texts.AXIS_NAMES, values)
    st.html(growing_nomogram(step, found, finished, texts.AXIS_NAMES, learn.description(step, found)))


def _result(answer: Prognosis, spread: dict[str, float]) -> None:
    """The sentence, as on the page Prognosis."""
    card = session.models().provenance.get("fusion", "") if spread else ""
    with st.container(key="sentence"):
        blocks.lead(texts.lead_sentence(answer.os[36], 36), learn.provenance(answer, card))
    blocks.readings(answer, 36, 1)
    blocks.note(learn.SAME_AS)


def _ways(step: int, count: int) -> None:
    """Back and on."""
    look: dict[str, Any] = {"on_click": _go}
    with st.container(horizontal=True, gap="small"):
        st.button(learn.BACK, key="learn.build.back", disabled=step == 0, args=(step - 1,), **look)
        last = step == count - 1
        st.button(learn.NEXT, key="learn.build.next", type="primary", disabled=last, args=(step + 1,), **look)


def _go(step: int) -> None:
    session.lesson().chosen[STEP] = step
