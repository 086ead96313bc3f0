"""Both phases side by side, the liver outlined, the heatmap of one head over them."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.case import Phase, Volume
from core.findings import Assessment
from core.survival.disagreement import CODES
from dashboard import session, texts
from dashboard.figures import slice_view, slices
from dashboard.widgets import blocks, contributions, frame, linked_viewer, mask_tools, progress, viewer


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
    tool = mask_tools.tools(strokes=chosen.sliced is not None) if chosen.correcting else None
    if chosen.sliced is None:
        linked_viewer.show(assessment, chosen.head, tool and tool.tissue, mask_tools.undo)
        blocks.note(texts.viewer.LINKED_HOW)
    else:
        _pictures(assessment, chosen.head, chosen.sliced, tool)
    mask_tools.state(assessment)
    _about(assessment, chosen.head)


def _pictures(assessment: Assessment, head: str | None, sliced: viewer.Sliced, tool: mask_tools.Tool | None) -> None:
    columns = st.columns(2, gap="small")
    for column, phase in zip(columns, (Phase.ARTERIAL, Phase.PORTAL_VENOUS), strict=True):
        with column:
            _picture(assessment, phase, head, sliced, tool)


def _picture(
    assessment: Assessment, phase: Phase, head: str | None, sliced: viewer.Sliced, tool: mask_tools.Tool | None
) -> None:
    volume: Volume = getattr(assessment, phase.value)
    mask, section = session.draft().shown_mask, sliced.section
    labels = None if mask is None else mask.labels
    heat = assessment.heatmaps[head] if head else None
    failed = heat is not None and heat.reliability.verdict == "failed"
    layers = slices.Layers(volume, labels, heat.values if heat else None, failed)
    rgb = slices.picture(layers, section, sliced.look)
    remark = texts.picture_remarks(phase, simulated=volume.simulated, failed=failed)
    blocks.picture_title(texts.PHASE_NAMES[phase], texts.on_which_grid(phase))
    drawing = tool is not None and tool.drawing
    figure = slice_view.slice_view(rgb, section.plane, remark, drawing=drawing)
    alt = texts.picture_description(phase, section.plane, section.position + 1, head)
    with st.container(key=f"picture-{phase}", height=slice_view.HEIGHT, border=False):
        look: dict[str, Any] = {"config": slice_view.CONFIG, "theme": None, "alt": alt, "height": "stretch"}
        if tool is None or not drawing:
            st.plotly_chart(figure, key=f"picture.{phase}", **look)
            return
        key = f"stroke.{phase}.{session.draft().strokes}"  # a new chart after each stroke: the old line is gone
        take = partial(mask_tools.taken, tool, assessment, section, key)
        st.plotly_chart(figure, key=key, on_select=take, selection_mode=("lasso", "box"), **look)


def _about(assessment: Assessment, head: str | None) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        if head is not None:
            heat = assessment.heatmaps[head]
            blocks.heat_scale(grey=heat.reliability.verdict == "failed")
            blocks.note(texts.reliability.sentence(head, heat))
            with st.expander(texts.reliability.IN_DETAIL):
                blocks.reliability(heat.reliability)
        blocks.facts(texts.liver_facts(assessment))
    with right:
        blocks.facts(texts.score_facts(assessment))
        blocks.notices([notice for notice in assessment.warnings if notice.code in CODES])
        contributions.show(assessment.evidence)
