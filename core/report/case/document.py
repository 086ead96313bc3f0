"""The case report: pages of blocks, each page with its head and foot.

The same content, pictures and day give the same bytes. The metadata name the software and nobody.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from core.io.report_content import Content, content_sha256
from core.io.report_pictures import Pictures
from core.report.case.board_part import Minutes, board_part
from core.report.case.images_part import images_part
from core.report.case.parts import columns, paragraph, space
from core.report.case.prognosis_part import prognosis_part
from core.report.case.record_part import criteria_part, provenance_part, record_part, scores_part, warnings_part
from core.report.case.style import (
    BOLD,
    FOOT,
    LINE,
    MARGIN,
    MUTED,
    PAGE,
    REGULAR,
    TEXT,
    TINY,
    TOP,
    WIDTH,
    colour,
    fonts,
)
from core.report.sentences import NOT_FOR_CLINICAL_USE
from core.survival.model import Nomogram

IMAGE_MODELS = ("network", "radiomics", "fusion")
TITLE = "HAIC nomogram: case report"
UNNAMED = "case"
"""What the command line calls every case."""


def case_report(
    content: Content,
    pictures: Pictures,
    models: Mapping[str, Nomogram],
    made_on: date | None = None,
    minutes: Minutes | None = None,
) -> bytes:
    """The report as a PDF of one or two A4 pages, of more where there is very much to say.

    Args:
        content: what it says.
        pictures: of `content.slices`.
        models: the published nomograms, pre and post, by which the content was made.
        made_on: the day written on it.
        minutes: what the board left of a saved case.

    Raises:
        ValueError: if a picture of the content's slices is missing.
    """
    if any((one.head, phase) not in pictures for one in content.slices for phase in one.sha256):
        raise ValueError("pictures: expected one of each phase for every slice of the content")
    from reportlab.pdfgen.canvas import Canvas

    fonts()
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=PAGE, invariant=1, pageCompression=1, lang="en-GB")
    canvas.setTitle(TITLE)
    canvas.setSubject(NOT_FOR_CLINICAL_USE)
    canvas.setAuthor("haic-nomogram")
    canvas.setCreator(f"haic-nomogram {content.versions.get('haic-nomogram', '')}".strip())
    blocks = [
        *_head(content, made_on),
        *prognosis_part(content, models),
        *warnings_part(content),
        *board_part(minutes),
        *criteria_part(content.criteria),
        *images_part(content, pictures),
        *scores_part(content),
        *record_part(content.clinical),
        *provenance_part(content),
    ]
    _total(canvas, _fill(canvas, blocks, content))
    canvas.save()
    return stream.getvalue()


def _fill(canvas: Any, blocks: list[Any], content: Content) -> int:
    """Put the blocks on as many pages as they need; returns how many there are."""
    from reportlab.platypus import Frame

    count = 0
    while blocks:
        first = blocks[0]
        _fill_page(Frame(MARGIN, FOOT, WIDTH, PAGE[1] - FOOT - TOP, 0, 0, 0, 0), canvas, blocks)
        if blocks and blocks[0] is first:
            raise ValueError("report: expected blocks that fit a page, got a larger one")
        count += 1
        _foot(canvas, content, count)
        canvas.showPage()
    return count


def _fill_page(frame: Any, canvas: Any, blocks: list[Any]) -> None:
    """Take blocks from the front while there is room; of the last as many rows or lines as fit."""
    while blocks:
        if frame.add(blocks[0], canvas):
            del blocks[0]
            continue
        parts = frame.split(blocks[0], canvas)
        if parts and frame.add(parts[0], canvas):
            blocks[:1] = parts[1:]
        return


def _head(content: Content, made_on: date | None) -> list[Any]:
    facts = [] if content.case_id == UNNAMED else [content.case_id]
    facts += [] if made_on is None else [f"made {made_on.isoformat()}"]
    left = [paragraph("HAIC nomogram · case report", "title")]
    scores = [one for one in (content.scores.mtm, content.scores.dlr) if one is not None and one.model]
    label = next((content.provenance[name] for name in reversed(IMAGE_MODELS) if name in content.provenance), "")
    said = f" Image scores: {label}" if scores and label else ""
    return [
        columns([left, [paragraph(" · ".join(facts), "bold", right=True)]], [0.6 * WIDTH, 0.4 * WIDTH]),
        space(4),
        paragraph(f"{NOT_FOR_CLINICAL_USE}{said}", "bold"),
        space(4),
    ]


def _foot(canvas: Any, content: Content, number: int) -> None:
    """On every page: what it is not, what it belongs to, which page it is."""
    y = FOOT - 12
    canvas.saveState()
    canvas.setStrokeColor(colour(LINE))
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, y + 9, MARGIN + WIDTH, y + 9)
    canvas.setFont(BOLD, TINY)
    canvas.setFillColor(colour(TEXT))
    canvas.drawString(MARGIN, y, NOT_FOR_CLINICAL_USE)
    canvas.setFont(REGULAR, TINY)
    canvas.setFillColor(colour(MUTED))
    canvas.drawRightString(MARGIN + WIDTH - 16, y, f"Content {content_sha256(content)[:12]} · page {number}")
    canvas.translate(MARGIN + WIDTH - 14, y)
    canvas.doForm("total")
    canvas.restoreState()


def _total(canvas: Any, count: int) -> None:
    """How many pages there are, known at the end and shown on each."""
    canvas.beginForm("total", 0, -2, 40, 10)
    canvas.setFont(REGULAR, TINY)
    canvas.setFillColor(colour(MUTED))
    canvas.drawString(0, 0, f"of {count}")
    canvas.endForm()
