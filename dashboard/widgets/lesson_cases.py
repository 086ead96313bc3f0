"""The library of cases with its quiz."""

from __future__ import annotations

from functools import cache

import streamlit as st

from core.case import ClinicalRecord
from core.studies.teaching_cases import TeachingCase, teaching_cases, teaching_images
from core.studies.teaching_outlook import teaching_outlook
from dashboard import held, session, texts
from dashboard.figures.teaching_slices import teaching_slices
from dashboard.texts import quiz_constructed as words
from dashboard.texts.quiz import Question, facts
from dashboard.widgets import blocks, clinical_form, frame, lesson_blocks

COLUMNS = (1.3, 1.4)


def cases() -> None:
    """One case of the twelve: what is known of it, its pictures, its questions."""
    library = {case.number: case for case in _library()}
    top = st.container()
    names = {number: words.case_name(case) for number, case in library.items()}
    case = library[lesson_blocks.select("Case", "case", names)]
    left, right = st.columns(COLUMNS, gap="large")
    with right:
        frame.section("Questions")
        found = facts(teaching_outlook(case, session.nomogram("pre"), session.nomogram("post")))
        for question in words.QUESTIONS:
            if question.case == case.number:
                _ask(question.filled(found))
    with left:
        frame.section("What is known")
        blocks.note(words.ORIGINS[case.origin])
        blocks.facts(_known(case))
        _pictures(case)
    with top:
        _score()


@cache
def _library() -> tuple[TeachingCase, ...]:
    return teaching_cases()


def _score() -> None:
    lesson = session.lesson()
    right, answered = lesson.right(words.SOLUTIONS)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<div class="score" role="status">{words.score(right, answered, len(words.SOLUTIONS))}</div>')
        if answered:
            st.button(words.AGAIN, key="learn.quiz.again", on_click=lesson.forget_answers)


def _known(case: TeachingCase) -> list[tuple[str, str]]:
    """The record, as the form of the page Case names it, and the two scores."""
    labels, known = clinical_form.labels(), case.clinical.known()
    rows = [(labels[name], _value(case.clinical, name)) for name in known]
    mtm = "MTM" if case.mtm else "not MTM"
    origin = "as printed" if case.origin == "figure 4" else "by pathology"
    return [*rows, ("Subtype", f"{mtm}, {origin}"), ("DLR score", f"{case.dlr:.2f}, assumed")]


def _value(record: ClinicalRecord, name: str) -> str:
    value = getattr(record, name)
    if isinstance(value, bool):
        return texts.yes_no(value)
    return texts.word(value) if isinstance(value, str) else f"{value:g}"


def _pictures(case: TeachingCase) -> None:
    """Computed when asked for, kept for the session."""
    lesson = session.lesson()
    if case.number not in lesson.pictures:
        place = st.empty()
        if not place.button(words.PICTURES, key=f"learn.draw.{case.number}", icon=":material/radiology:"):
            blocks.note(words.PICTURES_ARE)
            return
        with place, st.spinner(words.COMPUTING):
            lesson.pictures[case.number] = teaching_slices(teaching_images(case))
        place.empty()
    found = lesson.pictures[case.number]
    key = held.put("learn.outlines", lesson.chosen.get("outlines", False))
    outlined = st.toggle(words.OUTLINES, key=key)
    lesson.chosen["outlines"] = outlined
    lesson_blocks.key_slices(found, outlined=outlined)
    blocks.note(words.PICTURES_ARE)
    blocks.note(words.drawn(found.signs, found.size_cm, found.count))


def _ask(question: Question) -> None:
    """The question; once answered, whether that was right and why."""
    lesson, key = session.lesson(), f"learn.quiz.{question.name}"
    given = lesson.answers.get(question.name)
    with st.container(border=True):
        if given is not None:
            held.put(key, given)
        lesson_blocks.question(question.ask)
        chosen = st.radio(
            texts.literal(question.ask),
            range(len(question.options)),
            format_func=lambda option: texts.literal(question.options[option]),
            index=None,
            label_visibility="collapsed",
            key=key,
            disabled=given is not None,
        )
        if given is None:
            st.button(
                words.CHECK,
                key=f"{key}.check",
                disabled=chosen is None,
                on_click=lesson.answer,
                args=(question.name, chosen),
            )
            return
        good = given == question.right
        right = "" if good else f" {question.options[question.right]}."
        lesson_blocks.verdict(good, f"{words.RIGHT if good else words.WRONG}{right}", question.why, question.source)
