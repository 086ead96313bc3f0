"""The command line: haic-nomogram demo | segment | assess | nomogram | stage | cox | validate | reproduce | ...

Exit status 0; 2 for bad input, with one line as the last of stderr; 1 for a fault of ours. Progress goes to stderr,
results to files or, as JSON, to stdout.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core import __version__
from core.commands import (
    adapters,
    arguments,
    cohorts,
    images,
    prognosis,
    reporting,
    scoring,
    server,
    simulating,
    training,
)
from core.errors import ArtefactError, InputError
from core.train.cohort import STAGES

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except ArtefactError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: a file could not be read or written: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="haic-nomogram",
        description="Prognosis of HCC treated with HAIC. Research and education; not a medical device.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    table = parser.add_subparsers(required=True, metavar="COMMAND")

    one = _add(table, "demo", images.demo)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--seed", type=arguments.seed, metavar="N", help="another procedural patient")

    _add_images(table)
    _add_prognosis(table)
    _add_cohorts(table)
    _add_simulation(table)
    _add_training(table)
    _add_adapt(table)
    _add_batch(table)
    one = _add(table, "serve", server.serve)
    one.add_argument("--port", type=int, metavar="N")
    one.add_argument("--address", default="127.0.0.1", metavar="A")
    one.add_argument("--cases", type=Path, metavar="DIR", help="where saved cases lie; also HAIC_NOMOGRAM_CASES")
    return parser


def _add(table: Any, name: str, command: Command) -> argparse.ArgumentParser:
    summary = (command.__doc__ or "").strip()
    parser: argparse.ArgumentParser = table.add_parser(name, help=summary, description=summary)
    parser.set_defaults(command=command)
    return parser


def _add_images(table: Any) -> None:
    one = _add(table, "simulate-arterial", images.simulate_arterial)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--mask", type=Path, required=True)
    _add_mask_choice(one)
    one.add_argument("--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--seed", type=arguments.seed, default=0, metavar="N")

    one = _add(table, "segment", images.segment)
    one.add_argument("ct", type=Path, metavar="CT")
    one.add_argument("--out", type=Path, required=True, metavar="MASK")
    one.add_argument("--engine", choices=("ours", "totalsegmentator"), default="ours")
    _add_weights(one)


def _add_prognosis(table: Any) -> None:
    one = _add(table, "assess", images.assess)
    one.add_argument("--arterial", type=Path, required=True, metavar="P")
    one.add_argument("--portal-venous", type=Path, required=True, metavar="P")
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    one.add_argument("--mask", type=Path, metavar="M")
    _add_mask_choice(one)
    one.add_argument("--mask-format", choices=("nifti", "seg.nrrd", "dicom-seg"), default="nifti")
    _add_scores(one)
    _add_weights(one)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one = _add(table, "nomogram", prognosis.nomogram)
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    _add_scores(one)
    _add_weights(one)
    one = _add(table, "stage", prognosis.stage)
    one.add_argument("--clinical", type=Path, required=True, metavar="F")
    one = _add(table, "report", reporting.report)
    one.add_argument("folder", type=Path, metavar="DIR", help="as assess has written it")
    _add_weights(one)


def _add_cohorts(table: Any) -> None:
    one = _add(table, "cox", cohorts.cox)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--time", required=True, metavar="T", help="column of the follow-up times")
    one.add_argument("--event", required=True, metavar="E", help="column of deaths: 1 death, 0 censored")
    one.add_argument("--terms", type=arguments.names, required=True, metavar="a,b,c", help="columns of the covariates")
    one.add_argument("--ties", choices=("efron", "breslow"), default="efron")
    one.add_argument(
        "--horizons", type=arguments.times, required=True, metavar="12,36,60", help="in the unit of the times"
    )
    one.add_argument("--force", action="store_true", help="fit with under 20 deaths")
    _add_cohort_facts(one)

    one = _add(table, "validate", cohorts.validate)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--model", required=True, metavar="pre|post|FILE", help="FILE: a nomogram.json")
    one.add_argument("--time", metavar="T", help="column of the follow-up times; time_months if not given")
    one.add_argument("--event", metavar="E", help="column of deaths; event if not given")
    one.add_argument("--map", type=arguments.pair, nargs="+", action="extend", default=[], metavar="name=column")
    _add_cohort_facts(one)
    _add_weights(one)

    one = _add(table, "reproduce", cohorts.reproduce)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument(
        "--patients", type=arguments.seed, default=200_000, metavar="N", help="of the sample that is the expectation"
    )
    one.add_argument("--cohorts", type=arguments.seed, default=500, metavar="N", help="simulated for the 95 %% ranges")
    one.add_argument("--seed", type=arguments.seed, default=1, metavar="N", help="other simulated cohorts")
    _add_weights(one)


def _add_adapt(table: Any) -> None:
    one = _add(table, "adapt", adapters.adapt)
    one.add_argument("layout", choices=("hcc-tace-seg", "waw-tace"), help="which data set the folder holds")
    one.add_argument("folder", type=Path, metavar="FOLDER", help="as downloaded and unpacked")
    one.add_argument("--clinical", type=Path, metavar="FILE", help="the clinical table, if it lies elsewhere")
    one.add_argument("--split", choices=("train", "internal", "external"), default="external", help="of every row")
    one.add_argument("--out", type=Path, required=True, metavar="COHORT.csv")


def _add_batch(table: Any) -> None:
    one = _add(table, "batch", scoring.batch)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--out", type=Path, required=True, metavar="SCORES.csv")
    _add_workers(one)
    _add_weights(one)


def _add_simulation(table: Any) -> None:
    one = _add(table, "simulate", simulating.simulate)
    one.add_argument("--patients", type=arguments.count, required=True, metavar="N", help="treated with HAIC")
    one.add_argument("--seed", type=arguments.seed, required=True, metavar="S")
    one.add_argument(
        "--mtm-patients", type=arguments.seed, metavar="M", help="resected, with histology; N * 159 / 752 if not given"
    )
    one.add_argument("--anatomy", type=Path, metavar="DIR", help="labelled CT to simulate tumours in")
    one.add_argument(
        "--anatomy-share", type=arguments.share, metavar="S", default=1.0, help="of patients over these CT, 0-1"
    )
    one.add_argument("--workers", type=arguments.count, default=1, metavar="N", help="processes")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")


def _add_cohort_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", choices=("days", "weeks", "months", "years"), default="months")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--name", default="", metavar="TEXT", help="of the cohort, for the model card")
    parser.add_argument("--dates", default="", metavar="TEXT", help="when its patients were seen, for the model card")
    parser.add_argument(
        "--resamples", type=arguments.seed, default=200, metavar="N", help="of each bootstrap; 0 for none"
    )
    parser.add_argument("--seed", type=arguments.seed, default=20231006, metavar="N")


def _add_training(table: Any) -> None:
    train = table.add_parser("train", help="Train a model.").add_subparsers(required=True, metavar="WHAT")
    one = _add(train, "segmenter", training.train_segmenter)
    one.add_argument("--data", type=Path, required=True, metavar="DIR")
    one.add_argument("--start", type=Path, metavar="DIR", help="go on from the segmenter of these weights")
    one.add_argument("--steps", type=arguments.count, metavar="N", help="how long to train")
    one.add_argument(
        "--cross-validate", type=arguments.count, metavar="K", help="test on the training scans, left out in K parts"
    )
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")

    one = _add(train, "cohort", training.train_cohort)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--stage", choices=STAGES, default=STAGES[-1], help="stop after this stage")
    one.add_argument("--preset", choices=("quick", "full"), default="quick")
    one.add_argument("--resume", action="store_true", help="go on with a network that was cut off in its training")
    _add_workers(one)
    one.add_argument("--clinical-table", type=Path, metavar="CSV", help="mtm_dect_262.csv, for the clinical part")
    one.add_argument("--name", default="", metavar="TEXT", help="of the cohort, for the model cards")
    one.add_argument("--dates", default="", metavar="TEXT", help="when its patients were seen")
    one.add_argument("--licence", default="", metavar="TEXT", help="of the weights")
    one.add_argument("--attribution", default="", metavar="TEXT", help="whom the weights owe")
    one.add_argument(
        "--weights-version", type=arguments.version, default="1.0.0", metavar="X.Y.Z", help="of the new weights"
    )
    _add_weights(one)


def _add_mask_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask-value", type=arguments.count, metavar="N", help="the liver's value in a label map")
    parser.add_argument(
        "--mask-segment", type=arguments.count, metavar="N", help="the liver's number in a segmentation, from 1"
    )


def _add_scores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mtm", type=arguments.share, metavar="V", help="MTM by hand, 0-1 (from pathology: 0 or 1)")
    parser.add_argument(
        "--dlr", type=arguments.share, metavar="V", help="DLR score by hand, 0-1 (higher is better survival)"
    )


def _add_workers(one: argparse.ArgumentParser) -> None:
    where = one.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=arguments.seed, metavar="N", help="processes, one per core if not given; 0: this one"
    )
    where.add_argument("--scheduler", metavar="ADDRESS", help="of Dask: tcp:// on this machine, tls:// on another")
    for name, what in (("ca", "authority"), ("cert", "our certificate"), ("key", "its key")):
        one.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what}, PEM, for a tls:// address")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, metavar="DIR", help="other weights; also HAIC_NOMOGRAM_WEIGHTS")
