"""Small blocks of text and tables as HTML; numbers come from core, sentences from texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core.case import Notice
from core.findings import Criterion, Prognosis, Survival
from dashboard import texts

_SIGNS = {"met": "✓", "not met": "✕", "unknown": "?"}


def lead(sentence: str, origin: str) -> None:
    """The sentence that a page is about."""
    st.html(f'<p class="lead" role="status">{escape(sentence)}</p><p class="origin">{escape(origin)}</p>')


def readings(survival: Mapping[int, Survival], chosen: int, digits: int) -> None:
    """Survival at the horizons with ranges, the chosen one in bold."""
    rows = []
    for months, reading in sorted(survival.items()):
        value, spread = texts.percent(reading, digits)
        mark = ' class="chosen"' if months == chosen else ""
        rows.append(
            f'<tr{mark}><td>{texts.years(months)}</td><td class="number">{value}</td><td class="number">{spread}</td></tr>'
        )
    st.html(
        '<table class="readings"><thead><tr><th>After</th><th class="number">Alive</th>'
        f'<th class="number">95 % range</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def points(prognosis: Prognosis, values: Mapping[str, str]) -> None:
    """Points by axis and their total."""
    rows = "".join(
        f'<tr><td>{escape(texts.AXIS_NAMES.get(name, name))}</td><td>{escape(values.get(name, ""))}</td>'
        f'<td class="number">{amount:.1f}</td></tr>'
        for name, amount in prognosis.points.items()
    )
    st.html(
        '<table class="points"><thead><tr><th>Input</th><th>Value</th><th class="number">Points</th></tr></thead>'
        f'<tbody>{rows}<tr class="total"><td>Total</td><td></td><td class="number">{prognosis.total_points:.1f}</td></tr>'
        "</tbody></table>"
    )


def group(name: str, sentence: str) -> None:
    """The risk group, smaller than the probability."""
    st.html(f'<div class="group card"><b>Risk group: {escape(name)}</b><span>{escape(sentence)}</span></div>')


def note(sentence: str) -> None:
    """A remark in small type."""
    st.html(f'<div class="note">{escape(sentence)}</div>')


def notices(found: Sequence[Notice], good: str = "") -> None:
    """Warnings, or the sentence `good` where there are none."""
    unique = {notice.text: notice for notice in found}
    signs = {"registered": "i"}
    lines = "".join(
        f'<li><span class="sign" aria-hidden="true">{signs.get(n.code, "!")}</span><span>{escape(n.text)}</span></li>'
        for n in unique.values()
    )
    if not lines and good:
        lines = f'<li><span class="sign" aria-hidden="true">✓</span><span>{escape(good)}</span></li>'
    if lines:
        st.html(f'<ul class="notices">{lines}</ul>')


def criteria(found: Sequence[Criterion]) -> None:
    """Inclusion criteria of the study, each met, not met or unknown, never told by colour alone."""
    lines = "".join(
        f'<li><span class="sign" aria-hidden="true">{_SIGNS[c.state]}</span><span>{escape(c.name)} '
        f"<small>({escape(c.expected)}): {c.state}</small></span></li>"
        for c in found
    )
    st.html(f'<ul class="criteria">{lines}</ul>')
