"""Staging with unknown values: a stage is given only if every value that the unknown inputs could take leads to it.

Each system turns its inputs into classes, which are few, and states its rule for known classes. Here the rule is asked
for every combination that the known inputs leave open. Combinations repeat from patient to patient and are remembered,
so that a cohort of any size costs one look-up for each patient.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Generic, NamedTuple, TypeVar

from core.case import ClinicalRecord
from core.staging.child_pugh import missing_parts

T = TypeVar("T")
Inputs = TypeVar("Inputs", bound=NamedTuple)
Options = tuple[tuple[Hashable, ...], ...]

_EITHER = {True: (True,), False: (False,), None: (False, True)}


@dataclass(frozen=True)
class Determined(Generic[T]):
    """What a rule says where some inputs are unknown.

    Attributes:
        value: the one possible result, None if there are several.
        undecided: the inputs that can change the result, by name; () where there is one.
    """

    value: T | None
    undecided: tuple[str, ...]


def determine(rule: Callable[[Inputs], T], inputs: type[Inputs], options: Options) -> Determined[T]:
    """`rule` for all combinations of the inputs' possible classes, given in the order of the fields of `inputs`."""
    found: Determined[T] = _determine(rule, inputs, options)
    return found


def either(value: bool | None) -> tuple[bool, ...]:
    """The possible values of a finding."""
    return _EITHER[value]


def by_upper(value: float | None, limits: tuple[float, ...]) -> tuple[float, ...]:
    """The possible classes of a number, each called by its upper limit, which belongs to it; all where unknown."""
    return limits if value is None else (limits[bisect_left(limits, value)],)


def by_lower(value: float | None, limits: tuple[float, ...]) -> tuple[float, ...]:
    """The possible classes of a number, each called by its lower limit, which belongs to it; all where unknown."""
    return limits if value is None else (limits[bisect_right(limits, value) - 1],)


def missing_fields(clinical: ClinicalRecord, undecided: Iterable[str], listed: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The unknown fields behind `undecided`, and those of `listed` that are unknown though they block no stage.

    "child_pugh" stands for its unknown parts. Each of them can move the points across any limit that is in reach.
    """
    names: list[str] = []
    for name in undecided:
        names.extend(missing_parts(clinical) if name == "child_pugh" else (name,))
    names.extend(name for name in listed if getattr(clinical, name) is None)
    return tuple(names)


@cache
def _determine(rule: Callable[[Any], Any], inputs: Any, options: Options) -> Determined[Any]:
    results = {values: rule(inputs(*values)) for values in product(*options)}
    if len(set(results.values())) == 1:
        return Determined(next(iter(results.values())), ())
    undecided = (name for place, name in enumerate(inputs._fields) if _matters(place, results))
    return Determined(None, tuple(undecided))


def _matters(place: int, results: dict[tuple[Hashable, ...], Any]) -> bool:
    """Whether two combinations that differ in this one input have different results."""
    by_rest: dict[tuple[Hashable, ...], Any] = {}
    return any(
        by_rest.setdefault(values[:place] + values[place + 1 :], result) != result for values, result in results.items()
    )
