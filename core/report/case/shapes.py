"""Lines, marks and text of a drawing; one flat list, so that PDF and SVG are made from the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from core.report.case.style import BOLD, LINE, REGULAR, TEXT, colour, fonts

Anchor = Literal["start", "middle", "end"]


def drawing(width: float, height: float) -> Any:
    """An empty drawing, points; y runs upwards."""
    from reportlab.graphics.shapes import Drawing

    fonts()
    return Drawing(width, height)


def line(start: tuple[float, float], end: tuple[float, float], code: str = TEXT, width: float = 0.6) -> Any:
    """A straight line."""
    from reportlab.graphics.shapes import Line

    return Line(*start, *end, strokeColor=colour(code), strokeWidth=width)


def dotted(start: tuple[float, float], end: tuple[float, float], code: str) -> Any:
    """A dotted line."""
    found = line(start, end, code, 0.8)
    found.strokeDashArray = [1.2, 1.8]
    return found


def text(at: tuple[float, float], words: str, size: float, code: str = TEXT, anchor: Anchor = "start") -> Any:
    """One line of text on its base line."""
    from reportlab.graphics.shapes import String

    return String(*at, words, fontName=REGULAR, fontSize=size, fillColor=colour(code), textAnchor=anchor)


def bold(at: tuple[float, float], words: str, size: float, code: str = TEXT, anchor: Anchor = "start") -> Any:
    """One line of bold text."""
    found = text(at, words, size, code, anchor)
    found.fontName = BOLD
    return found


def dot(at: tuple[float, float], radius: float, code: str) -> Any:
    """A filled mark with a white rim."""
    from reportlab.graphics.shapes import Circle

    return Circle(*at, radius, fillColor=colour(code), strokeColor=colour("#ffffff"), strokeWidth=0.8)


def area(points: Sequence[tuple[float, float]], code: str) -> Any:
    """A filled outline."""
    from reportlab.graphics.shapes import Polygon

    return Polygon([number for point in points for number in point], fillColor=colour(code), strokeColor=None)


def path(points: Sequence[tuple[float, float]], code: str, width: float, *, dashes: bool = False) -> Any:
    """An open line through points."""
    from reportlab.graphics.shapes import PolyLine

    flat = [number for point in points for number in point]
    found = PolyLine(flat, strokeColor=colour(code), strokeWidth=width, strokeLineJoin=1)
    found.strokeDashArray = [2, 2] if dashes else None
    return found


def box(at: tuple[float, float], size: tuple[float, float], code: str) -> Any:
    """A filled box without a frame."""
    from reportlab.graphics.shapes import Rect

    return Rect(*at, *size, fillColor=colour(code), strokeColor=None)


def grid_line(start: tuple[float, float], end: tuple[float, float]) -> Any:
    """A faint line behind a figure."""
    return line(start, end, LINE, 0.35)
