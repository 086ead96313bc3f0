"""Images from the PACS into a draft, and a draft's results back; without streamlit."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.case import Phase
from core.errors import InputError
from core.findings import Assessment
from core.io.deid.tally import Tally
from core.io.disk import disk_that_may_be_full
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


@dataclass(eq=False)
class Fetching:
    """Two series on their way into a draft; after a broken connection it goes on where it was.

    Every image passes the door as it comes, in memory, with the key of the draft; nothing of it is kept as it was.

    Attributes:
        draft: what they are fetched for.
        arterial, portal_venous: the two series.
        removed: what was taken out so far.
    """

    draft: Draft
    arterial: Wanted
    portal_venous: Wanted
    removed: Tally = field(default_factory=Tally)
    _images: dict[Phase, dict[str, bytes]] = field(default_factory=dict, repr=False)

    def fetch(self, progress: Progress) -> None:
        """Put both series into the draft, in their roles; on disk they lie de-identified while they are read.

        Raises:
            InputError: the same series twice, the PACS cannot be asked, the disk is full, or what came is no CT;
                the draft is as it was.
        """
        signin.demand(Act.ASSESSED)
        if self.arterial == self.portal_venous:
            raise InputError("arterial and portal-venous series: expected two, got one twice")
        wanted = {Phase.ARTERIAL: self.arterial, Phase.PORTAL_VENOUS: self.portal_venous}
        for phase, one in wanted.items():
            self._retrieve(one, phase, progress)
        found = [self._read(phase) for phase in wanted]
        now = self.draft
        now.series, now.roles = [], []
        now.add_series(found)
        now.roles, now.removed, now.origin = [Phase.ARTERIAL, Phase.PORTAL_VENOUS], self.removed, self.portal_venous

    def _retrieve(self, wanted: Wanted, phase: Phase, progress: Progress) -> None:
        from core.io.deid.door import cleaned
        from core.io.pacs.connection import connect
        from core.io.pacs.fetch import retrieved_series
        from core.io.pacs.settings import pacs_settings

        here = self._images.setdefault(phase, {})

        def told(step: str, share: float) -> None:
            progress(f"{texts.PHASE_NAMES[phase]}: {step}", share)

        for instance, content in retrieved_series(
            connect(pacs_settings()), wanted, told, lambda uid: _mark(uid) in here
        ):
            here[_mark(instance)] = cleaned(content, self.draft.key, self.removed)

    def _read(self, phase: Phase) -> Series:
        from core.io.series import read_phase

        with disk_that_may_be_full(), tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
            folder = Path(name)
            for number, content in enumerate(self._images[phase].values(), start=1):
                (folder / f"{number:06d}").write_bytes(content)
            return read_phase(folder, phase)


def send(
    draft: Draft, assessment: Assessment, models: ModelSet, made_at: datetime, progress: Progress
) -> Iterator[Outcome]:
    """The assessment's objects to the study its images came from, one outcome each.

    The headers, which hold the patient's identity, are fetched for this into memory and gone afterwards.

    Raises:
        InputError: the images did not come from the PACS, or it cannot be asked.
    """
    from core.io.dicom_objects.bundle import derived_objects
    from core.io.pacs.connection import connect
    from core.io.pacs.fetch import retrieved_headers
    from core.io.pacs.send import send_objects
    from core.io.pacs.settings import pacs_settings
    from core.io.source_headers import headers_of

    signin.demand(Act.EXPORTED)
    if draft.origin is None:
        raise InputError("PACS: expected images that were fetched from it, got images from elsewhere")
    client = connect(pacs_settings())
    source, headers = draft.only(Phase.PORTAL_VENOUS).source, retrieved_headers(client, draft.origin, progress)
    found = headers_of(source, headers, "portal-venous series", draft.key.uid)
    made = derived_objects(_findings(assessment, models, made_at), found, made_at)
    yield from send_objects(client, ((one.kind, io.BytesIO(one.to_bytes())) for one in made))


def _mark(instance: str) -> str:
    """Of an image, to know it again within this process; says nothing by itself."""
    from core.io.source import key_of

    return key_of(instance)


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
