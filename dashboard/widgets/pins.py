"""Pinned what-if scenarios: the button that pins, their curves, and the table that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.findings import Prognosis
from dashboard import held, session, texts
from dashboard.figures.pinned import PinnedCurve
from dashboard.pins import MOST, Pin, Shown, is_pinned, renamed, with_pin, without
from dashboard.widgets import blocks, frame

words = texts.pins
PREFIX = "pins."


def button(shown: Shown) -> None:
    """“Pin this”; it says why where it cannot be pressed."""
    kept = session.draft().pins
    reason = words.PINNED if is_pinned(kept, shown) else words.FULL if len(kept) >= MOST else ""
    st.button(
        words.PIN,
        key=f"{PREFIX}pin",
        icon=":material/keep:",
        help=reason or words.PIN_HELP,
        disabled=bool(reason),
        on_click=lambda: _keep(with_pin(session.draft().pins, shown)),
        width="content",
    )


def curves(shown: Shown | None) -> list[PinnedCurve]:
    """The pins as they are drawn beside `shown`; none where nothing is pinned."""
    if shown is None:
        return []
    return [PinnedCurve(pin.number, pin.drawn_name(shown), pin.shown.prognosis) for pin in session.draft().pins]


def compared(shown: Shown, digits: int) -> None:
    """The pins, of which there are some, beside what is on the page: what differs, and survival with its ranges."""
    kept = session.draft().pins
    frame.section(words.HEADING)
    _table(shown, kept, digits)
    blocks.note(words.NOT_A_TREATMENT)
    with st.expander(words.CHANGE, key="pins-change"):
        for pin in kept:
            _one(pin, shown)
        blocks.note(words.KEPT)


def _table(shown: Shown, kept: Sequence[Pin], digits: int) -> None:
    spans = texts.time_spans(sorted(shown.prognosis.os))
    rows = [_row("now", words.NOW, words.lived(shown.alive_at), _cells(shown.prognosis, spans, digits))]
    for pin in kept:
        cells = _cells(pin.shown.prognosis, spans, digits)
        rows.append(_row(f"pin-{pin.number}", pin.name(shown), pin.remark(shown), cells))
    head = "".join(f'<th scope="col" class="number">{escape(name)}</th>' for name in spans.values())
    st.html(
        f'<table class="readings pinned"><thead><tr><th scope="col">{words.ALIVE_AT}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _row(look: str, name: str, remark: str, cells: str) -> str:
    return (
        f'<tr><th scope="row"><i class="{look}" aria-hidden="true"></i>{escape(name)}'
        f"<small>{escape(remark)}</small></th>{cells}</tr>"
    )


def _cells(prognosis: Prognosis, months: Sequence[float] | dict[float, str], digits: int) -> str:
    """Survival with its range at each horizon; a dash where the model has no such reading, or it lies behind."""
    found = prognosis.os_conditional or prognosis.os
    told = [texts.percent(found[month], digits) if month in found else (words.NONE, "") for month in months]
    return "".join(
        f'<td class="number"><b>{value}</b><small>{limits.removesuffix(" %")}</small></td>' for value, limits in told
    )


def _one(pin: Pin, shown: Shown) -> None:
    """A pin's name, the way back to its values, and its removal."""
    key = f"{PREFIX}{pin.number}."
    with st.container(key=f"pin-row-{pin.number}", horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.text_input(
            words.LABEL.format(number=pin.number),
            key=held.put(f"{key}label", pin.label),
            max_chars=words.LONGEST,
            placeholder=pin.default(shown),
            on_change=lambda: _keep(renamed(session.draft().pins, pin.number, held.get(f"{key}label"))),
        )
        if pin.shown.clinical:
            st.button(words.BACK, key=f"{key}back", on_click=lambda: _go_back(pin.shown))
        st.button(words.REMOVE, key=f"{key}remove", on_click=lambda: _keep(without(session.draft().pins, pin.number)))


def _keep(kept: list[Pin]) -> None:
    session.draft().pins = kept


def _go_back(shown: Shown) -> None:
    """The case's values as they were when the pin was made; what the prognosis does not ask stays as it is."""
    now = session.draft()
    session.load_record({**now.clinical, **shown.clinical})
    now.mtm, now.dlr = shown.by_hand
