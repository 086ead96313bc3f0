"""What a nomogram asks of a patient, axis by axis, and which of it a case already answers.

An answer is a number: of an axis with one term that term's input, of a categorical variable the position of the level,
the reference being 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.case import ClinicalRecord
from core.errors import InputError
from core.findings import Scores
from core.survival.model import Nomogram
from core.survival.nomogram import axis_names
from core.survival.pretty import pretty
from core.survival.tagged import Term

MOST_CHOICES = 10  # of a number: a centre's nomogram draws up to as many values as they are
WIDEST_RANGE = 1e15  # whole numbers past it are not exact
SCORES = ("mtm", "dlr")


@dataclass(frozen=True)
class Question:
    """One axis.

    Attributes:
        name, label: of the axis.
        levels: (label, answer) of those to choose from; () where any number will do.
        range: least and greatest answer.
        terms: the terms on the axis.
    """

    name: str
    label: str
    levels: tuple[tuple[str, float], ...]
    range: tuple[float, float]
    terms: tuple[Term, ...]

    @property
    def is_category(self) -> bool:
        """Whether the terms are the levels of a category."""
        return bool(self.terms[0].factor)

    def takes(self, answer: float) -> bool:
        """Whether `answer` is one of the levels, or a number in the range."""
        if self.levels:
            return any(answer == value for _, value in self.levels)
        return self.range[0] <= answer <= self.range[1]


@dataclass(frozen=True)
class CaseAnswer:
    """What a case answers.

    Attributes:
        value: the answer, which the question need not take.
        sd: standard deviation behind an image score, 0 for what is taken as exact.
    """

    value: float
    sd: float = 0.0


def questions(nomogram: Nomogram) -> tuple[Question, ...]:
    """One question per axis, in the order of `core.survival.nomogram.axis_names`.

    A number is asked for as one of its levels where no other values were in the cohort: where the levels are named, or
    are not the round numbers that mark the axis of a number with many values. Image scores are asked for as numbers
    unless there are but two levels.

    Raises:
        InputError: for levels and ranges of which no axis can be drawn.
    """
    groups: dict[str, list[Term]] = {name: [] for name in axis_names(nomogram)}
    for position, term in enumerate(nomogram.terms, start=1):
        groups[term.factor or term.name].append(term)
        if not _can_be_drawn(term):
            raise InputError(f"nomogram: expected ascending levels and a range in term {position}, got others")
    if any(len(terms) > 1 and not all(term.factor for term in terms) for terms in groups.values()):
        raise InputError("nomogram: expected one variable per axis, got two of one name")
    if all(term.beta.value == 0 for term in nomogram.terms):
        raise InputError("nomogram: expected a term with a hazard ratio other than 1, got none")
    return tuple(_question(name, tuple(terms)) for name, terms in groups.items())


def answered(nomogram: Nomogram, answers: Mapping[str, float]) -> dict[str, float]:
    """Inputs by term of all axes in `answers`; a level of a category is 1, the others 0."""
    inputs = {}
    for question in questions(nomogram):
        if question.name not in answers:
            continue
        for rank, term in enumerate(question.terms, start=1):
            answer = answers[question.name]
            inputs[term.name] = float(answer == rank) if question.is_category else float(answer)
    return inputs


def case_answers(nomogram: Nomogram, clinical: ClinicalRecord, scores: Scores) -> dict[str, CaseAnswer]:
    """What the case says to questions whose name is that of a clinical value or an image score, by name.

    True and false are 1 and 0; an objective response (mRECIST CR or PR) is 1; a word answers a category with that
    level. Where the last level is labelled as a limit (">3"), all greater numbers are that level.
    """
    found = {}
    for question in questions(nomogram):
        score = getattr(scores, question.name) if question.name in SCORES else None
        if score is not None and not question.is_category:
            found[question.name] = CaseAnswer(score.value, score.sd)
        elif (answer := _clinical_answer(question, clinical)) is not None:
            found[question.name] = CaseAnswer(answer)
    return found


def _clinical_answer(question: Question, clinical: ClinicalRecord) -> float | None:
    if question.name not in ClinicalRecord.__dataclass_fields__:
        return None
    value = getattr(clinical, question.name)
    if question.is_category:
        word = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        return next((answer for label, answer in question.levels if label == word), None)
    if question.name == "response":
        value = clinical.objective_response
    if isinstance(value, bool):
        return float(value) if question.range == (0.0, 1.0) else None
    return _limited(question, float(value)) if isinstance(value, int | float) else None


def _limited(question: Question, value: float) -> float:
    label, last = question.terms[0].levels[-1]
    return min(value, last) if label.startswith(">") else value


def _question(name: str, terms: tuple[Term, ...]) -> Question:
    first = terms[0]
    if first.factor:
        labels = (first.levels[0][0], *(term.levels[1][0] for term in terms))
        levels = tuple((label, float(rank)) for rank, label in enumerate(labels))
        return Question(name, first.label, levels, (0.0, float(len(terms))), terms)
    return Question(name, first.label, first.levels if _is_choice(first) else (), first.range, terms)


def _is_choice(term: Term) -> bool:
    values = np.array([value for _, value in term.levels])
    if len(values) > MOST_CHOICES or (term.name in SCORES and len(values) > 2):
        return False
    if len(values) == 2 or any(not _names_itself(label, value) for label, value in term.levels):
        return True
    steps = np.diff(values)
    round_values = pretty(float(values[0]), float(values[-1]))
    # widening a range to round values never makes its marks denser
    return bool(np.ptp(steps) > 1e-6 * steps[0] or steps[0] > 1.5 * (round_values[1] - round_values[0]))


def _names_itself(label: str, value: float) -> bool:
    try:
        return abs(float(label) - value) <= 1e-5 * abs(value)
    except ValueError:
        return False


def _can_be_drawn(term: Term) -> bool:
    """Of a category: the pair reference 0, level 1. Of a number: two levels or more, ascending, over the range."""
    values = [value for _, value in term.levels]
    ascending = len(values) >= 2 and all(before < after for before, after in pairwise(values))
    if term.factor:
        return values == [0.0, 1.0] and term.range == (0.0, 1.0)
    inside = ascending and term.range[0] <= values[0] and values[-1] <= term.range[1]
    return inside and term.range[1] - term.range[0] <= WIDEST_RANGE
