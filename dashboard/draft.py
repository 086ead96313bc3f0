"""What one session is working on; without streamlit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from core.case import Case, ClinicalRecord, LiverMask, Notice, Phase
from core.errors import InputError
from core.findings import Assessment
from core.imaging.mask_history import MaskHistory
from core.io.deid.key import CaseKey
from core.io.deid.tally import Tally
from core.registry.pseudonym import new_pseudonym
from dashboard import texts
from dashboard.correction import Standing, same_labels
from dashboard.pins import Pin
from dashboard.runs import DEMO_ID, Run

if TYPE_CHECKING:
    from core.io.pacs.fetch import Wanted
    from core.io.series import Series
    from core.survival.own_file import OwnNomogram

Model = Literal["pre", "post"]


@dataclass(frozen=True, eq=False)
class Saved:
    """What the registry has of a draft.

    Attributes:
        case: its key.
        at: when it was saved last, UTC.
        versions: software and artefacts that made it.
        assessment, clinical, by_hand: what was saved, to tell whether the draft was changed since.
    """

    case: str
    at: datetime
    versions: Mapping[str, str]
    assessment: Assessment | None
    clinical: Mapping[str, Any]
    by_hand: tuple[float | None, float | None]


@dataclass(eq=False)
class Draft:
    """All that one session knows.

    Attributes:
        case_id: a pseudonym made up here.
        clinical: the form's values by field name; absent or None is unknown.
        mtm, dlr: scores given by hand, None to use the models'.
        series: the images read so far.
        roles: what each series is used as, None for not used.
        mask: a liver mask of the user's own, with what its reading had to say.
        assessment: the last result of these images, None until there is one.
        assessed: the case behind it.
        edits: the assessment's mask and what was changed of it by hand, None if nothing was.
        before: where things stood when a corrected mask was last assessed, None if none was.
        strokes: counts the strokes on the pictures, so that each is taken once.
        run: the assessment under way.
        message: one sentence about what could not be used, "" if all is well.
        uploads: counts the uploads taken in, so that the drop zone is emptied after each.
        view: how the pictures are looked at (slice by plane, head, window), by name.
        shipment: what the linked viewer was sent, None until it was shown.
        own: what was answered by hand to the questions of the centre's own nomogram, by axis; None is unknown.
        pins: prognoses with other values, kept to be compared; they go with the draft.
        saved: what the registry has of it, None until it is saved.
        refusal: one sentence about why it could not be saved, "" if all is well.
        desk: where it is kept for its browser (dashboard.desks), "" until the browser has said who it is.
        key: what identifiers in its files become; it is new for every draft and is kept nowhere else.
        removed: what was taken out of its files.
        nomogram: the centre's own nomogram that is loaded beside it, so that a reload finds that too.
        origin: the portal-venous series in the PACS, None if the images came from elsewhere.
    """

    case_id: str = field(default_factory=new_pseudonym)
    clinical: dict[str, Any] = field(default_factory=dict)
    mtm: float | None = None
    dlr: float | None = None
    series: list[Series] = field(default_factory=list)
    roles: list[Phase | None] = field(default_factory=list)
    mask: LiverMask | None = None
    mask_notices: tuple[Notice, ...] = ()
    assessment: Assessment | None = None
    assessed: Case | None = None
    edits: MaskHistory | None = None
    before: Standing | None = None
    strokes: int = 0
    run: Run | None = None
    message: str = ""
    uploads: int = 0
    view: dict[str, Any] = field(default_factory=dict)
    shipment: object = None
    own: dict[str, float | None] = field(default_factory=dict)
    pins: list[Pin] = field(default_factory=list)
    saved: Saved | None = None
    refusal: str = ""
    desk: str = ""
    nomogram: OwnNomogram | None = None
    key: CaseKey = field(default_factory=CaseKey)
    removed: Tally = field(default_factory=Tally)
    origin: Wanted | None = None

    @property
    def is_demo(self) -> bool:
        """True for the demo case."""
        return self.case_id == DEMO_ID

    @property
    def has_stored_images(self) -> bool:
        """True if its images came from the registry, or were saved and need no upload."""
        return self.assessed is not None and not self.series

    def known(self) -> dict[str, Any]:
        """The form's values that are known."""
        return {name: value for name, value in self.clinical.items() if value is not None}

    def record(self) -> ClinicalRecord:
        """The form as a ClinicalRecord.

        Raises:
            InputError: if two values contradict each other.
        """
        return ClinicalRecord(**self.clinical)

    def record_json(self) -> str:
        """The form as clinical.json; unknown values are left out."""
        return json.dumps(self.known(), indent=1, ensure_ascii=False) + "\n"

    def chosen(self, phase: Phase) -> list[Series]:
        """The series that are used as `phase`."""
        return [series for series, role in zip(self.series, self.roles, strict=True) if role is phase]

    def only(self, phase: Phase) -> Series:
        """The one series that is used as `phase`.

        Raises:
            InputError: if there is none, or more than one.
        """
        found = self.chosen(phase)
        if len(found) != 1:
            name = texts.PHASE_NAMES[phase].lower()
            raise InputError(f"{name} phase: expected one series, got {len(found) or 'none'}")
        return found[0]

    def use(self, number: int, role: Phase | None) -> None:
        """Use a series as `role`; what was made from the old choice is dropped."""
        if self.roles[number] is not role:
            self.roles[number] = role
            self.set_mask(None, ())

    def set_mask(self, mask: LiverMask | None, notices: tuple[Notice, ...]) -> None:
        """Take or drop a liver mask; an older result no longer belongs to it."""
        self.mask, self.mask_notices, self.assessment = mask, notices, None
        self.assessed, self.edits, self.before = None, None, None

    def add_series(self, found: Sequence[Series]) -> None:
        """Put newly read series beside those already there; an older result no longer belongs to them."""
        self.series = [*self.series, *found]
        self.roles = propose_roles(self.series)
        self.set_mask(None, ())
        self.run, self.view, self.origin = None, {}, None

    @property
    def shown_mask(self) -> LiverMask | None:
        """The mask as it was changed by hand, or as it was assessed."""
        if self.edits is not None:
            return self.edits.mask
        return None if self.assessment is None else self.assessment.liver_mask

    @property
    def awaits_assessment(self) -> bool:
        """True if the mask was changed since it was assessed."""
        if self.edits is None or self.assessment is None or self.assessment.liver_mask is None:
            return False
        return not same_labels(self.edits.mask, self.assessment.liver_mask)

    def edit(self, change: Callable[[LiverMask], LiverMask]) -> None:
        """Change the mask, or leave it with a message if it cannot be changed so."""
        if (mask := self.shown_mask) is None:
            return
        history = self.edits or MaskHistory(mask)
        try:
            self.edits, self.message = history.edited(change(mask)), ""
        except InputError as error:
            self.message = texts.plain(error)

    def corrected(self) -> Case:
        """The assessed case with the mask as it was changed by hand, and the form as it stands now.

        Raises:
            InputError: if nothing was assessed or changed, or clinical values contradict each other.
        """
        if self.assessed is None or self.edits is None:
            raise InputError("liver mask: expected a change of the mask that was assessed, got none")
        record, mask = self.record(), self.edits.mask
        return replace(self.assessed, clinical=record, liver_mask=mask, mtm=self.mtm, dlr=self.dlr)

    def again(self) -> Case:
        """The assessed case with the form as it stands now.

        Raises:
            InputError: if nothing was assessed, or clinical values contradict each other.
        """
        if self.assessed is None:
            raise InputError("images: expected a case with its images, got none")
        return replace(self.assessed, clinical=self.record(), mtm=self.mtm, dlr=self.dlr)

    def case(self) -> Case:
        """The case to assess, with the phases as the user confirmed them.

        Raises:
            InputError: if a phase is missing or chosen twice, the series are of two patients, or values contradict.
        """
        from core.io.series import check_one_patient, confirmed

        early, late = (confirmed(self.only(phase), phase) for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS))
        check_one_patient(early, late)
        notes = (*texts.of_phase(early.notices, Phase.ARTERIAL), *texts.of_phase(late.notices, Phase.PORTAL_VENOUS))
        notes += self.mask_notices
        return Case(self.case_id, early.volume, late.volume, self.record(), self.mask, self.mtm, self.dlr, notes)


def propose_roles(found: Sequence[Series]) -> list[Phase | None]:
    """Each phase once: to the series that surely has it, then to one that may, then to the first one left."""
    roles: list[Phase | None] = [None] * len(found)
    wanted = [Phase.ARTERIAL, Phase.PORTAL_VENOUS]
    for number in sorted(range(len(found)), key=lambda number: not found[number].proposal.certain):
        proposed = found[number].proposal.phase
        if proposed in wanted:
            roles[number] = proposed
            wanted.remove(proposed)
    free = [number for number, role in enumerate(roles) if role is None]
    for number, phase in zip(free, wanted, strict=False):
        roles[number] = phase
    return roles
