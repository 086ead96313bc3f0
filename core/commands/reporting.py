"""Command that prints a case: report."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from core.commands.common import check_folder, progress
from core.errors import InputError


def report(options: argparse.Namespace) -> int:
    """Make the report of an assessed case as a PDF, and its nomograms as SVG and PDF."""
    from core.io.atomic import whole_file
    from core.io.report_files import read_report_files
    from core.models import load_models
    from core.report.case.document import case_report
    from core.report.case.figure_files import nomogram_pdf, nomogram_svg
    from core.report.case.nomogram import Patient
    from core.report.sentences import axis_readings

    if not options.folder.is_dir():
        raise InputError("DIR: expected the folder that assess has written, got none")
    check_folder(options.folder)
    content, pictures = read_report_files(options.folder)
    models = load_models(options.weights)
    if content.versions.get("nomogram") != models.versions["nomogram"]:
        raise InputError("DIR: expected a case assessed with the nomogram of these weights, got another version of it")
    written = datetime.fromtimestamp((options.folder / "assessment.json").stat().st_mtime, tz=UTC).date()
    nomograms = {"pre": models.pre, "post": models.post}
    files = {"report.pdf": case_report(content, pictures, nomograms, written)}
    readings = axis_readings(content.clinical, content.scores)
    for name, found in (("pre", content.pre), ("post", content.post)):
        patient = None if found is None else Patient(found, readings)
        files[f"nomogram_{name}.svg"] = nomogram_svg(nomograms[name], patient)
        files[f"nomogram_{name}.pdf"] = nomogram_pdf(nomograms[name], patient)
    for number, (name, data) in enumerate(files.items()):
        progress(name, number / len(files))
        with whole_file(options.folder / name) as stream:
            stream.write(data)
    return 0
