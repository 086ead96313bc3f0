"""Which input of a centre's nomogram is answered from the record, from what, and why another is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.case import ClinicalRecord
from core.findings import Score, Scores
from core.survival.questions import SCORES, CaseAnswer, Question
from dashboard.texts import labels, own
from dashboard.texts.values import score_value, word, yes_no

TITLE = "Where its inputs are from"
HEAD = ("Input", "The record says", "Used as")
HOW = (
    "An input is taken from the record only where its column in the cohort has the name of a field, to the letter, and "
    "the value is one that the nomogram knows, read in the field's unit. All else is asked for and unknown until then."
)
NO_FIELD = "no field of this name"
ASKED = "unknown until answered"
BY_HAND = "by hand"
YES, RESPONDED = "1 is yes", "1 is CR or PR"


@dataclass(frozen=True)
class Answers:
    """The questions as they stand: as in `dashboard.widgets.own_inputs.Form`."""

    asked: Sequence[Question]
    names: Mapping[str, str]
    case: Mapping[str, CaseAnswer]
    by_hand: Mapping[str, float | None]


def rows(found: Answers, clinical: ClinicalRecord, scores: Scores) -> list[tuple[str, str, str]]:
    """One row per input, as in HEAD."""
    return [
        (found.names[one.name], said(one.name, clinical, scores), _used(one, found, clinical)) for one in found.asked
    ]


def said(name: str, clinical: ClinicalRecord, scores: Scores) -> str:
    """What the record, or an image score, says under that name."""
    if name in SCORES:
        score: Score | None = getattr(scores, name)
        return score_value(score)
    if name not in ClinicalRecord.__dataclass_fields__:
        return NO_FIELD
    value = getattr(clinical, name)
    if value is None or isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, str):
        return word(value)
    unit = ClinicalRecord.__dataclass_fields__[name].metadata["unit"]
    return f"{value:g}" if unit in ("count", "ratio", "0-4") else f"{value:g} {unit}"


def _used(question: Question, found: Answers, clinical: ClinicalRecord) -> str:
    name, case = question.name, found.case.get(question.name)
    if name in found.by_hand:
        return f"{own.answer(question, found.by_hand[name])}, {BY_HAND}"
    if case is None:
        known = getattr(clinical, name, None) is not None
        return f"not used, coded otherwise ({_levels(question)}): {ASKED}" if known else ASKED
    if not question.takes(case.value):
        return f"not used, outside {_levels(question)}: {ASKED}"
    coding = _coding(question)
    return own.answer(question, case.value) + (f" ({coding})" if coding else "")


def _coding(question: Question) -> str:
    if question.is_category:
        return ""
    if question.name == "response":
        return RESPONDED
    return YES if question.name in own.YES_NO else ""


def _levels(question: Question) -> str:
    """The answers that the nomogram knows."""
    if question.levels:
        return ", ".join(label for label, _ in question.levels) or labels.UNKNOWN
    return " to ".join(f"{end:.6g}" for end in question.range)
