"""The paper's contradictions as an exercise in reading."""

from __future__ import annotations

import streamlit as st

from core.studies.contradictions import Contradiction, contradictions
from dashboard import held, session, texts
from dashboard.texts import reading as words
from dashboard.widgets import blocks, lesson_blocks


def reading() -> None:
    """One place of the paper: what is printed; what the reader says; how it is read."""
    lesson, table = session.lesson(), contradictions()
    top = st.container()
    names = {row.number: words.name(row.number, len(table), read=row.number in lesson.revealed) for row in table}
    row = table[lesson_blocks.select(words.PICK, "place", names) - 1]
    lesson_blocks.quotation(words.PRINTED, row.printed)
    blocks.note(words.WHERE)
    with st.expander(words.ABBREVIATIONS_ARE):
        blocks.facts(words.ABBREVIATIONS)
    _say(row)
    if row.number in lesson.revealed:
        _reveal(row)
    with top:
        _score(len(table))


def _score(total: int) -> None:
    lesson = session.lesson()
    right = sum(kind == words.KIND_OF[number] for number, kind in lesson.kinds.items())
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<div class="score" role="status">{words.score(right, len(lesson.kinds), total)}</div>')
        if lesson.kinds:
            st.button(words.AGAIN, key="learn.reading.again", on_click=lesson.forget_reading)


def _say(row: Contradiction) -> None:
    """What the reader says is wrong, by kind and in words."""
    lesson, key, note = session.lesson(), f"learn.kind.{row.number}", f"learn.note.{row.number}"
    said = lesson.kinds.get(row.number)
    if said is not None:
        held.put(key, said)
    lesson_blocks.question(words.ASK)
    chosen = st.radio(
        words.ASK,
        list(words.KINDS),
        format_func=lambda kind: texts.literal(words.KINDS[kind]),
        index=None,
        label_visibility="collapsed",
        key=key,
        disabled=said is not None,
    )
    st.text_area(
        words.NOTE,
        key=held.put(note, lesson.notes.get(row.number, "")),
        height=90,
        max_chars=2000,
        on_change=lambda: lesson.notes.__setitem__(row.number, held.get(note)),
    )
    if said is None:
        args = (row.number, chosen)
        st.button(words.REVEAL, key=f"{key}.show", disabled=chosen is None, on_click=lesson.say, args=args)


def _reveal(row: Contradiction) -> None:
    said = session.lesson().kinds[row.number]
    good = said == words.KIND_OF[row.number]
    lesson_blocks.verdict(good, words.verdict(said, row.number), "", "")
    against = row.against or words.ITSELF
    blocks.facts([(words.AGAINST, against), (words.READ_AS, row.read_as)])
