"""Saved cases in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core.findings import Score
from core.registry.nouns import FollowUp, Note, Outcome, Reading, Save, WorklistRow
from dashboard.texts import labels
from dashboard.texts.survival import percent, percent_range, rounded, time_span
from dashboard.texts.values import score_value

NONE_YET = "No case is saved yet. Once a result stands, “Save this case” puts it into this list; nothing else does."
WORKLIST = "Saved cases"
HEAD = ("Saved", "Board", "MTM", "DLR", "Alive (95 % range)", "Risk group")
STATES = {"waiting": "No board yet", "scheduled": "Board set", "decided": "Decided"}
ALL = "All"
SHOW, FIND, FIND_HELP, MORE = "Show", "Find", "part of a pseudonym", "Show more"
NONE_FOUND = "No saved case fits."
STORED_IMAGES = "The images of this case are stored with it; nothing needs to be loaded."
SAVE, SAVE_AGAIN, NAME = "Save this case", "Save again", "Pseudonym"
NAME_HELP = (
    "A code, never a name: it needs a digit, no word of three letters or more but neutral ones (Case, Patient, Study "
    "...), no date, no hospital number."
)
NOT_SAVED = "Not saved: only this browser session has it. Saving puts it into the list of cases, images and all."
SAVING = "Saving"
MASK_NOT_ASSESSED = "The mask was changed and not assessed since: what is saved is the result before."
OPEN, OPENING = "Open this case", "Opening"
COMPARE, NOTHING = "Compare with", "nothing"
EARLIER = "Which save"
BOARD, NOTES, FOLLOW_UP, DELETE = "Board", "Notes", "Follow-up", "Delete"
BOARD_DAY, DECISION_DAY, DECISION, ADD_DECISION = (
    "Day of the board",
    "Decided on",
    "Decision",
    "Write down the decision",
)
NOTE, ADD_NOTE = "Note", "Add the note"
NO_NAMES = "No names, dates of birth or hospital numbers: what is written here is stored as it stands."
MONTHS, STATUS, ADD_FOLLOW_UP = "Months since the first HAIC", "Then the patient", "Add the follow-up"
EVENTS = {False: "was alive", True: "died"}
NO_FOLLOW_UP = "Nothing is known yet of how the patient fared."
REMOVE = "Remove"
DELETE_THIS, DELETE_YES, DELETE_NO = "Delete this case …", "Yes, delete it for good", "Keep it"
ASSESS_AGAIN = "Assess again"
OUTCOME_MODELS = {"pre": "before HAIC", "post": "after HAIC"}


def day(on: date | None) -> str:
    """2 Dec 2026; a dash for none."""
    return "–" if on is None else f"{on.day} {on:%b %Y}"


def moment(at: datetime) -> str:
    """2 Dec 2026, 14:05, by the clock of this machine."""
    local = at.astimezone()
    return f"{day(local.date())}, {local:%H:%M}"


def state_counts(rows: Sequence[WorklistRow]) -> dict[str, str]:
    """What the list can be narrowed to, with how many cases that leaves."""
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    return {"": f"{ALL} {len(rows)}", **{state: f"{STATES[state]} {counts[state]}" for state in STATES}}


def row_cells(row: WorklistRow) -> tuple[str, ...]:
    """As in HEAD."""
    latest, outcome = row.latest, row.latest.outcome
    board = day(row.board_on) if row.state == "scheduled" else STATES[row.state]
    return (
        day(latest.saved_at.astimezone().date()),
        board
        if row.state != "decided" or row.decision is None
        else f"{STATES['decided']} {day(row.decision.decided_on)}",
        _score(latest.mtm),
        _score(latest.dlr),
        labels.UNKNOWN if outcome is None else f"{alive(outcome)} at {time_span(outcome.months)}{_given(outcome)}",
        "" if outcome is None else labels.GROUP_NAMES[outcome.risk_group],
    )


def alive(outcome: Outcome) -> str:
    """52 % (40–63)."""
    return f"{percent(outcome.survival)[0]} ({percent_range(outcome.survival)})"


def _given(outcome: Outcome) -> str:
    return "" if outcome.alive_at is None else f", alive at {rounded(outcome.alive_at)} months"


def about_save(row: WorklistRow, save: Save) -> str:
    """When it was saved, and what of."""
    which = f"save {save.number} of {row.saves}, " if row.saves > 1 else ""
    kind = "simulated images" if save.simulated else "with images" if save.with_images else "values without images"
    return f"Saved {moment(save.saved_at)}; {which}{kind}."


def origin(outcome: Outcome) -> str:
    """From when time is counted, and by which nomogram."""
    given = "" if outcome.alive_at is None else ", given that the patient has lived to then"
    return f"As saved, by the nomogram {OUTCOME_MODELS[outcome.model]}. Time is counted from the first HAIC{given}."


def facts(reading: Reading) -> list[tuple[str, str]]:
    """Scores, liver, and what made them."""
    found = [("MTM score", _with_origin(reading.scores.mtm)), ("DLR score", _with_origin(reading.scores.dlr))]
    if reading.liver is not None:
        found.append(("Liver", f"{reading.liver.volume_ml:.0f} mL"))
    found.append(("Made with", ", ".join(f"{name} {version}" for name, version in reading.versions.items())))
    return found


def provenance(reading: Reading) -> list[str]:
    """The sentence of each artefact that made a score, each sentence once."""
    used = {score.model for score in (reading.scores.mtm, reading.scores.dlr) if score is not None and score.model}
    return list(dict.fromkeys(reading.provenance[name] for name in sorted(used) if name in reading.provenance))


def replaces(case_id: str) -> str:
    """What opening a case does to the one at work."""
    return f"Opening it takes the place of {case_id}, on which you are working and which is not saved."


def saved(case_id: str, at: datetime, changed: bool) -> str:
    """How the draft stands to what was saved of it."""
    if changed:
        return f"Changed since it was saved as {case_id}, {moment(at)}."
    return f"Saved as {case_id}, {moment(at)}; it is in the list of cases."


def made_otherwise(differing: Sequence[tuple[str, str, str]]) -> str:
    """That a saved case was assessed by other versions."""
    listed = ", ".join(f"{name} {then} (now {now or 'none'})" for name, then, now in differing)
    return (
        f"This case was saved with {listed}. Its numbers are those of then until a value is changed; "
        "assess it again to have them all from the versions of now."
    )


def follow_up(entry: FollowUp) -> str:
    """One entry."""
    return f"{rounded(entry.time_months)} months after the first HAIC the patient {EVENTS[entry.event]}."


def note_head(entry: Note) -> str:
    """When it was written."""
    return moment(entry.written_at)


def delete_warning(row: WorklistRow) -> str:
    """What deletion takes away."""
    saves = "its save" if row.saves == 1 else f"its {row.saves} saves"
    return (
        f"{row.pseudonym} is deleted for good: {saves}, images, notes, decisions, follow-up and what "
        "readers of the board committed. It cannot be brought back. The audit keeps its pseudonym."
    )


def choice(row: WorklistRow, save: Save) -> str:
    """A save by name, for a list."""
    return f"{row.pseudonym}, save {save.number} of {row.saves}" if row.saves > 1 else row.pseudonym


def which_save(save: Save) -> str:
    """A save of the case that is shown."""
    return f"{save.number}: {moment(save.saved_at)}"


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _with_origin(score: Score | None) -> str:
    if score is None:
        return labels.UNKNOWN
    return f"{score_value(score)}, {'by the models' if score.model else 'by hand'}"
