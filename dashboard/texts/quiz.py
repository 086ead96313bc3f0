"""The questions of the case library: their form, and the numbers that go into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.findings import Prognosis
from core.studies.teaching_outlook import OTHER_DLR, TeachingOutlook
from dashboard.texts import labels
from dashboard.texts.survival import percent_range, signed


@dataclass(frozen=True)
class Question:
    """One question about a case; texts hold names of `facts` in braces.

    Attributes:
        case: number of the case; place: of the question, from 1.
        ask: the question; options: the answers offered.
        right: position of the right one.
        why: the explanation.
        source: where it is printed.
    """

    case: int
    place: int
    ask: str
    options: tuple[str, ...]
    right: int
    why: str
    source: str

    @property
    def name(self) -> str:
        """As the session keeps it."""
        return f"{self.case}.{self.place}"

    def filled(self, found: Mapping[str, str]) -> Question:
        """The same with the numbers in place."""
        options = tuple(option.format(**found) for option in self.options)
        return Question(
            self.case,
            self.place,
            self.ask.format(**found),
            options,
            self.right,
            self.why.format(**found),
            self.source,
        )


def facts(outlook: TeachingOutlook) -> dict[str, str]:
    """The numbers of a case for its questions, as the pages round them; people are of 100."""
    main, states = outlook.main, [criterion.state for criterion in outlook.criteria]
    numbers = _survival(main) | {
        "lp": signed(main.linear_predictor),
        "group": labels.GROUP_NAMES[main.risk_group].lower(),
        "dlr": f"{outlook.case.dlr:.2f}",
        "total": f"{main.total_points:.0f}",
        "not_met": str(states.count("not met")),
        "met": str(states.count("met")),
        "unknown": str(states.count("unknown")),
        "criteria": str(len(states)),
        "bclc": str(outlook.stages.bclc.stage),
        "clip": str(outlook.stages.clip.score),
    }
    numbers |= {f"points_{name}": f"{points:.0f}" for name, points in main.points.items()}
    for name, dlr in zip(("low_dlr", "high_dlr"), OTHER_DLR, strict=True):
        numbers |= {name: f"{dlr:.2f}", f"alive36_{name}": _people(outlook.other_dlr[dlr])}
    if outlook.without_response is not None:
        numbers["points_if_sd"] = f"{outlook.without_response.points['response']:.0f}"
    return numbers


def _survival(main: Prognosis) -> dict[str, str]:
    numbers = {"range36": percent_range(main.os[36])}
    for months, reading in main.os.items():
        alive = _people(reading.value)
        numbers |= {f"alive{months}": alive, f"dead{months}": str(100 - int(alive))}
    for months, reading in (main.os_conditional or {}).items():
        numbers |= {f"now{months}": _people(reading.value), f"now_range{months}": percent_range(reading)}
    return numbers


def _people(share: float) -> str:
    return str(round(100 * share))
