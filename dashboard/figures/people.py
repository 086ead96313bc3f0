"""A hundred people as an array: who is alive, who has died, and between them those on whom the range leaves a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from core.findings import Survival
from dashboard.texts import people as words
from dashboard.texts.survival import out_of_100

KINDS = ("alive", "alive doubt", "dead doubt", "dead")
"""Looks of style.css: a filled figure; a striped one; a hollow one; a ring."""
BLOCK = 10


@dataclass(frozen=True)
class People:
    """A hundred people by what becomes of them; the four add up to 100.

    Attributes:
        alive_low: alive even at the low end of the range.
        alive_range: alive by the estimate, not at the low end.
        dead_range: died by the estimate, not at the high end.
        dead_high: died even at the high end.
    """

    alive_low: int
    alive_range: int
    dead_range: int
    dead_high: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The four, in the order of KINDS."""
        return self.alive_low, self.alive_range, self.dead_range, self.dead_high


def people(survival: Survival) -> People:
    """The hundred of a probability with its range, rounded as in the sentence."""
    alive, _ = out_of_100(survival)
    low, high = (out_of_100(Survival(end, end, end))[0] for end in (survival.low, survival.high))
    return People(low, alive - low, high - alive, 100 - high)


def people_array(survival: Survival, months: float) -> str:
    """The array with its key as HTML, dressed by style.css; figures differ in shape and fill, not in colour alone."""
    found = people(survival)
    kinds = [kind for kind, count in zip(KINDS, found.counts, strict=True) for _ in range(count)]
    blocks = "".join(_block(kinds[start : start + BLOCK]) for start in range(0, len(kinds), BLOCK))
    label = escape(words.description(survival, months, found.counts))
    return f'<div class="people" role="img" aria-label="{label}">{blocks}</div>{_key(survival, months, found)}'


def _block(kinds: Sequence[str]) -> str:
    """Ten people; neighbours of one kind are one element, which is drawn in a fifth of the time of ten."""
    runs = (_figures(kind, len(list(same))) for kind, same in groupby(kinds))
    return f"<span>{''.join(runs)}</span>"


def _figures(kind: str, count: int = 1) -> str:
    return f'<i class="{kind}" style="--n:{count}"></i>'


def _key(survival: Survival, months: float, found: People) -> str:
    """What each figure stands for, with how many there are; hidden from screen readers, which are told above."""
    living = (("alive", words.ALIVE_LOW, found.alive_low), ("alive doubt", words.IN_RANGE, found.alive_range))
    gone = (("dead doubt", words.IN_RANGE, found.dead_range), ("dead", words.DEAD_HIGH, found.dead_high))
    parts = ((words.alive(survival, months), living), (words.dead(survival), gone))
    columns = "".join(
        f"<div><b>{escape(heading)}</b>{''.join(_line(*line) for line in lines if line[2])}</div>"
        for heading, lines in parts
    )
    return f'<div class="people-key" aria-hidden="true">{columns}</div>'


def _line(kind: str, text: str, count: int) -> str:
    return f"<p>{_figures(kind)}{escape(text.format(count=count))}</p>"
