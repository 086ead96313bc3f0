"""Commands that copy the whole registry: registry backup, registry restore."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from core.commands.common import progress
from core.commands.keeping import place_of
from core.registry.place import check_there

if TYPE_CHECKING:
    from core.registry.backup import Copied


def backup(options: argparse.Namespace) -> int:
    """Copy all saved cases into a folder; exit status 1 where images are damaged or the audit is broken."""
    from core.registry import backup as copying

    place = place_of(options)
    check_there(place)
    return _told(copying.backup(place, options.out, progress))


def restore(options: argparse.Namespace) -> int:
    """Bring a backup to an empty place; exit status 1 where images are damaged or the audit is broken."""
    from core.registry import backup as copying

    return _told(copying.restore(options.backup, place_of(options), progress))


def _told(copied: Copied) -> int:
    head, broken = copied.audit.head, copied.audit.broken
    whole = head is not None and broken is None
    told = {
        "cases": copied.cases,
        "saves": copied.saves,
        "images": copied.images,
        "damaged_images": copied.damaged,
        "audit_intact": whole,
        "anchor": f"{head.lines}:{head.hash}" if head is not None and whole else None,
    }
    print(json.dumps(told, indent=1))
    if copied.damaged:
        print(f"error: {copied.damaged} of {copied.images} images are missing or damaged", file=sys.stderr)
    if broken is not None:
        print(f"error: audit, line {broken.line}: {broken.why}", file=sys.stderr)
    return 0 if whole and not copied.damaged else 1
