"""From a draft to a saved case and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.findings import Assessment
from core.registry.audit_chain import Act
from core.registry.nouns import Reading, Save, Snapshot, WorklistRow
from core.registry.place import Place, find_place
from core.registry.pseudonym import checked_pseudonym, new_pseudonym
from dashboard import signin, texts
from dashboard.draft import Draft, Saved
from dashboard.outlook import current, outlook

if TYPE_CHECKING:
    from core.models import ModelSet
    from core.registry.store import Registry

WITHOUT_IMAGES = ("haic-nomogram", "nomogram")  # what has a part in a result without images


def registry(models: ModelSet | None = None) -> Registry:
    """The registry of saved cases, opened once for the whole server, as who is signed in may see it in this group.

    Args:
        models: of whose weights the audit keeps the checksum, None where they have no part.

    Raises:
        InputError: its folder or database cannot be used, or nobody is signed in.
    """
    me = signin.me()
    return _opened(find_place()).by(me.who(models.checksum if models else ""), me.group)


def groups() -> tuple[str, ...]:
    """Whose cases can be chosen by who is signed in: his groups, for an administrator all that have cases too."""
    mine = signin.me().groups
    return (*mine, *(group for group in registry().groups() if group not in mine))


def note(draft: Draft, models: ModelSet | None, act: Act, what: str = "") -> None:
    """Write an act on the draft into the audit, before it is done; the demo case belongs to nobody.

    Raises:
        InputError: who is signed in may not do it, or the audit cannot be written; then the act must not be done.
    """
    signin.demand(act)
    if not draft.is_demo:
        registry(models).audit.note(act, draft.case_id, what, draft.saved.case if draft.saved else "")


def exported(draft: Draft, models: ModelSet | None, what: str, make: Callable[[], Any]) -> Any:
    """What `make` makes of the draft to leave the page, and its line in the audit; raises InputError as `note` does."""
    made = make()
    note(draft, models, Act.EXPORTED, what)
    return made


def note_cohort(models: ModelSet | None, act: Act, patients: int) -> None:
    """Write an act on a cohort of the page Batch into the audit, before it is done: one line, about no one case.

    Raises:
        InputError: as `note`.
    """
    registry(models).audit.note_each(act, f"cohort of {patients}", [("", "")])


def exported_cohort(models: ModelSet | None, patients: int, make: Callable[[], bytes]) -> bytes:
    """A cohort's scores as they leave the page, and their line in the audit; raises InputError as `note` does."""
    made = make()
    note_cohort(models, Act.EXPORTED, patients)
    return made


def seen(shelves: Registry, draft: Draft, row: WorklistRow, what: str) -> None:
    """Write down, once for each draft and save, that a saved case was shown; raises InputError as `note` does."""
    mark = f"seen.{what}.{row.latest.key}"
    if not draft.view.get(mark):
        shelves.audit.note(Act.OPENED, row.pseudonym, what, row.key)
        draft.view[mark] = True


def suggested(draft: Draft) -> str:
    """What the draft may be saved as: its own pseudonym, another one for the demo case."""
    return new_pseudonym() if draft.is_demo else draft.case_id


def save(draft: Draft, models: ModelSet, pseudonym: str) -> bool:
    """Put the draft as it stands now into the worklist; False, with a reason in the draft, where it is refused."""
    case = draft.saved.case if draft.saved else None
    try:
        name = checked_pseudonym(pseudonym)
        made = snapshot(draft, models, name)
        shelves = registry(models)
        if case is not None and not shelves.has(case):
            case = draft.saved = None  # deleted in another session: the next act saves it anew
            raise InputError("saved case: expected one of the worklist, got one that was deleted; save it as a new one")
        saved = shelves.save(name, made, case)
    except InputError as error:
        draft.refusal = texts.plain(error)
        return False
    draft.case_id, draft.refusal = name, ""
    if draft.assessment is not None and isinstance(made.result, Assessment):
        draft.assessment, draft.assessed = made.result, made.case
    draft.saved = _saved(draft, saved, made.result.versions)
    return True


def snapshot(draft: Draft, models: ModelSet, pseudonym: str) -> Snapshot:
    """The draft as it stands now, under its pseudonym.

    Raises:
        InputError: clinical values contradict each other.
    """
    record = draft.record()
    found = current(draft, models)
    if found is not None:
        case = draft.assessed
        if case is not None:
            case = replace(case, case_id=pseudonym, clinical=record, mtm=draft.mtm, dlr=draft.dlr)
        return Snapshot(replace(found, case_id=pseudonym), case)
    seen = outlook(draft, models)
    by_hand = {name: value for name, value in (("mtm", draft.mtm), ("dlr", draft.dlr)) if value is not None}
    versions, provenance = (_part(found) for found in (_versions(models), models.provenance))
    reading = Reading(
        record, seen.scores, seen.pre, seen.post, seen.criteria, seen.warnings, versions, provenance, by_hand
    )
    return Snapshot(reading)


def opened(row: WorklistRow, save: Save, models: ModelSet | None = None) -> Draft:
    """A saved case as a draft to work on, with the numbers it was saved with.

    Raises:
        InputError: it is not there any more, or damaged.
    """
    shelves = registry(models)
    shelves.audit.note(Act.OPENED, row.pseudonym, "to work on", row.key)
    found = shelves.snapshot(save.key)
    result = found.result
    with_images = isinstance(result, Assessment)
    draft = Draft(row.pseudonym, clinical=result.clinical.known(), assessed=found.case if with_images else None)
    draft.mtm, draft.dlr = result.overrides.get("mtm"), result.overrides.get("dlr")
    draft.assessment = result if isinstance(result, Assessment) else None
    draft.saved = _saved(draft, save, result.versions)
    return draft


def is_changed(draft: Draft) -> bool:
    """True if the draft is no longer as it was saved."""
    saved = draft.saved
    if saved is None:
        return True
    now = draft.assessment, draft.known(), (draft.mtm, draft.dlr)
    return now[0] is not saved.assessment or now[1:] != (saved.clinical, saved.by_hand)


def would_be_lost(draft: Draft) -> bool:
    """True if something was entered, or read, that is saved nowhere; the demo case can be had again."""
    begun = bool(draft.known() or draft.series or draft.assessment) and not draft.is_demo
    return begun and is_changed(draft)


def other_versions(draft: Draft, models: ModelSet) -> list[tuple[str, str, str]]:
    """What made the saved case and has another version now: name, then, now."""
    if draft.saved is None:
        return []
    now = _versions(models)
    then = draft.saved.versions
    return [(name, version, now.get(name, "")) for name, version in then.items() if now.get(name, "") != version]


@cache
def _opened(place: Place) -> Registry:
    from core.registry.store import open_registry

    return open_registry(place)


def _saved(draft: Draft, save: Save, versions: Mapping[str, str]) -> Saved:
    by_hand = draft.mtm, draft.dlr
    return Saved(save.case, save.saved_at, versions, draft.assessment, draft.known(), by_hand)


def _versions(models: ModelSet) -> Mapping[str, str]:
    from core.pipeline import software_versions

    return software_versions(models)


def _part(found: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in found.items() if name in WITHOUT_IMAGES}
