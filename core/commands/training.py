"""Commands that train a model of the images: train segmenter, train demonstration."""

from __future__ import annotations

import argparse

from core.commands.common import folder, report
from core.errors import InputError


def train_segmenter(options: argparse.Namespace) -> int:
    """Train the liver segmenter on labelled CT and write its artefact."""
    from core.train.segmenter import train_segmenter as train

    train(options.data, folder(options.out), report, options.resume, options.start)
    return 0


def train_demonstration(options: argparse.Namespace) -> int:
    """Simulate a cohort, train the image models on it and write their artefacts."""
    from core.train.demonstration import DemonstrationTraining
    from core.train.demonstration import train_demonstration as train

    if not options.clinical_table.is_file():
        raise InputError("--clinical-table: expected the public table of 262 patients, got no file")
    settings = DemonstrationTraining(workers=options.workers)
    train(options.clinical_table, folder(options.out), settings, report, options.resume)
    return 0
