"""Saved cases in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime

from core.case import ClinicalRecord
from core.findings import Score
from core.registry.nouns import FollowUp, Note, Outcome, Reading, Save, WorklistRow
from dashboard.texts import labels
from dashboard.texts.survival import percent, percent_range, rounded, signed, time_span
from dashboard.texts.values import score_value, word, yes_no

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
DIFFERENCE = "Difference"
ASSESS_AGAIN = "Assess again"
INPUTS = ("pvtt", "response", "haic_sessions", "months_since_first_haic")
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
    board = f"{day(row.board_on)}, {STATES[row.state].lower()}" if row.board_on else STATES[row.state]
    return (
        day(latest.saved_at.astimezone().date()),
        board
        if row.state != "decided" or row.decision is None
        else f"{STATES['decided']} {day(row.decision.decided_on)}",
        _score(latest.mtm),
        _score(latest.dlr),
        labels.UNKNOWN if outcome is None else f"{alive(outcome)} at {time_span(outcome.months)}",
        "" if outcome is None else labels.GROUP_NAMES[outcome.risk_group],
    )


def alive(outcome: Outcome) -> str:
    """52 % (40–63)."""
    return f"{percent(outcome.survival)[0]} ({percent_range(outcome.survival)})"


def about_save(row: WorklistRow, save: Save) -> str:
    """When it was saved, and what of."""
    which = f"save {save.number} of {row.saves}, " if row.saves > 1 else ""
    kind = "simulated images" if save.simulated else "with images" if save.with_images else "values without images"
    return f"Saved {moment(save.saved_at)}; {which}{kind}."


def origin(outcome: Outcome) -> str:
    """From when time is counted, and by which nomogram."""
    given = "" if outcome.alive_at is None else ", given that the patient has lived to then"
    return f"Nomogram {OUTCOME_MODELS[outcome.model]}. Time is counted from the first HAIC{given}. As saved."


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
        f"{row.pseudonym} is deleted for good: {saves}, images, notes, decisions and follow-up. "
        "It cannot be brought back."
    )


def choice(row: WorklistRow, save: Save) -> str:
    """A save by name, for a list."""
    return f"{row.pseudonym}, save {save.number} of {row.saves}" if row.saves > 1 else row.pseudonym


def which_save(save: Save) -> str:
    """A save of the case that is shown."""
    return f"{save.number}: {moment(save.saved_at)}"


def comparison(first: Reading, second: Reading) -> list[tuple[str, str, str, str]]:
    """Name, both values, and how the second differs, for all that moves the result and for all else that differs."""
    rows = [_clinical(name, first, second) for name in INPUTS]
    rows += [_scores(name, first, second) for name in ("mtm", "dlr")]
    for model in ("pre", "post"):
        rows += _survival(model, first, second)
    others = [field.name for field in fields(ClinicalRecord) if field.name not in INPUTS]
    rows += [row for row in (_clinical(name, first, second) for name in others) if row[1] != row[2]]
    rows += _liver(first, second)
    return rows


def _clinical(name: str, first: Reading, second: Reading) -> tuple[str, str, str, str]:
    member = ClinicalRecord.__dataclass_fields__[name]
    unit = member.metadata["unit"]
    label = member.metadata["label"] + (f" ({unit})" if unit not in ("", "count", "ratio", "0-4") else "")
    one, other = (getattr(reading.clinical, name) for reading in (first, second))
    return label, _value(one), _value(other), _numbers_apart(one, other)


def _value(value: object) -> str:
    if value is None or isinstance(value, bool):
        return yes_no(value)
    return word(value) if isinstance(value, str) else f"{value:.6g}"


def _numbers_apart(one: object, other: object) -> str:
    numbers = [value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or numbers[0] == numbers[1]:
        return ""
    return _signed(numbers[1] - numbers[0], "{:.6g}")


def _scores(name: str, first: Reading, second: Reading) -> tuple[str, str, str, str]:
    one, other = (getattr(reading.scores, name) for reading in (first, second))
    apart = "" if one is None or other is None else _signed(other.value - one.value, "{:.2f}")
    return f"{name.upper()} score", score_value(one), score_value(other), apart


def _survival(model: str, first: Reading, second: Reading) -> list[tuple[str, str, str, str]]:
    one, other = (getattr(reading, model) for reading in (first, second))
    if one is None and other is None:
        return []
    when, rows = OUTCOME_MODELS[model], []
    for months in sorted({*(one.os if one else ()), *(other.os if other else ())}):
        found = [prognosis.os.get(months) if prognosis else None for prognosis in (one, other)]
        told = [labels.UNKNOWN if s is None else f"{percent(s)[0]} ({percent_range(s)})" for s in found]
        both = [s.value for s in found if s is not None]
        apart = _signed(100 * (both[1] - both[0]), "{:.0f}", " points") if len(both) == 2 else ""
        rows.append((f"Alive at {time_span(months)}, {when}", told[0], told[1], apart))
    groups = [labels.UNKNOWN if p is None else labels.GROUP_NAMES[p.risk_group] for p in (one, other)]
    predictors = [labels.UNKNOWN if p is None else signed(p.linear_predictor) for p in (one, other)]
    apart = _signed(other.linear_predictor - one.linear_predictor, "{:.2f}") if one and other else ""
    return [*rows, (f"Linear predictor, {when}", *predictors, apart), (f"Risk group, {when}", *groups, "")]  # type: ignore[list-item]


def _liver(first: Reading, second: Reading) -> list[tuple[str, str, str, str]]:
    one, other = first.liver, second.liver
    if one is None and other is None:
        return []
    told = [labels.UNKNOWN if liver is None else f"{liver.volume_ml:.0f} mL" for liver in (one, other)]
    apart = _signed(other.volume_ml - one.volume_ml, "{:.0f}", " mL") if one and other else ""
    return [("Liver", told[0], told[1], apart)]


def _signed(change: float, form: str, unit: str = "") -> str:
    amount = form.format(abs(change))
    sign = "" if float(amount) == 0 else "+" if change > 0 else "−"
    return f"{sign}{amount}{unit}"


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _with_origin(score: Score | None) -> str:
    if score is None:
        return labels.UNKNOWN
    return f"{score_value(score)}, {'by the models' if score.model else 'by hand'}"
