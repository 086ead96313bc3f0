"""Small blocks of the page Learn as HTML, and its choices, which the session remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.case import Phase
from dashboard import held, session, texts

if TYPE_CHECKING:
    from dashboard.figures.teaching_slices import TeachingPictures

PREFIX = "learn."


def formula(words: str) -> None:
    """One line of mathematics."""
    st.html(f'<div class="formula">{_mathematics(words)}</div>')


def explanation(words: str) -> None:
    """What a step does, in sentences that may hold names of quantities."""
    st.html(f'<p class="explanation">{_mathematics(words)}</p>')


def _mathematics(words: str) -> str:
    """As HTML, "_ref" written below the line."""
    return escape(words).replace("_ref", "<sub>ref</sub>")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], last: Sequence[str] = ()) -> None:
    """Names on the left, numbers on the right; `last` is the sum. A table that is too wide is scrolled in place."""
    first, *others = head
    names = "".join(f'<th class="number" scope="col">{_mathematics(word)}</th>' for word in others)
    lines = "".join(_line(row) for row in rows) + (_line(last, ' class="chosen"') if last else "")
    st.html(
        f'<div class="scrolled" tabindex="0" role="region" aria-label="{escape(first)}"><table class="readings lesson">'
        f'<thead><tr><th scope="col">{escape(first)}</th>{names}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _line(cells: Sequence[str], mark: str = "") -> str:
    name, *numbers = cells
    rest = "".join(f'<td class="number">{escape(number)}</td>' for number in numbers)
    return f"<tr{mark}><td>{escape(name)}</td>{rest}</tr>"


def conclusion(sentence: str) -> None:
    """What to take home."""
    st.html(f'<div class="conclusion" role="status">{escape(sentence)}</div>')


def legend(parts: Sequence[tuple[str, str, str]]) -> None:
    """Names of curves with (name, colour, border style of CSS)."""
    lines = "".join(
        f'<li><i aria-hidden="true" style="border-top:3px {style} {colour}"></i>{escape(name)}</li>'
        for name, colour, style in parts
    )
    st.html(f'<ul class="legend">{lines}</ul>')


def question(words: str) -> None:
    """A question above its answers, whose own label is for screen readers only: it would grey with them."""
    st.html(f'<p class="question" aria-hidden="true">{escape(words)}</p>')


def verdict(good: bool, words: str, why: str, source: str) -> None:
    """Whether an answer is right, the explanation, and where it is printed."""
    sign, mark = ("✓", "right") if good else ("✕", "wrong")
    small = f"<small>{escape(source)}</small>" if source else ""
    st.html(
        f'<div class="verdict {mark}" role="status"><b><span aria-hidden="true">{sign}</span> {escape(words)}</b>'
        f"<p>{escape(why)}</p>{small}</div>"
    )


def quotation(name: str, words: str) -> None:
    """What is printed somewhere."""
    st.html(f'<figure class="quotation"><figcaption>{escape(name)}</figcaption><p>{escape(words)}</p></figure>')


def key_slices(found: TeachingPictures, *, outlined: bool) -> None:
    """Both phases side by side, marked as simulated in the picture itself."""
    chosen = found.outlined if outlined else found.plain
    parts = "".join(_picture(phase, source) for phase, source in chosen.items())
    st.html(f'<div class="key-slices">{parts}</div>')


def _picture(phase: Phase, source: str) -> str:
    name = texts.PHASE_NAMES[phase]
    alt = f"{name} phase, axial slice through the largest tumour, simulated; the patient's right is on the left"
    return (
        f'<figure><img src="{source}" alt="{escape(alt)}"><b>{texts.SIMULATED[phase]}</b>'
        f'<i class="left" aria-hidden="true">R</i><i class="right" aria-hidden="true">L</i>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
    )


def choice(label: str, name: str, words: Mapping[Any, str], **look: Any) -> Any:
    """One of `words`, remembered under `name`, the first until the reader chooses."""
    kept, options = session.lesson().chosen, list(words)
    now = kept.get(name, options[0])
    key = held.put(PREFIX + name, now if now in options else options[0])
    return st.segmented_control(
        label, options, format_func=words.__getitem__, key=key, required=True, on_change=_keep, args=(name,), **look
    )


def slider(label: str, name: str, ends: tuple[int, int], step: int, start: int) -> int:
    """A whole number within `ends`, remembered under `name`."""
    key = held.put(PREFIX + name, session.lesson().chosen.get(name, start))
    found: int = st.slider(label, *ends, step=step, key=key, on_change=_keep, args=(name,))
    return found


def seed(name: str, label: str, first: int) -> int:
    """The seed of a simulation; the button draws with the next one."""
    kept = session.lesson().chosen
    st.button(label, key=f"{PREFIX}{name}.again", icon=":material/casino:", on_click=_next_seed, args=(name, first))
    return int(kept.get(name, first))


def select(label: str, name: str, words: Mapping[int, str]) -> int:
    """One of a long list by its number, with steps to the one before and after."""
    numbers = list(words)
    now = min(max(int(session.lesson().chosen.get(name, numbers[0])), numbers[0]), numbers[-1])
    with st.container(key="lesson-select", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            label,
            numbers,
            format_func=words.__getitem__,
            key=held.put(PREFIX + name, now),
            on_change=_keep,
            args=(name,),
        )
        for word, step in (("Previous", -1), ("Next", 1)):
            st.button(
                word,
                key=f"{PREFIX}{name}.{word}",
                disabled=now + step not in words,
                on_click=_move,
                args=(name, now + step),
            )
    return now


def _keep(name: str) -> None:
    session.lesson().chosen[name] = held.get(PREFIX + name)


def _move(name: str, number: int) -> None:
    session.lesson().chosen[name] = number


def _next_seed(name: str, first: int) -> None:
    kept = session.lesson().chosen
    kept[name] = int(kept.get(name, first)) + 1
