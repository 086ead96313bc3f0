"""Pinned what-if scenarios: prognoses of the case with other values, kept to be compared; without streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.findings import Prognosis
from dashboard.texts import pins as words

MOST = 4
INPUTS = ("pvtt", "response", "haic_sessions", "months_since_first_haic")
"""The form's fields that a prognosis is made of."""


@dataclass(frozen=True)
class Shown:
    """A prognosis as a page shows it.

    Attributes:
        prognosis: the answer, with its curves.
        model: what its nomogram is called, such as "After response".
        names: the axes for people, by axis.
        answers: the values for people, by axis, also of axes that this model does not have.
        clinical: the form's values behind it, by name of INPUTS; empty of a nomogram that asks otherwise.
        by_hand: the image scores given by hand (mtm, dlr).
    """

    prognosis: Prognosis
    model: str
    names: Mapping[str, str]
    answers: Mapping[str, str]
    clinical: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[float | None, float | None] = (None, None)

    @property
    def alive_at(self) -> float | None:
        """The months lived so far, where the prognosis takes them into account."""
        return self.prognosis.months_since_first_haic if self.prognosis.conditional_curve else None

    @property
    def values(self) -> dict[str, str]:
        """All that the prognosis depends on, in words, by axis; the months lived so far last."""
        told = {axis: self.answers.get(axis, "") for axis in self.prognosis.points}
        return {**told, words.LIVED: words.lived(self.alive_at)}


@dataclass(frozen=True)
class Pin:
    """A pinned prognosis.

    Attributes:
        number: 1..4, its place; it decides colour and dashes and stays while the pin stays.
        shown: what was on the page.
        label: the reader's name for it, "" for one made from what differs.
    """

    number: int
    shown: Shown
    label: str = ""

    def differing(self, now: Shown) -> list[str]:
        """The pin's inputs that differ from what is entered `now`, as they are in the pin."""
        own, other = self.shown.values, {**now.answers, words.LIVED: now.values[words.LIVED]}
        asked = [axis for axis in own if axis in other and not (axis == words.LIVED and self.other_model(now))]
        return [words.difference(axis, own[axis], self.shown.names) for axis in asked if own[axis] != other[axis]]

    def other_model(self, now: Shown) -> str:
        """What its model is called, "" if it is that of `now`."""
        return "" if self.shown.model == now.model else self.shown.model

    def name(self, now: Shown) -> str:
        """The reader's name for it, or what differs from `now`."""
        return self.label or self.default(now)

    def drawn_name(self, now: Shown) -> str:
        """Its name beside its curve, which always says whether it is of another model."""
        return words.with_model(self.label, self.other_model(now)) if self.label else self.default(now)

    def default(self, now: Shown) -> str:
        """What differs from `now`, in a few words."""
        return words.label(self.differing(now), self.other_model(now))

    def remark(self, now: Shown) -> str:
        """All that its name leaves unsaid, "" if that is nothing."""
        return words.remark(self.name(now), self.differing(now), self.other_model(now))


def is_pinned(pins: Sequence[Pin], shown: Shown) -> bool:
    """True if the same prognosis is pinned already."""
    return any(pin.shown.prognosis == shown.prognosis for pin in pins)


def with_pin(pins: Sequence[Pin], shown: Shown) -> list[Pin]:
    """The pins with one more in the first free place; the same if all are taken or it is there already."""
    taken = {pin.number for pin in pins}
    free = [number for number in range(1, MOST + 1) if number not in taken]
    if not free or is_pinned(pins, shown):
        return list(pins)
    return sorted([*pins, Pin(free[0], shown)], key=lambda pin: pin.number)


def renamed(pins: Sequence[Pin], number: int, label: str) -> list[Pin]:
    """The pins with another name for one; "" gives the made one back."""
    told = " ".join(label.split())[: words.LONGEST]
    return [replace(pin, label=told) if pin.number == number else pin for pin in pins]


def without(pins: Sequence[Pin], number: int) -> list[Pin]:
    """The pins without one."""
    return [pin for pin in pins if pin.number != number]
