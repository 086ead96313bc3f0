"""Commands that train a model of the images: train segmenter, train cohort."""

from __future__ import annotations

import argparse

from core.commands.common import folder, report, worker_settings
from core.errors import InputError


def train_segmenter(options: argparse.Namespace) -> int:
    """Train the liver segmenter on labelled CT and write its artefact."""
    from core.train.cross_validate_segmenter import cross_validate
    from core.train.segmenter import segmenter_settings
    from core.train.segmenter import train_segmenter as train

    settings = segmenter_settings(continued=options.start is not None, steps=options.steps)
    if options.cross_validate is None:
        train(options.data, folder(options.out), settings, report, options.resume, options.start)
        return 0
    if options.start is not None:
        raise InputError("--cross-validate: expected a training from the start, got --start, which has seen all scans")
    cross_validate(options.data, folder(options.out), options.cross_validate, settings, report, options.resume)
    return 0


def train_cohort(options: argparse.Namespace) -> int:
    """Train every image model on one table of patients and write a weights folder and a report."""
    from core.io.atomic import write_text
    from core.report.training_report import training_report
    from core.train.card_facts import CohortName
    from core.train.cohort.presets import PRESETS
    from core.train.cohort.run import CohortTraining
    from core.train.cohort.run import train_cohort as train

    if options.clinical_table is not None and not options.clinical_table.is_file():
        raise InputError("--clinical-table: expected the public table of 262 patients, got no file")
    asked = CohortTraining(
        table=options.cohort,
        out=folder(options.out),
        name=CohortName(options.name, options.dates, options.licence, options.attribution, options.weights_version),
        preset=PRESETS[options.preset],
        last=options.stage,
        workers=worker_settings(options),
        resume=options.resume,
        clinical_table=options.clinical_table,
        weights=options.weights,
    )
    study = train(asked, report)
    if study is not None:
        write_text(asked.out / "report.html", training_report(study))
    return 0
