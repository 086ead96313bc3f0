"""The nomogram of a report, interactive without any program behind the page.

Axes and marks are one Plotly figure; `nomogram.js` reads the inputs, computes points, survival and band by the formulas
of core/survival/bands.py, and moves the marks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from core.report.html import Html, data_block, figure
from core.report.style import LIGHT, layout, plain
from core.report.traces import Trace
from core.survival.bands import Z_95
from core.survival.model import Nomogram
from core.survival.nomogram import axes, lp_axis, points_per_unit, survival_axes, total_range
from core.survival.questions import Question, questions

NAME = "nomogram"
ROW = 62  # pixels
LABEL_DROP = 0.27  # share of a row
CLOSEST = 0.07  # share of the width: labels nearer than this are left out


@dataclass(frozen=True)
class Row:
    """One axis: places of its ticks in shares of the width, with labels."""

    heading: str
    ticks: tuple[tuple[float, str], ...]


def nomogram_controls(nomogram: Nomogram, lp_range: tuple[float, float], unit_of: Sequence[str]) -> Html:
    """Inputs, the drawing and the answer.

    Args:
        nomogram: any.
        lp_range: least and greatest centred linear predictor of the patients, for the axis of it.
        unit_of: what each horizon is called, such as "12 months".
    """
    asked = questions(nomogram)
    inputs = "".join(_control(question, position, nomogram) for position, question in enumerate(asked))
    rows = _rows(nomogram, lp_range, unit_of)
    alt = (
        "Nomogram: points ruler, one axis per input, total points, linear predictor, survival; marks follow the inputs."
    )
    drawn = figure(_drawing(rows), "Choose values above: marks, points and survival follow.", alt, NAME)
    return Html(
        f'<div class="controls" role="group" aria-label="Inputs">{inputs}</div>{drawn}'
        f'<div class="answer" id="nomogram-answer" aria-live="polite"></div>'
        f"{data_block(json.dumps(_model(nomogram, asked, unit_of), allow_nan=False), 'nomogram-model')}"
    )


def _control(question: Question, position: int, nomogram: Nomogram) -> str:
    """A choice of levels, or a number; it stands at the level or number nearest to the cohort's mean."""
    label = f'<label for="input-{position}">{escape(question.label)}</label>'
    start = _start(question)
    if question.levels:
        options = "".join(
            f'<option value="{value:.17g}"{" selected" if value == start else ""}>{escape(name)}</option>'
            for name, value in question.levels
        )
        return f'<div>{label}<select id="input-{position}">{options}</select></div>'
    low, high = question.range
    return (
        f'<div>{label}<input id="input-{position}" type="number" min="{low:.10g}" max="{high:.10g}" step="any" '
        f'value="{start:.6g}"></div>'
    )


def _start(question: Question) -> float:
    if question.is_category:
        return 0.0
    reference = question.terms[0].reference.value
    if question.levels:
        return min((value for _, value in question.levels), key=lambda value: abs(value - reference))
    return float(min(max(float(f"{reference:.3g}"), question.range[0]), question.range[1]))


def _model(nomogram: Nomogram, asked: Sequence[Question], unit_of: Sequence[str]) -> dict[str, Any]:
    """All that the script needs; nothing of any patient."""
    p, known = len(nomogram.terms), list(nomogram.horizons_months.value)
    shown = [known.index(months) for months in nomogram.readings_months]
    kept = [*range(p), *(p + place for place in shown)]
    positions = {term.name: position for position, term in enumerate(nomogram.terms)}
    return {
        "axes": [
            {
                "label": question.label,
                "category": question.is_category,
                "terms": [positions[term.name] for term in question.terms],
                "range": list(question.range),
            }
            for question in asked
        ],
        "beta": nomogram.beta.tolist(),
        "reference": nomogram.reference.tolist(),
        "lpReference": nomogram.lp_reference.value,
        "hazard": [nomogram.cumulative_hazard.value[place] for place in shown],
        "structural": [nomogram.sd_structural.value[place] for place in shown],
        "covariance": nomogram.covariance_array[np.ix_(kept, kept)].tolist(),
        "scale": points_per_unit(nomogram),
        "lowest": [_lowest(question) for question in asked],
        "most": total_range(nomogram)[1],
        "horizons": list(unit_of),
        "cuts": list(nomogram.cuts),
        "z": Z_95,
    }


