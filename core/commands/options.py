"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.commands import arguments

Command = Callable[[argparse.Namespace], int]


def add(table: Any, name: str, command: Command) -> argparse.ArgumentParser:
    """A command; its docstring is its help."""
    summary = (command.__doc__ or "").strip()
    parser: argparse.ArgumentParser = table.add_parser(name, help=summary, description=summary)
    parser.set_defaults(command=command)
    return parser


def add_mask_choice(parser: argparse.ArgumentParser) -> None:
    """Which label of a mask file is the liver."""
    parser.add_argument("--mask-value", type=arguments.count, metavar="N", help="the liver's value in a label map")
    parser.add_argument(
        "--mask-segment", type=arguments.count, metavar="N", help="the liver's number in a segmentation, from 1"
    )


def add_scores(parser: argparse.ArgumentParser) -> None:
    """Image scores given by hand."""
    parser.add_argument("--mtm", type=arguments.share, metavar="V", help="MTM by hand, 0-1 (from pathology: 0 or 1)")
    parser.add_argument(
        "--dlr", type=arguments.share, metavar="V", help="DLR score by hand, 0-1 (higher is better survival)"
    )


def add_workers(one: argparse.ArgumentParser) -> None:
    """Where jobs run."""
    where = one.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=arguments.seed, metavar="N", help="processes, one per core if not given; 0: this one"
    )
    add_scheduler(where, one)


def add_scheduler(where: Any, one: argparse.ArgumentParser) -> None:
    """A Dask scheduler that is already there, and the files by which it is known."""
    where.add_argument("--scheduler", metavar="ADDRESS", help="of Dask: tcp:// on this machine, tls:// on another")
    for name, what in (("ca", "authority"), ("cert", "our certificate"), ("key", "its key")):
        one.add_argument(f"--tls-{name}", type=Path, metavar="FILE", help=f"{what}, PEM, for a tls:// address")


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Other weights than the usual ones."""
    parser.add_argument("--weights", type=Path, metavar="DIR", help="other weights; also HAIC_NOMOGRAM_WEIGHTS")
