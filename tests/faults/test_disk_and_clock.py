"""A full disk and a clock that jumps, in the smaller rounds of what `make faults` does."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.faults import clock, disk

pytestmark = pytest.mark.slow


def as_root(act: object, *arguments: object) -> object:
    """What `act` returns; skipped where no small disk can be mounted."""
    try:
        return act(*arguments)  # type: ignore[operator]
    except PermissionError as error:
        pytest.skip(str(error))


def test_cases_fill_the_disk(tmp_path: Path) -> None:
    saved, refused, _ = as_root(disk.cases_fill_the_disk, tmp_path / "disk")  # type: ignore[misc]
    assert saved >= 2
    assert refused.startswith(("folder of saved cases: expected one that can be written to", "cases database:"))


def test_files_may_not_grow(tmp_path: Path) -> None:
    saved, refused = disk.files_may_not_grow(tmp_path / "cases")
    assert saved >= 1
    assert refused.startswith(("folder of saved cases: expected one that can be written to", "cases database:"))


def test_uploads_find_no_room(tmp_path: Path) -> None:
    cohort = io.BytesIO()
    with zipfile.ZipFile(cohort, "w") as archive:
        archive.writestr("cohort.csv", "patient_id,arterial,portal_venous\nP1,a,p\n")
        archive.writestr("a", bytes(1000))
        archive.writestr("p", bytes(1000))
    said = as_root(disk.uploads_find_no_room, tmp_path / "disk", disk.an_image(tmp_path), cohort.getvalue())
    assert len(said) == 2  # type: ignore[arg-type]
    for sentence in said:  # type: ignore[attr-defined]
        assert "expected room" in sentence
        assert str(tmp_path) not in sentence


def test_batch_finds_no_room(tmp_path: Path) -> None:
    said, rows = as_root(disk.batch_finds_no_room, tmp_path / "cohort", 120)  # type: ignore[misc]
    assert said.startswith("error: ")
    assert "disk" in said or "No space left" in said
    assert rows == 120


def test_the_clock_of_the_saving_process_jumps(tmp_path: Path) -> None:
    preloaded = clock.library()
    if preloaded is None:
        pytest.skip("libfaketime is not on this machine (Debian's package libfaketime)")
    count, days = clock.clock_jumps(tmp_path / "clock", preloaded)
    assert count >= 10
    assert days > 700


def test_nothing_that_lasts_is_measured_by_a_clock_that_can_be_set(root: Path) -> None:
    used = [
        path.relative_to(root).as_posix()
        for folder in ("core", "dashboard")
        for path in (root / folder).rglob("*.py")
        if "time.time(" in path.read_text(encoding="utf-8")
    ]
    assert used == ["dashboard/signin.py"]  # a token says by the clock until when it is good
