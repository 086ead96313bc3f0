"""The case: images in, clinical values in, and the assessment with its progress."""

from __future__ import annotations

import streamlit as st

from core.case import Phase
from core.errors import InputError
from core.registry.audit_chain import Act
from dashboard import session, signin, texts
from dashboard.draft import Draft
from dashboard.texts import login
from dashboard.widgets import blocks, clinical_form, frame, progress, removed, save, upload


def show() -> None:
    """The page."""
    session.collect()
    known, total = clinical_form.known_count()
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        _images()
        _assess()
    with right:
        _clinical(known, total)


def _images() -> None:
    now = session.draft()
    frame.section("Images")
    if now.run is not None or now.is_demo or now.has_stored_images:
        stored = texts.cases.STORED_IMAGES if now.run is None else texts.IMAGES_LOADED
        blocks.note(texts.DEMO_LOADED if now.is_demo else stored)
        _new_case()
        return
    if not signin.may(Act.ASSESSED):
        blocks.note(login.READS_ONLY)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = "secondary" if now.series else "primary"
        if st.button("Open the demo case", type=kind, icon=":material/play_arrow:"):
            session.open_demo()
            st.rerun()
        if now.series or now.known():
            _new_case()
        if not now.series:
            blocks.note(texts.DEMO_IS)
    upload.images()
    removed.removed(now.removed)
    blocks.note(texts.UPLOADS_STAY)
    if not now.series:
        frame.section(texts.WHAT_HAPPENS)
        progress.planned()
    if now.chosen(Phase.PORTAL_VENOUS):
        with st.expander(texts.OWN_MASK, key="own-mask"):
            upload.mask()


def _new_case() -> None:
    if st.button("Start a new case", icon=":material/restart_alt:"):
        session.replace_draft(Draft())
        st.rerun()


def _assess() -> None:
    now = session.draft()
    if now.message:
        st.error(now.message)
    if now.run is not None:
        progress.running()
        return
    if now.assessment is not None:
        _result()
    elif now.is_demo:
        _demo_stopped()
    if now.series and st.button("Assess", type="primary", icon=":material/neurology:", width="stretch"):
        try:
            session.start_assessment()
        except InputError as error:
            now.message = texts.plain(error)
        st.rerun()


def _demo_stopped() -> None:
    blocks.note(texts.work.STOPPED_DEMO)
    if st.button(texts.work.ASSESS_DEMO, type="primary", icon=":material/neurology:"):
        session.open_demo()
        st.rerun()


def _result() -> None:
    """What came out, in short, and the ways on."""
    assessment = session.current()
    if assessment is None:
        return
    frame.section("Result")
    blocks.facts([*texts.liver_facts(assessment), *texts.score_facts(assessment)])
    with st.container(horizontal=True):
        if st.button("See the prognosis", type="primary", icon=":material/stacked_line_chart:"):
            st.switch_page(session.page("Prognosis"))
        if st.button("See the images", icon=":material/radiology:"):
            st.switch_page(session.page("Images"))
    save.control()
    frame.section("Image checks")
    blocks.notices(assessment.image_notices, texts.IMAGES_FINE)
    with st.expander(texts.took(sum(assessment.seconds.values())), key="durations"):
        progress.finished(assessment.seconds)


def _clinical(known: int, total: int) -> None:
    frame.section("Clinical values")
    blocks.note(texts.known_values(known, total))
    clinical_form.clinical_form()
    try:
        session.draft().record()
    except InputError as error:
        st.error(texts.plain(error))
    if signin.may(Act.ASSESSED):
        with st.expander(texts.RECORD_FILE, key="record-file"):
            upload.record()
