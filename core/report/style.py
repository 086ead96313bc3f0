"""Colours and the plain frame of all figures of a report; the dashboard's figures look the same."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from html import escape
from typing import Any

FONT = 'system-ui, -apple-system, "Segoe UI", "Source Sans 3", Roboto, sans-serif'
FONT_SIZE = 14
NO_BREAK = "\u00a0"

Part = dict[str, Any]


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, told apart with any colour vision (Okabe and Ito; Wong, Nat Methods 2011;8:441).

    Attributes:
        text, muted, grid, surface: writing, secondary writing, thin lines, the page.
        first, second, third: of curves.
        first_band, second_band, third_band: of their bands.
        mark: a patient's own marks.
    """

    text: str
    muted: str
    grid: str
    surface: str
    first: str
    second: str
    third: str
    first_band: str
    second_band: str
    third_band: str
    mark: str


LIGHT = Palette(
    "#1c2b30", "#56666c", "#dbe4e6", "#fdfefe", "#0b6e7f", "#c65100", "#8e4a86",
    "rgba(11,110,127,0.16)", "rgba(198,81,0,0.15)", "rgba(142,74,134,0.15)", "#c24e00",
)  # fmt: skip
DARK = Palette(
    "#e2ebed", "#a3b4b9", "#2b3a3f", "#11191c", "#5cbcc9", "#f0954f", "#d795ba",
    "rgba(92,188,201,0.20)", "rgba(240,149,79,0.20)", "rgba(215,149,186,0.20)", "#f2a65a",
)  # fmt: skip

DARK_FOR_LIGHT: dict[str, str] = dict(zip(astuple(LIGHT), astuple(DARK), strict=True))
"""What the page's script puts in place of each colour on a dark screen."""


def plain(text: str) -> str:
    """Text for a Plotly figure, in which tags would be drawn as tags and not as text."""
    return escape(text, quote=False)


def layout(height: int, **parts: Any) -> Part:
    """Layout with a transparent background, readable type, no dragging; `parts` are added."""
    return {
        "template": "none",  # Plotly's own is larger than most figures
        "height": height,
        "margin": {"l": 64, "r": 16, "t": 16, "b": 52},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": FONT_SIZE, "color": LIGHT.text, "family": FONT},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"font": {"size": FONT_SIZE, "family": FONT}},
        **parts,
    }


def axis(title: str, **parts: Any) -> Part:
    """A linear axis that cannot be dragged; `parts` are added."""
    return {
        "title": {"text": title, "font": {"size": FONT_SIZE, "color": LIGHT.muted}, "standoff": 12},
        "gridcolor": LIGHT.grid,
        "linecolor": LIGHT.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": LIGHT.muted, "size": FONT_SIZE - 1},
        **parts,
    }


def legend_above() -> Part:
    """A legend in one line above the axes."""
    return {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"color": LIGHT.text},
        "itemclick": False,
        "itemdoubleclick": False,
    }
