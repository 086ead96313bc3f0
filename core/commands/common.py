"""What commands share: where results go, and what is said on the way."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError

if TYPE_CHECKING:
    from core.jobs.settings import WorkerSettings

_said: dict[str, str] = {}


def folder(path: Path) -> Path:
    """The folder for results, made if it is not there."""
    check_folder(path)
    path.mkdir(parents=True, exist_ok=True)
    return path


def check_folder(path: Path) -> None:
    """Said before the work is done, not after it."""
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise InputError("--out: expected a folder, got a file")
    if not os.access(nearest, os.W_OK):
        raise InputError("--out: expected a folder that can be written to")


def image_file(path: Path, *inputs: Path, endings: tuple[str, ...] = (".nii.gz", ".nii")) -> Path:
    """The path of an image to be written, checked; its folder is made when it is written."""
    if path.is_dir():
        raise InputError("--out: expected a file, got a folder")
    if not path.name.endswith(endings):
        raise InputError(f"--out: expected a name that ends in {' or '.join(endings)}")
    if path.exists() and any(one.exists() and path.samefile(one) for one in inputs):
        raise InputError("--out: expected another file than the input")
    check_folder(path.absolute().parent)
    return path


def progress(step: str, share: float) -> None:
    """One step of a piece of work, on stderr; the same line is not said twice in a row."""
    line = f"{share:4.0%}  {step}"
    if line != _said.get("line"):
        _said["line"] = line
        print(line, file=sys.stderr)


def report(line: str) -> None:
    """One line of a training's log, on stderr."""
    print(line, file=sys.stderr, flush=True)


def tell(*notices: Any) -> None:
    """What the user must know, on stderr."""
    for notice in notices:
        print(f"note ({notice.code}): {notice.text}", file=sys.stderr)


def worker_settings(options: argparse.Namespace) -> WorkerSettings:
    """Where --workers, --scheduler and --tls-* say that work is to be done."""
    from core.jobs.settings import TlsFiles, WorkerSettings

    files = (options.tls_ca, options.tls_cert, options.tls_key)
    if any(files) and not all(files):
        raise InputError("--tls-ca, --tls-cert, --tls-key: expected all three or none")
    return WorkerSettings(options.workers, options.scheduler, TlsFiles(*files) if all(files) else None)
