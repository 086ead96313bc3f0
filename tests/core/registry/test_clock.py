"""A clock that jumps: the order of saves and of the audit is that in which they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.registry import audit, store
from core.registry.audit import verify
from core.registry.place import Place
from core.registry.store import open_registry
from tests.core.registry.snapshots import without_images


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the registry's clock so many days off."""

    def to(days: float) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(UTC) + timedelta(days=days)

        for module in (store, audit):
            monkeypatch.setattr(module, "datetime", Clock)

    return to


@pytest.mark.parametrize("days", [-4000.0, -0.1, 4000.0])
def test_the_last_save_stays_the_last(place: Place, jump: Any, days: float) -> None:
    registry = open_registry(place)
    first = registry.save("Case 1", without_images())
    registry.save("Case 2", without_images())
    jump(days)
    again = registry.save("Case 1", without_images(), first.case)
    jump(-days)
    third = registry.save("Case 3", without_images())
    rows = registry.worklist()
    assert [row.pseudonym for row in rows] == ["Case 3", "Case 1", "Case 2"]
    assert (rows[1].latest.key, rows[1].latest.number) == (again.key, 2)
    assert rows[0].latest.key == third.key
    assert [one.number for one in registry.case_file(first.case).saves] == [2, 1]
    assert [line.number for line in registry.audit.lines()] == [1, 2, 3, 4]
    assert verify(registry._engine).broken is None