def _lowest(question: Question) -> float:
    """Least contribution of the axis to the linear predictor."""
    if question.is_category:
        return min(0.0, *(term.beta.value for term in question.terms))
    return min(end * question.terms[0].beta.value for end in question.range)


def _rows(nomogram: Nomogram, lp_range: tuple[float, float], unit_of: Sequence[str]) -> list[Row]:
    most = total_range(nomogram)[1]
    step = next(size for size in (10, 20, 50, 100, 200) if most / size <= 14)
    rows = [Row("Points", tuple((points / 100, str(points)) for points in range(0, 101, 10)))]
    rows += [Row(axis.label, tuple((tick.points / 100, tick.label) for tick in axis.ticks)) for axis in axes(nomogram)]
    rows.append(Row("Total points", tuple((points / most, str(points)) for points in range(0, int(most) + 1, step))))
    lps = [
        (total / most, f"{lp:.3g}") for lp, total in lp_axis(nomogram, *lp_range) if -1e-9 <= total / most <= 1 + 1e-9
    ]
    rows.append(Row("Linear predictor (centred)", tuple(lps)))
    for axis, unit in zip(survival_axes(nomogram), unit_of, strict=True):
        ticks = tuple((tick.total_points / most, f"{100 * tick.survival:.0f}") for tick in axis.ticks)
        rows.append(Row(f"Survival at {unit}, %", ticks))
    return rows


def _drawing(rows: Sequence[Row]) -> Any:
    from plotly.graph_objects import Figure

    traces = [trace for place, row in enumerate(rows) for trace in _axis(row, -place)]
    marks: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [None] * len(rows),
        "y": [-place for place in range(len(rows))],
        "marker": {"size": 13, "color": LIGHT.mark, "symbol": "diamond", "line": {"color": LIGHT.surface, "width": 2}},
        "hoverinfo": "skip",
        "name": "marks",
    }
    headings = [
        {
            "x": 0,
            "y": -place + 0.36,
            "xref": "paper",
            "text": f"<b>{plain(row.heading)}</b>",
            "showarrow": False,
            "xanchor": "left",
            "font": {"size": 13, "color": LIGHT.text},
        }
        for place, row in enumerate(rows)
    ]
    nothing = {"visible": False, "fixedrange": True}
    frame = layout(
        ROW * len(rows) + 30,
        xaxis=nothing | {"range": [-0.02, 1.02]},
        yaxis=nothing | {"range": [-len(rows) + 0.55, 0.7]},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        annotations=headings,
    )
    return Figure({"data": [*traces, marks], "layout": frame})


def _axis(row: Row, y: float) -> list[Trace]:
    """The line with its ticks, and their labels below."""
    places = [place for place, _ in row.ticks] or [0.0]
    base: Trace = {"type": "scatter", "hoverinfo": "skip", "y": [y] * len(places), "x": places}
    ticks = {"symbol": "line-ns", "size": 9, "line": {"width": 1, "color": LIGHT.muted}}
    drawn = base | {"mode": "lines+markers", "line": {"color": LIGHT.muted, "width": 1}, "marker": ticks}
    text = {"size": 12, "color": LIGHT.text}
    below = [y - LABEL_DROP] * len(places)
    labels = base | {"mode": "text", "y": below, "text": _thinned(row.ticks), "textfont": text}
    return [drawn, labels]


def _thinned(ticks: Sequence[tuple[float, str]]) -> list[str]:
    """Labels in the order of the ticks; those that would touch a neighbour already written are left empty."""
    written: list[float] = []
    labels = []
    for place, label in ticks:
        free = all(abs(place - other) >= CLOSEST for other in written)
        written += [place] if free else []
        labels.append(plain(label) if free else "")
    return labels or [""]
