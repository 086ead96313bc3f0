"""The fields of an image header of text, each asked for by what it must hold; errors name fields of ours only."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from core.errors import InputError
from core.io.raw import MAX_VOXELS

MOST_AXES = 4
_MOST_VALUES = 2**40
_INTEGER = re.compile(r"[-+]?[0-9]{1,9}")
NUMBER = re.compile(r"[-+]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?")
NUMBER_OR_NAN = re.compile(rf"{NUMBER.pattern}|nan", re.IGNORECASE)  # NRRD's word for an axis that has none


class Fields:
    """The fields of a header by name, in small letters; each is asked for by what it must hold."""

    def __init__(self, fields: Mapping[str, str], what: str, role: str) -> None:
        self._fields, self._what, self._role = fields, what, role

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self._fields

    def text(self, name: str, fits: Callable[[str], object], expected: str) -> str:
        """A field that must be there."""
        value = self._fields.get(name, "")
        if not fits(value):
            self.refuse(name, expected)
        return value

    def integers(self, name: str, count: int) -> tuple[int, ...]:
        """So many whole numbers."""
        words = self._fields.get(name, "").split()
        if len(words) != count or not all(_INTEGER.fullmatch(word) for word in words):
            self.refuse(name, f"{count} whole numbers")
        return tuple(int(word) for word in words)

    def numbers(self, names: tuple[str, ...], count: int, one: re.Pattern[str] = NUMBER) -> None:
        """In each of the fields that are there so many numbers."""
        for name in names:
            words = self._fields.get(name, "").split()
            if self.has(name) and (len(words) != count or not all(one.fullmatch(word) for word in words)):
                self.refuse(name, f"{count} numbers")

    def sizes(self, name: str, axes: int) -> tuple[int, ...]:
        """The sizes of the axes."""
        found = self.integers(name, axes)
        if (
            min(found) < 1 or math.prod(found) > _MOST_VALUES
        ):  # below, the reader of what is wanted says how many it takes
            self.refuse(name, f"sizes of 1 or more, at most {MAX_VOXELS} voxels in all,")
        return found

    def known(self, patterns: Mapping[str, str]) -> None:
        """Only fields of these names, whose values fit."""
        for position, (name, value) in enumerate(self._fields.items(), start=1):
            if not re.fullmatch(patterns.get(name, "(?!)"), value, re.IGNORECASE):
                raise InputError(
                    f"{self._role}: expected known fields in the {self._what} header, got another in place {position}"
                )

    def axes(self, name: str) -> int:
        """The number of axes."""
        (found,) = self.integers(name, 1)
        if not 2 <= found <= MOST_AXES:
            raise InputError(f"{self._role}: expected a volume of 3 dimensions, got {found}")
        return found

    def refuse(self, name: str, expected: str) -> None:
        """Say what is wrong with a field of ours."""
        raise InputError(f"{self._role}: expected {expected} as {name} of the {self._what} header, got something else")


def once(pairs: list[tuple[str, str]], what: str, role: str) -> dict[str, str]:
    """The values by name in small letters, without spaces around them."""
    found: dict[str, str] = {}
    for key, value in pairs:
        name = key.strip().lower()
        if name in found:
            raise InputError(f"{role}: expected each field of the {what} header once, got one twice")
        found[name] = value.strip()
    return found
