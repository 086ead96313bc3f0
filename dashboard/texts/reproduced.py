"""The reproduction of the paper's figures, in words and in the rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.studies.decision import DECIDED, THRESHOLDS
from core.studies.group_survival import CUTS, GROUPS, HORIZON_PLACES
from core.studies.json_parts import Json
from core.studies.landmark import STARTS
from core.studies.published_figures import COHORT_SIZE, GROUP_SURVIVAL, HAZARD_RATIO, MODEL_NAMES, MODELS, auc
from core.studies.reproduce import CohortFigures, Reproduction
from core.studies.reproduction_document import YEARS
from core.studies.table3 import READINGS
from dashboard.texts import labels
from dashboard.texts.validation import COHORT_NAMES, Row
from dashboard.texts.values import difference, true_minus

GROUP_HEAD = ("Survival of the training cohort", "Printed, %", "Reproduced, % (range)", "Residual, points")
PRINTED_HEAD = ("Figure", "Cohort", "Printed", "Reproduced (range)", "Residual")
AUC_HEAD = ("Model", "Printed", *(f"AUC {reading}" for reading in READINGS))
BENEFIT_HEAD = ("Risk at which one would act", *(MODEL_NAMES.get(name, "act on everybody") for name in DECIDED))
LANDMARK_HEAD = ("Counted from", "Followed then, %", "C-index, after response", "C-index, before treatment",
                 "Hazard ratio per session")  # fmt: skip
CONTRADICTION_HEAD = ("Number", "Printed", "Against", "Read here as")
SHOWN_THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)


def tally(inside: int, compared: int) -> str:
    """The sentence that the page leads with."""
    return (
        f"Simulated from what the paper prints, {inside} of {compared} comparisons with its figures come out within "
        f"their range; {compared - inside} do not. No real patient was at hand to test the nomograms."
    )


def how_made(found: Reproduction) -> str:
    """Where the figures come from, so that anybody can make them again."""
    sizes = ", ".join(map(str, COHORT_SIZE.values()))
    return (
        f"Reproduced: the expectation in {found.patients:,} simulated patients, ten times as many for the curves of "
        f"the groups. Range: 95 % of {found.cohorts} simulated cohorts of {sizes}. Each printed AUC is compared in "
        "four readings. Nothing is fitted to the printed figures. Made by: haic-nomogram reproduce --patients "
        f"{found.patients} --cohorts {found.cohorts} --seed {found.seed}."
    )


def undershot(found: Reproduction) -> str:
    """The paper's headline AUC, and how near the readings come."""
    printed = auc("post", "training")[0].value
    values = found.figures["training"].auc.value[list(MODEL_NAMES).index("post")]
    pre, post = found.figures["training"].concordance.value
    verdict = "is undershot in every reading" if values.max() < printed else "is reached in one reading at least"
    return (
        f"The AUC of the postoperative nomogram, printed as {printed:g}, {verdict}: {values[:-1].min():.3f} to "
        f"{values[:-1].max():.3f} at a horizon, {values[-1]:.3f} for status at the end of follow-up. The C-index that "
        f"the published figures imply is {pre:.3f} before treatment and {post:.3f} after response."
    )


def group_rows(found: CohortFigures, cut: str) -> Iterator[tuple[str, float, tuple[float, float, float]]]:
    """Name, printed survival, and value, low and high reproduced, in per cent, for each printed group survival."""
    for i, model in enumerate(MODELS):
        for k, group in enumerate(GROUPS):
            for h, place in enumerate(HORIZON_PLACES.tolist()):
                printed = 100 * GROUP_SURVIVAL[model, group][h].value
                value, low, high = (100 * number for number in found.curve.at(i, CUTS.index(cut), k, place))
                yield f"{labels.MODEL_NAMES[model]}, {group} risk, {YEARS[h]}", printed, (value, low, high)


def group_cells(rows: Sequence[tuple[str, float, tuple[float, float, float]]]) -> list[Row]:
    """As in GROUP_HEAD."""
    return [
        (name, f"{printed:.1f}", f"{value:.1f} ({low:.1f}–{high:.1f})", difference(value - printed, 1))
        for name, printed, (value, low, high) in rows
    ]


