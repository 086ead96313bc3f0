"""Which segment of a file is the liver and which are its lesions.

Names and codes decide; neither is ever repeated in a text, as a name may hold a person's. Numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.case import Notice
from core.errors import InputError
from core.io.masks import ROLE

# (coding scheme, value): SNOMED CT as DICOM part 16 uses it, the older SNOMED-RT codes, FMA.
LIVER_CODES = frozenset({("SCT", "10200004"), ("SRT", "T-62000"), ("FMA", "7197")})
LESION_CODES = frozenset(
    {
        *(("SCT", code) for code in ("4147007", "52988006", "108369006", "86049000", "14799000", "372087000")),
        *(("SCT", code) for code in ("25370001", "109841003")),  # hepatocellular carcinoma: its tissue, the disease
        *(("SRT", code) for code in ("M-03000", "M-01100", "M-80003", "M-80006", "M-81703")),
    }
)
_SCHEMES = {"99SDM": "SRT", "SNM3": "SRT"}
_LIVER = re.compile(r"liver|hepar|leber|foie")
_LESION = re.compile(r"\bhcc|tumou?r|l[eé]sion|läsion|\bmass(es)?\b|metasta|neoplas|carcinom|nodul|necros|nekros|^gtv")
_NO_NAME = re.compile(r"(segment|roi|label|region)?( ?\d+)?")
_PART = re.compile(
    r"vessel|vein|vena|vene|arter|\bduct|bile|\blobe|\bsegment \w{1,4}\b|minus|without|exclu|\bnon\b|\bno\b|ohne|sans"
    r"|\bgtv\b(?<!^gtv)|\bptv|\bctv|\bitv|ablation|cyst|zyste"
)
"""A part of the liver, or what is left of it without something: neither the whole liver nor a lesion."""


@dataclass(frozen=True)
class Segment:
    """One segment of a file.

    Attributes:
        number: by which the user chooses it, from 1.
        texts: what names it, no free description; never shown.
        codes: what it is, as (coding scheme, value).
    """

    number: int
    texts: tuple[str, ...] = ()
    codes: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Chosen:
    """The number of the liver's segment, those of its lesions, and what to tell."""

    liver: int
    lesions: tuple[int, ...]
    notices: tuple[Notice, ...]

    @property
    def labels(self) -> dict[int, int]:
        """The label (1 liver, 2 lesion) by segment number."""
        return {self.liver: 1, **dict.fromkeys(self.lesions, 2)}


def choose(segments: Sequence[Segment], wanted: int | None) -> Chosen:
    """The liver: the segment `wanted`, else the only one named or coded as the liver, else the only one there is.

    Raises:
        InputError: no segments, none of that number, or none or several that may be the liver; with their count.
    """
    if not segments:
        raise InputError(f"{ROLE}: expected at least one segment, got none")
    lesions = [one.number for one in segments if is_lesion(one)]
    liver = _wanted(segments, wanted) if wanted is not None else _named(segments, lesions)
    others = tuple(number for number in lesions if number != liver)
    if len(segments) == 1 and is_liver(segments[0]):
        return Chosen(liver, (), ())
    taken = "" if not others else f", {_listed(others)} as lesion"
    text = f"{ROLE}: segment {liver} is taken as liver{taken}"
    return Chosen(liver, others, (Notice("mask_segment", text),))


def is_liver(segment: Segment) -> bool:
    """True if it is named or coded as the whole liver."""
    names = _names(segment)
    if any(_PART.search(name) or _LESION.search(name) for name in names):
        return False
    return bool(_codes(segment) & LIVER_CODES) or any(_LIVER.search(name) for name in names)


def is_lesion(segment: Segment) -> bool:
    """True if it is named or coded as a lesion."""
    names = _names(segment)
    if any(_PART.search(name) for name in names):
        return False
    return bool(_codes(segment) & LESION_CODES) or any(_LESION.search(name) for name in names)


def neutral_name(text: str) -> str:
    """A segment's name in words of ours that `choose` takes for the same; "" if it says nothing to it."""
    one = Segment(1, (text,))
    names = _names(one)
    if any(_PART.search(name) for name in names):
        return "vessel"
    if is_lesion(one):
        return "tumour"
    if is_liver(one):
        return "liver" if any(_LIVER.fullmatch(name) for name in names) else "liver as named"
    return ""


def _wanted(segments: Sequence[Segment], wanted: int) -> int:
    numbers = [one.number for one in segments]
    if wanted not in numbers:
        raise InputError(f"{ROLE}: expected a segment from {min(numbers)} to {max(numbers)}, got {wanted}")
    return wanted


def _named(segments: Sequence[Segment], lesions: list[int]) -> int:
    livers = [one for one in segments if is_liver(one)]
    if len(livers) > 1:
        livers = [one for one in livers if any(_LIVER.fullmatch(name) for name in _names(one))] or livers
    if len(livers) == 1:
        return livers[0].number
    if len(segments) == 1 and not lesions:
        return segments[0].number
    count = f"{len(segments)} segment{'s' if len(segments) > 1 else ''}"
    kinds = f"{len(livers)} of them named as liver and {len(lesions)} as lesion"
    numbers = [one.number for one in segments]
    raise InputError(
        f"{ROLE}: expected one segment that is the liver, got {count}, {kinds}; "
        f"choose the liver's with --mask-segment, {min(numbers)} to {max(numbers)}"
    )


def _names(segment: Segment) -> list[str]:
    """In small letters, with words between single blanks; without what programs call a segment by themselves."""
    names = [re.sub(r"[\W_]+", " ", text.lower()).strip() for text in segment.texts]
    return [name for name in names if name and not _NO_NAME.fullmatch(name)]


def _codes(segment: Segment) -> set[tuple[str, str]]:
    return {(_SCHEMES.get(scheme, scheme), value) for scheme, value in segment.codes}


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in numbers[:6]) + (" and more" if len(numbers) > 6 else "")
