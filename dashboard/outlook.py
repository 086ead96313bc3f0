"""What follows from a draft as it stands now: scores, prognosis, criteria; without streamlit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.case import ClinicalRecord, Notice
from core.errors import InputError
from core.findings import Assessment, Criterion, Prognosis, Scores
from dashboard.draft import Draft, Model

if TYPE_CHECKING:
    from core.io.report_content import Content
    from core.io.report_pictures import Pictures
    from core.models import ModelSet


@dataclass(frozen=True)
class Outlook:
    """What the prognosis page draws: the assessment's last step, with or without images."""

    clinical: ClinicalRecord
    scores: Scores
    pre: Prognosis | None
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Notice, ...]


def current(draft: Draft, models: ModelSet) -> Assessment | None:
    """The assessment with the form and the scores as they stand now; as assessed, while the form contradicts itself.

    While nothing was changed it is the assessment itself, so that a saved case shows the numbers it was saved with.
    """
    from core.pipeline import update

    if draft.assessment is None:
        return None
    try:
        record = draft.record()
    except InputError:
        return draft.assessment
    by_hand = {name: value for name, value in (("mtm", draft.mtm), ("dlr", draft.dlr)) if value is not None}
    if record == draft.assessment.clinical and by_hand == draft.assessment.overrides:
        return draft.assessment
    return update(draft.assessment, models, record, draft.mtm, draft.dlr)


def outlook(draft: Draft, models: ModelSet) -> Outlook:
    """The prognosis for the draft as it stands now; images are not looked at again.

    Raises:
        InputError: if clinical values contradict each other.
    """
    from core.inclusion import check_inclusion
    from core.pipeline import image_scores
    from core.survival.prognoses import prognoses

    clinical = draft.record()
    if (now := current(draft, models)) is not None:
        return Outlook(clinical, now.scores, now.pre, now.post, now.criteria, now.warnings)
    scores, _, _ = image_scores(None, models, clinical, draft.mtm, draft.dlr)
    pre, post, notices = prognoses(models.pre, models.post, clinical, scores)
    return Outlook(clinical, scores, pre, post, check_inclusion(clinical), notices)


def models_say(draft: Draft, models: ModelSet) -> Scores:
    """The scores that the models give the images; unknown without images."""
    from core.pipeline import image_scores

    if draft.assessment is None or draft.assessment.evidence is None:
        return Scores()
    try:
        clinical = draft.record()
    except InputError:
        clinical = draft.assessment.clinical
    return image_scores(draft.assessment.evidence, models, clinical)[0]


def reported(
    outlook: Outlook,
    assessment: Assessment | None,
    models: ModelSet,
    case_id: str,
    leads: Model | None = None,
) -> tuple[Content, Pictures]:
    """What a report of the outlook says, and its pictures.

    Args:
        assessment: the images', None without images.
        leads: the model of which it speaks first, None where nobody chose.
    """
    from core.io.report_content import Content, content_of
    from core.io.report_pictures import report_pictures
    from core.pipeline import software_versions

    found = outlook.clinical, outlook.scores, outlook.pre, outlook.post, outlook.criteria, outlook.warnings
    if assessment is None:
        return Content(case_id, *found, software_versions(models), models.provenance, leads=leads), {}
    slices, pictures = report_pictures(assessment)
    names = ("clinical", "scores", "pre", "post", "criteria", "warnings")
    shown = replace(assessment, case_id=case_id, **dict(zip(names, found, strict=True)))
    return replace(content_of(shown, slices), leads=leads), pictures
