"""What must hold of every input, whatever it is: a sentence or a result, in time, in memory, in its own folder."""

from __future__ import annotations

import ast
import os
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import HaicError
from tests.fuzz.door import NAME, Door

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 20.0
"""Of processor time, so that a busy machine makes no findings; hangs are judged from outside by the clock."""
MOST_BYTES = 2**30
"""By which the resident memory may grow while one input is read."""
_LIMIT_BYTES = 4 * 2**30
_LONGEST_TEXT = 2000
_WORD = re.compile(r"[A-Za-z]{3,}")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown")
_CHANGES_TOO = ("os.truncate", "os.utime", "os.mkfifo", "os.mknod", "os.setxattr")
_NEVER = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system")
_NEVER_TOO = ("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pickle.find_class", "webbrowser.open", "pty.spawn")
_ALONE = {*_NEVER, *_NEVER_TOO}
_MOVES = {*_CHANGES, *_CHANGES_TOO}


@dataclass(frozen=True)
class Verdict:
    """What became of one input.

    Attributes:
        finding: what was wrong, by kind and place, "" if nothing.
        detail: the traceback or the text.
        refused: whether it ended in a sentence.
        seconds: processor time.
        bytes: growth of the resident memory at its peak.
    """

    finding: str
    detail: str
    refused: bool
    seconds: float
    bytes: int


class Guard:
    """Judges inputs one after the other in a folder of its own."""

    def __init__(self, limit_memory: bool = True) -> None:
        self.sandbox = Path(tempfile.mkdtemp(prefix=f"fuzz-{NAME}-")).resolve()
        self._armed, self._seen = False, list[str]()
        self._bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        own_words()
        sys.addaudithook(self._hear)
        if limit_memory:
            resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") + _LIMIT_BYTES, resource.RLIM_INFINITY))

    def close(self) -> None:
        """Takes the sandbox away; the hook stays, but hears nothing."""
        sys.dont_write_bytecode = self._bytecode
        shutil.rmtree(self.sandbox, ignore_errors=True)

    def judge(self, door: Door, data: bytes) -> Verdict:
        """Bring `data` in through `door`."""
        folder, temporary = self.sandbox / NAME, self.sandbox / "tmp"
        for place in (folder, temporary):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
        self._seen.clear()
        with _quietly() as heard, warnings.catch_warnings(record=True) as warned, _temporary(temporary):
            warnings.simplefilter("always")
            for kind in (DeprecationWarning, PendingDeprecationWarning):
                warnings.simplefilter("ignore", kind)
            before, start = _peak_reset(), time.process_time()
            finding, detail, refused = self._entered(door, data, folder)
            seconds, grown = time.process_time() - start, max(0, _status("VmHWM") - before)
        left = [path.name for path in temporary.iterdir()]
        others = (
            (seconds > MOST_SECONDS, "slow", f"{seconds:.1f} s"),
            (grown > MOST_BYTES, "memory", f"{grown / 2**20:.0f} MiB"),
            (bool(self._seen), "audit", "; ".join(self._seen[:5])),
            (bool(warned), "warning", "; ".join(map(_warned, warned[:3]))),
            (any(_says_too_much(text) for text in heard), "stderr", heard[0][:300] if heard else ""),
            (bool(left), "left behind", "; ".join(left[:3])),
        )  # fmt: skip
        for wrong, kind, what in others:
            if wrong and not finding:
                finding, detail = f"{kind}: {_place(what)}" if kind in ("warning", "audit") else kind, what
        return Verdict(finding, detail, refused, seconds, grown)

    def _entered(self, door: Door, data: bytes, folder: Path) -> tuple[str, str, bool]:
        self._armed = True
        try:
            texts, refused = list(door.enter(data, folder)), False
        except HaicError as error:
            texts, refused = [str(error)], True
        except Exception as error:
            return f"{type(error).__name__} at {_where(error)}", traceback.format_exc()[-4000:], False
        finally:
            self._armed = False
        wrong = next((why for text in texts if text or refused for why in (_wrong_text(text),) if why), "")
        return wrong, "\n".join(texts)[:2000] if wrong else "", refused

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._armed:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITES and not self._inside(path):
                self._seen.append("open for writing")
        elif event in _MOVES:
            base = arguments[-1] if isinstance(arguments[-1], int) and arguments[-1] > 2 else None
            if not all(self._inside(path, base) for path in arguments if isinstance(path, str | bytes | os.PathLike)):
                self._seen.append(event)
        elif event in _ALONE:
            self._seen.append(event)

    def _inside(self, path: Any, base: int | None = None) -> bool:
        """Whether a path, or a name in the open folder `base`, lies in the sandbox."""
        if isinstance(path, int):
            return True
        start = "" if base is None else os.readlink(f"/proc/self/fd/{base}")
        plain = os.path.realpath(os.path.join(start, os.fsdecode(path)))
        return plain == os.devnull or plain.startswith(f"{self.sandbox}{os.sep}")


def _warned(one: warnings.WarningMessage) -> str:
    return f"{one.category.__name__} {Path(one.filename).name}:{one.lineno}"


def _says_too_much(text: str) -> bool:
    """Whether a library said more than a phrase of its own: what every seed holds and every path is called, a fault."""
    return any(word in text.upper() for word in ("JANE", "DOE", "TRACEBACK"))


def _wrong_text(text: str) -> str:
    """What is wrong with a text shown to a user: not one plain line, or a word that is not of the product's own."""
    if not text or len(text) > _LONGEST_TEXT or not text.isprintable() or "Traceback" in text:
        return "text: not one sentence"
    foreign = {word.lower() for word in _WORD.findall(text)} - own_words()
    return "text: a word of the file" if foreign else ""


@cache
def own_words() -> frozenset[str]:
    """Every word in a string of core; what a message says beyond them it has from the file."""
    words = {"nan", "inf"}
    for path in (ROOT / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.update(word.lower() for word in _WORD.findall(node.value))
    return frozenset(words)


def _where(error: BaseException) -> str:
    """The innermost place in core and the innermost of all."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [(path, line) for path, line in frames if "core" in path.parts and path.is_relative_to(ROOT / "core")]
    named = [f"{path.name}:{line}" for path, line in (*ours[-1:], *frames[-1:])]
    return " < ".join(dict.fromkeys(named))


def _place(what: str) -> str:
    return what.split("; ")[0][:80]


def _status(name: str) -> int:
    """A figure of /proc/self/status, bytes."""
    with open("/proc/self/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) * 1024 for line in stream if line.startswith(f"{name}:"))


def _peak_reset() -> int:
    """Begin the peak of the resident memory anew; what it is now, bytes."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as stream:
        stream.write("5")
    return _status("VmRSS")


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _quietly() -> Iterator[list[str]]:
    """What is written to the standard error, also by libraries in C++; it may hold names and contents of files."""
    heard: list[str] = []
    kept, caught = os.dup(2), os.memfd_create("stderr")
    sys.stderr.flush()
    os.dup2(caught, 2)
    try:
        yield heard
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        size = os.lseek(caught, 0, os.SEEK_END)
        if size:
            heard.append(os.pread(caught, 4000, 0).decode("utf-8", "replace"))
        os.close(kept)
        os.close(caught)
