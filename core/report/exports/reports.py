"""The PDF of each exported case, without the day it was made on and without what the board wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.registry.nouns import Snapshot
from core.report.case.saved import NOMOGRAM, saved_report
from core.report.exports.columns import OLDEST_YEARS
from core.report.exports.gathered import Kept

if TYPE_CHECKING:
    from core.models import ModelSet
    from core.registry.store import Registry


def reports(cases: Iterable[Kept], registry: Registry, models: ModelSet) -> dict[str, bytes]:
    """PDF by key of the save; none of a save that another version of the nomogram made.

    Raises:
        InputError: a save is damaged.
    """
    version, nomograms = models.versions[NOMOGRAM], {"pre": models.pre, "post": models.post}
    found = {}
    for one in cases:
        if one.reading.versions.get(NOMOGRAM, version) == version:
            snapshot = _without_age(registry.snapshot(one.row.latest.key))
            found[one.row.latest.key] = saved_report(snapshot, one.row.pseudonym, nomograms, version)
    return found


def _without_age(snapshot: Snapshot) -> Snapshot:
    """An age of over 90 as 90."""
    clinical = snapshot.result.clinical
    if clinical.age_years is None or clinical.age_years <= OLDEST_YEARS:
        return snapshot
    return replace(snapshot, result=replace(snapshot.result, clinical=replace(clinical, age_years=OLDEST_YEARS)))
