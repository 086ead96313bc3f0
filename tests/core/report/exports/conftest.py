from __future__ import annotations

from datetime import date

import pytest

from core.case import ClinicalRecord
from core.registry.place import Place
from core.registry.store import Registry, open_registry
from tests.core.registry.snapshots import snapshot, without_images

PLANTED = ("Wang Xiaoming called", "Resection in Hall 4")
"""Free text in the registry that no export may hold."""

OLD = ClinicalRecord(age_years=97.0, pvtt=True, response="SD", haic_sessions=2, months_since_first_haic=14.0)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Three cases: with images; of values, long followed; without a prognosis."""
    found = open_registry(Place(tmp_path_factory.mktemp("registry") / "cases"))
    first = found.save("Case 1", snapshot())
    second = found.save("Case 2", without_images(OLD))
    found.save("Case 3", without_images(ClinicalRecord(afp_ng_ml=271.25)))
    found.schedule(first.case, date(2031, 7, 19))
    found.add_note(first.case, PLANTED[0])
    found.add_decision(second.case, date(2032, 8, 23), PLANTED[1])
    found.add_follow_up(second.case, 21.5, True)
    return found
