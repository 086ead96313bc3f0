"""Both phases side by side, the liver outlined, the heatmap of one head over them."""

from __future__ import annotations

import streamlit as st

from core.case import Phase, Volume
from core.findings import Assessment
from dashboard import session, texts
from dashboard.figures import slice_view, slices
from dashboard.widgets import blocks, frame, progress, viewer


def show() -> None:
    """The page."""
    session.collect()
    progress.while_running()
    if session.draft().assessment is None:
        if session.draft().run is None:
            frame.nothing_yet(texts.NOTHING_ASSESSED)
        return
    _live()


@st.fragment
def _live() -> None:
    """Controls and pictures; a changed control draws only these again."""
    assessment = session.current()
    if assessment is None:
        return
    chosen = viewer.controls(assessment)
    columns = st.columns(2, gap="small")
    for column, phase in zip(columns, (Phase.ARTERIAL, Phase.PORTAL_VENOUS), strict=True):
        with column:
            _picture(assessment, phase, chosen)
    _about(assessment, chosen.head)


def _picture(assessment: Assessment, phase: Phase, chosen: viewer.Chosen) -> None:
    volume: Volume = getattr(assessment, phase.value)
    labels = None if assessment.liver_mask is None else assessment.liver_mask.labels
    heat = assessment.heatmaps[chosen.head].values if chosen.head else None
    rgb = slices.picture(slices.Layers(volume, labels, heat), chosen.section, chosen.look)
    remark = texts.SIMULATED[phase] if volume.simulated else ""
    blocks.picture_title(texts.PHASE_NAMES[phase], texts.on_which_grid(phase))
    figure = slice_view.slice_view(rgb, chosen.section.plane, remark)
    alt = texts.picture_description(phase, chosen.section.plane, chosen.section.position + 1, chosen.head)
    with st.container(key=f"picture-{phase}", height=slice_view.HEIGHT, border=False):
        st.plotly_chart(figure, key=f"picture.{phase}", config=slice_view.CONFIG, theme=None, alt=alt, height="stretch")


def _about(assessment: Assessment, head: str | None) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        if head is not None:
            heat = assessment.heatmaps[head]
            blocks.heat_scale()
            blocks.note(texts.heat_sentence(head, heat.share_in_liver))
        blocks.facts(texts.liver_facts(assessment))
    with right:
        blocks.facts(texts.score_facts(assessment))
