"""Plain values out of DICOM headers: of one tag, of the first of several places that has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.geometry import FloatArray


def words(value: Any) -> set[str]:
    """The values of a tag that may hold one or several."""
    if value is None:
        return set()
    return {value} if isinstance(value, str) else {str(word) for word in value}


def item(place: Any, name: str) -> Any:
    """The first item of a sequence, or an empty mapping."""
    items = place.get(name) if place else None
    return items[0] if items else {}


def first(parts: list[Any], name: str) -> Any:
    """The first value of that name that is not empty, None if there is none."""
    for part in parts:
        value = part.get(name)
        if value is not None and value != "":
            return value
    return None


def numbers(value: Any, count: int) -> FloatArray:
    """`count` finite numbers.

    Raises:
        ValueError: another count, or a number that is not finite.
        TypeError: no list.
    """
    found = np.array([float(n) for n in value], dtype=np.float64)
    if found.shape != (count,) or not np.isfinite(found).all():
        raise ValueError("a geometry tag is not a list of finite numbers")
    return found


def number(value: Any, default: float) -> float:
    """A finite number, `default` if there is none.

    Raises:
        ValueError: it is not finite.
    """
    found = default if value is None or value == "" else float(value)
    if not np.isfinite(found):
        raise ValueError("a number is not finite")
    return found


def unit_axes(value: Any) -> tuple[FloatArray, FloatArray]:
    """The unit vectors of an orientation tag, LPS: along which the column index and the row index grow.

    Raises:
        ValueError: not two unit vectors at right angles.
    """
    orientation = numbers(value, 6)
    row, column = orientation[:3], orientation[3:]
    if abs(np.linalg.norm(row) - 1) > 0.01 or abs(np.linalg.norm(column) - 1) > 0.01 or abs(row @ column) > 0.01:
        raise ValueError("orientation is not two unit vectors at right angles")
    return row / np.linalg.norm(row), column / np.linalg.norm(column)
