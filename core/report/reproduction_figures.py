"""The figures of the reproduction report: curves of the risk groups, AUC over time, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.report.style import LIGHT, axis
from core.report.traces import Trace, band, bars, diagonal, figure, line
from core.studies.decision import DECIDED, THRESHOLDS
from core.studies.group_survival import CURVE_MONTHS, CUTS, GROUPS
from core.studies.published_figures import GROUP_SURVIVAL, HORIZONS_MONTHS, MODEL_NAMES, MODELS
from core.studies.ranges import Ranged
from core.studies.reproduce import CohortFigures
from core.studies.table3 import AUC_MONTHS

_GROUP_COLOURS = ((LIGHT.first, LIGHT.first_band), (LIGHT.second, LIGHT.second_band))
_YEAR_COLOURS = (LIGHT.first, LIGHT.second, LIGHT.third)
_LINES: dict[str, tuple[str, str]] = {
    "pre": (LIGHT.first, "solid"),
    "post": (LIGHT.second, "solid"),
    "clinical_pre": (LIGHT.first, "dot"),
    "clinical_post": (LIGHT.second, "dot"),
    "ajcc8": (LIGHT.third, "solid"),
    "bclc": (LIGHT.third, "dot"),
    "clip": (LIGHT.muted, "solid"),
    "hklc": (LIGHT.muted, "dot"),
}
_BANDS = {"pre": LIGHT.first_band, "post": LIGHT.second_band}


def group_curves(figures: CohortFigures, model: str, printed: bool) -> Any:
    """Survival of the two risk groups of `model`: effective cut with its range, published cut dotted.

    `printed` adds the figures of the paper, which has them for the training cohort.
    """
    traces: list[Trace] = []
    for place, group in enumerate(GROUPS):
        colour, shade = _GROUP_COLOURS[place]
        for cut_place, (name, dash) in enumerate(zip(CUTS, ("solid", "dot"), strict=True)):
            curve = _part(figures.curve, MODELS.index(model), cut_place, place)
            if name == "effective":
                traces.append(band(CURVE_MONTHS, curve.low, curve.high, shade))
            traces.append(line(CURVE_MONTHS, curve.value, f"{group} risk, {name} cut", colour, dash))
        if printed:
            values = [figure.value for figure in GROUP_SURVIVAL[model, group]]
            traces.append(_points(HORIZONS_MONTHS, values, f"{group} risk, printed", colour))
    months = axis("Months from the first HAIC", range=[0, 61], dtick=12)
    return figure(traces, 2, months, axis("Survival", range=[0, 1.02], tickformat=".0%"))


def auc_over_time(figures: CohortFigures) -> Any:
    """AUC of the eight models at times, with the range of the two nomograms."""
    traces: list[Trace] = []
    for row, (model, name) in enumerate(MODEL_NAMES.items()):
        curve = _part(figures.auc_over_time, row)
        if model in _BANDS:
            traces.append(band(AUC_MONTHS, curve.low, curve.high, _BANDS[model]))
        traces.append(line(AUC_MONTHS, curve.value, name, *_LINES[model]))
    months = axis("Months from the first HAIC", range=[0, 61], dtick=12)
    return figure(traces, 3, months, axis("AUC", range=[0.4, 1.0], tickformat=".1f"))


def calibration(figures: CohortFigures, model: str) -> Any:
    """Observed against predicted survival in fifths at the three horizons, with the range over cohorts."""
    traces: list[Trace] = [diagonal()]
    for place, (months, colour) in enumerate(zip(HORIZONS_MONTHS, _YEAR_COLOURS, strict=True)):
        observed = _part(figures.observed, MODELS.index(model), place)
        predicted = figures.predicted.value[MODELS.index(model), place]
        points = line(predicted, observed.value, f"{months:g} months", colour)
        errors = bars(observed.value, observed.low, observed.high, colour)
        traces.append(points | {"mode": "lines+markers", "marker": {"size": 7}, "error_y": errors})
    x, y = (
        axis(f"{word} survival", range=[0, 1.02], tickformat=".0%", dtick=0.25) for word in ("Predicted", "Observed")
    )
    return figure(traces, 1, x, y)


def decision_curves(figures: CohortFigures, horizon: int) -> Any:
    """Net benefit at the `horizon`-th horizon against the threshold, with the range of the two nomograms."""
    traces: list[Trace] = []
    for row, name in enumerate(DECIDED):
        curve = _part(figures.net_benefit, row, horizon)
        if name in _BANDS:
            traces.append(band(THRESHOLDS, curve.low, curve.high, _BANDS[name]))
        words = MODEL_NAMES.get(name, "act on everybody")
        traces.append(line(THRESHOLDS, curve.value, words, *_LINES.get(name, (LIGHT.text, "dash"))))
    traces.append(line(THRESHOLDS, np.zeros(len(THRESHOLDS)), "act on nobody", LIGHT.muted, "dash"))
    most = float(np.nanmax(figures.net_benefit.value[:, horizon, 0]))
    threshold = axis("Risk of dying at which one would act", range=[0, 1], tickformat=".0%", dtick=0.25)
    return figure(traces, 3, threshold, axis("Net benefit per patient", range=[-0.05, 1.08 * most], tickformat=".1f"))


def _part(figures: Ranged, *place: int) -> Ranged:
    return Ranged(figures.value[place], figures.low[place], figures.high[place])


def _points(x: tuple[float, ...], y: list[float], name: str, colour: str) -> Trace:
    marker = {"color": colour, "size": 10, "symbol": "diamond-open", "line": {"width": 2}}
    return {"type": "scatter", "mode": "markers", "x": list(x), "y": y, "name": name, "marker": marker}
