"""Pieces of Plotly figures as plain dictionaries, thinned so that a page of a million patients stays small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.report.style import LIGHT, layout, legend_above, plain
from core.survival.step_function import FloatArray

Trace = dict[str, Any]

MOST_POINTS = 400
LEGEND_LINE = 24  # pixels


def line(x: FloatArray, y: FloatArray, name: str, colour: str, dash: str = "solid", shape: str = "linear") -> Trace:
    """A curve; `shape` "hv" for steps."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(x),
        "y": numbers(y),
        "name": plain(name),
        "line": {"color": colour, "dash": dash, "width": 2, "shape": shape},
    }


def band(x: FloatArray, low: FloatArray, high: FloatArray, colour: str) -> Trace:
    """The range between two curves, as one closed line; only where it is known."""
    known = ~(np.isnan(low) | np.isnan(high))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(np.concatenate([x[known], x[known][::-1]])),
        "y": numbers(np.concatenate([low[known], high[known][::-1]])),
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def bars(value: FloatArray, low: FloatArray, high: FloatArray, colour: str) -> Trace:
    """Error bars of points at `value`; none where a limit is unknown."""
    up, down = (numbers(np.nan_to_num(np.abs(limit - value))) for limit in (high, low))
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": colour, "width": 4}


def diagonal() -> Trace:
    """Where observed is predicted."""
    style = {"color": LIGHT.muted, "width": 1, "dash": "dash"}
    whole: Trace = {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "line": style}
    return whole | {"showlegend": False, "hoverinfo": "skip"}


def figure(traces: list[Trace], legend_lines: int, x: Trace, y: Trace, height: int = 360) -> Any:
    """A Plotly figure with its legend above the axes."""
    from plotly.graph_objects import Figure

    above = 20 + LEGEND_LINE * legend_lines
    margin = {"l": 64, "r": 16, "t": above, "b": 52}
    shown = legend_lines > 0
    frame = layout(height + above, xaxis=x, yaxis=y, showlegend=shown, legend=legend_above(), margin=margin)
    return Figure({"data": traces, "layout": frame})


def numbers(values: FloatArray | Sequence[float]) -> list[float | None]:
    """Five decimals are more than a screen shows; a gap where there is no number."""
    return [None if np.isnan(value) else round(float(value), 5) for value in values]


def thinned(count: int) -> FloatArray:
    """Positions of at most 400 of `count` points, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))
