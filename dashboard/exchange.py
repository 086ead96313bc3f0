"""Images from the PACS into a draft, and a draft's results back; without streamlit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.case import Phase
from core.errors import InputError
from core.findings import Assessment
from core.registry.audit_chain import Act
from dashboard import signin, texts

if TYPE_CHECKING:
    from core.io.dicom_objects.bundle import Findings
    from core.io.pacs.fetch import Wanted
    from core.io.pacs.search import FoundSeries, Query, Study
    from core.io.pacs.send import Outcome
    from core.io.series import Series
    from core.models import ModelSet
    from dashboard.draft import Draft

Progress = Callable[[str, float], None]
_PREFIX = "haic-pacs-"


def studies(query: Query) -> tuple[Study, ...]:
    """What the PACS has; raises InputError."""
    from core.io.pacs.connection import connect
    from core.io.pacs.search import search_studies
    from core.io.pacs.settings import pacs_settings

    signin.demand(Act.ASSESSED)
    return search_studies(connect(pacs_settings()), query)


def series_of(study: str) -> tuple[FoundSeries, ...]:
    """The CT series of a study; raises InputError."""
    from core.io.pacs.connection import connect
    from core.io.pacs.search import search_series
    from core.io.pacs.settings import pacs_settings

    signin.demand(Act.ASSESSED)
    return tuple(one for one in search_series(connect(pacs_settings()), study) if one.modality == "CT")


def fetch(draft: Draft, arterial: Wanted, portal_venous: Wanted, progress: Progress) -> None:
    """Put both series into the draft, in their roles; on disk they lie in a folder of this user only, while it lasts.

    Raises:
        InputError: the same series twice, the PACS cannot be asked, or what came is no CT; the draft is as it was.
    """
    signin.demand(Act.ASSESSED)
    if arterial == portal_venous:
        raise InputError("arterial and portal-venous series: expected two, got one twice")
    found = []
    for phase, wanted in ((Phase.ARTERIAL, arterial), (Phase.PORTAL_VENOUS, portal_venous)):
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
            found.append(_read(wanted, Path(folder), phase, progress))
    draft.series, draft.roles = [], []
    draft.add_series(found)
    draft.roles = [Phase.ARTERIAL, Phase.PORTAL_VENOUS]
    draft.origin = portal_venous


def send(
    draft: Draft, assessment: Assessment, models: ModelSet, made_at: datetime, progress: Progress
) -> Iterator[Outcome]:
    """The assessment's objects to the study its images came from, one outcome each.

    The headers, which hold the patient's identity, are fetched for this and gone afterwards.

    Raises:
        InputError: the images did not come from the PACS, or it cannot be asked.
    """
    from core.io.dicom_objects.bundle import derived_objects
    from core.io.pacs.connection import connect
    from core.io.pacs.fetch import fetch_series
    from core.io.pacs.send import send_objects
    from core.io.pacs.settings import pacs_settings
    from core.io.source_headers import source_headers

    signin.demand(Act.EXPORTED)
    if draft.origin is None:
        raise InputError("PACS: expected images that were fetched from it, got images from elsewhere")
    client = connect(pacs_settings())
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        images, objects = Path(folder, "images"), Path(folder, "objects")
        fetch_series(client, draft.origin, images, progress)
        headers = source_headers(images, draft.only(Phase.PORTAL_VENOUS).source, "portal-venous series")
        objects.mkdir()
        paths = []
        for one in derived_objects(_findings(assessment, models, made_at), headers, made_at):
            paths.append(objects / f"{one.kind}.dcm")
            paths[-1].write_bytes(one.to_bytes())
        yield from send_objects(client, paths)


def _findings(assessment: Assessment, models: ModelSet, made_at: datetime) -> Findings:
    from core.io.dicom_objects.bundle import Findings
    from core.io.report_content import content_of
    from core.io.report_pictures import report_pictures
    from core.report.case.document import case_report

    slices, pictures = report_pictures(assessment)
    content = content_of(assessment, slices)
    pdf = case_report(content, pictures, {"pre": models.pre, "post": models.post}, made_at.date())
    heat = {head: one.values for head, one in assessment.heatmaps.items()}
    return Findings(content, assessment.liver_mask, heat, pdf)


def _read(wanted: Wanted, folder: Path, phase: Phase, progress: Progress) -> Series:
    from core.io.pacs.connection import connect
    from core.io.pacs.fetch import fetch_series
    from core.io.pacs.settings import pacs_settings
    from core.io.series import read_phase

    name = texts.PHASE_NAMES[phase]
    fetch_series(connect(pacs_settings()), wanted, folder, lambda step, share: progress(f"{name}: {step}", share))
    return read_phase(folder, phase)
