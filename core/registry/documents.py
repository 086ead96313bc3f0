"""A snapshot as the document of a save, and what is read of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from core.case import Case
from core.errors import InputError
from core.findings import Assessment
from core.registry.arrays import ArraysIn, ArraysOut
from core.registry.codec import FOREIGN, pack, unpack
from core.registry.nouns import Reading, Snapshot, outcome_of

FORM = 1
"""Raised when a document can no longer be read by what is here; a field with a default is no reason."""


def write(snapshot: Snapshot) -> tuple[str, Mapping[str, memoryview]]:
    """The document, and the large arrays by the sha256 of their bytes."""
    arrays = ArraysOut()
    kind = "assessment" if isinstance(snapshot.result, Assessment) else "reading"
    document = {
        "form": FORM,
        "kind": kind,
        "result": pack(snapshot.result, arrays),
        "case": pack(snapshot.case, arrays),
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":")), arrays.kept


def read(text: str, blob: Callable[[str, int], bytes]) -> Snapshot:
    """The snapshot, with its images.

    Raises:
        InputError: the document, or an image, is damaged or of a later version.
    """
    document, arrays = _document(text), ArraysIn(blob)
    kind = Assessment if document["kind"] == "assessment" else Reading
    result = unpack(kind, document["result"], arrays)
    return Snapshot(result, unpack(Case | None, document.get("case"), arrays))


def read_reading(text: str) -> Reading:
    """The result alone; no image is looked for."""

    def none(_digest: str, _size: int) -> bytes:
        raise InputError(FOREIGN)

    reading: Reading = unpack(Reading, _document(text)["result"], ArraysIn(none))
    return reading


def figures(snapshot: Snapshot) -> dict[str, Any]:
    """What stands of a save in the worklist, by column."""
    result, outcome = snapshot.result, outcome_of(snapshot.result)
    columns: dict[str, Any] = {
        "with_images": isinstance(result, Assessment),
        "simulated": snapshot.simulated,
        "mtm": None if result.scores.mtm is None else float(result.scores.mtm.value),
        "dlr": None if result.scores.dlr is None else float(result.scores.dlr.value),
    }
    if outcome is not None:
        survival = outcome.survival
        columns |= {"model": outcome.model, "months": float(outcome.months), "risk_group": outcome.risk_group}
        columns |= {"alive": survival.value, "alive_low": survival.low, "alive_high": survival.high}
        columns |= {"alive_at": outcome.alive_at}
    return columns


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("form") != FORM or "result" not in document:
        raise InputError(FOREIGN)
    if document.get("kind") not in ("assessment", "reading"):
        raise InputError(FOREIGN)
    return document
