"""The report of a saved case, with what the board left of it; images are not assessed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from core.errors import InputError
from core.findings import Assessment
from core.io.report_content import Content, content_of
from core.io.report_pictures import Pictures, report_pictures
from core.registry.nouns import Snapshot
from core.report.case.board_part import Minutes
from core.report.case.document import case_report
from core.survival.model import Nomogram

NOMOGRAM = "nomogram"


def saved_report(
    snapshot: Snapshot,
    pseudonym: str,
    models: Mapping[str, Nomogram],
    version: str,
    minutes: Minutes | None = None,
    made_on: date | None = None,
) -> bytes:
    """The report as a PDF: the numbers of the save, to the last digit.

    Args:
        snapshot: a save with its images, or a reading without.
        pseudonym: what the case is called.
        models: the published nomograms, pre and post.
        version: of these nomograms.
        minutes: decisions, follow-up and readings of the board.
        made_on: the day written on it.

    Raises:
        InputError: another version of the nomograms made the save, so that its marks belong to other axes.
    """
    then = snapshot.result.versions.get(NOMOGRAM, version)
    if then != version:
        raise InputError(
            f"report: expected a case saved with nomogram {version}, got {then}; open it and save it again"
        )
    content, pictures = saved_content(snapshot, pseudonym)
    return case_report(content, pictures, models, made_on, minutes)


def saved_content(snapshot: Snapshot, pseudonym: str) -> tuple[Content, Pictures]:
    """What the report says of a save, and its pictures."""
    result = snapshot.result
    if isinstance(result, Assessment):
        slices, pictures = report_pictures(result)
        return content_of(replace(result, case_id=pseudonym), slices), pictures
    found = result.clinical, result.scores, result.pre, result.post, result.criteria, result.warnings
    return Content(pseudonym, *found, result.versions, result.provenance, result.liver), {}
