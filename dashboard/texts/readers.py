"""Readers of the board over time, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.registry.board_nouns import ASKED_MONTHS
from dashboard.texts.survival import time_span
from dashboard.texts.values import true_minus

if TYPE_CHECKING:
    from core.studies.agreement import Agreement
    from core.studies.intraclass import Intraclass
    from core.studies.reader_nouns import BoardStudy, Calibration, ReaderFigures
    from core.survival.calibration import Estimate

TITLE = "Agreement and calibration of readers"
NOBODY = "No reading has been committed yet: cases are read on their pages, from the worklist."
COUNTED = (
    "Counted is each reader’s first reading of a case, committed before the case was shown. The model calls MTM from a "
    "score of 0.5 on; histology is known where the latest save of a case has MTM given by hand as 0 or 1."
)
CALLS_TITLE, PAIRS_TITLE, TOGETHER_TITLE, SURVIVAL_TITLE, TIME_TITLE = (
    "MTM calls",
    "Readers against each other, MTM",
    "All readers together",
    "Survival estimates against follow-up",
    "Over time",
)
CALLS_HEAD = ("", "Cases", "Agrees with the model", "Cohen’s kappa", "Agrees with histology")
PAIRS_HEAD = ("Readers", "Cases", "Agree", "Cohen’s kappa")
SURVIVAL_HEAD = ("", "Horizon", "Brier score", "Mean estimate", "Observed, Kaplan-Meier")
TOGETHER_HEAD = ("Figure", "Value (95 % range)", "Of")
METHODS = (
    "Shares with Wilson’s interval. Kappa of two: Cohen’s, interval after Fleiss, Cohen and Everitt (Psychol Bull "
    "1969); of several: Fleiss’ (Psychol Bull 1971), interval after Gwet (Br J Math Stat Psychol 2008). Intraclass "
    "correlation: ICC(2,1), interval by F distribution (Shrout and Fleiss, Psychol Bull 1979). Brier score: mean "
    "squared error over patients whose status at the horizon is known, which leaves out those censored before; mean "
    "estimate against Kaplan-Meier over all with follow-up. A lower Brier score is better; 0.25 is "
    "that of saying 50 % to everybody."
)
AGAINST = {"model": "Agreement with the model", "histology": "Agreement with histology", "survival": "Error at 3 years"}
AGAINST_LABEL = "What is drawn"
AXES = {
    "model": ("Share of MTM calls as the model’s", "%{y:.0%}"),
    "histology": ("Share of MTM calls as histology", "%{y:.0%}"),
    "survival": ("Brier score at 3 years", "%{y:.2f}"),
}
MODEL = "Model"
NO_FOLLOW_UP = "No follow-up is known yet of a case that was read."
NOTHING_TO_DRAW = "Nothing can be drawn yet: it needs readings with a known answer."
NOT_APPLICABLE = "–"


def calls_row(found: ReaderFigures, fewest: int) -> tuple[str, ...]:
    """As in CALLS_HEAD."""
    with_model = found.with_model
    if not with_model.n:
        model = (NOT_APPLICABLE, NOT_APPLICABLE)
    else:
        model = (_share(with_model), _kappa(with_model.kappa, with_model.n, fewest))
    return found.name, str(found.cases), *model, _share(found.with_histology)


def pair_row(pair: tuple[str, str, Agreement], fewest: int) -> tuple[str, ...]:
    """As in PAIRS_HEAD."""
    one, other, found = pair
    return f"{one} and {other}", str(found.n), _share(found), _kappa(found.kappa, found.n, fewest)


def survival_rows(found: ReaderFigures, fewest: int) -> list[tuple[str, ...]]:
    """As in SURVIVAL_HEAD, horizons with an estimate only."""
    rows = []
    for months in ASKED_MONTHS:
        one = found.horizons[months]
        if one.followed or one.known:
            rows.append((found.name, time_span(months), _brier(one, fewest), *_observed(one, fewest)))
    return rows


def together_rows(found: BoardStudy, fewest: int) -> list[tuple[str, ...]]:
    """As in TOGETHER_HEAD."""
    both = found.together
    who = f"{len(both.readers)} readers, {both.cases} cases read by all"
    rows = []
    if len(both.readers) > 2:
        rows.append(("Fleiss’ kappa, MTM", _kappa(both.kappa, both.cases, fewest), who))
    for months, icc in both.survival.items():
        if icc is not None:
            rows.append((f"ICC(2,1), survival at {time_span(months)}", _icc(icc), f"{icc.k} readers, {icc.n} cases"))
    return rows


def together_waits(fewest: int) -> str:
    """What is missing for figures of all readers together."""
    return f"Too few: it takes two readers who have each read {fewest} cases, and {fewest} cases that both read."


def described(names: Sequence[str], against: str) -> str:
    """The figure in words, for screen readers."""
    return f"{AGAINST[against]} over time, running figure of {', '.join(names)}"


def _share(found: Agreement) -> str:
    if found.share is None:
        return "none known"
    low, high = (100 * (limit or 0.0) for limit in (found.share.low, found.share.high))
    return f"{100 * found.share.value:.0f} % ({low:.0f}–{high:.0f}), {found.agreed} of {found.n}"


def _kappa(found: Estimate | None, n: int, fewest: int) -> str:
    if n < fewest:
        return _too_few(n, fewest)
    if found is None:
        return "not defined: one says the same of all"
    return f"{_number(found.value)} ({_number(found.low)} to {_number(found.high)})"


def _brier(found: Calibration, fewest: int) -> str:
    if found.brier is None:
        return _too_few(found.known, fewest)
    return f"{found.brier.value:.3f} ({found.brier.low:.3f}–{found.brier.high:.3f}), n = {found.known}"


def _observed(found: Calibration, fewest: int) -> tuple[str, str]:
    if found.mean is None:
        return _too_few(found.followed, fewest), NOT_APPLICABLE
    mean = f"{100 * found.mean:.0f} %, n = {found.followed}"
    if found.observed is None:
        return mean, "follow-up ends before"
    value, low, high = (100 * number for number in found.observed)
    limits = f" ({low:.0f}–{high:.0f})" if low == low and high == high else ""
    return mean, f"{value:.0f} %{limits}"


def _icc(found: Intraclass) -> str:
    return f"{_number(found.value)} ({_number(found.low)} to {_number(found.high)})"


def _number(value: float) -> str:
    return true_minus(f"{round(value, 2) + 0.0:.2f}")


def _too_few(n: int, fewest: int) -> str:
    return f"too few: {n}, at least {fewest}"
