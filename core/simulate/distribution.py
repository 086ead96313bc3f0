"""How the patients of a nomogram's cohort lie along its axes, with where that is known from.

Published: HAIC sessions, Table 2 of He et al. 2023 (training cohort, n = 489). Derived: DLR and MTM by the law that
reproduces the published figures (latents.py); the paper prints no distribution of either, and the law's MTM is the
subtype, not the score. What else has two levels, or is a category, is told by the nomogram's own reference, which is
the cohort's mean: of the published models PVTT and response, assumed; of a centre's own, fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import betainc

from core.simulate import latents
from core.survival.model import Nomogram
from core.survival.questions import Question
from core.survival.tagged import Tag, Term

BINS = 25  # of a score from 0 to 1
FINE = 4000  # intervals over which a chance is averaged
COUNTED_SESSIONS = 4  # the last stands for more than three


@dataclass(frozen=True)
class Bar:
    """A share of the patients, whose input lies from `low` to `high`; both equal for a single value."""

    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Distribution:
    """Bars ascending by value, their shares adding up to 1, and where they are known from."""

    bars: tuple[Bar, ...]
    tag: Tag


def axis_distribution(nomogram: Nomogram, question: Question) -> Distribution | None:
    """Of the cohort along one axis; None where nothing is known but a mean.

    Args:
        nomogram: published or own.
        question: one of its axes; bars are in the numbers of its answers.
    """
    term = question.terms[0]
    if nomogram.model != "own" and term.reference.tag != "fitted" and question.name in _OF_THE_STUDY:
        return _OF_THE_STUDY[question.name]()
    if question.is_category:
        return _shares([t.reference.value for t in question.terms], question.terms)
    if [value for _, value in question.levels] == [0.0, 1.0]:
        return _shares([term.reference.value], question.terms)
    return None


def _shares(others: list[float], terms: tuple[Term, ...]) -> Distribution | None:
    """The first level has what the others leave."""
    shares = [1.0 - sum(others), *others]
    if min(shares) < -1e-9:
        return None
    bars = tuple(Bar(float(rank), float(rank), max(share, 0.0)) for rank, share in enumerate(shares))
    return Distribution(bars, terms[0].reference.tag)


def _sessions() -> Distribution:
    share = latents.SESSIONS_SHARE
    counted = [*share[: COUNTED_SESSIONS - 1], share[COUNTED_SESSIONS - 1 :].sum()]
    return Distribution(tuple(Bar(n, n, float(s)) for n, s in enumerate(counted, start=1)), "published")


@cache
def _dlr() -> Distribution:
    edges = np.linspace(0.0, 1.0, BINS + 1)
    shares = np.diff(_dlr_below(edges)).tolist()
    places = edges.tolist()
    return Distribution(tuple(map(Bar, places[:-1], places[1:], shares)), "derived")


@cache
def _mtm() -> Distribution:
    edges = np.linspace(0.0, 1.0, FINE + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    share = float(np.diff(_dlr_below(edges)) @ latents.chance(latents.MTM_LOGIT, middle))
    return Distribution((Bar(0.0, 0.0, 1.0 - share), Bar(1.0, 1.0, share)), "derived")


def _dlr_below(dlr: latents.Numbers) -> latents.Numbers:
    low, high = betainc(*latents.LOW_BETA, dlr), betainc(*latents.HIGH_BETA, dlr)
    return np.asarray(latents.LOW_SHARE * low + (1 - latents.LOW_SHARE) * high)


_OF_THE_STUDY: dict[str, Callable[[], Distribution]] = {"haic_sessions": _sessions, "mtm": _mtm, "dlr": _dlr}
