"""The list that reproduce.json holds: every figure with what the paper prints, and the nearest reading of each AUC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from core.studies.calibration_figures import FIFTHS
from core.studies.group_survival import CUTS, GROUPS, HORIZON_PLACES, cut
from core.studies.json_parts import Json, finite
from core.studies.landmark import STARTS
from core.studies.published_figures import (
    DEATH_SHARE,
    GROUP_SURVIVAL,
    HAZARD_RATIO,
    HORIZONS_MONTHS,
    LOG_RANK,
    MEDIAN_FOLLOW_UP,
    MODEL_NAMES,
    MODELS,
    REFERENCE,
    Printed,
    auc,
    de_long_p,
)
from core.studies.ranges import Ranged
from core.studies.reproduce import CohortFigures, Reproduction
from core.studies.table3 import READINGS

YEARS = tuple(f"{months / 12:g} year{'s' if months > 12 else ''}" for months in HORIZONS_MONTHS)


@dataclass(frozen=True)
class NearestReading:
    """Of one printed AUC, the reading whose expectation lies nearest to it.

    Attributes:
        model, cohort: key of MODEL_NAMES and of COHORT_SIZE.
        printed: the number and where.
        reading: one of READINGS.
        residual: expectation less printed.
    """

    model: str
    cohort: str
    printed: Printed
    reading: str
    residual: float


def reproduce_document(reproduction: Reproduction) -> list[Json]:
    """Rows of {quantity, cohort, published, reproduced, low, high, residual}.

    Survival, shares, AUC and concordance are 0..1, times are months. `published` is None where the paper has no figure,
    `residual` is reproduced less published; None for p values too, whose difference says nothing. What the paper prints
    differently in two places has a row for each; an AUC, printed without a horizon, has a row for each reading.
    """
    rows: list[Json] = []
    for cohort, figures in reproduction.figures.items():
        rows.extend(_follow_up(cohort, figures))
        rows.extend(_groups(cohort, figures, reproduction))
        rows.extend(_discrimination(cohort, figures))
        rows.extend(_calibration(cohort, figures))
    return [*rows, *_landmark(reproduction)]


def within_range(document: list[Json]) -> tuple[int, int]:
    """Of the rows with a residual, how many have the printed figure within the range of cohorts, and how many are."""
    compared = [row for row in document if row["residual"] is not None]
    inside = sum(row["low"] <= row["published"] <= row["high"] for row in compared if row["low"] is not None)
    return inside, len(compared)


def nearest_readings(reproduction: Reproduction) -> tuple[NearestReading, ...]:
    """For every AUC that the paper prints; no reading is preferred elsewhere."""
    found = []
    for cohort, figures in reproduction.figures.items():
        for row, model in enumerate(MODEL_NAMES):
            for printed in auc(model, cohort):
                residuals = figures.auc.value[row] - printed.value
                nearest = int(np.argmin(np.abs(residuals)))
                found.append(NearestReading(model, cohort, printed, READINGS[nearest], float(residuals[nearest])))
    return tuple(found)


def _row(quantity: str, cohort: str, printed: Printed | None, figure: tuple[float, float, float]) -> Json:
    value, low, high = (finite(number) for number in figure)
    published, residual = None, None
    if printed is not None:
        published = printed.value
        quantity += f" ({printed.where}{', printed as <' if printed.below else ''})"
        residual = None if printed.below or value is None else value - published
    return {
        "quantity": quantity,
        "cohort": cohort,
        "published": published,
        "reproduced": value,
        "low": low,
        "high": high,
        "residual": residual,
    }


def _follow_up(cohort: str, figures: CohortFigures) -> Iterator[Json]:
    for printed in DEATH_SHARE[cohort]:
        yield _row("share of patients who died by the end of follow-up", cohort, printed, figures.died.at(0))
    for group, found in (("alive", figures.median_alive), ("dead", figures.median_dead)):
        words = "alive at its end" if group == "alive" else "who died"
        quantity = f"median follow-up of patients {words}, months"
        yield _row(quantity, cohort, MEDIAN_FOLLOW_UP[cohort, group], found.at(0))


def _groups(cohort: str, figures: CohortFigures, reproduction: Reproduction) -> Iterator[Json]:
    for i, model in enumerate(MODELS):
        for j, name in enumerate(CUTS):
            of = f"{MODEL_NAMES[model]}, {name} cut {cut(reproduction.nomograms[model], name):g}"
            for k, group in enumerate(GROUPS):
                for h, place in enumerate(HORIZON_PLACES.tolist()):
                    printed = GROUP_SURVIVAL[model, group][h] if cohort == "training" else None
                    quantity = f"survival at {YEARS[h]} at {group} risk, {of}"
                    yield _row(quantity, cohort, printed, figures.curve.at(i, j, k, place))
            yield _row(f"share of patients at high risk, {of}", cohort, None, figures.share_high.at(i, j))
            quantity = f"log-rank p of low against high risk, median of cohorts, {of}"
            yield _row(quantity, cohort, LOG_RANK, figures.log_rank_p.at(i, j))


def _discrimination(cohort: str, figures: CohortFigures) -> Iterator[Json]:
    for i, model in enumerate(MODELS):
        yield _row(f"concordance index, {MODEL_NAMES[model]}", cohort, None, figures.concordance.at(i))
    for i, (model, name) in enumerate(MODEL_NAMES.items()):
        for printed in auc(model, cohort):
            for j, reading in enumerate(READINGS):
                yield _row(f"AUC {reading}, {name}", cohort, printed, figures.auc.at(i, j))
    for i, (model, name) in enumerate(MODEL_NAMES.items()):
        if model in REFERENCE:
            for j, reading in enumerate(READINGS):
                quantity = f"p of the AUC {reading}, {name} against {MODEL_NAMES[REFERENCE[model]]}, median of cohorts"
                yield _row(quantity, cohort, de_long_p(model, cohort), figures.auc_p.at(i, j)) | {"residual": None}


def _calibration(cohort: str, figures: CohortFigures) -> Iterator[Json]:
    for i, ((model, term), printed) in enumerate(HAZARD_RATIO.items()):
        quantity = f"hazard ratio fitted anew, {term}, {MODEL_NAMES[model]}"
        of_training = printed if cohort == "training" else None
        yield _row(quantity, cohort, of_training, _ratio(figures.refitted_log_hr, i))
    for i, model in enumerate(MODELS):
        yield _row(f"calibration slope, {MODEL_NAMES[model]}", cohort, None, figures.slope.at(i))
        for (h, years), fifth in product(enumerate(YEARS), range(FIFTHS)):
            quantity = f"observed less predicted survival at {years}, fifth {fifth + 1} of 5, {MODEL_NAMES[model]}"
            yield _row(quantity, cohort, None, figures.excess.at(i, h, fifth))


def _landmark(reproduction: Reproduction) -> Iterator[Json]:
    found, cohort, sessions = reproduction.landmark, "training", HAZARD_RATIO["post", "haic_sessions"]
    for i, start in enumerate(STARTS):
        yield _row(f"share of patients alive and followed, {start}", cohort, None, found.share.at(i))
        for j, model in enumerate(("post", "pre")):
            quantity = f"concordance index, {MODEL_NAMES[model]}, {start}"
            yield _row(quantity, cohort, None, found.concordance.at(i, j))
        for h, months in enumerate(HORIZONS_MONTHS):
            quantity = f"AUC at {months:g} months from the first HAIC, {MODEL_NAMES['post']}, {start}"
            yield _row(quantity, cohort, None, found.auc.at(i, h))
        printed = sessions if start.startswith("first HAIC") else None
        yield _row(f"hazard ratio per session fitted, {start}", cohort, printed, _ratio(found.log_hr, i))
    quantity = "concordance index lost by limiting sessions to those that survival allows"
    yield _row(quantity, cohort, None, found.lost.at(0))


def _ratio(log_hr: Ranged, row: int) -> tuple[float, float, float]:
    value, low, high = (float(np.exp(number)) for number in log_hr.at(row))
    return value, low, high
