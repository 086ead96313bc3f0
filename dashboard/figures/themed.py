"""Figures of core's reports as the pages show them: their colours in the page's theme, their type the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from core.report.style import DARK_FOR_LIGHT, FONT
from dashboard.figures.style import FONT_FAMILY

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DARK = DARK_FOR_LIGHT | {FONT: FONT_FAMILY}
_LIGHT = {FONT: FONT_FAMILY}


def themed(figure: go.Figure, theme: Literal["light", "dark"]) -> go.Figure:
    """`figure`, made by core.report, in the colours of `theme`."""
    import plotly.graph_objects as go

    return go.Figure(_exchanged(figure.to_plotly_json(), _DARK if theme == "dark" else _LIGHT))


def _exchanged(part: Any, other: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _exchanged(value, other) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_exchanged(value, other) for value in part]
    return other.get(part, part) if isinstance(part, str) else part
