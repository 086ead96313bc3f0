"""What the registry keeps and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from core.case import Case, ClinicalRecord, Notice
from core.findings import Assessment, Criterion, LiverFinding, Prognosis, Scores, Survival

BoardState = Literal["waiting", "scheduled", "decided"]
SHOWN_MONTHS = 36
LONGEST_TEXT = 4000  # characters of a note or a decision
LONGEST_MONTHS = 600.0


@dataclass(frozen=True)
class Reading:
    """A result without its images: what is read of a saved case, and all there is of one without images.

    Attributes are those of the same names of `core.findings.Assessment`.
    """

    clinical: ClinicalRecord
    scores: Scores
    pre: Prognosis | None
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Notice, ...]
    versions: Mapping[str, str]
    provenance: Mapping[str, str]
    overrides: Mapping[str, float] = field(default_factory=dict)
    liver: LiverFinding | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A case as it stands when it is saved.

    Attributes:
        result: the assessment with its images, or a reading where there are none.
        case: the images as they came, None where there are none.
    """

    result: Assessment | Reading
    case: Case | None = None

    @property
    def simulated(self) -> bool:
        """True if one of the phases was computed."""
        result = self.result
        return isinstance(result, Assessment) and (result.arterial.simulated or result.portal_venous.simulated)


@dataclass(frozen=True)
class Outcome:
    """The one reading of survival that stands for a case in a list.

    Attributes:
        model: "pre" or "post".
        months: from the first HAIC; 36, or the next horizon ahead for a patient who has lived longer.
        survival: at that time.
        alive_at: months from the first HAIC to which the patient has lived, None if unknown.
        risk_group: low, high or indeterminate.
    """

    model: str
    months: float
    survival: Survival
    alive_at: float | None
    risk_group: str


@dataclass(frozen=True)
class Save:
    """One save of a case.

    Attributes:
        key: names it; random.
        case: key of the case.
        number: 1 for the first save of the case.
        saved_at: UTC.
        with_images: False where only values were saved.
        simulated: True if its images were computed.
        mtm, dlr: scores 0..1, None if unknown.
        outcome: None while inputs of both models are unknown.
    """

    key: str
    case: str
    number: int
    saved_at: datetime
    with_images: bool
    simulated: bool
    mtm: float | None
    dlr: float | None
    outcome: Outcome | None


@dataclass(frozen=True)
class Note:
    """A remark on a case; written_at is UTC."""

    number: int
    written_at: datetime
    text: str


@dataclass(frozen=True)
class Decision:
    """What a board decided, and on which day."""

    number: int
    decided_on: date
    text: str


@dataclass(frozen=True)
class FollowUp:
    """What is known of a patient later: months from the first HAIC, and whether the patient died then."""

    number: int
    time_months: float
    event: bool


Entry = Note | Decision | FollowUp


@dataclass(frozen=True)
class WorklistRow:
    """A case in the list: its latest save, its board and its latest follow-up.

    Attributes:
        key: names the case; random.
        pseudonym: unique in the list.
        saves: how often it was saved.
        board_on: the day of the board, None while none is set.
        decision, follow_up: the latest, None if there is none.
    """

    key: str
    pseudonym: str
    saves: int
    latest: Save
    board_on: date | None
    decision: Decision | None
    follow_up: FollowUp | None

    @property
    def state(self) -> BoardState:
        """Decided, unless a later board was set since; scheduled once a day is set."""
        if self.decision is not None and (self.board_on is None or self.board_on <= self.decision.decided_on):
            return "decided"
        return "waiting" if self.board_on is None else "scheduled"


@dataclass(frozen=True)
class CaseFile:
    """All that was written about one case; the newest save and note first, follow-up in the order of time."""

    row: WorklistRow
    saves: tuple[Save, ...]
    notes: tuple[Note, ...]
    decisions: tuple[Decision, ...]
    follow_ups: tuple[FollowUp, ...]


def outcome_of(result: Assessment | Reading) -> Outcome | None:
    """The reading that the page of the prognosis leads with: after treatment once the response is known, at 3 years."""
    prognosis = result.pre if result.clinical.response is None else result.post
    if prognosis is None:
        return None
    ahead = prognosis.os_conditional or prognosis.os
    months = SHOWN_MONTHS if SHOWN_MONTHS in ahead else min(ahead)
    alive_at = prognosis.months_since_first_haic if prognosis.os_conditional else None
    return Outcome(prognosis.model, months, ahead[months], alive_at, prognosis.risk_group)
