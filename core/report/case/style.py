"""Type, colours and measures of the printed report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from core.report.style import LIGHT

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
BODY, SMALL, TINY, LEAD, TITLE = 7.6, 6.9, 6.4, 11.3, 13.5  # points
MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
MARGIN, TOP, FOOT = 14 * MM, 10 * MM, 12.5 * MM
WIDTH = PAGE[0] - 2 * MARGIN
TEXT, MUTED, LINE, CURVE, PATIENT = LIGHT.text, LIGHT.muted, "#b9c6ca", LIGHT.first, LIGHT.mark
TINT, BAND = "#eef5f6", "#d5e8eb"


@cache
def fonts() -> None:
    """Make DejaVu Sans known, which has every sign we print; it comes with matplotlib.

    Streams are written as bytes: reportlab's text form of them takes longer than all the rest.
    """
    import matplotlib
    from reportlab import rl_config
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    rl_config.useA85 = 0
    for name in (REGULAR, BOLD):
        registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line of text is, points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    fonts()
    return float(stringWidth(text, BOLD if bold else REGULAR, size))


def colour(code: str) -> Any:
    """A colour for reportlab from #rrggbb."""
    from reportlab.lib.colors import HexColor

    return HexColor(code)
