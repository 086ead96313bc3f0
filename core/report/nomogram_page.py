"""The nomogram alone as a page that stands alone: its Plotly figure with inputs, which any browser opens without us."""

from __future__ import annotations

from core.report.html import page, paragraph, section
from core.report.nomogram_figure import nomogram_controls
from core.report.sentences import MODEL_NAMES, SOURCE, WHERE_FROM, time_spans
from core.survival.model import Nomogram
from core.survival.nomogram import linear_predictor_at, total_range


def nomogram_page(nomogram: Nomogram) -> str:
    """A whole HTML document of the axes; it holds no patient, the inputs start at the cohort's means."""
    low, high = (linear_predictor_at(nomogram, total) - nomogram.lp_reference.value for total in total_range(nomogram))
    units = [time_spans(nomogram.readings_months)[months] for months in nomogram.readings_months]
    title, body = "Nomogram", [nomogram_controls(nomogram, (float(low), float(high)), units)]
    if nomogram.model != "own":
        title = f"Nomogram: {MODEL_NAMES[nomogram.model].lower()}"
        body += [paragraph(f"{SOURCE} {WHERE_FROM}", "small")]
    return page(title, [section("Axes", body, "nomogram")], (), ("nomogram.js",))
