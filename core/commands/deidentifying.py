"""The command deidentify."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.commands.common import check_folder, tell
from core.errors import InputError


def deidentify(options: argparse.Namespace) -> int:
    """Write a DICOM folder without identifiers, or show what would go; one JSON line."""
    from core.case import Notice
    from core.io.burned_in import PIXELS_UNPROVEN
    from core.io.deid.folder import clean_folder

    if options.out is not None:
        _check_out(options.folder, options.out)
    done = clean_folder(options.folder, options.out)
    notices = (*done.notices, Notice("pixels_unproven", PIXELS_UNPROVEN))
    tell(*notices)
    print(
        json.dumps(
            {
                "files": done.written,
                "removed": dict(sorted((+done.tally.removed).items())),
                "replaced": dict(sorted((+done.tally.replaced).items())),
                "refused": [{"file": number, "what": what} for number, what in done.refused],
                "warnings": [{"code": one.code, "text": one.text} for one in notices],
            }
        )
    )
    return 0


def _check_out(source: Path, out: Path) -> None:
    """Nothing of before may lie among what is said to be clean.

    Raises:
        InputError: not a new or empty folder, or one within the images.
    """
    check_folder(out)
    if out.is_dir() and any(out.iterdir()):
        raise InputError("--out: expected a new or an empty folder, got one with files")
    if source.is_dir() and source.resolve() in (out.resolve(), *out.resolve().parents):
        raise InputError("--out: expected a folder outside of the images, got one within")
