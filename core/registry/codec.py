"""Findings as plain values for JSON, and back to the same findings, number for number.

What is written follows the dataclasses; what is read is held against their annotations, so that a damaged or foreign
document is refused and never half understood. A field that a document lacks takes its default, which is how documents
of earlier versions are read. No code runs and no class is named by a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from core.errors import InputError
from core.registry.arrays import ArraysIn, ArraysOut

FOREIGN = "saved case: expected a case in the form of this version, got another or a damaged one"


def pack(value: Any, arrays: ArraysOut) -> Any:
    """`value` as None, bool, int, float, str, list and dict; large arrays go to `arrays`."""
    if is_dataclass(value):
        return {field.name: pack(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return arrays.reference(value)
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {str(key): pack(one, arrays) for key, one in value.items()}
        return [[key, pack(one, arrays)] for key, one in value.items()]  # JSON would make numbers text
    if isinstance(value, tuple | list):
        return [pack(one, arrays) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.item() if isinstance(value, np.generic) else value


def unpack(hint: Any, plain: Any, arrays: ArraysIn) -> Any:
    """The value of type `hint` that `pack` made `plain` of.

    Raises:
        InputError: `plain` is no such value.
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _optional(hint, plain, arrays)
    if origin is Literal:
        return _checked(plain, plain in get_args(hint))
    if origin is np.ndarray:
        return arrays.array(plain)
    if origin is tuple:
        _checked(plain, isinstance(plain, list))
        return tuple(unpack(get_args(hint)[0], one, arrays) for one in plain)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(hint, plain, arrays)
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, plain, arrays)
    return _scalar(hint, plain)


def _checked(plain: Any, good: bool) -> Any:
    if not good:
        raise InputError(FOREIGN)
    return plain


def _optional(hint: Any, plain: Any, arrays: ArraysIn) -> Any:
    """X or None; no other union occurs in the findings."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    if len(kinds) != 1:
        raise TypeError(f"a saved case cannot hold {hint}")
    return None if plain is None else unpack(kinds[0], plain, arrays)


def _mapping(hint: Any, plain: Any, arrays: ArraysIn) -> dict[Any, Any]:
    key, kind = get_args(hint)
    pairs = list(plain.items()) if isinstance(plain, dict) else plain
    _checked(
        pairs, isinstance(pairs, list) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs)
    )
    return {unpack(key, name, arrays): unpack(kind, one, arrays) for name, one in pairs}


def _dataclass(kind: type, plain: Any, arrays: ArraysIn) -> Any:
    _checked(plain, isinstance(plain, dict))
    hints = _hints(kind)
    values = {}
    for field in fields(kind):
        if field.name in plain:
            values[field.name] = unpack(hints[field.name], plain[field.name], arrays)
        else:
            _checked(None, field.default is not MISSING or field.default_factory is not MISSING)
    return kind(**values)


def _scalar(hint: Any, plain: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(_checked(plain, plain in list(hint)))
    if hint is float:
        return _checked(plain, type(plain) in (int, float))
    return _checked(plain, type(plain) is hint)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
