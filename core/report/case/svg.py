"""A drawing as SVG: plain shapes, text as text, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"


def svg(drawn: Any, title: str, description: str, edge: float = 0.0) -> str:
    """The drawing of `shapes` as an SVG document in points, with `edge` around it.

    Title and description are for screen readers.
    """
    width, height = drawn.width + 2 * edge, drawn.height + 2 * edge
    body = "\n".join(_WRITERS[type(shape).__name__](shape, drawn.height) for shape in drawn.contents)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}pt" height="{height:.2f}pt" '
        f'viewBox="{-edge:g} {-edge:g} {width:.2f} {height:.2f}" font-family="{FONT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n{body}\n</svg>\n"
    )


def _stroke(shape: Any) -> str:
    dashes = f' stroke-dasharray="{" ".join(f"{n:g}" for n in shape.strokeDashArray)}"' if shape.strokeDashArray else ""
    return f'stroke="{_hex(shape.strokeColor)}" stroke-width="{shape.strokeWidth:g}"{dashes}'


def _hex(colour: Any) -> str:
    return "none" if colour is None else f"#{colour.hexval()[2:]}"


def _line(shape: Any, height: float) -> str:
    ends = f'x1="{shape.x1:.2f}" y1="{height - shape.y1:.2f}" x2="{shape.x2:.2f}" y2="{height - shape.y2:.2f}"'
    return f"<line {ends} {_stroke(shape)}/>"


def _text(shape: Any, height: float) -> str:
    weight = ' font-weight="bold"' if shape.fontName.endswith("Bold") else ""
    return (
        f'<text x="{shape.x:.2f}" y="{height - shape.y:.2f}" font-size="{shape.fontSize:g}"{weight} '
        f'fill="{_hex(shape.fillColor)}" text-anchor="{shape.textAnchor}">{escape(shape.text)}</text>'
    )


def _circle(shape: Any, height: float) -> str:
    place = f'cx="{shape.cx:.2f}" cy="{height - shape.cy:.2f}" r="{shape.r:g}"'
    return f'<circle {place} fill="{_hex(shape.fillColor)}" {_stroke(shape)}/>'


def _box(shape: Any, height: float) -> str:
    place = f'x="{shape.x:.2f}" y="{height - shape.y - shape.height:.2f}"'
    size = f'width="{shape.width:.2f}" height="{shape.height:.2f}"'
    return f'<rect {place} {size} fill="{_hex(shape.fillColor)}"/>'


_WRITERS: dict[str, Callable[[Any, float], str]] = {"Line": _line, "String": _text, "Circle": _circle, "Rect": _box}
