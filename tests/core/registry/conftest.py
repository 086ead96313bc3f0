from __future__ import annotations

from pathlib import Path

import pytest

from core.registry.place import Place
from core.registry.store import Registry, open_registry


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A folder that is not there yet."""
    return Place(tmp_path / "cases")


@pytest.fixture
def registry(place: Place) -> Registry:
    """An empty one."""
    return open_registry(place)
