"""The questions of a centre's own nomogram: a choice or a number each, unknown until answered.

Where the case has an answer that the nomogram takes, it stands until another is given by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from core.case import ClinicalRecord
from core.findings import Scores
from core.survival.model import Nomogram
from core.survival.questions import SCORES, CaseAnswer, Question, case_answers, questions
from dashboard import held, session, texts
from dashboard.widgets import blocks, clinical_form

PREFIX = "own.input."
MOST_BUTTONS, MOST_LETTERS = 5, 24  # more levels or longer names are a list


@dataclass(frozen=True)
class Form:
    """The questions as they stand.

    Attributes:
        asked: the questions.
        case: what the case answers, by axis, whether the nomogram takes it or not.
        by_hand: what was answered by hand, by axis; None is unknown.
    """

    asked: tuple[Question, ...]
    case: Mapping[str, CaseAnswer]
    by_hand: dict[str, float | None]

    @cached_property
    def names(self) -> dict[str, str]:
        """The axes' names for people."""
        return texts.own.axis_names(self.asked, clinical_form.labels())

    @property
    def answers(self) -> dict[str, float | None]:
        """What is answered, by axis, None where that is unknown."""
        return {q.name: self.by_hand[q.name] if q.name in self.by_hand else self.of_case(q) for q in self.asked}

    @property
    def words(self) -> dict[str, str]:
        """The answers for people."""
        return {q.name: texts.own.answer(q, value) for q, value in zip(self.asked, self.answers.values(), strict=True)}

    @property
    def spreads(self) -> dict[str, float]:
        """Standard deviations of the case's answers that stand."""
        used = [q.name for q in self.asked if q.name not in self.by_hand and self.of_case(q) is not None]
        return {name: self.case[name].sd for name in used}

    def of_case(self, question: Question) -> float | None:
        """The case's answer, None where it has none that the nomogram takes."""
        found = self.case.get(question.name)
        return found.value if found is not None and question.takes(found.value) else None

    def answer(self, question: Question, value: float | None) -> None:
        """Keep an answer by hand; one that is the case's own is not."""
        if value == self.of_case(question):
            self.by_hand.pop(question.name, None)
        else:
            self.by_hand[question.name] = value

    def take(self, axis: str, value: float) -> None:
        """Keep an answer that was set on the drawing's axis."""
        self.answer(next(question for question in self.asked if question.name == axis), value)

    def label(self, question: Question) -> str:
        """The question for people."""
        return texts.own.with_coding(question, self.names[question.name])

    def remark(self, question: Question) -> str:
        """Whether the answer is the case's."""
        by_hand = question.name in self.by_hand
        return texts.own.where_answer_is_from(question, self.case.get(question.name), by_hand)


def form(nomogram: Nomogram, clinical: ClinicalRecord, scores: Scores) -> Form:
    """The questions of `nomogram` for the session's case."""
    return Form(questions(nomogram), case_answers(nomogram, clinical, scores), session.draft().own)


def own_inputs(shown: Form) -> None:
    """Draw the questions as they are answered now; a change is kept before the page runs again."""
    for number, question in enumerate(shown.asked):
        with st.container(gap="xsmall"):
            (_choice if question.levels else _number)(shown, question, f"{PREFIX}{number}")
            if remark := shown.remark(question):
                blocks.note(remark)
    if not any(question.name in {*SCORES, *clinical_form.labels()} for question in shown.asked):
        blocks.note(texts.own.NOTHING_FROM_CASE)


def _choice(shown: Form, question: Question, key: str) -> None:
    """Buttons, or a list where there are many levels or long ones."""
    words = _distinct([texts.UNKNOWN, *(label for label, _ in question.levels)])
    options: dict[str, float | None] = dict(zip(words, [None, *(value for _, value in question.levels)], strict=True))
    now = shown.answers[question.name]
    held.put(key, next(word for word, value in options.items() if value == now))

    def chosen() -> None:
        shown.answer(question, options[held.get(key)])

    label = texts.literal(shown.label(question))
    if len(question.levels) <= MOST_BUTTONS and sum(map(len, words[1:])) <= MOST_LETTERS:
        st.segmented_control(
            label, words, format_func=texts.literal, key=key, required=True, width="stretch", on_change=chosen
        )
    else:
        st.selectbox(label, words, key=key, on_change=chosen)


def _number(shown: Form, question: Question, key: str) -> None:
    low, high = question.range
    st.number_input(
        texts.literal(shown.label(question)),
        min_value=low,
        max_value=high,
        value=None,
        step=float(10 ** np.floor(np.log10((high - low) / 20))),
        format="%.3g" if question.name in SCORES else "%.6g",
        placeholder=texts.unknown_between(low, high),
        key=held.put(key, shown.answers[question.name]),
        on_change=lambda: shown.answer(question, held.get(key)),
    )


def _distinct(words: Sequence[str]) -> list[str]:
    """The same words; one that was there before gets its number, for a hospital's level may be called unknown."""
    return [f"{word} ({number})" if word in words[:number] else word for number, word in enumerate(words)]
