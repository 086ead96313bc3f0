"""What one session has learnt: the reader's numbers, answers and notes on the page Learn; without streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.figures.teaching_slices import TeachingPictures

EXAMPLE: Mapping[str, float] = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 3.0, "mtm": 1.0, "dlr": 0.7}
"""The patient with whom the nomogram is built until the reader gives another."""


@dataclass(eq=False)
class Lesson:
    """It belongs to the reader and to no patient, so it outlives the case.

    Attributes:
        inputs: of the nomogram that is built, by name; spread: standard deviations of those taken from image scores.
        chosen: what is looked at (section, step, case, way, ...), by name.
        answers: the first answer to each question, by its name: the number of an option.
        pictures: computed pictures of the cases for which they were asked, by number.
        kinds: what the reader said is wrong, by number of the contradiction.
        notes: what the reader wrote about it; it stays in the session.
        revealed: numbers of the contradictions whose reading was shown.
    """

    inputs: dict[str, float] = field(default_factory=lambda: dict(EXAMPLE))
    spread: dict[str, float] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    pictures: dict[int, TeachingPictures] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    revealed: set[int] = field(default_factory=set)

    def set_input(self, name: str, value: float) -> None:
        """A number of the reader's own, taken as exact."""
        self.inputs[name] = value
        self.spread.pop(name, None)

    def take_inputs(self, known: Mapping[str, float | None], spread: Mapping[str, float]) -> None:
        """Take the inputs that are known elsewhere, with the standard deviations of the image scores among them."""
        for name, value in known.items():
            if value is not None and name in self.inputs:
                self.set_input(name, value)
                if spread.get(name):
                    self.spread[name] = spread[name]

    def answer(self, name: str, option: int) -> None:
        """Keep the first answer to a question; a later one does not count."""
        self.answers.setdefault(name, option)

    def say(self, number: int, kind: str) -> None:
        """Keep what the reader said first about a contradiction, and reveal it."""
        self.kinds.setdefault(number, kind)
        self.revealed.add(number)

    def right(self, solutions: Iterable[tuple[str, int]]) -> tuple[int, int]:
        """(right, answered) of the questions, given by name and right option."""
        given = [self.answers[name] == right for name, right in solutions if name in self.answers]
        return sum(given), len(given)

    def forget_answers(self) -> None:
        """Begin the quiz again."""
        self.answers.clear()

    def forget_reading(self) -> None:
        """Begin the exercise in reading again; what was written stays."""
        self.kinds.clear()
        self.revealed.clear()
