"""Correcting the liver mask by hand: strokes on the pictures, growing and shrinking, undo, and assessing it again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.errors import InputError
from core.findings import Assessment
from core.imaging import mask_edit
from core.imaging.mask_edit import Tissue
from dashboard import held, keeping, session, texts, uploads
from dashboard.correction import standing
from dashboard.figures import slices, strokes
from dashboard.widgets import blocks
from dashboard.widgets.download import download

STEP_MM = (0.5, 10.0)
MIME_TYPES = {".nii.gz": "application/gzip", ".seg.nrrd": "application/octet-stream"}


@dataclass(frozen=True)
class Tool:
    """What a stroke does: add or remove, and of what; `act` None draws nothing."""

    act: str | None
    tissue: Tissue

    @property
    def drawing(self) -> bool:
        """True if dragging on a picture draws."""
        return self.act is not None

    def use(self, stroke: mask_edit.Polygon) -> None:
        """Change the draft's mask."""
        change = mask_edit.paint if self.act == "add" else mask_edit.erase
        session.draft().edit(lambda mask: change(mask, stroke, self.tissue))


def tools(*, strokes: bool = True) -> Tool:
    """The controls of the mask above the pictures; they return what a stroke does.

    Args:
        strokes: strokes are drawn on the pictures and chosen here; the linked viewer has its own brush and eraser.
    """
    now = session.draft()
    with st.container(key="mask-tools", horizontal=True, vertical_alignment="bottom", gap="medium"):
        act = _act() if strokes else None
        tissue: Tissue = st.segmented_control(
            "Tissue", list(texts.TISSUES), format_func=texts.TISSUES.get, key=_kept("tissue", "liver"), required=True
        )
        step = st.number_input(texts.STEP_MM, *STEP_MM, step=0.5, key=_kept("step", 1.0), width=130)
        _button("Grow", ":material/open_in_full:", partial(mask_edit.dilate, distance_mm=step, tissue=tissue))
        _button("Shrink", ":material/close_fullscreen:", partial(mask_edit.erode, distance_mm=step, tissue=tissue))
        history = now.edits
        st.button("Undo", icon=":material/undo:", on_click=undo, disabled=not (history and history.can_undo))
        st.button("Redo", icon=":material/redo:", on_click=_redo, disabled=not (history and history.can_redo))
    if act is not None:
        blocks.note(texts.DRAW_HOW)
    return Tool(act, tissue or "liver")


def state(assessment: Assessment) -> None:
    """What was changed: waiting to be assessed, or how the scores moved; the way to assess and to save."""
    now = session.draft()
    if now.message:
        st.error(now.message)
    waits = now.awaits_assessment  # compares both masks voxel by voxel: once
    if waits and now.shown_mask is not None and now.run is None:
        blocks.note(texts.mask_waits(now.shown_mask.volume_ml, assessment))
        _assess()
    if now.before is not None and not waits and now.run is None:
        blocks.changes(texts.changes(now.before, standing(assessment)))
    if now.shown_mask is not None:
        _save(now)


def taken(tool: Tool, assessment: Assessment, section: slices.Section, key: str) -> None:
    """Take the strokes drawn on the chart `key`; a callback."""
    now = session.draft()
    chart = held.get(key)
    for x, y in strokes.lines(getattr(chart, "selection", None)):
        tool.use(strokes.outline(assessment.portal_venous, section, x, y))
    now.strokes += 1


def undo() -> None:
    """The mask as it was before its last change; a callback."""
    now = session.draft()
    now.edits = now.edits and now.edits.undo()


def _act() -> str | None:
    acts = {texts.NOT_DRAWING: None, **{words: act for act, words in texts.STROKES.items()}}
    act = st.segmented_control(texts.STROKE, list(acts), key=_kept("act", texts.NOT_DRAWING), required=True)
    return acts[act or texts.NOT_DRAWING]


def _save(now: session.Draft) -> None:
    with st.container(horizontal=True):
        for ending, mime in MIME_TYPES.items():
            download(
                texts.SAVE_MASK[ending],
                partial(
                    keeping.exported,
                    now,
                    session.models(),
                    "mask",
                    lambda ending=ending: uploads.mask_bytes(now.shown_mask, ending),
                ),
                file_name=f"liver{ending}",
                mime=mime,
                icon=":material/download:",
            )


def _button(name: str, icon: str, change: partial) -> None:
    st.button(name, icon=icon, on_click=lambda: session.draft().edit(change))


def _redo() -> None:
    now = session.draft()
    now.edits = now.edits and now.edits.redo()


def _assess() -> None:
    if st.button(texts.ASSESS_CORRECTION, type="primary", icon=":material/neurology:", key="assess-correction"):
        try:
            session.assess_correction()
        except InputError as error:
            session.draft().message = texts.plain(error)
        st.rerun()


def _kept(name: str, default: object) -> str:
    return held.prime(f"view.mask.{name}", default)
