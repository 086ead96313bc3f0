"""Small blocks of text and tables as HTML; numbers come from core, sentences from texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.case import Notice
from core.findings import Heatmap, HeatmapReliability, Prognosis
from core.model_card import Metric
from core.registry.nouns import WorklistRow
from dashboard import texts
from dashboard.figures.heat import heat_colours

if TYPE_CHECKING:
    from core.io.series import Series


def lead(sentence: str, origin: str) -> None:
    """The sentence that a page is about."""
    st.html(f'<p class="lead" role="status">{escape(sentence)}</p><p class="origin">{escape(origin)}</p>')


def readings(prognosis: Prognosis, chosen: float, digits: int) -> None:
    """Survival at the horizons with ranges, the chosen one in bold; given survival so far, both readings."""
    words = texts.time_spans(prognosis.os)
    ahead = prognosis.os_conditional
    head = ["Alive", "95 % range", *(["From the first HAIC"] if ahead else [])]
    rows = []
    for months, reading in sorted((ahead or prognosis.os).items()):
        cells = [*texts.percent(reading, digits), *([texts.percent(prognosis.os[months], digits)[0]] if ahead else [])]
        mark = ' class="chosen"' if months == chosen else ""
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows.append(f"<tr{mark}><td>{words[months]}</td>{numbers}</tr>")
    names = "".join(f'<th class="number">{name}</th>' for name in head)
    st.html(
        f'<table class="readings"><thead><tr><th>{"By" if ahead else "After"}</th>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def points(prognosis: Prognosis, names: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Points by axis and their total; `names` and `values` are the axes and the patient's answers in words."""
    rows = "".join(
        f"<tr><td>{escape(names.get(name, name))}</td><td>{escape(values.get(name, ''))}</td>"
        f'<td class="number">{amount:.1f}</td></tr>'
        for name, amount in prognosis.points.items()
    )
    st.html(
        '<table class="points"><thead><tr><th>Input</th><th>Value</th><th class="number">Points</th></tr></thead>'
        f'<tbody>{rows}<tr class="total"><td>Total</td><td></td>'
        f'<td class="number">{prognosis.total_points:.1f}</td></tr></tbody></table>'
    )


def provenance(sentence: str, figures: str) -> None:
    """From whom a model is, in its card's words, and which of its figures are fitted."""
    st.html(f'<div class="provenance"><b>{escape(sentence)}</b> <span>{escape(figures)}</span></div>')


