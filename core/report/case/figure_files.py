"""The nomogram alone, as SVG and as PDF, for a paper or a slide."""

from __future__ import annotations

import io
from collections.abc import Mapping

from core.report.case.nomogram import Patient, nomogram_drawing
from core.report.case.style import MM
from core.report.case.svg import svg
from core.report.sentences import AXIS_NAMES, MODEL_NAMES, NOT_FOR_CLINICAL_USE
from core.survival.model import Nomogram

EDGE = 6.0
FIGURE_WIDTH = 174 * MM - 2 * EDGE
"""Two columns of a journal, with the edge."""


def nomogram_svg(nomogram: Nomogram, patient: Patient | None = None, names: Mapping[str, str] = AXIS_NAMES) -> bytes:
    """The nomogram as SVG in UTF-8, with text as text; `patient` None for the axes alone."""
    drawn = nomogram_drawing(nomogram, patient, FIGURE_WIDTH, names=names, alone=True)
    return svg(drawn, _title(nomogram), _description(patient, names), EDGE).encode()


def nomogram_pdf(nomogram: Nomogram, patient: Patient | None = None, names: Mapping[str, str] = AXIS_NAMES) -> bytes:
    """The nomogram as a PDF of its own size; the same bytes for the same input."""
    from reportlab.graphics import renderPDF
    from reportlab.pdfgen.canvas import Canvas

    drawn = nomogram_drawing(nomogram, patient, FIGURE_WIDTH, names=names, alone=True)
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(drawn.width + 2 * EDGE, drawn.height + 2 * EDGE), invariant=1, lang="en-GB")
    canvas.setTitle(_title(nomogram))
    canvas.setSubject(NOT_FOR_CLINICAL_USE)
    canvas.setCreator("haic-nomogram")
    canvas.setAuthor("haic-nomogram")
    renderPDF.draw(drawn, canvas, EDGE, EDGE)
    canvas.save()
    return stream.getvalue()


def _title(nomogram: Nomogram) -> str:
    return f"Nomogram: {MODEL_NAMES[nomogram.model].lower()}" if nomogram.model != "own" else "Nomogram"


def _description(patient: Patient | None, names: Mapping[str, str]) -> str:
    if patient is None:
        return f"Axes of a nomogram. {NOT_FOR_CLINICAL_USE}"
    found = patient.prognosis
    parts = [f"{names.get(name, name)} {points:.0f} points" for name, points in found.points.items()]
    return f"{', '.join(parts)}; total {found.total_points:.0f} points. {NOT_FOR_CLINICAL_USE}"
