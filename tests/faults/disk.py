"""A disk that is full: a small one of memory where this is run as root, else a bound on the size of files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import InputError
from core.registry.place import Place
from core.registry.store import open_registry
from tests.faults.saving import ROOT, check, writing

SMALL = 2 * 2**20
FSIZE = 3 * 2**17
"""Above the database when it is made, so that it is a later save that fails."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of SMALL bytes until the block ends.

    Raises:
        PermissionError: only root may mount one, and not everywhere.
    """
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise PermissionError("a small disk is mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """A file that takes all room on the disk but `leave` bytes."""
    path = folder / "others"
    with path.open("wb", buffering=0) as stream:
        while free(folder) > leave:
            stream.write(bytes(min(4096, max(1, free(folder) - leave))))
    return path


def free(folder: Path) -> int:
    """Bytes that can still be written."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def cases_fill_the_disk(folder: Path) -> tuple[int, str, str]:
    """Saves until the disk is full; then it grows. How many were saved, what was said, and what an opening said."""
    with small_disk(folder) as disk:
        place = Place(disk / "cases")
        with writing(place) as writer:
            writer.process.wait(90)
        fill(disk)
        try:
            said = f"{len(open_registry(place).worklist())} cases can be seen"
        except InputError as error:
            said = str(error)
        (disk / "others").unlink()
        subprocess.run(["mount", "-o", f"remount,size={8 * SMALL}", str(disk)], check=True)
        assert check(place, writer.saved) == len(writer.saved)
        with writing(place, first=2000) as again:
            again.until_saved(2)
            again.process.kill()
        check(place, writer.saved | again.saved)
        return len(writer.saved), writer.refused, said


def files_may_not_grow(folder: Path) -> tuple[int, str]:
    """The same with a bound on the size of every file, for those who are not root."""
    place = Place(folder)
    open_registry(place).close()
    with writing(place, before=("prlimit", f"--fsize={FSIZE}")) as writer:
        writer.process.wait(90)
    assert check(place, writer.saved) == len(writer.saved)
    with writing(place, first=2000) as again:
        again.until_saved(2)
        again.process.kill()
    check(place, writer.saved | again.saved)
    return len(writer.saved), writer.refused


def uploads_find_no_room(folder: Path, image: bytes, cohort: bytes) -> list[str]:
    """What an image and a cohort are told, handed in while the folder for temporary files is full."""
    from dashboard.cohorts import Cohort
    from dashboard.uploads import read_images

    said = []
    with small_disk(folder) as disk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(disk))
        for act in (lambda: read_images([image]), lambda: Cohort(cohort)):
            others = fill(disk)
            with pytest.raises(InputError) as caught:
                act()
            said.append(str(caught.value))
            others.unlink()
            assert list(disk.iterdir()) == [], "something is left behind"
        assert len(read_images([image])) == 1
    return said


def batch_finds_no_room(folder: Path, patients: int) -> tuple[str, int]:
    """The command batch into a full folder, and again when there is room; what it said, rows in the end."""
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a.nii").write_bytes(b"no image")
    rows = "".join(f"P{number},images/a.nii,images/a.nii\n" for number in range(patients))
    (folder / "cohort.csv").write_text(f"patient_id,arterial,portal_venous\n{rows}", encoding="utf-8")
    with small_disk(folder / "disk") as disk:
        others = fill(disk, leave=3 * 4096)
        table = disk / "scores.csv"
        first = _batch(folder / "cohort.csv", table)
        assert first.returncode == 2, first.stderr
        others.unlink()
        again = _batch(folder / "cohort.csv", table)
        assert again.returncode in (0, 3), again.stderr
        return first.stderr.strip().splitlines()[-1], len(table.read_text(encoding="utf-8").splitlines()) - 1


def _batch(cohort: Path, table: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "batch", str(cohort), "--out", str(table), "--workers", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def an_image(folder: Path) -> bytes:
    """A NIfTI file of a small CT."""
    import nibabel
    import numpy as np

    path = folder / "small.nii"
    hu = np.random.default_rng(3).integers(-200, 300, (24, 24, 12)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(hu, np.diag([3.0, 3.0, 5.0, 1.0])), path)
    return path.read_bytes()
