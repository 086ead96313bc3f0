"""What a door is to the fuzzer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.errors import HaicError

NAME = "JANE_DOE"
"""What the sandbox and every file in it are called; no text may show it."""


@dataclass(frozen=True)
class Door:
    """One way in.

    Attributes:
        name: on the command line and of the corpus folder.
        enter: brings the bytes in as the product does, with the case's folder as the only place to write to; returns
            the texts a user is shown. It raises what the product raises.
        seeds: small files as they ought to be, made here.
        hostile: files written by hand that ought to be refused.
        mutate: changes a file along its own structure.
        packages: libraries whose branches guide the search, besides core.
    """

    name: str
    enter: Callable[[bytes, Path], Iterable[str]]
    seeds: Callable[[], list[bytes]]
    hostile: Callable[[], list[bytes]]
    mutate: Callable[[bytes, Random], bytes]
    packages: tuple[str, ...] = ()


def said(call: Callable[[], object]) -> str:
    """The sentence a call is refused with, "" if it is not; for doors that try several readings of one file."""
    try:
        call()
    except HaicError as error:
        return str(error)
    return ""
