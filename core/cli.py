"""The command line: haic-nomogram demo | segment | assess | nomogram | stage | cox | validate | reproduce | ...

Exit status 0; 2 for bad input, with one line as the last of stderr; 1 for a fault of ours. Progress goes to stderr,
results to files or, as JSON, to stdout.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from core import __version__
from core.commands import cohorts, images, prognosis, server, training
from core.errors import ArtefactError, InputError

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
    one.add_argument("--seed", type=_seed, metavar="N", help="another procedural patient")

    _add_images(table)
    _add_prognosis(table)
    _add_cohorts(table)
    _add_training(table)
    one = _add(table, "serve", server.serve)
    one.add_argument("--port", type=int, metavar="N")
    one.add_argument("--address", default="127.0.0.1", metavar="A")
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
    one.add_argument("--seed", type=_seed, default=0, metavar="N")

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


def _add_cohorts(table: Any) -> None:
    one = _add(table, "cox", cohorts.cox)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--time", required=True, metavar="T", help="column of the follow-up times")
    one.add_argument("--event", required=True, metavar="E", help="column of deaths: 1 death, 0 censored")
    one.add_argument("--terms", type=_names, required=True, metavar="a,b,c", help="columns of the covariates")
    one.add_argument("--ties", choices=("efron", "breslow"), default="efron")
    one.add_argument("--horizons", type=_times, required=True, metavar="12,36,60", help="in the unit of the times")
    one.add_argument("--force", action="store_true", help="fit with under 20 deaths")
    _add_cohort_facts(one)

    one = _add(table, "validate", cohorts.validate)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--model", required=True, metavar="pre|post|FILE", help="FILE: a nomogram.json")
    one.add_argument("--time", metavar="T", help="column of the follow-up times; time_months if not given")
    one.add_argument("--event", metavar="E", help="column of deaths; event if not given")
    one.add_argument("--map", type=_pair, nargs="+", action="extend", default=[], metavar="name=column")
    _add_cohort_facts(one)
    _add_weights(one)

    one = _add(table, "reproduce", cohorts.reproduce)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument(
        "--patients", type=_seed, default=200_000, metavar="N", help="of the sample that is the expectation"
    )
    one.add_argument("--cohorts", type=_seed, default=500, metavar="N", help="simulated for the 95 %% ranges")
    one.add_argument("--seed", type=_seed, default=1, metavar="N", help="other simulated cohorts")
    _add_weights(one)


def _add_cohort_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", choices=("days", "weeks", "months", "years"), default="months")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--name", default="", metavar="TEXT", help="of the cohort, for the model card")
    parser.add_argument("--dates", default="", metavar="TEXT", help="when its patients were seen, for the model card")
    parser.add_argument("--resamples", type=_seed, default=200, metavar="N", help="of each bootstrap; 0 for none")
    parser.add_argument("--seed", type=_seed, default=20231006, metavar="N")


def _add_training(table: Any) -> None:
    train = table.add_parser("train", help="Train a model.").add_subparsers(required=True, metavar="WHAT")
    one = _add(train, "segmenter", training.train_segmenter)
    one.add_argument("--data", type=Path, required=True, metavar="DIR")
    one.add_argument("--start", type=Path, metavar="DIR", help="go on from the segmenter of these weights")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")

    one = _add(train, "demonstration", training.train_demonstration)
    one.add_argument("--clinical-table", type=Path, required=True, metavar="CSV", help="mtm_dect_262.csv")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--workers", type=int, default=1, metavar="N")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")


def _add_mask_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask-value", type=_count, metavar="N", help="the liver's value in a label map")
    parser.add_argument("--mask-segment", type=_count, metavar="N", help="the liver's number in a segmentation, from 1")


def _add_scores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mtm", type=_share, metavar="V", help="MTM by hand, 0-1 (from pathology: 0 or 1)")
    parser.add_argument("--dlr", type=_share, metavar="V", help="DLR score by hand, 0-1 (higher is better survival)")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, metavar="DIR", help="other weights; also HAIC_NOMOGRAM_WEIGHTS")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a number from 0 to 1") from None
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected 0-1, got {value:g}")
    return value


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("expected a whole number from 0")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    """Names between commas; one that holds a comma stands in quotation marks, as in a CSV file."""
    names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
    if not all(names) or not names:
        raise argparse.ArgumentTypeError("expected names of columns between commas")
    return names


def _times(text: str) -> tuple[float, ...]:
    try:
        times = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("expected numbers between commas") from None
    if not all(0 < time < float("inf") for time in times) or any(b <= a for a, b in pairwise(times)):
        raise argparse.ArgumentTypeError("expected ascending numbers over 0")
    return times


def _pair(text: str) -> tuple[str, str]:
    name, mark, column = text.partition("=")
    if not (name and mark and column):
        raise argparse.ArgumentTypeError("expected name=column")
    return name, column
