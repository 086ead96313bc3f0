"""A process that works on a registry and is ended by SIGKILL in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# `registry` is that of the folder; `die` ends the process at its n-th call,
# `before` has it called first by a function.
PRELUDE = """
import os, pathlib, signal, sys
from sqlalchemy import event
from core.registry.place import Place
from core.registry.store import open_registry

moment, number = sys.argv[2], int(sys.argv[3])
registry = open_registry(Place(pathlib.Path(sys.argv[1])))
calls = 0

def die(*_):
    global calls
    calls += 1
    if calls == number:
        os.kill(os.getpid(), signal.SIGKILL)

def before(module, name):
    original = getattr(module, name)
    def wrapped(*arguments, **named):
        die()
        return original(*arguments, **named)
    setattr(module, name, wrapped)
"""


def came_to_its_end(script: str, folder: Path, moment: str, number: int, *more: str) -> bool:
    """Run `script` after the prelude; False if it was killed. `more` are its arguments from sys.argv[4] on."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + script, str(folder), moment, str(number), *more],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode == 0
