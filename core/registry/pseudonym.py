"""Pseudonyms: what a saved case may be called, and why a name is refused.

No program can tell every name from a code. So the rule is narrow: a code with at least one digit, whose letters stand
in pairs at most unless they are a neutral word such as "Case", and whose digits are too few for a hospital number.
"""

from __future__ import annotations

import re
import secrets

from core.errors import InputError

LONGEST = 32
MOST_DIGITS = 6
NEUTRAL = frozenset(
    [
        *("case", "centre", "center", "cohort", "course", "demo", "exam", "figure", "haic", "hcc", "lits", "patient"),
        *("pilot", "pre", "post", "proband", "study", "subject", "site", "teaching", "test", "training", "visit"),
    ]
)
"""Words that say nothing about who somebody is."""

_ROLE = "case identifier"
_EXPECTED = "a pseudonym such as Case 7K3Q9T"
_LETTERS, _DIGITS = "BCDFGHJKMNPQRSTVWXZ", "23456789"  # no vowels: no words; none that are read as each other
_ALLOWED = re.compile(r"[A-Za-z0-9 ._/-]+", re.ASCII)
_DATE = re.compile(r"(?<!\d)(?:\d{4}[ ./_-]\d{1,2}[ ./_-]\d{1,2}|\d{1,2}[ ./_-]\d{1,2}[ ./_-](?:\d{4}|\d{2}))(?!\d)")


def new_pseudonym() -> str:
    """A pseudonym that says nothing about anybody; one of 3.5 million."""
    pairs = (secrets.choice(_DIGITS) + secrets.choice(_LETTERS) for _ in range(3))
    return f"Case {''.join(pairs)}"


def checked_pseudonym(text: str, role: str = _ROLE, expected: str = _EXPECTED) -> str:
    """`text` without spaces at its ends, one space where there are several.

    Args:
        text: what somebody typed.
        role, expected: what it is to be, for the message.

    Raises:
        InputError: it may be a name, a date or a hospital number; the reason is said, the text is not repeated.
    """
    tidy = " ".join(text.split())
    if problem := _problem(tidy):
        raise InputError(f"{role}: expected {expected}, got {problem}")
    return tidy


def _problem(text: str) -> str:
    """Why `text` is no pseudonym, "" if it is one."""
    if not text:
        return "nothing"
    if len(text) > LONGEST:
        return f"{len(text)} characters, where {LONGEST} are the most"
    if not _ALLOWED.fullmatch(text):
        return "signs other than A-Z, 0-9, space, dot, dash, slash and underline, as in names and addresses"
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 2 and word.lower() not in NEUTRAL]
    if words:
        return f"a word of {len(words[0])} letters, which may be a name"
    if not re.search(r"\d", text):
        return "letters alone, which may be a name or initials"
    if _DATE.search(text):
        return "what looks like a date, perhaps of birth"
    longest = max(map(len, re.findall(r"\d+", text)))
    return f"{longest} digits in a row, perhaps a hospital number or a date of birth" if longest > MOST_DIGITS else ""
