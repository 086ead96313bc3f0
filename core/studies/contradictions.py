"""Where He et al. 2023 contradicts itself, and how this software reads each place: shown to students in full."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import dataclass

from core.errors import ArtefactError

_TABLE = "contradictions.json"


@dataclass(frozen=True)
class Contradiction:
    """One row of the table.

    Attributes:
        number: of the row, from 1.
        printed: what the paper says.
        against: what says otherwise; None where the passage contradicts itself, or leaves something out.
        read_as: how the software reads it.
    """

    number: int
    printed: str
    against: str | None
    read_as: str


def contradictions() -> tuple[Contradiction, ...]:
    """Every row, in order.

    Raises:
        ArtefactError: if the table was not installed with the package, or was changed into something else.
    """
    content = pkgutil.get_data("core.studies", _TABLE)
    try:
        rows = tuple(Contradiction(**row) for row in json.loads(content or b""))
    except (ValueError, TypeError):
        raise ArtefactError("table of contradictions: expected rows of four fields, got something else") from None
    if [row.number for row in rows] != list(range(1, len(rows) + 1)):
        raise ArtefactError("table of contradictions: expected rows numbered from 1, got gaps")
    return rows
