"""What campaigns found once, minimised, and files as they ought to be: a sentence or a result, nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.doors import NAMES, door
from tests.fuzz.guard import Guard

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the guard looks into /proc")
CORPUS = Path(__file__).parent / "corpus"
KEPT = sorted(CORPUS.glob("*/*.bin"))


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    """One for all inputs; the memory of the test process is not limited."""
    made = Guard(limit_memory=False)
    yield made
    made.close()


@pytest.mark.parametrize("path", KEPT, ids=[f"{path.parent.name}-{path.stem}" for path in KEPT])
def test_what_was_found_once_is_mended(guard: Guard, path: Path) -> None:
    verdict = guard.judge(door(path.parent.name), path.read_bytes())
    assert verdict.finding == "", verdict.detail


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("dicom", "deid", "report", "weights", "tensors")]
)
def test_files_as_they_ought_to_be_are_read(guard: Guard, name: str) -> None:
    found = door(name)
    verdicts = [guard.judge(found, data) for data in found.seeds()]
    assert [verdict.finding for verdict in verdicts] == [""] * len(verdicts)
    assert not all(verdict.refused for verdict in verdicts)


def test_every_folder_of_the_corpus_is_a_door() -> None:
    assert {path.parent.name for path in KEPT} <= set(NAMES)
    assert all(path.stat().st_size < 300_000 for path in KEPT)
