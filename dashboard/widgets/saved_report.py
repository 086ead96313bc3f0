"""The button that makes the PDF of a saved case, with what the board left of it; made only when it is asked for."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from core.registry.audit_chain import Act
from core.registry.nouns import CaseFile, Reading, Save
from dashboard import session
from dashboard.texts import board as words
from dashboard.widgets import blocks
from dashboard.widgets.download import download

if TYPE_CHECKING:
    from core.models import ModelSet
    from core.registry.store import Registry

REPORT_FILE = "haic-nomogram-report.pdf"  # no identifier
NOMOGRAM = "nomogram"


def same_nomogram(reading: Reading) -> bool:
    """True if the nomogram of now made the save: its marks belong to these axes."""
    now = session.models().versions[NOMOGRAM]
    return reading.versions.get(NOMOGRAM, now) == now


def report(registry: Registry, file: CaseFile, save: Save, reading: Reading, place: str) -> None:
    """The button; `place` names the page it stands on."""
    if not same_nomogram(reading):
        blocks.note(words.NO_REPORT)
        return
    download(
        words.REPORT,
        # runs in a thread of its own, which has no session: all that it needs goes with it
        partial(_made, registry, file, save, session.models()),
        file_name=REPORT_FILE,
        mime="application/pdf",
        icon=":material/picture_as_pdf:",
        key=f"saved-report.{place}",
    )


def _made(registry: Registry, file: CaseFile, save: Save, models: ModelSet) -> bytes:
    from core.report.case.board_part import Minutes
    from core.report.case.saved import saved_report

    record = registry.board.record().of_case(file.row.key)
    minutes = Minutes(file.decisions, file.follow_ups, record)
    nomograms = {"pre": models.pre, "post": models.post}
    version = models.versions[NOMOGRAM]
    kept = registry.snapshot(save.key)
    made = saved_report(kept, file.row.pseudonym, nomograms, version, minutes, date.today())
    registry.audit.note(Act.EXPORTED, file.row.pseudonym, "report", file.row.key)  # a report that fails has no line
    return made
