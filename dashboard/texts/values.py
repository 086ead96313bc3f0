"""Single values in words."""

from __future__ import annotations

import math
import re
from dataclasses import fields

from core.case import ClinicalRecord
from core.findings import Score
from core.report.sentences import score_value, word, yes_no  # noqa: F401 - as in the report
from dashboard.texts import labels

# what Markdown reads as a mark: an underline only at the edge of a word, a bullet or number only at the start
MARKS = re.compile(r"[\\`*\[\]<>#~$|&!:]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+](?=[ -]|$)")
NAMES = re.compile(r"--mask-(?:value|segment)|\b[a-z][a-z0-9_]+\b")
NUMBERED = re.compile(r"^(\d+)([.)])(?= |$)")
ADDRESSES = re.compile(r"(?i:(?<=:)(?=[a-z/_+-])|(?<=www)[.]|@)")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(error: Exception) -> str:
    """A refused input in the words of the form: field names as labels, true and false as yes and no."""
    words = {field.name: str(field.metadata["label"]) for field in fields(ClinicalRecord)}
    words |= {"true": "yes", "false": "no"}
    words |= {"--mask-value": labels.LIVER_NUMBER_FIELD, "--mask-segment": labels.LIVER_NUMBER_FIELD}
    said = NAMES.sub(lambda found: words.get(found[0], found[0]), str(error))
    return said[:1].upper() + said[1:]


def literal(text: str) -> str:
    """`text` for a place that reads Markdown, where it is then shown as it stands; it may come from anybody's file.

    No more is escaped than must be, for screen readers read the marks aloud.
    """
    one_line = " ".join(text.split())
    escaped = NUMBERED.sub(r"\1\\\2", MARKS.sub(r"\\\g<0>", one_line))
    # icons, smileys and addresses are looked for after that: an invisible joiner hides them
    return ADDRESSES.sub("\\g<0>\u2060", escaped)


def model_score(score: Score) -> str:
    """What the models say, under the slider."""
    return f"By the models: {score.value:.2f}, range {score.low:.2f}–{score.high:.2f}"


def seconds(duration: float) -> str:
    """A duration for the progress list."""
    return f"{duration:.1f} s"


def unknown_between(low: float, high: float) -> str:
    """What an empty number field says: unknown, and the range that is accepted."""
    top = f"10{str(round(math.log10(high))).translate(SUPERSCRIPTS)}" if high >= 1e6 else f"{high:g}"
    return f"{labels.UNKNOWN} ({low:g}–{top})"


def true_minus(number: str) -> str:
    """A written number with a true minus sign."""
    return number.replace("-", "−")


def difference(number: float, digits: int) -> str:
    """A difference with its sign."""
    return true_minus(f"{round(number, digits) + 0.0:+.{digits}f}")