def metrics(found: Sequence[Metric]) -> None:
    """Measured qualities of a model with their ranges and numbers of patients."""
    name, *others = texts.own.METRICS_HEAD
    head = "".join(f'<th class="number">{escape(word)}</th>' for word in others)
    rows = []
    for quality, *numbers in map(texts.own.metric_row, found):
        cells = "".join(f'<td class="number">{escape(number)}</td>' for number in numbers)
        rows.append(f"<tr><td>{escape(quality)}</td>{cells}</tr>")
    st.html(
        f'<table class="readings metrics"><thead><tr><th>{escape(name)}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
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


def picture_title(name: str, remark: str) -> None:
    """What a picture shows."""
    st.html(f'<div class="picture-title"><b>{escape(name)}</b> <span>{escape(remark)}</span></div>')


def badges(heatmaps: Mapping[str, Heatmap], chosen: str | None) -> None:
    """Each head's reliability in words, the chosen head's in bold."""
    lines = []
    for head, heatmap in heatmaps.items():
        name, verdict = texts.reliability.badge(head, heatmap.reliability)
        marks = f"{heatmap.reliability.verdict}{' chosen' if head == chosen else ''}"
        lines.append(f'<li class="{marks}"><span>{escape(name)}</span> {escape(verdict)}</li>')
    name = escape(texts.reliability.BADGES)
    st.html(f'<div class="badges"><span>{name}</span><ul aria-label="{name}">{"".join(lines)}</ul></div>')


def reliability(found: HeatmapReliability) -> None:
    """The checks of a heatmap with their figures and limits."""
    head = "".join(f"<th>{escape(word)}</th>" for word in texts.reliability.TABLE_HEAD)
    rows = "".join(
        f"<tr><td>{escape(name)}<small>{escape(meaning)}</small></td>"
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, meaning, *cells in texts.reliability.rows(found)
    )
    st.html(f'<table class="readings checks"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def heat_scale(*, grey: bool = False) -> None:
    """The colours of the heatmap from least to most."""
    colours = heat_colours(np.linspace(0, 1, 5), grey=grey)
    stops = ", ".join(f"rgb({r:.0f},{g:.0f},{b:.0f})" for r, g, b in colours)
    st.html(
        f'<div class="scale"><span>less influence</span><i style="background:linear-gradient(90deg,{stops})"></i>'
        "<span>more influence</span></div>"
    )


def changes(rows: Sequence[tuple[str, str, str, str]]) -> None:
    """What a correction changed, before and after."""
    head = "".join(f'<th class="number">{name}</th>' for name in ("Before", "Now", "Change"))
    lines = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td class=number>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in rows
    )
    st.html(
        f'<table class="readings"><thead><tr><th>After the mask was corrected</th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def facts(found: Sequence[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in found)
    st.html(f'<dl class="facts">{lines}</dl>')


def steps(durations: Sequence[tuple[str, float]], names: Sequence[str], *, running: bool) -> None:
    """The steps with their durations: done, under way, waiting."""
    begun = dict(durations)
    current = durations[-1][0] if running and durations else None
    lines = []
    for name in names:
        state = "now" if name == current else "done" if name in begun else "waiting"
        sign = {"now": "…", "done": "✓", "waiting": "·"}[state]
        took = texts.seconds(begun[name]) if name in begun else ""
        words = escape(texts.STEP_NAMES.get(name, name))
        lines.append(f'<li class="{state}"><span>{sign} {words}</span><span>{took}</span></li>')
    st.html(f'<ul class="steps">{"".join(lines)}</ul>')


def series(found: Series) -> None:
    """One series: what it is, which phase it seems to be and why."""
    doubt = "Looks" if found.proposal.certain else "May be"
    phase = texts.PHASE_NAMES[found.proposal.phase].lower()
    st.html(
        f'<div class="series"><b>{escape(found.summary)}</b>'
        f"<p>{doubt} {phase}: {escape(found.proposal.reason)}</p></div>"
    )
    notices(found.notices)


def case_lead(sentence: str, origin: str) -> None:
    """The sentence of a saved case, smaller than that of a page."""
    st.html(f'<p class="lead small">{escape(sentence)}</p><p class="origin">{escape(origin)}</p>')


def worklist_head() -> None:
    """Names of the columns of the list of cases."""
    cells = "".join(f"<span>{escape(name)}</span>" for name in texts.cases.HEAD)
    st.html(f'<div class="case-row head" aria-hidden="true"><b>{escape(texts.cases.NAME)}</b>{cells}</div>')


def worklist_row(row: WorklistRow) -> None:
    """The figures of a case; on a narrow screen, and for screen readers, each with its name."""
    pairs = zip(texts.cases.HEAD, texts.cases.row_cells(row), strict=True)
    cells = "".join(f"<span><i>{escape(name)} </i>{escape(cell)}</span>" for name, cell in pairs)
    st.html(f'<div class="case-row">{cells}</div>')


def entry(head: str, text: str) -> None:
    """Something written about a case, as it stands; line breaks are kept."""
    start = f"<b>{escape(head)}</b>" if head else ""
    st.html(f'<div class="entry">{start}<span>{escape(text)}</span></div>')


def comparison(names: tuple[str, str], rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Two cases side by side; lines in which they are equal are pale."""
    head = "".join(f'<th class="number">{escape(name)}</th>' for name in (*names, texts.compared.DIFFERENCE))
    lines = "".join(
        f"<tr{'' if cells[0] == cells[1] else ' class=chosen'}><td>{escape(name)}</td>"
        f"{''.join(f'<td class=number>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in rows
    )
    st.html(f'<table class="readings compared"><thead><tr><th></th>{head}</tr></thead><tbody>{lines}</tbody></table>')
