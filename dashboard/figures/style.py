"""Colours and the plain frame that all figures share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FONT_SIZE = 14
FONT_FAMILY = '"Source Sans", sans-serif'
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, told apart with any colour vision.

    Attributes:
        text, muted, grid: writing, secondary writing, thin lines.
        curve, band: the survival curve and its band.
        patient, patient_band: the patient's own marks; the band of a second curve.
    """

    text: str
    muted: str
    grid: str
    curve: str
    band: str
    patient: str
    patient_band: str


LIGHT = Palette("#1c2b30", "#56666c", "#dbe4e6", "#0b6e7f", "rgba(11,110,127,0.16)", "#c24e00", "rgba(194,78,0,0.14)")
DARK = Palette("#e2ebed", "#a3b4b9", "#2b3a3f", "#5cbcc9", "rgba(92,188,201,0.20)", "#f2a65a", "rgba(242,166,90,0.16)")


def palette(theme: Literal["light", "dark"]) -> Palette:
    """The palette of a theme."""
    return DARK if theme == "dark" else LIGHT


def plain_layout(colours: Palette, height: int) -> dict[str, Any]:
    """Layout with a transparent background, no legend, readable type, no dragging."""
    return {
        "template": "none",  # Plotly's own is as large as the curve
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": FONT_SIZE, "color": colours.text, "family": FONT_FAMILY},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"font": {"size": FONT_SIZE}},
    }
