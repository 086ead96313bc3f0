"""The model's answer for a projector: sentence, pictures with heat, nomogram, scores, curve, readers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from core.findings import HeatmapReliability, Prognosis, Score
from core.registry.board_nouns import BoardRecord
from core.registry.nouns import Reading, WorklistRow
from core.survival.prognoses import model_inputs
from dashboard import session, texts
from dashboard.draft import Model
from dashboard.figures import style
from dashboard.figures.nomogram_drawing import lay_out, nomogram_drawing
from dashboard.figures.survival_curve import survival_curve
from dashboard.texts import board as words
from dashboard.widgets import blocks, board_parts, tables
from dashboard.widgets.saved_report import same_nomogram

if TYPE_CHECKING:
    from core.registry.store import Registry

COLUMNS = (1.2, 1.05, 0.95)
CURVE_HEIGHT, TYPE = 260, 17  # pixels


def answer(registry: Registry, row: WorklistRow, reading: Reading, record: BoardRecord) -> None:
    """Draw it; `record` is what was committed and shown of the save."""
    prognosis = reading.post or reading.pre  # as the report leads
    _sentence(reading, prognosis)
    heat = board_parts.heat_of(registry, row.latest)
    left, middle, right = st.columns(COLUMNS, gap="medium")
    with left, st.container(gap="xsmall"):
        board_parts.heat_pictures(row.latest, heat)
        board_parts.clinical(reading.clinical)
        blocks.notices([one for one in reading.warnings if one.code != "missing_input"], texts.NO_WARNINGS)
    with middle, st.container(gap="xsmall"):
        _nomogram(reading, prognosis)
    with right, st.container(gap="xsmall"):
        _scores(reading, heat.reliability)
        if prognosis is not None:
            _curve(prognosis)
        _readers(reading, prognosis, record)
    blocks.note(_provenance(row, reading, record))


def _sentence(reading: Reading, prognosis: Prognosis | None) -> None:
    if prognosis is None:
        nomogram = session.nomogram("pre")
        inputs = model_inputs(reading.clinical, reading.scores)
        blocks.case_lead(texts.still_missing([name for name in nomogram.names if inputs[name] is None]), "")
        return
    ahead = prognosis.os_conditional or prognosis.os
    months = 36 if 36 in ahead else min(ahead)
    alive_at = prognosis.months_since_first_haic if prognosis.os_conditional else None
    group = f"Risk group: {texts.GROUP_NAMES[prognosis.risk_group]}."
    blocks.case_lead(texts.lead_sentence(ahead[months], months, alive_at), f"{group} {texts.time_origin(prognosis)}")


def _nomogram(reading: Reading, prognosis: Prognosis | None) -> None:
    if not same_nomogram(reading):
        blocks.note(words.ANOTHER_NOMOGRAM)
        return
    model: Model = "post" if prognosis is not None and prognosis.model == "post" else "pre"
    readings = texts.axis_readings(reading.clinical, reading.scores)
    drawing = lay_out(session.nomogram(model), prognosis, texts.AXIS_NAMES, readings)
    st.html(nomogram_drawing(drawing, texts.nomogram_description(prognosis)))
    if prognosis is not None and prognosis.os_conditional:
        blocks.note(texts.AXES_UNCONDITIONAL)


def _scores(reading: Reading, trusted: Mapping[str, HeatmapReliability]) -> None:
    scores = (("MTM score", reading.scores.mtm, "mtm"), ("DLR score", reading.scores.dlr, "os3"))
    cards = "".join(_card(name, score, trusted.get(head)) for name, score, head in scores)
    st.html(f'<div class="board-scores">{cards}</div>')


def _card(name: str, score: Score | None, trusted: HeatmapReliability | None) -> str:
    value, spread, made_of = words.score_card(score, trusted)
    return (
        f"<div><span>{escape(name)}</span><b>{escape(value)}</b><em>{escape(spread)}</em>"
        f"<small>{escape(made_of)}</small></div>"
    )


def _curve(prognosis: Prognosis) -> None:
    ahead = prognosis.os_conditional or prognosis.os
    figure = survival_curve(prognosis, 36 if 36 in ahead else min(ahead), style.palette(session.theme()))
    figure.update_layout(height=CURVE_HEIGHT, font={"size": TYPE}, margin={"l": 84, "r": 14, "t": 10, "b": 56})
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(title_font_size=TYPE, tickfont_size=TYPE)
    alt = texts.curve_description(prognosis)
    st.plotly_chart(figure, key="board.curve", config=style.CONFIG, theme=None, alt=alt)


def _readers(reading: Reading, prognosis: Prognosis | None, record: BoardRecord) -> None:
    rows = [words.model_row(reading, prognosis), *map(words.reading_row, record.readings)]
    tables.table(words.READINGS_HEAD, rows)
    if told := words.shown_to_all(record):
        blocks.note(told)


def _provenance(row: WorklistRow, reading: Reading, record: BoardRecord) -> str:
    parts = [texts.cases.about_save(row, row.latest), *texts.cases.provenance(reading)]
    parts.append(", ".join(f"{name} {version}" for name, version in reading.versions.items()) + ".")
    return " ".join([*parts, texts.NOT_FOR_CLINICAL_USE])
