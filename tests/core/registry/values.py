"""Every value that a noun of the findings can have, for Hypothesis, by its annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from core.case import IMPLIED, ClinicalRecord

SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-(2**60), 2**60),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    NoneType: st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of type `hint`; no arrays."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is ClinicalRecord:
        return _built(hint, **{finding: st.none() for finding, _ in IMPLIED})
    if is_dataclass(hint):
        return _built(hint)
    if origin in (Union, UnionType):
        return st.one_of(*map(values, inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=4).map(tuple)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=4)
    return st.sampled_from(hint) if issubclass(hint, StrEnum) else SCALARS[hint]


def _built(kind: Any, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in given}
    return st.builds(kind, **given, **{name: values(hint) for name, hint in hints.items()})
