"""What leaves the page for a file or a paper: the report, the nomogram alone; each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.findings import Assessment, Prognosis
from core.survival.model import Nomogram
from dashboard import keeping, session, texts
from dashboard.draft import Model
from dashboard.outlook import Outlook, reported
from dashboard.widgets.download import download

if TYPE_CHECKING:
    from core.models import ModelSet

REPORT_FILE = "haic-nomogram-report.pdf"  # no identifier


def report(outlook: Outlook, leads: Model | None = None) -> None:
    """The button that makes the report of `outlook`, which is what the page shows; `leads` is the model it shows."""
    now = session.draft()
    models = session.models()
    make = partial(_report, outlook, now.assessment, models, now.case_id, leads)
    download(
        texts.paper.REPORT,
        # runs in a thread of its own, which has no session: all that it needs goes with it
        partial(keeping.exported, now, models, "report", make),
        file_name=REPORT_FILE,
        mime="application/pdf",
        icon=":material/picture_as_pdf:",
        key="report",
    )


def nomogram(
    drawn: Nomogram, prognosis: Prognosis | None, names: Mapping[str, str], readings: Mapping[str, str]
) -> None:
    """The nomogram as SVG and PDF, with the patient's marks or without, and as a page that can be played with."""
    now, models = session.draft(), session.models()
    with st.expander(texts.paper.FOR_A_PAPER, key="paper"):
        marked = prognosis is not None and st.toggle(texts.paper.WITH_MARKS, value=True, key="paper.marks")
        with st.container(horizontal=True, gap="small"):
            for kind, mime in (("svg", "image/svg+xml"), ("pdf", "application/pdf")):
                make = partial(_figure, kind, drawn, prognosis if marked else None, names, readings)
                download(
                    texts.paper.AS_KIND.format(kind=kind.upper()),
                    partial(keeping.exported, now, models, "nomogram", make) if marked else make,
                    file_name=f"nomogram-{drawn.model}.{kind}",
                    mime=mime,
                    icon=":material/download:",
                    key=f"paper.{kind}",
                )
            download(
                texts.paper.AS_PAGE,
                partial(_page, drawn),
                file_name=f"nomogram-{drawn.model}.html",
                mime="text/html",
                icon=":material/download:",
                key="paper.html",
            )


def _report(
    outlook: Outlook, assessment: Assessment | None, models: ModelSet, case_id: str, leads: Model | None = None
) -> bytes:
    from core.report.case.document import case_report

    content, pictures = reported(outlook, assessment, models, case_id, leads)
    return case_report(content, pictures, {"pre": models.pre, "post": models.post}, date.today())


def _page(drawn: Nomogram) -> bytes:
    from core.report.nomogram_page import nomogram_page

    return nomogram_page(drawn).encode()


def _figure(
    kind: str,
    drawn: Nomogram,
    prognosis: Prognosis | None,
    names: Mapping[str, str],
    readings: Mapping[str, str],
) -> bytes:
    from core.report.case.figure_files import nomogram_pdf, nomogram_svg
    from core.report.case.nomogram import Patient

    patient = None if prognosis is None else Patient(prognosis, readings)
    return {"svg": nomogram_svg, "pdf": nomogram_pdf}[kind](drawn, patient, names)
