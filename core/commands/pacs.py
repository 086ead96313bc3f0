"""Commands that talk to a PACS: search, fetch, objects, send. Only these make an outgoing connection."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.common import check_folder, folder, progress
from core.errors import InputError

if TYPE_CHECKING:
    from core.io.dicom_objects.bundle import Findings

PHASES = ("arterial", "portal_venous")


def search(options: argparse.Namespace) -> int:
    """List studies, or the series of one; no patients' names."""
    from core.io.pacs.connection import connect
    from core.io.pacs.search import MOST_STUDIES, Query, search_series, search_studies
    from core.io.pacs.settings import pacs_settings

    client = connect(pacs_settings())
    found: tuple[Any, ...]
    if options.study:
        found = search_series(client, options.study)
    else:
        patient = sys.stdin.readline().strip() if options.patient_id_from_stdin else ""
        if options.patient_id_from_stdin and not patient:
            raise InputError("patient ID: expected one line on standard input, got none")
        found = search_studies(client, Query(options.date or "", options.modality, patient))
        if len(found) == MOST_STUDIES:
            print(f"note: only {MOST_STUDIES} studies are listed", file=sys.stderr)
    print(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
    return 0


def fetch(options: argparse.Namespace) -> int:
    """Retrieve the arterial and the portal-venous series of a study."""
    from core.io.pacs.connection import connect
    from core.io.pacs.fetch import Wanted, fetch_series
    from core.io.pacs.settings import pacs_settings

    client = connect(pacs_settings())
    if options.arterial == options.portal_venous:
        raise InputError("--arterial, --portal-venous: expected two series, got one twice")
    check_folder(options.out)
    for phase in PHASES:
        place = folder(options.out / phase)
        wanted = Wanted(options.study, getattr(options, phase))
        found = fetch_series(client, wanted, place, partial(_told, phase))
        _told(phase, f"{found.count} images, {found.kept} of them were here already", 1.0)
    return 0


def _told(phase: str, step: str, share: float) -> None:
    progress(f"{phase.replace('_', '-')}: {step}", share)


def objects(options: argparse.Namespace) -> int:
    """Make the DICOM objects of an assessed case: segmentation, heatmaps, structured report, PDF."""
    from core.io.dicom_objects.bundle import derived_objects
    from core.io.dicom_objects.folder import read_findings, write_objects

    if not options.folder.is_dir():
        raise InputError("DIR: expected the folder that assess has written, got none")
    check_folder(options.folder)
    findings, headers = read_findings(options.folder, options.portal_venous)
    written = datetime.fromtimestamp((options.folder / "assessment.json").stat().st_mtime, tz=UTC).astimezone()
    findings = replace(findings, pdf=_pdf(options.folder, findings, options.weights, written))
    made = derived_objects(findings, headers, written)
    write_objects(made, options.folder)
    for one in made:
        print(f"made  {one.kind}", file=sys.stderr)
    return 0


def _pdf(place: Path, findings: Findings, weights: Path | None, written: datetime) -> bytes:
    """The report, as the command report makes it."""
    from core.io.report_files import read_report_files
    from core.models import load_models
    from core.report.case.document import case_report

    models = load_models(weights)
    if findings.content.versions.get("nomogram") != models.versions["nomogram"]:
        raise InputError("DIR: expected a case assessed with the nomogram of these weights, got another version of it")
    content, pictures = read_report_files(place)
    return case_report(content, pictures, {"pre": models.pre, "post": models.post}, written.date())


def send(options: argparse.Namespace) -> int:
    """Store the DICOM objects of an assessed case."""
    from core.io.dicom_objects.folder import object_files
    from core.io.pacs.connection import connect
    from core.io.pacs.send import send_objects
    from core.io.pacs.settings import pacs_settings

    client = connect(pacs_settings())
    paths = object_files(options.folder)
    outcomes = []
    for outcome in send_objects(client, [(path.stem, path) for path in paths]):
        outcomes.append(outcome)
        print(f"{'stored' if outcome.stored else 'FAILED'}  {outcome.kind}  {outcome.reason}".rstrip(), file=sys.stderr)
    print(json.dumps([asdict(one) for one in outcomes], indent=1))
    failed = sum(not one.stored for one in outcomes)
    if failed:
        raise InputError(f"PACS: expected {len(outcomes)} objects to be stored, got {failed} that were not")
    return 0
