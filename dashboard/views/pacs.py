"""The PACS: find a study, fetch two series of it, send the result back; there only where an address was given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from core.case import Phase
from core.errors import InputError
from core.imaging.phase import phase_told
from core.io.pacs.fetch import Wanted
from core.io.pacs.search import FoundSeries, Query, Study
from core.registry.audit_chain import Act
from dashboard import exchange, keeping, session, texts
from dashboard.draft import Draft
from dashboard.texts import pacs as words
from dashboard.widgets import blocks, frame, removed

STUDIES, SERIES, OUTCOMES, FETCHING = "pacs.studies", "pacs.series", "pacs.outcomes", "pacs.fetching"


def show() -> None:
    """The page."""
    session.collect()
    left, right = st.columns(2, gap="large")
    with left:
        _search()
    with right:
        try:
            _fetch()
            _send()
        except InputError as error:
            st.error(texts.plain(error))


def _search() -> None:
    frame.section(words.SEARCH_FOR)
    blocks.note(words.WHAT_IS_SHOWN)
    with st.form("pacs-search", border=False):
        days = st.date_input(words.DAYS, value=(), min_value=date(1970, 1, 1), format="YYYY-MM-DD")
        patient = st.text_input(words.PATIENT, help=words.PATIENT_HELP, autocomplete="off")
        asked = st.form_submit_button(words.SEARCH, type="primary", icon=":material/search:")
    view = session.draft().view
    if asked:
        view.pop(STUDIES, None)
        try:
            view[STUDIES] = exchange.studies(Query(_range(days), "CT", patient.strip()))
        except InputError as error:
            st.error(texts.plain(error))
    if view.get(STUDIES) == ():
        st.info(words.NONE_FOUND)


def _range(days: Any) -> str:
    """DICOM's range of dates, "" for none."""
    chosen = [f"{one:%Y%m%d}" for one in (days if isinstance(days, tuple) else (days,)) if one]
    return "-".join(dict.fromkeys(chosen))


def _fetch() -> None:
    now = session.draft()
    found: tuple[Study, ...] = now.view.get(STUDIES) or ()
    if found:
        frame.section(words.FETCH_TWO)
        study = st.selectbox(words.STUDY, found, format_func=words.study)
        _two_series(study)
    elif now.origin is not None and now.assessment is None:
        st.success(words.HERE)
        removed.removed(now.removed)
        if st.button(words.TO_CASE, type="primary"):
            st.switch_page(session.page("Case"))


def _two_series(study: Study) -> None:
    now = session.draft()
    known: dict[str, tuple[FoundSeries, ...]] = now.view.setdefault(SERIES, {})
    if study.uid not in known:
        known[study.uid] = exchange.series_of(study.uid)
    series = known[study.uid]
    if len(series) < 2:
        st.info(words.TWO_NEEDED)
        return
    first, second = _told(series)
    early = st.selectbox(words.ARTERIAL, series, index=first, format_func=words.series)
    late = st.selectbox(words.PORTAL_VENOUS, series, index=second, format_func=words.series)
    fresh = not (now.series or now.assessed or now.assessment or now.run or now.saved or now.is_demo)
    if not fresh:
        blocks.note(words.REPLACES)
    if st.button(words.FETCH, type="primary", icon=":material/download:", disabled=now.run is not None):
        bar = st.progress(0.0)
        wanted = [Wanted(study.uid, one.uid) for one in (early, late)]
        fetching = _fetching(now, wanted[0], wanted[1], fresh=fresh)
        keeping.note(fetching.draft, session.models(), Act.OPENED, "fetched from the PACS")
        fetching.fetch(lambda step, share: bar.progress(share, step))
        if fetching.draft is not now:
            session.replace_draft(fetching.draft)
        st.rerun()


def _told(series: tuple[FoundSeries, ...]) -> tuple[int, int]:
    """Which series are the arterial and the portal-venous one by their descriptions; else the first that are left."""
    phases = [phase_told({"series_description": one.description}) for one in series]
    early, late = (phases.index(one) if one in phases else None for one in (Phase.ARTERIAL, Phase.PORTAL_VENOUS))
    left = [number for number, phase in enumerate(phases) if number not in (early, late) and phase is None]
    left += [number for number in range(len(series)) if number not in (early, late, *left)]
    first = left.pop(0) if early is None else early
    return first, left.pop(0) if late is None else late


def _fetching(now: Draft, arterial: Wanted, portal_venous: Wanted, *, fresh: bool) -> exchange.Fetching:
    """The one that a broken connection left, or another; no patient's values stand beside another's images."""
    begun: exchange.Fetching | None = now.view.get(FETCHING)
    if begun is None or (begun.arterial, begun.portal_venous) != (arterial, portal_venous):
        begun = now.view[FETCHING] = exchange.Fetching(now if fresh else Draft(), arterial, portal_venous)
    return begun


def _send() -> None:
    now = session.draft()
    frame.section(words.SEND_BACK)
    assessment = session.current()
    if assessment is None or now.origin is None:
        blocks.note(words.NOTHING_TO_SEND)
        return
    blocks.note(words.WHAT_IS_SENT)
    if st.button(words.SEND, type="primary", icon=":material/upload:"):
        bar = st.progress(0.0)
        keeping.note(now, session.models(), Act.EXPORTED, "DICOM objects to the PACS")
        made_at = datetime.now(UTC).astimezone()  # DICOM has the clock of the house
        outcomes = exchange.send(
            now, assessment, session.models(), made_at, lambda step, share: bar.progress(share, step)
        )
        now.view[OUTCOMES] = tuple(outcomes)
        bar.empty()
    if sent := now.view.get(OUTCOMES):
        blocks.facts([words.outcome(one) for one in sent])
