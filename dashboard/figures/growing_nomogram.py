"""The axes of a nomogram while it is being built: rows in the look of the finished drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from core.survival.derivation import Derivation, TermSteps
from core.survival.pretty import pretty
from dashboard.figures.nomogram_drawing import Drawing, Row, nomogram_drawing, row_html
from dashboard.texts import learn

Scale = tuple[float, float]


def growing_nomogram(
    step: int, found: Derivation, finished: Drawing, names: Mapping[str, str], description: str
) -> str:
    """The drawing of one step as HTML.

    Args:
        step: 0..5: coefficients, contributions, moved to a common start, in points, with the total, with survival.
        found: the numbers.
        finished: the whole nomogram with the reader's marks.
        names: the axes for people.
        description: for screen readers.
    """
    if step == 5:
        return nomogram_drawing(finished, description)
    rows = "".join(row_html(row) for row in rows_of(step, found, finished, names))
    return f'<div class="nomogram growing" role="img" aria-label="{escape(description)}">{rows}</div>'


def rows_of(step: int, found: Derivation, finished: Drawing, names: Mapping[str, str]) -> tuple[Row, ...]:
    """The ruler and the axes of a step before the last, from top to bottom."""
    if step == 4:
        return finished.ruler, *finished.inputs, finished.total
    if step == 3:
        return finished.ruler, *finished.inputs
    if step == 2:
        scale = (0.0, found.longest.span)
        return _ruler(learn.SPAN_RULER, scale), *(_moved(term, scale, names) for term in found.terms)
    scale = (min(0.0, *(t.low for t in found.terms)), max(0.0, *(t.high for t in found.terms)))
    draw = _coefficient if step == 0 else _contribution
    return _ruler(learn.LP_RULER, scale), *(draw(term, scale, names) for term in found.terms)


def _ruler(heading: str, scale: Scale) -> Row:
    inside = [value for value in pretty(*scale, 6).tolist() if scale[0] <= value <= scale[1]]
    return Row(heading, (0, 1), tuple((_place(value, scale), _label(value)) for value in inside))


def _coefficient(term: TermSteps, scale: Scale, names: Mapping[str, str]) -> Row:
    """From 0 to beta: what one unit of the input does."""
    ends = sorted((0.0, term.beta))
    span = _places(ends, scale)
    return Row(names[term.name], span, _ends(ends, scale), _place(term.beta, scale), f"β {learn.three(term.beta)}")


def _contribution(term: TermSteps, scale: Scale, names: Mapping[str, str]) -> Row:
    """All that the input can contribute, with what it does."""
    ends = (term.low, term.high)
    mark = _place(term.contribution, scale)
    return Row(
        names[term.name], _places(ends, scale), _ends(ends, scale), mark, f"β·x {learn.three(term.contribution)}"
    )


def _moved(term: TermSteps, scale: Scale, names: Mapping[str, str]) -> Row:
    """The same axis, its least end at 0."""
    ends, moved = (0.0, term.span), term.contribution - term.low
    return Row(names[term.name], _places(ends, scale), _ends(ends, scale), _place(moved, scale), learn.three(moved))


def _places(ends: Sequence[float], scale: Scale) -> tuple[float, float]:
    return _place(ends[0], scale), _place(ends[1], scale)


def _ends(ends: Sequence[float], scale: Scale) -> tuple[tuple[float, str], ...]:
    return tuple((_place(end, scale), _label(end)) for end in ends)


def _place(value: float, scale: Scale) -> float:
    return (value - scale[0]) / (scale[1] - scale[0])


def _label(value: float) -> str:
    return f"{value + 0.0:.3g}".replace("-", "−")  # 0 in place of -0
