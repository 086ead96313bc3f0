"""A hundred people, and three cases, in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.findings import CurvePoint, Prognosis, Survival
from core.report.sentences import scenario_rows
from core.survival.scenarios import scenarios
from dashboard.texts.labels import FIRST_HAIC
from dashboard.texts.survival import out_of_100, percent_range, rounded, time_span

TYPICAL = "middle half"
VIEW = "How survival is shown"
CURVE, PEOPLE, SCENARIOS = "Curve", "100 people", "Scenarios"
ALIVE_LOW, IN_RANGE = "{count} even at the low end", "{count} within the range"
DEAD_HIGH = "{count} even at the high end"
ALIVE_AND, MONTHS_AFTER = "Alive and", "months after the first HAIC"
MONTHS_LIVED = "Alive and this many months after the first HAIC"
NOT_BEFORE_TREATMENT = (
    "This model speaks of patients before treatment: the months lived since the first HAIC do not enter it. "
    "They do after response."
)


def alive(survival: Survival, months: float) -> str:
    """How many of 100 are alive."""
    count, _ = out_of_100(survival)
    return f"{_words(count)} alive at {time_span(months)}"


def dead(survival: Survival) -> str:
    """How many of 100 have died."""
    _, count = out_of_100(survival)
    return f"{_words(count)} {'has' if count <= 1 else 'have'} died"


def description(survival: Survival, months: float, counts: Sequence[int]) -> str:
    """The array in words, for screen readers; `counts` as in figures.people.People.counts."""
    sure, some, others, gone = counts
    return (
        f"Of 100 people {alive(survival, months)} and {dead(survival)}. Range {percent_range(survival)} alive: "
        f"of the living {ALIVE_LOW.format(count=sure)} and {IN_RANGE.format(count=some)}; "
        f"of the dead {IN_RANGE.format(count=others)} and {DEAD_HIGH.format(count=gone)}."
    )


def cases(prognosis: Prognosis, end_months: float) -> list[tuple[str, str]]:
    """Worst, typical and best case with what each means, as in the report; from today on where that is known."""
    return scenario_rows(scenarios(front(prognosis)), end_months)


def front(prognosis: Prognosis) -> Sequence[CurvePoint]:
    """The curve that the page speaks of: from the months lived so far on, where they are known."""
    return prognosis.conditional_curve or prognosis.curve


def cases_origin(prognosis: Prognosis, origin: str = FIRST_HAIC) -> str:
    """From when the cases count, and of whom."""
    since = prognosis.months_since_first_haic
    lived = f", for those alive at {rounded(since)} months" if prognosis.conditional_curve and since is not None else ""
    return f"Months are counted from {origin}{lived}; read from the curve."


def cases_description(rows: Sequence[tuple[str, str]]) -> str:
    """The three cases for screen readers."""
    return " ".join(f"{name}: {words}." for name, words in rows)


def _words(count: int) -> str:
    """As in the sentence."""
    return {0: "fewer than 1", 100: "more than 99"}.get(count, str(count))
