"""Blocks of the printed report: paragraphs, headings, tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from core.report.case.style import (
    BODY,
    BOLD,
    CURVE,
    LEAD,
    LINE,
    MUTED,
    REGULAR,
    SMALL,
    TEXT,
    TINT,
    TINY,
    TITLE,
    WIDTH,
    colour,
    fonts,
)

STYLES = {
    "body": (BODY, TEXT, REGULAR),
    "number": (BODY, TEXT, REGULAR),
    "bold": (BODY, TEXT, BOLD),
    "small": (SMALL, TEXT, REGULAR),
    "muted": (SMALL, MUTED, REGULAR),
    "tiny": (TINY, MUTED, REGULAR),
    "lead": (LEAD, TEXT, REGULAR),
    "title": (TITLE, TEXT, BOLD),
    "heading": (8.8, CURVE, BOLD),
    "stage": (10.0, TEXT, BOLD),
}
PAD = 1.7
HEADING_NEEDS = 64.0  # points: a heading and some lines


def paragraph(words: str, style: str = "body", *, right: bool = False) -> Any:
    """Text that wraps; it is shown as it stands."""
    return marked_up(escape(words, quote=False), style, right=right)


def marked_up(markup: str, style: str = "body", *, right: bool = False) -> Any:
    """Text with reportlab's tags; the caller escapes what is not his own."""
    from reportlab.platypus import Paragraph

    return Paragraph(markup, _style(style, right))


def section(words: str, *blocks: Any, needs: float = HEADING_NEEDS) -> list[Any]:
    """A heading with what belongs to it, on the next page where there is less than `needs` points of room."""
    from reportlab.platypus import CondPageBreak

    return [CondPageBreak(needs), paragraph(words, "heading"), *blocks]


def space(points: float) -> Any:
    """Room between blocks."""
    from reportlab.platypus import Spacer

    return Spacer(1, points)


def columns(cells: Sequence[Any], widths: Sequence[float]) -> Any:
    """Blocks side by side, tops level; a cell may be a list of blocks."""
    return _table([list(cells)], widths, [("LEFTPADDING", (0, 0), (0, -1), 0), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)])


def table(rows: Sequence[Sequence[Any]], widths: Sequence[float], *, head: bool = True) -> Any:
    """Rows with a thin line below each, the first a head of column names."""
    rules = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, colour(LINE)),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), 5),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
    if head:
        rules.append(("LINEBELOW", (0, 0), (-1, 0), 0.7, colour(MUTED)))
    return _table([list(row) for row in rows], widths, rules)


def tinted(blocks: Sequence[Any], width: float = WIDTH) -> Any:
    """Blocks on a tint with a rule at the left, for what the page is about."""
    rules = [
        ("BACKGROUND", (0, 0), (-1, -1), colour(TINT)),
        ("LINEBEFORE", (0, 0), (0, -1), 2.5, colour(CURVE)),
        ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    return _table([[list(blocks)]], [width], rules)


def boxes(cells: Sequence[Sequence[Any]], width: float = WIDTH) -> Any:
    """Cells in equal boxes, side by side."""
    rules: list[tuple[Any, ...]] = [("BOX", (n, 0), (n, 0), 0.5, colour(LINE)) for n in range(len(cells))]
    rules += [("LEFTPADDING", (0, 0), (-1, -1), 5), ("BACKGROUND", (0, 0), (-1, -1), colour(TINT))]
    return _table([[list(cell) for cell in cells]], [width / len(cells)] * len(cells), rules)


def _table(rows: list[list[Any]], widths: Sequence[float], rules: Sequence[tuple[Any, ...]]) -> Any:
    from reportlab.platypus import Table, TableStyle

    common = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), PAD),
        ("BOTTOMPADDING", (0, 0), (-1, -1), PAD),
    ]
    return Table(rows, colWidths=list(widths), style=TableStyle([*common, *rules]), hAlign="LEFT")


@cache
def _style(name: str, right: bool) -> Any:
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    fonts()
    size, code, font = STYLES[name]
    return ParagraphStyle(
        f"{name}{right}",
        fontName=font,
        fontSize=size,
        leading=size * 1.28,
        textColor=colour(code),
        alignment=TA_RIGHT if right else TA_LEFT,
        spaceBefore=7 if name == "heading" else 0,
        spaceAfter=2.5 if name == "heading" else 0,
    )
