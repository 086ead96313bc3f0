"""The axes of every drawing of survival over time: per cent alive, linear, against months."""

from __future__ import annotations

from typing import Any

from dashboard.figures.style import FONT_SIZE, Palette

Part = dict[str, Any]


def survival_axes(colours: Palette, end: float, origin: str, months: Part) -> Part:
    """Both axes of a layout.

    Args:
        end: the last month of the follow-up; the axis goes on for a line's width.
        origin: from what time is counted.
        months: plotly's ticks of the axis of time.
    """

    def axis(title: str, last: float, ticks: Part) -> Part:
        return {
            "range": [0, last],
            **ticks,
            "title": {"text": title, "font": {"size": FONT_SIZE, "color": colours.muted}},
            "gridcolor": colours.grid,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"color": colours.muted},
            "automargin": False,
        }

    shares = [0, 25, 50, 75, 100]
    return {
        "xaxis": axis(f"Months from {origin}", end * (1 + 1 / 120), months),
        "yaxis": axis("Alive", 101, {"tickvals": shares, "ticktext": [f"{share} %" for share in shares]}),
    }
