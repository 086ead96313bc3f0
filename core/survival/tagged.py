"""Numbers of a nomogram that say where they come from, as nomogram.json holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Tag = Literal["published", "derived", "assumed", "fitted"]

# Read by pydantic at the door: no unknown or mistyped field, no infinity.
STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True)
class Figure:
    """A number and whether it is published, derived from published figures, assumed or fitted to a centre's cohort."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    value: float
    tag: Tag


@dataclass(frozen=True)
class Figures:
    """Several numbers of one origin."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    value: tuple[float, ...]
    tag: Tag


@dataclass(frozen=True)
class FigureTable:
    """A table of numbers of one origin, by row."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    value: tuple[tuple[float, ...], ...]
    tag: Tag


@dataclass(frozen=True)
class Coding:
    """How an input becomes a number, in words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    value: str
    tag: Tag


@dataclass(frozen=True)
class Term:
    """One input of a nomogram.

    Attributes:
        name: pvtt, response, haic_sessions, mtm or dlr; of an own nomogram any other.
        label: for people.
        coding: what the number means.
        range: lowest and highest number accepted.
        levels: (label, number) pairs to draw.
        hazard_ratio: per unit.
        beta: its logarithm.
        reference: the number at which the baseline is best known.
        factor: name of the categorical variable of which this term is one level (0 or 1); "" for a term of its own.
            The terms of one factor share an axis.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    name: str
    label: str
    coding: Coding
    range: tuple[float, float]
    levels: tuple[tuple[str, float], ...]
    hazard_ratio: Figure
    beta: Figure
    reference: Figure
    factor: str = ""
