"""Identifiers like those of tests.planted, others for every seed: in many scripts, dates and numbers in many forms."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.planted import PLANTED

_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "\u00e0\u00e9\u00ef\u00f5\u00fc\u00e7\u00f1\u00e5\u00f8\u00fe",
    "".join(map(chr, range(0x430, 0x450))),  # Cyrillic
    "".join(map(chr, range(0x3B1, 0x3C9))),  # Greek
    "".join(map(chr, range(0x5D0, 0x5EB))),  # Hebrew
    "".join(map(chr, range(0x628, 0x63B))),  # Arabic
    "".join(map(chr, range(0x4E00, 0x5200))),  # Chinese
    "".join(map(chr, range(0x3042, 0x3090))),  # Hiragana
    "".join(map(chr, range(0xAC00, 0xAD00))),  # Korean
    "".join(map(chr, range(0xE01, 0xE2E))),  # Thai
)
_ASCII = frozenset(
    [
        *("ImageType", "UserContentLabel", "source application entity", "gzip file name", "private creator"),
        *("AccessionNumber", "StationName", "StudyID", "DeviceSerialNumber", "NIfTI description"),
    ]
)
"""Places that hold nothing else, or only few bytes."""


def stranger(seed: int) -> Mapping[str, str]:
    """Another identifier for every place of PLANTED, none of which has anything in common with those there."""
    rng = random.Random(seed)
    found = {place: _text(place, rng) for place in PLANTED}
    return {**found, **_with_a_form_of_their_own(rng)}


def _text(place: str, rng: random.Random) -> str:
    if place in _ASCII:
        upper = place in ("ImageType", "UserContentLabel", "source application entity")
        word = _word(rng, _ALPHABETS[0], 12)
        return word.upper() if upper else word
    letters = rng.choice(_ALPHABETS)
    if "Name" in place or place == "nested person":
        return f"{_word(rng, letters, 9)}^{_word(rng, rng.choice(_ALPHABETS), 9)}"
    return _word(rng, letters, 12)


def _with_a_form_of_their_own(rng: random.Random) -> Mapping[str, str]:
    """Dates, numbers, telephones and UIDs."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1920, 1999)
    root = f"1.2.{rng.randint(200, 999)}.{rng.randint(10**6, 10**7)}.{year}{month:02d}{day:02d}"
    return {
        "PatientBirthDate": f"{year}{month:02d}{day:02d}",
        "PatientComments": f"born {day:02d}.{month:02d}.{year} in {_word(rng, _ALPHABETS[1], 9)}",
        "PatientID": f"{rng.randint(10**8, 10**9)}",
        "PatientTelephoneNumbers": f"+{rng.randint(1, 99)} {rng.randint(100, 999)} {rng.randint(10**6, 10**7)}",
        "PatientAddress": f"{rng.randint(1, 99)} {_word(rng, _ALPHABETS[2], 9)}",
        "DeviceSerialNumber": f"{rng.randint(10**9, 10**10)}",
        "number that is a name": f"{rng.randint(10**8, 10**9)}",
        "UID of the study": f"{root}.1",
        "UID of the series": f"{root}.2",
        "UID of the slice": f"{root}.3",
        "UID of the frame of reference": f"{root}.4",
        "clinical.json value": f"{day:02d}/{month:02d}/{year}, {_word(rng, _ALPHABETS[4], 8)}",
    }


def _word(rng: random.Random, letters: str, length: int) -> str:
    return "".join(rng.choice(letters) for _ in range(length)).capitalize()
