"""Figures of a cohort's report: survival by group, calibration, AUC over time, decision curve, hazard ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.report.style import LIGHT, axis, layout, plain
from core.report.traces import Trace, band, bars, diagonal, figure, line, numbers, thinned
from core.studies.performance import MODEL, Performance, RiskGroup
from core.survival.calibration import CorrectedCalibration
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import KaplanMeier
from core.survival.step_function import FloatArray

COLOURS = ((LIGHT.first, LIGHT.first_band), (LIGHT.second, LIGHT.second_band), (LIGHT.third, LIGHT.third_band))
MOST_CENSOR_MARKS = 400
RATIO_TICKS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)


def group_survival(groups: Sequence[RiskGroup], unit: str) -> Any:
    """Kaplan-Meier by group with 95 % limits and ticks where patients were censored; curves end with follow-up."""
    traces: list[Trace] = []
    for group, (colour, shade) in zip(groups, COLOURS, strict=False):
        curve = group.curve
        low, high = curve.interval(0.95, "log")
        # a corner of each step, so that a band of steps can be closed
        at = thinned(len(curve.time))
        x = np.repeat(np.concatenate([[0.0], curve.time[at]]), 2)[1:]
        lower, upper = (np.repeat(np.concatenate([[1.0], limit[at]]), 2)[:-1] for limit in (low, high))
        traces.append(band(x, lower, upper, shade))
        steps = np.concatenate([[1.0], curve.survival[at]])
        named = f"{group.name} risk, n = {group.n}, deaths {group.events}"
        traces.append(line(np.concatenate([[0.0], curve.time[at]]), steps, named, colour, shape="hv"))
        traces.append(_censored(curve, colour))
    return figure(traces, len(groups), _time(unit), axis("Survival", range=[0, 1.02], tickformat=".0%"))


def at_risk_times(follow_up: FollowUp) -> FloatArray:
    """About seven round times over the follow-up, for the numbers at risk."""
    from core.survival.pretty import pretty

    times = pretty(0.0, float(follow_up.time.max()), 6)
    return np.asarray(times[times <= follow_up.time.max()])


def calibration(judged: Performance, place: int, corrected: CorrectedCalibration | None = None) -> Any:
    """Observed against predicted survival at one horizon: fifths with limits, smooth curve, corrected curve."""
    grouped, smooth = judged.grouped[place], judged.smooth[place]
    traces: list[Trace] = [diagonal()]
    if smooth is not None:
        risk = np.linspace(np.quantile(smooth.predicted, 0.01), np.quantile(smooth.predicted, 0.99), 60)
        low, high = smooth.limits(risk)
        traces.append(band(1 - risk, 1 - high, 1 - low, LIGHT.first_band))
        traces.append(line(1 - risk, 1 - smooth.at(risk), "smooth", LIGHT.first))
    if corrected is not None:
        traces.append(
            line(1 - corrected.predicted, 1 - corrected.curve.value, "corrected for optimism", LIGHT.third, "dash")
        )
    points = line(grouped.predicted, grouped.observed, "fifths of patients", LIGHT.second)
    errors = bars(grouped.observed, grouped.low, grouped.high, LIGHT.second)
    traces.append(points | {"mode": "markers", "marker": {"size": 8, "color": LIGHT.second}, "error_y": errors})
    x, y = (
        axis(f"{word} survival", range=[0, 1.02], tickformat=".0%", dtick=0.25) for word in ("Predicted", "Observed")
    )
    return figure(traces, 2, x, y, 340)


def auc_over_time(judged: Performance, unit: str) -> Any:
    """AUC over the follow-up with its limits, the horizons marked."""
    curve, at = judged.auc_curve, judged.auc
    traces = [
        band(curve.horizons, curve.low[0], curve.high[0], LIGHT.first_band),
        line(curve.horizons, curve.value[0], "AUC", LIGHT.first),
    ]
    points = line(at.horizons, at.value[0], "at the horizons", LIGHT.second)
    errors = bars(at.value[0], at.low[0], at.high[0], LIGHT.second)
    traces.append(points | {"mode": "markers", "marker": {"size": 9, "color": LIGHT.second}, "error_y": errors})
    lowest = min(0.5, float(np.nanmin([curve.low[0].min(), at.low[0].min()])))
    return figure(traces, 1, _time(unit), axis("AUC", range=[lowest, 1.0], tickformat=".1f"))


def decision(judged: Performance, place: int) -> Any:
    """Net benefit at one horizon of the model, its rivals, of treating all and none."""
    curve = judged.decision[place]
    styles = {MODEL: (LIGHT.first, "solid"), "all": (LIGHT.muted, "dash"), "none": (LIGHT.muted, "solid")}
    rivals = [name for name in curve.net_benefit if name not in styles]
    others = [(LIGHT.second, "solid"), (LIGHT.third, "solid"), (LIGHT.second, "dot"), (LIGHT.third, "dot")]
    styles |= {name: others[position % len(others)] for position, name in enumerate(rivals)}
    traces = [
        line(curve.thresholds, benefit, {"all": "treat all", "none": "treat none"}.get(name, name), *styles[name])
        for name, benefit in curve.net_benefit.items()
    ]
    best = max(float(np.nanmax(benefit)) for benefit in curve.net_benefit.values())
    y = axis("Net benefit", range=[-0.05, max(best, 0.05) * 1.08], tickformat=".2f")
    return figure(traces, 2, axis("Threshold risk of death", range=[0, 1], tickformat=".0%"), y)


def hazard_ratios(names: Sequence[str], ratio: FloatArray, low: FloatArray, high: FloatArray) -> Any:
    """A row per coefficient with its 95 % limits, on a logarithmic axis: a half is as far from 1 as a double."""
    from plotly.graph_objects import Figure

    rows = list(range(len(names), 0, -1))
    points: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(ratio),
        "y": rows,
        "marker": {"size": 9, "color": LIGHT.first},
        "error_x": bars(ratio, low, high, LIGHT.first),
        "text": [plain(name) for name in names],
        "hovertemplate": "%{text}: %{x:.2f}<extra></extra>",
    }
    y = axis(
        "", tickvals=rows, ticktext=[plain(name) for name in names], range=[0.5, len(names) + 0.5], automargin=True
    )
    x = axis("Hazard ratio", type="log", gridcolor=LIGHT.grid, tickvals=list(RATIO_TICKS), tickformat="~g")
    frame = layout(90 + 36 * len(names), xaxis=x, yaxis=y)
    one = {
        "type": "line",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": LIGHT.muted, "width": 1},
    }
    return Figure({"data": [points], "layout": frame | {"shapes": [one]}})


def _time(unit: str) -> Trace:
    return axis(f"{unit.capitalize()}", rangemode="tozero")


def _censored(curve: KaplanMeier, colour: str) -> Trace:
    at = np.flatnonzero(curve.censored > 0)
    at = (
        at[np.unique(np.linspace(0, len(at) - 1, min(len(at), MOST_CENSOR_MARKS)).round().astype(int))]
        if len(at)
        else at
    )
    return {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(curve.time[at]),
        "y": numbers(curve.survival[at]),
        "marker": {"symbol": "line-ns-open", "size": 7, "color": colour, "line": {"width": 1}},
        "hoverinfo": "skip",
        "showlegend": False,
    }
