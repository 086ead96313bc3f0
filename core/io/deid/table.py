"""Table E.1-1 of DICOM PS3.15 (2026c), the basic profile, as the library dicom-anonymizer (BSD-3-Clause) has it.

The library walks the top of a data set only and keeps its UIDs in one dictionary for good. So its table and its actions
on texts are taken, and the walk (core.io.deid.dataset) is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

EDITION = "dicomfields_2026c"
Apply = Callable[["Dataset", tuple[int, int]], None]


class Action(Enum):
    """What the table wants done; the value is the name of the library's function."""

    REMOVE = ("delete",)
    EMPTY = ("empty", "delete_or_empty")
    REPLACE = ("replace", "empty_or_replace", "delete_or_replace", "delete_or_empty_or_replace")
    MAP_UID = ("replace_UID", "delete_or_empty_or_replace_UID")


def action_for(group: int, element: int) -> tuple[Action, Apply] | None:
    """The table's action for an attribute and the library's way to take it, None if the table does not list it."""
    single, repeating = _rules()
    found = single.get((group, element))
    if found is None:
        for (first, second, mask, under), rule in repeating.items():
            if group & mask == first & mask and element & under == second & under:
                return rule
    return found


def listed() -> frozenset[tuple[int, int]]:
    """Every attribute that the table lists by itself."""
    return frozenset(_rules()[0])


@cache
def _rules() -> tuple[
    dict[tuple[int, int], tuple[Action, Apply]], dict[tuple[int, int, int, int], tuple[Action, Apply]]
]:
    from dicomanonymizer.simpledicomanonymizer import initialize_actions

    by_name = {name: action for action in Action for name in action.value}
    single: dict[tuple[int, int], tuple[Action, Apply]] = {}
    repeating: dict[tuple[int, int, int, int], tuple[Action, Apply]] = {}
    for tag, apply in initialize_actions(EDITION).items():
        rule = by_name[apply.__name__], apply
        if len(tag) == 2:
            single[tag[0], tag[1]] = rule
        else:
            repeating[tag[0], tag[1], tag[2], tag[3]] = rule
    return single, repeating
