"""Commands on the registry of saved cases: audit verify, audit export, export."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.common import check_folder, progress, report
from core.errors import InputError
from core.registry.place import Place, check_there, find_place

if TYPE_CHECKING:
    from core.registry.store import Registry

_MOST_SIGNS = 1 << 12
KINDS = {"csv": "CSV", "parquet": "Parquet", "fhir": "FHIR"}


def audit_verify(options: argparse.Namespace) -> int:
    """Check the audit line by line; exit status 1, with the number of the line, where one was removed or altered."""
    from core.registry.audit import verify
    from core.registry.database import connect

    engine = connect(_place(options))
    try:
        found = verify(engine, options.anchor)
    finally:
        engine.dispose()
    head, broken = found.head, found.broken
    told = {
        "intact": broken is None,
        "lines": found.lines,
        "broken_line": None if broken is None else broken.line,
        "registry": None if head is None else head.registry,
        "anchor": None if head is None or broken is not None else f"{head.lines}:{head.hash}",
    }
    print(json.dumps(told, indent=1))
    if broken is None:
        return 0
    print(f"error: audit, line {broken.line}: {broken.why}", file=sys.stderr)
    return 1


def audit_export(options: argparse.Namespace) -> int:
    """Write the audit as CSV; that it was exported is its last line."""
    out = _out(options.out)
    registry = _registry(options)
    _write(out, registry.audit.export().encode())
    registry.close()
    return 0


def audit_actor(options: argparse.Namespace) -> int:
    """Print the pseudonym of a login: its issuer and subject come on two lines of stdin, so that no list of processes
    shows them.
    """
    from core.registry.secrets_file import read_login, secrets_files

    settings = read_login(secrets_files(options.secrets, ()))
    if settings is None:
        raise InputError("login settings: expected the tables [auth] and [haic_nomogram], got none")
    said = [line.strip() for line in sys.stdin.read(_MOST_SIGNS).splitlines() if line.strip()]
    if len(said) != 2:
        raise InputError(f"stdin: expected two lines, the issuer and the subject, got {len(said)}")
    print(settings.actor(said[0], said[1]))
    return 0


def export(options: argparse.Namespace) -> int:
    """Write all saved cases of a group without identifiers: pseudonyms, months for days, no free text."""
    from core.report.exports import fhir, tables
    from core.report.exports.gathered import gather

    out = _out(options.out)
    registry = _registry(options, options.group)
    if options.format == "fhir":
        from core.models import load_models
        from core.registry.audit import Who
        from core.report.exports.reports import reports

        models = load_models(options.weights)
        registry = registry.by(Who(weights=models.checksum))
        cases = gather(registry, KINDS["fhir"])
        progress("reports", 0.0)
        made = reports(cases, registry, models)
        data = fhir.bundle_bytes(fhir.bundle(cases, made, registry.audit.registry_id))
        if missing := len(cases) - len(made):
            report(f"{missing} of {len(cases)} cases have no report: another version of the nomogram made them")
    else:
        cases = gather(registry, KINDS[options.format])
        data = (tables.csv_bytes if options.format == "csv" else tables.parquet_bytes)(cases)
    _write(out, data)
    registry.close()
    report(f"{len(cases)} cases")
    return 0


def place_of(options: argparse.Namespace) -> Place:
    """Where --cases, --database and the environment say that cases lie."""
    found = find_place(options.cases)
    return replace(found, url=options.database) if options.database else found


def _place(options: argparse.Namespace) -> Place:
    place = place_of(options)
    check_there(place)
    return place


def _registry(options: argparse.Namespace, group: str = "") -> Registry:
    from core.registry.store import open_registry

    return open_registry(_place(options), group)


def _out(path: Path) -> Path:
    if path.is_dir():
        raise InputError("--out: expected a file, got a folder")
    check_folder(path.absolute().parent)
    return path


def _write(path: Path, data: bytes) -> None:
    """For its owner only."""
    from core.io.atomic import whole_file

    with whole_file(path, 0o600) as stream:
        stream.write(data)
