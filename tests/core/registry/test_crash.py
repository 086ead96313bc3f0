"""A process is killed in the middle of a save or a deletion, at every point where something reaches the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.registry.audit import verify
from core.registry.place import Place
from core.registry.store import open_registry
from tests.core.registry.killed import came_to_its_end
from tests.core.registry.snapshots import assert_same, snapshot

# Ends the process by SIGKILL at the n-th call of a function, before or after it did its work.
KILLER = """
from tests.core.registry.snapshots import snapshot

act = sys.argv[4]

if moment == "fsync":
    before(os, "fsync")
elif moment == "replace":
    before(pathlib.Path, "replace")
elif moment == "unlink":
    before(pathlib.Path, "unlink")
elif moment == "statement":
    event.listen(registry._engine, "before_cursor_execute", die)
elif moment == "commit":
    event.listen(registry._engine, "commit", die)
elif moment == "done":
    pass
if act == "save":
    registry.save("Case 2", snapshot(shift_hu=5))
else:
    registry.delete(registry.worklist()[0].key)
print("reached the end")
"""


def run(folder: Path, act: str, moment: str, number: int) -> bool:
    """Whether the act came to its end."""
    return came_to_its_end(KILLER, folder, moment, number, act)


def partial(place: Place) -> list[str]:
    return [path.name for path in place.folder.rglob(".partial-*")]


SAVE = [("fsync", 1), ("fsync", 4), ("replace", 1), ("replace", 2), ("statement", 1), ("statement", 5), ("commit", 1)]


@pytest.mark.parametrize(("moment", "number"), SAVE)
def test_a_save_that_is_killed_loses_nothing_and_shows_nothing(place: Place, moment: str, number: int) -> None:
    registry = open_registry(place)
    saved = registry.save("Case 1", snapshot())
    whole = registry._blobs.digests()
    assert not run(place.folder, "save", moment, number)
    assert [row.pseudonym for row in registry.worklist()] == ["Case 1"]  # as another process sees it at once
    after = open_registry(place)
    assert [row.pseudonym for row in after.worklist()] == ["Case 1"]
    assert_same(snapshot(), after.snapshot(saved.key))
    assert after._blobs.digests() == whole
    assert partial(place) == []
    assert [line.pseudonym for line in after.audit.lines()] == ["Case 1"]
    again = after.save("Case 2", snapshot(shift_hu=5))
    assert verify(after._engine).broken is None
    assert_same(snapshot(shift_hu=5), after.snapshot(again.key))


@pytest.mark.parametrize(
    ("moment", "number", "there"), [("commit", 1, True), ("unlink", 1, False), ("unlink", 3, False)]
)
def test_a_deletion_that_is_killed_deletes_all_or_nothing(place: Place, moment: str, number: int, there: bool) -> None:
    saved = open_registry(place).save("Case 1", snapshot())
    assert not run(place.folder, "delete", moment, number)
    after = open_registry(place)
    assert [row.pseudonym for row in after.worklist()] == (["Case 1"] if there else [])
    assert [line.act for line in after.audit.lines()] == (["saved"] if there else ["saved", "deleted"])
    assert verify(after._engine).broken is None
    if there:
        assert_same(snapshot(), after.snapshot(saved.key))
    else:
        assert after._blobs.digests() == set()


def test_the_killer_itself_lets_a_save_through(place: Place) -> None:
    assert run(place.folder, "save", "done", 0)
    registry = open_registry(place)
    assert_same(snapshot(shift_hu=5), registry.snapshot(registry.worklist()[0].latest.key))
