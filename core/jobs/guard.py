"""Around each job, in the worker: no exception leaves it, for its text could name a file or a patient."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from core.errors import ArtefactError, HaicError

Argument = TypeVar("Argument")
Result = TypeVar("Result")

OUR_FAULT = "something went wrong on our side"
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Failure:
    """Why a job has no result.

    Attributes:
        text: one sentence for the user.
        passing: the same input may well succeed another time.
        detail: for the log: kind and place of the error, no identifiers.
        stops: no other job can succeed either.
    """

    text: str
    passing: bool = False
    detail: str = ""
    stops: bool = False


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """What a job came to: a result or a failure."""

    result: Result | None
    failure: Failure | None


def guarded(function: Callable[[Argument], Result], argument: Argument) -> Answer[Result]:
    """The job's answer, whatever happens in it."""
    try:
        return Answer(function(argument), None)
    except Exception as error:
        return Answer(None, _failure(error))


def _failure(error: Exception) -> Failure:
    if isinstance(error, HaicError):
        return Failure(str(error), stops=isinstance(error, ArtefactError))
    if isinstance(error, MemoryError):
        return Failure("there was not enough memory for this case", passing=True, detail=place(error))
    if isinstance(error, OSError):
        return Failure(f"a file could not be read: {error.strerror}", passing=True, detail=place(error))
    return Failure(OUR_FAULT, passing=True, detail=place(error))


def place(error: BaseException) -> str:
    """Kind of the error and the last line of ours it came through; not its text."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "core")]
    kind = type(error).__name__
    if not ours:
        return kind
    return f"{kind} in {Path(ours[-1].filename).relative_to(_ROOT).as_posix()}, line {ours[-1].lineno}"
