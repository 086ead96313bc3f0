"""What a server wrote for a moment goes with it, or with the next one where it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.io import scratch

SERVER = """
import os, signal, sys, tempfile
from pathlib import Path
from core.io.scratch import own_folder
folder = own_folder(Path(sys.argv[1]))
Path(tempfile.mkdtemp(prefix="haic-upload-"), "images").write_bytes(b"1")
assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(folder)
assert folder.stat().st_mode & 0o77 == 0
print(folder, flush=True)
sys.stdin.readline()
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


def started(parent: Path, root: Path, how: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.Popen(
        [sys.executable, "-c", SERVER, str(parent), how],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)


def folder_of(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_a_killed_server_s_uploads_go_when_the_next_one_starts_and_a_living_one_s_stay(
    tmp_path: Path, root: Path
) -> None:
    stranger = tmp_path / "haic-other"
    stranger.mkdir()
    living, killed = started(tmp_path, root, "stays"), started(tmp_path, root, "killed")
    lives, left = folder_of(living), folder_of(killed)
    ended(killed)
    assert list(left.glob("haic-upload-*/images"))
    following = started(tmp_path, root, "stays")
    own = folder_of(following)
    assert not left.exists()
    assert list(lives.glob("haic-upload-*/images"))
    assert len(list(own.glob("haic-upload-*/images"))) == 1
    for process in (living, following):
        ended(process)
    assert list(tmp_path.iterdir()) == [stranger]


def test_links_and_what_belongs_to_others_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (tmp_path / f"{scratch.PREFIX}link").symlink_to(target)
    other = tmp_path / f"{scratch.PREFIX}other"
    other.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert scratch.sweep(tmp_path) == 0
    assert target.is_dir()
    assert other.is_dir()
    monkeypatch.undo()
    assert scratch.sweep(tmp_path) == 1
    assert target.is_dir()
