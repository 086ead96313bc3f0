"""The options of the commands that work on one case, and of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.commands import arguments, deidentifying, images, options, prognosis, reporting, server


def add_case_commands(table: Any) -> None:
    """demo, simulate-arterial, segment, assess, nomogram, stage, report, deidentify, serve."""
    one = options.add(table, "demo", images.demo)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--seed", type=arguments.seed, metavar="N", help="another procedural patient")
    _images(table)
    _prognosis(table)
    one = options.add(table, "deidentify", deidentifying.deidentify)
    one.add_argument("folder", type=Path, metavar="DIR", help="DICOM folder or zip of one patient")
    one.add_argument("--out", type=Path, metavar="DIR", help="a new or empty folder; without it only a preview")
    one = options.add(table, "serve", server.serve)
    one.add_argument("--port", type=int, metavar="N")
    one.add_argument("--address", default="127.0.0.1", metavar="A")
    one.add_argument("--cases", type=Path, metavar="DIR", help="where saved cases lie; also HAIC_NOMOGRAM_CASES")
    one.add_argument("--secrets", type=Path, metavar="FILE", help="secrets.toml with the settings of the login")
    options.add_scheduler(one, one)


def _images(table: Any) -> None:
    one = options.add(table, "simulate-arterial", images.simulate_arterial)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--mask", type=Path, required=True)
    options.add_mask_choice(one)
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--seed", type=arguments.seed, default=0, metavar="N")

    one = options.add(table, "segment", images.segment)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--out", type=Path, required=True, metavar="MASK")
    one.add_argument("--engine", choices=("ours", "totalsegmentator"), default="ours")
    options.add_weights(one)


def _prognosis(table: Any) -> None:
    one = options.add(table, "assess", images.assess)
    one.add_argument("--arterial", type=Path, required=True, metavar="P")
    one.add_argument("--portal-venous", type=Path, required=True, metavar="P")
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    one.add_argument("--mask", type=Path, metavar="M")
    options.add_mask_choice(one)
    one.add_argument("--mask-format", choices=("nifti", "seg.nrrd", "dicom-seg"), default="nifti")
    options.add_scores(one)
    options.add_weights(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one = options.add(table, "nomogram", prognosis.nomogram)
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    options.add_scores(one)
    options.add_weights(one)
    one = options.add(table, "stage", prognosis.stage)
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    one = options.add(table, "report", reporting.report)
    one.add_argument("folder", type=Path, metavar="DIR", help="as assess has written it")
    options.add_weights(one)
