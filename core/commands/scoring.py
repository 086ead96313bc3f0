"""The command on a cohort of images: batch."""

from __future__ import annotations

import argparse

from core.commands.common import check_folder, report, worker_settings
from core.errors import InputError


def batch(options: argparse.Namespace) -> int:
    """Score every patient of a cohort table."""
    from core.jobs.batch import score_cohort

    if options.out.is_dir():
        raise InputError("--out: expected a file, got a folder")
    check_folder(options.out.absolute().parent)
    settings = worker_settings(options)
    counts = score_cohort(options.cohort, options.out, settings, options.weights, report)
    total = counts.scored + counts.explained
    report(f"{total} patients: {counts.scored} scored, {counts.explained} not, for the reason in the column error")
    return 0
