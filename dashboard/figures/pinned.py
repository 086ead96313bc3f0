"""Pinned what-if scenarios as curves: dashes and a colour each, named at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from core.findings import CurvePoint, Prognosis

Part = dict[str, Any]
Theme = Literal["light", "dark"]
COLOURS: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#a34f86", "#8a6000", "#0072b2", "#4a5559"),
    "dark": ("#d795ba", "#e9b949", "#56b4e9", "#c3cfd3"),
}
"""After Okabe and Ito, told apart with any colour vision and from the curve and the patient's mark."""
BEHIND: Mapping[Theme, str] = {"light": "rgba(253,254,254,0.72)", "dark": "rgba(17,25,28,0.72)"}
DASHES = ("dash", "dashdot", "dot", "longdash")
HOVER = {"hovertemplate": "%{fullData.name}: %{y:.0f} % (%{customdata[0]:.0f}–%{customdata[1]:.0f})<extra></extra>"}
SIZE = 12
APART = 9.5  # per cent between the upper edges of two names
LOWEST = 8
NUMBER_ABOVE = 12.0  # per cent from a reading to the upper edge of its number


@dataclass(frozen=True)
class PinnedCurve:
    """A curve to be drawn behind that of the page: its place 1..4, its name, its prognosis."""

    number: int
    name: str
    prognosis: Prognosis

    @property
    def curve(self) -> Sequence[CurvePoint]:
        """From the months lived so far on, where they are known."""
        return self.prognosis.conditional_curve or self.prognosis.curve


def colour_of(number: int, theme: Theme) -> str:
    """The colour of the pin in that place."""
    return COLOURS[theme][(number - 1) % len(DASHES)]


def dash_of(number: int) -> str:
    """The dashes of the pin in that place, a word of plotly's."""
    return DASHES[(number - 1) % len(DASHES)]


def end_of(pinned: Sequence[PinnedCurve], own: float) -> float:
    """The last month of all curves, `own` being the page's."""
    return max([own, *(one.curve[-1].time_months for one in pinned)])


def look_of(one: PinnedCurve, theme: Theme) -> Part:
    """How its line is drawn."""
    return {"color": colour_of(one.number, theme), "width": 2.2, "dash": dash_of(one.number)}


def names(pinned: Sequence[PinnedCurve], theme: Theme, reading: float | None) -> list[Part]:
    """A name below the end of each curve, apart from each other and from the number at the `reading` (0..1)."""
    ends = {one.number: 100 * one.curve[-1].survival.value for one in pinned}
    places = apart(ends, () if reading is None else (100 * reading + NUMBER_ABOVE,))
    return [
        {
            "x": one.curve[-1].time_months,
            "y": places[one.number],
            "text": escape(one.name, quote=False),
            "showarrow": False,
            "xanchor": "right",
            "yanchor": "top",
            "bgcolor": BEHIND[theme],
            "borderpad": 1,
            "font": {"size": SIZE, "color": colour_of(one.number, theme)},
        }
        for one in pinned
    ]


def apart(ends: Mapping[int, float], taken: Sequence[float] = ()) -> dict[int, float]:
    """Whole per cent for the upper edges of names of curves that end at `ends`: the nearest that touch no other.

    Args:
        ends: where the curves end, 0..100 per cent, by number.
        taken: upper edges of what is written there already.
    """
    places: dict[int, float] = {}
    for number, end in sorted(ends.items(), key=lambda pair: (pair[1], pair[0])):
        near = sorted(range(LOWEST, 101), key=lambda height: abs(height - end))
        written = [*taken, *places.values()]
        places[number] = next(height for height in near if all(abs(height - other) >= APART for other in written))
    return places
