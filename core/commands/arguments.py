"""Kinds of arguments of the command line; each refuses what it cannot be, in one sentence."""

from __future__ import annotations

import argparse
import csv
from itertools import pairwise


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a number from 0 to 1") from None
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected 0-1, got {value:g}")
    return value


def seed(text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("expected a whole number from 0")
    return int(text)


def count(text: str) -> int:
    """A whole number from 1."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return int(text)


def version(text: str) -> str:
    """A version such as 1.0.0."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError("expected a version such as 1.0.0")
    return text


def names(text: str) -> tuple[str, ...]:
    """Names between commas; one that holds a comma stands in quotation marks, as in a CSV file."""
    names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
    if not all(names) or not names:
        raise argparse.ArgumentTypeError("expected names of columns between commas")
    return names


def times(text: str) -> tuple[float, ...]:
    """Ascending numbers over 0 between commas."""
    try:
        times = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("expected numbers between commas") from None
    if not all(0 < time < float("inf") for time in times) or any(b <= a for a, b in pairwise(times)):
        raise argparse.ArgumentTypeError("expected ascending numbers over 0")
    return times


def pair(text: str) -> tuple[str, str]:
    """name=column."""
    name, mark, column = text.partition("=")
    if not (name and mark and column):
        raise argparse.ArgumentTypeError("expected name=column")
    return name, column
