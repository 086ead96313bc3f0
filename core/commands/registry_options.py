"""The options of the commands that read the registry of saved cases."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands import backing, keeping, options

if TYPE_CHECKING:
    from core.registry.audit import Anchor


def add_registry_commands(table: Any) -> None:
    """The commands of the audit, `export`, `registry backup` and `registry restore`."""
    audit = table.add_parser("audit", help="Who did what with which case.").add_subparsers(
        required=True, metavar="WHAT"
    )
    one = options.add(audit, "verify", keeping.audit_verify)
    one.add_argument(
        "--anchor", type=anchor, metavar="N:HASH", help="number and hash of a line, as an earlier verify printed them"
    )
    _add_place(one)
    one = options.add(audit, "export", keeping.audit_export)
    one.add_argument("--out", type=Path, required=True, metavar="F.csv")
    _add_place(one)
    one = options.add(audit, "actor", keeping.audit_actor)
    one.add_argument("--secrets", type=Path, required=True, metavar="FILE", help="secrets.toml of the server")
    one = options.add(table, "export", keeping.export)
    one.add_argument("--format", choices=tuple(keeping.KINDS), required=True)
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--group", default="", metavar="G", help="whose cases; without it, those saved without login")
    _add_place(one)
    options.add_weights(one)
    _add_copies(table)


def anchor(text: str) -> Anchor:
    """N:HASH."""
    from core.registry.audit import Anchor

    number, mark, found = text.partition(":")
    if not (mark and number.isascii() and number.isdigit() and len(found) == 64):
        raise argparse.ArgumentTypeError("expected a line's number, a colon and its hash of 64 digits")
    return Anchor(int(number), found)


def _add_copies(table: Any) -> None:
    copies = table.add_parser("registry", help="All saved cases at once.").add_subparsers(required=True, metavar="WHAT")
    one = options.add(copies, "backup", backing.backup)
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="new, or that of an earlier backup")
    _add_place(one)
    one = options.add(copies, "restore", backing.restore)
    one.add_argument("backup", type=Path, metavar="DIR", help="folder of a backup")
    _add_place(one)


def _add_place(one: argparse.ArgumentParser) -> None:
    one.add_argument("--cases", type=Path, metavar="DIR", help="where saved cases lie; also HAIC_NOMOGRAM_CASES")
    one.add_argument("--database", metavar="URL", help="of PostgreSQL; without a password here: HAIC_NOMOGRAM_DATABASE")