def printed_cells(document: Sequence[Json], cohort: str) -> list[Row]:
    """Every figure that the paper prints of a cohort, as in PRINTED_HEAD."""
    return [
        (
            row["quantity"],
            COHORT_NAMES[cohort].lower(),
            f"{row['published']:.4g}",
            f"{row['reproduced']:.3g} ({row['low']:.3g}–{row['high']:.3g})",
            "none" if row["residual"] is None else difference(row["residual"], 3),
        )
        for row in document
        if row["cohort"] == cohort and row["published"] is not None and row["low"] is not None
    ]


def slope(found: CohortFigures, model: str) -> str:
    """The calibration slope of a nomogram."""
    value, low, high = found.slope.at(MODELS.index(model))
    return f"Calibration slope {value:.2f} (range {low:.2f}–{high:.2f}); 1 is perfect."


def auc_cells(found: CohortFigures, cohort: str) -> list[Row]:
    """Table 3, as in AUC_HEAD."""
    rows: list[Row] = []
    for place, (model, name) in enumerate(MODEL_NAMES.items()):
        printed = ", ".join(f"{one.value:g}" for one in auc(model, cohort))
        readings = (found.auc.at(place, reading) for reading in range(len(READINGS)))
        cells = (f"{value:.3f} ({low:.2f}–{high:.2f})" for value, low, high in readings)
        rows.append((name.capitalize() if name.islower() else name, printed, *cells))
    return rows


def benefit_cells(found: CohortFigures, horizon: int) -> list[Row]:
    """Net benefit per 100 patients at some thresholds, as in BENEFIT_HEAD."""
    rows: list[Row] = []
    for threshold in SHOWN_THRESHOLDS:
        place = int(np.argmin(np.abs(THRESHOLDS - threshold)))
        values = found.net_benefit.value[:, horizon, place]
        cells = (labels.UNKNOWN if np.isnan(value) else true_minus(f"{100 * value:.1f}") for value in values)
        rows.append((f"{100 * threshold:.0f} %", *cells))
    return rows


def landmark_cells(found: Reproduction) -> list[Row]:
    """As in LANDMARK_HEAD."""
    rows: list[Row] = []
    for place, start in enumerate(STARTS):
        share = 100 * found.landmark.share.value[place]
        index = [_three(found.landmark.concordance.at(place, model)) for model in range(2)]
        value, low, high = (float(np.exp(number)) for number in found.landmark.log_hr.at(place))
        rows.append((_start(start), f"{share:.1f}", *index, _three((value, low, high))))
    return rows


def landmark_points(found: Reproduction) -> list[str]:
    """What the landmark analysis says."""
    true = HAZARD_RATIO["post", "haic_sessions"].value
    planned, received = np.exp(found.landmark.log_hr.value[:2])
    lost, low, high = found.landmark.lost.at(0)
    return [
        f"The simulation has a hazard ratio of {true:g} for each planned session. Counted from the first HAIC, "
        f"{planned:.3f} is fitted to planned and {received:.3f} to received sessions: the difference is survival that "
        "passes for an effect of treatment.",
        f"C-index lost when nobody gets more sessions than his survival allows: {difference(lost, 3)} (range "
        f"{difference(low, 3)} to {difference(high, 3)}). Below 0 nothing is lost: few sessions then give an "
        "early death away, which no forecast could know.",
        "Response is taken as known at every landmark. How large the bias is in real patients, the paper's included, "
        "is not known.",
    ]


def landmark_names() -> list[str]:
    """The ways of counting, in the order of the analysis."""
    return [_start(start) for start in STARTS]


def contradiction_cells(found: Reproduction) -> list[Row]:
    """As in CONTRADICTION_HEAD."""
    return [(str(row.number), row.printed, row.against or "–", row.read_as) for row in found.contradictions]


def _start(start: str) -> str:
    return start[:1].upper() + start[1:]


def _three(figure: tuple[float, float, float]) -> str:
    value, low, high = figure
    return f"{value:.3f} ({low:.3f}–{high:.3f})"
