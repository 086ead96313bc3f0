"""The options of the commands that work on a cohort."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.commands import adapters, arguments, cohorts, options, scoring, simulating, training
from core.train.cohort import STAGES


def add_cohort_commands(table: Any) -> None:
    """cox, validate, reproduce, simulate, train, adapt, batch."""
    _cohorts(table)
    _simulation(table)
    _training(table)
    _adapt(table)
    _batch(table)


def _cohorts(table: Any) -> None:
    one = options.add(table, "cox", cohorts.cox)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--time", required=True, metavar="T", help="column of the follow-up times")
    one.add_argument("--event", required=True, metavar="E", help="column of deaths: 1 death, 0 censored")
    one.add_argument("--terms", type=arguments.names, required=True, metavar="a,b,c", help="columns of the covariates")
    one.add_argument("--ties", choices=("efron", "breslow"), default="efron")
    one.add_argument(
        "--horizons", type=arguments.times, required=True, metavar="12,36,60", help="in the unit of the times"
    )
    one.add_argument("--force", action="store_true", help="fit with under 20 deaths")
    _cohort_facts(one)

    one = options.add(table, "validate", cohorts.validate)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--model", required=True, metavar="pre|post|FILE", help="FILE: a nomogram.json")
    one.add_argument("--time", metavar="T", help="column of the follow-up times; time_months if not given")
    one.add_argument("--event", metavar="E", help="column of deaths; event if not given")
    one.add_argument("--map", type=arguments.pair, nargs="+", action="extend", default=[], metavar="name=column")
    _cohort_facts(one)
    options.add_weights(one)

    one = options.add(table, "reproduce", cohorts.reproduce)
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument(
        "--patients", type=arguments.seed, default=200_000, metavar="N", help="of the sample that is the expectation"
    )
    one.add_argument("--cohorts", type=arguments.seed, default=500, metavar="N", help="simulated for the 95 %% ranges")
    one.add_argument("--seed", type=arguments.seed, default=1, metavar="N", help="other simulated cohorts")
    options.add_weights(one)


def _simulation(table: Any) -> None:
    one = options.add(table, "simulate", simulating.simulate)
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


def _training(table: Any) -> None:
    train = table.add_parser("train", help="Train a model.").add_subparsers(required=True, metavar="WHAT")
    one = options.add(train, "segmenter", training.train_segmenter)
    one.add_argument("--data", type=Path, required=True, metavar="DIR")
    one.add_argument("--start", type=Path, metavar="DIR", help="go on from the segmenter of these weights")
    one.add_argument("--steps", type=arguments.count, metavar="N", help="how long to train")
    one.add_argument(
        "--cross-validate", type=arguments.count, metavar="K", help="test on the training scans, left out in K parts"
    )
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--resume", action="store_true", help="go on from the last checkpoint")

    one = options.add(train, "cohort", training.train_cohort)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--out", type=Path, required=True, metavar="DIR")
    one.add_argument("--stage", choices=STAGES, default=STAGES[-1], help="stop after this stage")
    one.add_argument("--preset", choices=("quick", "full"), default="quick")
    one.add_argument("--resume", action="store_true", help="go on with a network that was cut off in its training")
    options.add_workers(one)
    one.add_argument("--clinical-table", type=Path, metavar="CSV", help="mtm_dect_262.csv, for the clinical part")
    one.add_argument("--name", default="", metavar="TEXT", help="of the cohort, for the model cards")
    one.add_argument("--dates", default="", metavar="TEXT", help="when its patients were seen")
    one.add_argument("--licence", default="", metavar="TEXT", help="of the weights")
    one.add_argument("--attribution", default="", metavar="TEXT", help="whom the weights owe")
    one.add_argument(
        "--weights-version", type=arguments.version, default="1.0.0", metavar="X.Y.Z", help="of the new weights"
    )
    options.add_weights(one)


def _adapt(table: Any) -> None:
    one = options.add(table, "adapt", adapters.adapt)
    one.add_argument("layout", choices=("hcc-tace-seg", "waw-tace"), help="which data set the folder holds")
    one.add_argument("folder", type=Path, metavar="FOLDER", help="as downloaded and unpacked")
    one.add_argument("--clinical", type=Path, metavar="FILE", help="the clinical table, if it lies elsewhere")
    one.add_argument("--split", choices=("train", "internal", "external"), default="external", help="of every row")
    one.add_argument("--out", type=Path, required=True, metavar="COHORT.csv")


def _batch(table: Any) -> None:
    one = options.add(table, "batch", scoring.batch)
    one.add_argument("cohort", type=Path, metavar="COHORT.csv")
    one.add_argument("--out", type=Path, required=True, metavar="SCORES.csv")
    options.add_workers(one)
    options.add_weights(one)


def _cohort_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", choices=("days", "weeks", "months", "years"), default="months")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--name", default="", metavar="TEXT", help="of the cohort, for the model card")
    parser.add_argument("--dates", default="", metavar="TEXT", help="when its patients were seen, for the model card")
    parser.add_argument(
        "--resamples", type=arguments.seed, default=200, metavar="N", help="of each bootstrap; 0 for none"
    )
    parser.add_argument("--seed", type=arguments.seed, default=20231006, metavar="N")
