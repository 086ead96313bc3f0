"""The shift between two nomograms as a table with a waterfall in it; the numbers are its text alternative."""

from __future__ import annotations

from html import escape
from itertools import accumulate, pairwise

from core.survival.shift import Shift
from dashboard.texts import shift as words
from dashboard.texts.labels import MODEL_NAMES

ROUND, LEAST = 0.05, 0.1  # the scale's ends; its least span


def shift_bars(found: Shift) -> str:
    """HTML, dressed by style.css: start, the model's change, each input's share, end."""
    _, shown = words.tenths(found)
    places = [*accumulate(words.parts(found), initial=found.pre)]
    scale = _scale(places)
    rows = [_end(MODEL_NAMES["pre"], found.pre, scale)]
    for (name, remark), number, ends in zip(words.rows(found), words.labels(shown), pairwise(places), strict=True):
        rows.append(_part((name, remark), number, ends, scale))
    rows.append(_end(MODEL_NAMES["post"], found.post, scale))
    limits = "".join(f"<span>{100 * limit:.0f} %</span>" for limit in scale)
    head = (
        f'<thead><tr><th>{words.PART}</th><td aria-hidden="true"><div class="limits">{limits}</div></td>'
        f'<th class="number">{words.UNIT.capitalize()}</th></tr></thead>'
    )
    return f'<table class="shift">{head}<tbody>{"".join(rows)}</tbody></table>'


def _scale(places: list[float]) -> tuple[float, float]:
    """The round numbers around all places."""
    low, high = ROUND * (min(places) // ROUND), ROUND * (max(places) // ROUND + 1)
    return low, max(high, low + LEAST)


def _end(name: str, value: float, scale: tuple[float, float]) -> str:
    mark = f'<u style="left:{_per_cent(value, scale)}"></u>'
    return _row("end", escape(name), mark, f"{100 * value:.1f} %")


def _part(name: tuple[str, str], number: str, ends: tuple[float, float], scale: tuple[float, float]) -> str:
    start, end = ends
    width = (max(ends) - min(ends)) / (scale[1] - scale[0])
    side = "up" if end >= start else "down"
    bar = f'<i class="{side}" style="left:{_per_cent(min(ends), scale)};width:{100 * width:.2f}%"></i>'
    remark = f"<small>{escape(name[1])}</small>" if name[1] else ""
    return _row("part", f"{escape(name[0])}{remark}", bar, number)


def _row(kind: str, name: str, drawn: str, number: str) -> str:
    return (
        f'<tr class="{kind}"><th scope="row">{name}</th><td class="bar" aria-hidden="true"><div>{drawn}</div></td>'
        f'<td class="number">{number}</td></tr>'
    )


def _per_cent(value: float, scale: tuple[float, float]) -> str:
    return f"{100 * (value - scale[0]) / (scale[1] - scale[0]):.2f}%"
