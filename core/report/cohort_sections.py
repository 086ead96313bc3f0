"""Sections that the reports of `cox` and `validate` share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.case import Notice
from core.model_card import ModelCard
from core.report import cohort_figures as figures
from core.report.html import Html, Section, beside, bullets, definitions, figure, heading, paragraph, section, table
from core.report.wording import by_horizon, interval, p_text, percent, range_of
from core.studies.internal_validation import InternalValidation
from core.studies.performance import Performance
from core.survival.concordance import Concordance
from core.survival.follow_up import FollowUp
from core.survival.grouped_calibration import GroupedCalibration

FIGURES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")
NAMES = {"accuracy": "Accuracy", "sensitivity": "Sensitivity", "specificity": "Specificity", "ppv": "PPV", "npv": "NPV"}


def notices_list(notices: Sequence[Notice]) -> list[str]:
    """What the reader must know, or that there is nothing; then how the table was read."""
    warnings = [notice.text for notice in notices if notice.code != "cohort_table"]
    reading = [notice.text for notice in notices if notice.code == "cohort_table"]
    parts: list[str] = [bullets(warnings, "warning") if warnings else paragraph("No warnings.", "small")]
    return parts + ([paragraph("Table as read: " + "; ".join(reading) + ".", "small")] if reading else [])


def groups(judged: Performance, follow_up: FollowUp, unit: str, how: str) -> Section:
    """Survival of the risk groups with numbers at risk."""
    cut = f"{how} ({judged.cut:.3f} on the scale of the linear predictor, uncentred): high risk lies above it."
    body: list[str] = [paragraph(f"Cut: {cut}")]
    drawn = figures.group_survival(judged.groups, unit)
    caption = "Kaplan-Meier by risk group with 95 % limits; ticks: censored patients. Curves end with the follow-up."
    body.append(figure(drawn, caption, "Survival curves of the low and the high risk group"))
    times = figures.at_risk_times(follow_up)
    rows = [[f"{group.name} risk", *(str(int(n)) for n in group.curve.at(times).at_risk)] for group in judged.groups]
    body.append(table(["Number at risk", *(f"{t:g}" for t in times)], rows, f"Patients at risk, by {unit}"))
    medians = []
    for group in judged.groups:
        found = group.curve.median(0.95, "log")
        value = "not reached" if found.value is None else f"{found.value:.4g} ({range_of(found.low, found.high)})"
        medians.append([f"{group.name} risk", str(group.n), str(group.events), value])
    body.append(table(["Group", "n", "Deaths", f"Median survival, {unit}"], medians))
    if judged.log_rank is not None and judged.log_rank.chi_square is not None:
        test = judged.log_rank
        body.append(paragraph(f"Log-rank chi-square {test.chi_square:.2f}, df {test.df}, {p_text(test.p)}."))
    return section("Survival by risk group", body, "groups")


def discrimination(judged: Performance, unit: str, indices: Sequence[Sequence[str]]) -> Section:
    """C-indices, AUC over time and Brier scores."""
    auc, brier = judged.auc, judged.brier.estimates
    rows = [
        [
            by_horizon(t, unit),
            interval(auc.value[0, at], auc.low[0, at], auc.high[0, at]),
            interval(brier.value[1, at], brier.low[1, at], brier.high[1, at]),
            interval(brier.value[0, at], brier.low[0, at], brier.high[0, at]),
        ]
        for at, t in enumerate(auc.horizons.tolist())
    ]
    body: list[str] = [
        table(["Concordance", "C (95 % interval)", "Corrected for optimism"], indices),
        figure(
            figures.auc_over_time(judged, unit),
            "AUC of the linear predictor by time (cumulative cases, dynamic controls) with 95 % limits.",
            "AUC over the follow-up",
        ),
        table(["Horizon", "AUC", "Brier score", "Brier score of Kaplan-Meier"], rows, "With 95 % intervals"),
    ]
    return section("Discrimination", body, "discrimination")


def calibration(judged: Performance, unit: str, internal: InternalValidation | None = None) -> Section:
    """Observed against predicted, at each horizon."""
    plots, rows = [], []
    for at, grouped in enumerate(judged.grouped):
        corrected = None if internal is None else internal.calibration[at]
        name = by_horizon(grouped.horizon, unit)
        caption = f"At {name}. Fifths of patients with 95 % limits, smooth curve with its band."
        plots.append(figure(figures.calibration(judged, at, corrected), caption, f"Calibration at {name}"))
        smooth, large = judged.smooth[at], judged.in_the_large[at]
        errors = ("-",) * 3 if smooth is None else tuple(f"{error:.3f}" for error in smooth.errors[:3])
        rows.append([name, interval(*large.ratio), *errors])
    slope = judged.slope
    body: list[str] = [
        beside(*plots),
        table(
            ["Horizon", "Observed / expected risk", "ICI", "E50", "E90"], rows, "Integrated calibration index: mean gap"
        ),
        paragraph(
            f"Calibration slope {interval(slope.value, slope.low, slope.high)}: 1 is right, below 1 too extreme."
        ),
    ]
    groups = [
        [
            by_horizon(one.horizon, unit),
            str(place + 1),
            str(one.n[place]),
            percent(one.predicted[place]),
            _observed(one, place),
        ]
        for one in judged.grouped
        for place in range(len(one.n))
    ]
    body.append(table(["Horizon", "Fifth", "n", "Predicted", "Observed (95 % limits)"], groups, "Survival in fifths"))
    return section("Calibration", body, "calibration")


def decision(judged: Performance, unit: str, note: str = "") -> Section:
    """Net benefit."""
    plots = [
        figure(
            figures.decision(judged, at),
            f"Death by {by_horizon(curve.horizon, unit)}: true positives less weighted false ones, per patient.",
            f"Decision curve at {by_horizon(curve.horizon, unit)}",
        )
        for at, curve in enumerate(judged.decision)
    ]
    body: list[str] = [beside(*plots)]
    return section("Decision curve", [*([paragraph(note)] if note else []), *body], "decision")


def classification(judged: Performance, unit: str, how: str) -> Section:
    """What the cut is worth."""
    rows = []
    for t, found in zip(judged.horizons.tolist(), judged.classified, strict=True):
        values = [getattr(found.figures, name) for name in FIGURES]
        texts = ["undefined" if v is None else f"{percent(v.value)} ({range_of(v.low, v.high, 100)})" for v in values]
        rows.append([by_horizon(t, unit), f"{found.high} / {found.low}", *texts])
    header = ["Death by", "High / low, n", *(f"{NAMES[name]}, %" for name in FIGURES)]
    body = [
        paragraph(
            f"Cut: {how}, {judged.cut:.3f}. Censored patients count by Kaplan-Meier in their group; bootstrap limits."
        ),
        table(header, rows),
    ]
    return section("Accuracy of the cut", body, "classification")


def card(model: ModelCard) -> Section:
    """The model card."""
    metrics = [
        [one.name, f"{one.value:.3f}" if one.low is None else interval(one.value, one.low, one.high), str(one.n or "-")]
        for one in model.metrics
    ]
    facts = [
        ("Provenance", model.provenance),
        ("Cohort", f"{model.training.cohort}; n = {model.training.n}, deaths {model.training.events}"),
        ("Dates", model.training.dates),
        ("Intended use", model.intended_use),
        ("Licence", model.licence),
        ("Made with", model.commit),
    ]
    body: list[Html] = [definitions(facts), table(["Figure", "Value (95 % interval)", "n"], metrics)]
    return section("Model card", [heading("Of the nomogram in nomogram.json"), *body], "card")


def concordance_rows(harrell: Concordance, uno: Concordance, corrected: float | None) -> list[list[str]]:
    """Rows of the table of C-indices with 95 % limits, Harrell's also corrected for optimism."""
    rows = []
    for name, found, fixed in (("Harrell", harrell, corrected), ("Uno", uno, None)):
        rows.append([name, interval(found.value, *found.interval()), "-" if fixed is None else f"{fixed:.3f}"])
    return rows


def _observed(one: GroupedCalibration, place: int) -> str:
    value = one.observed[place]
    if np.isnan(value):
        return "not known"
    return f"{percent(value)} ({range_of(one.low[place], one.high[place], 100)})"
