"""The page Prognosis by a centre's own nomogram: sentence, drawing, curve and card in the places of the published."""

from __future__ import annotations

import streamlit as st

from core.case import ClinicalRecord, Notice
from core.findings import Prognosis
from core.survival.disagreement import heads_notices
from core.survival.own_file import OwnNomogram
from dashboard import session, texts
from dashboard.outlook import Outlook
from dashboard.widgets import blocks, frame, model_choice, own_answer, own_file, paper, save

OF_PUBLISHED = (
    "missing_input",
    "immortal_time",
    "beyond_follow_up",
    "heads_disagree",
    "outside_study",
    "study_unknown",
)
"""Warnings that speak of the published nomograms or of their study."""


def show(own: OwnNomogram) -> None:
    """The whole page below its header: the answer first, then the inputs as they stand."""
    sentence = st.container(key="sentence")
    left, middle, right = st.columns(own_answer.COLUMNS, gap="large")
    outlook = own_answer.outlook_or_error(sentence)
    form = own_answer.form_of(own, outlook)
    found = own_answer.prognosis_of(own, form)
    with sentence:
        words = st.container()
        with own_answer.row():
            model_choice.control(ClinicalRecord() if outlook is None else outlook.clinical)
            months = 0.0 if found is None else own_answer.horizon(found)
            digits = own_answer.decimals(found)
        with words:
            own_answer.lead(own, form, found, months)
        _whose(own)
    with right:
        own_answer.survival(own, form, found, (months, digits))
        _warnings(outlook, found)
    with middle:
        own_answer.drawing(own, form, found)
        own_answer.mapping(form, outlook)
    with left:
        own_answer.questions(form)
        save.control()
    own_file.about(own)


def _whose(own: OwnNomogram) -> None:
    """From whom it is and which of its figures are fitted, with the result, not below the page's edge."""
    with st.container(key="provenance"):
        if own.card.simulated:
            st.warning(texts.own.SIMULATED)
        blocks.provenance(own.card.provenance, texts.own.where_from(own.nomogram))


def _warnings(outlook: Outlook | None, found: Prognosis | None) -> None:
    """What speaks of the images and scores, not of the published nomograms; and the report, which speaks of those."""
    frame.section("Warnings")
    blocks.notices(_notices(outlook, found), texts.NO_WARNINGS)
    blocks.note(texts.own.NOT_THE_STUDY)
    if outlook is not None:
        blocks.note(texts.own.REPORT_IS_PUBLISHED)
        paper.report(outlook)


def _notices(outlook: Outlook | None, found: Prognosis | None) -> list[Notice]:
    kept = [] if outlook is None else [notice for notice in outlook.warnings if notice.code not in OF_PUBLISHED]
    assessment = session.current()
    heads = {} if assessment is None else assessment.os_heads
    return [*heads_notices(heads, [found]), *kept]
