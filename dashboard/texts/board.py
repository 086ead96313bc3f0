"""The tumour board in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.case import ClinicalRecord
from core.findings import HeatmapReliability, Prognosis, Score
from core.registry.board_nouns import ASKED_MONTHS, BoardReading, BoardRecord
from core.registry.nouns import FollowUp, Reading, WorklistRow
from core.report.sentences import SIGNS
from core.staging.child_pugh import child_pugh
from dashboard.texts import cases, labels
from dashboard.texts.survival import percent, rounded, time_span
from dashboard.texts.values import score_value, word

NONE_YET = (
    "The board looks at saved cases, and none is saved yet. Once a result stands, “Save this case” on the pages Case "
    "and Prognosis puts it here."
)
PARTS = {"list": "Worklist", "readers": "Readers over time"}
PART, SHOW = "Part of the page", "Show"
HEAD = ("Board", "Readings", "Decision", "Follow-up")
OPEN_LABELS = {"": "All", "unread": "Not read", "undecided": "No decision", "unfollowed": "No follow-up"}
NONE_LEFT = "No case of this kind is left."
BACK, PREVIOUS, NEXT = "Worklist", "Previous", "Next"
READER, READER_PROMPT = "Reader code", "Reader code, such as R 7K"
READER_HELP = "A code, never a name or initials: it needs a digit and no word of three letters or more."
COMMIT_FIRST = "Commit first: scores, heatmap and nomogram are shown to a reader once his reading is committed."
WHO_READS = "Enter your reader code to read this case."
CALL, CALLS = "MTM subtype", {True: "MTM", False: "not MTM"}
PROBABILITY = "Probability of MTM, %"
ALIVE = {12: "Alive at 1 year, % (optional)", 36: "Alive at 3 years, %", 60: "Alive at 5 years, % (optional)"}
NEEDED = "0–100"
FROM_WHEN = "Survival is counted from the first HAIC."
COMMIT = "Commit this reading"
FOR_GOOD = "Once committed it cannot be changed or taken back, by you or by others."
REVEAL, NEXT_READER = "Reveal", "Next reader"
TO_ALL, TO_ALL_YES, TO_ALL_NO = "Show to all …", "Yes, show to all", "Keep it hidden"
TO_ALL_NEEDS = "The chair’s reader code must stand in the field to show the case to all."
SLICE = "Slice"
HEAT_OF = "Heatmap"
NO_HEAT = "These images could not be scored: there is no heatmap."
NO_IMAGES = "This case was saved without images: values only."
SLICES_OF = "Slices through the liver, without outline or heat"
BOARD_ENTRIES, PRESENT_DECISION = "Decision of the board", "Decided"
FOLLOW_UP = "Follow-up"
READINGS = "Readers and model"
READINGS_HEAD = ("Reader", "MTM", *(time_span(months) for months in ASKED_MONTHS))
SIMULATED = "Simulated phase"
ANOTHER_NOMOGRAM = (
    "Saved with another version of the nomogram: its marks do not belong to the axes of now. Open the case and save it "
    "again to have drawing and report."
)
REPORT = "Save as PDF"
NO_REPORT = "No PDF: another version of the nomogram made this save. Open the case and save it again."


def open_states(row: WorklistRow, record: BoardRecord) -> set[str]:
    """What is still open of a case: keys of OPEN_LABELS but the first."""
    found = set() if record.of_case(row.key).readings else {"unread"}
    found |= set() if row.state == "decided" else {"undecided"}
    return found if row.follow_up is not None else found | {"unfollowed"}


def open_counts(rows: Sequence[WorklistRow], record: BoardRecord) -> dict[str, str]:
    """What the list can be narrowed to, with how many cases that leaves."""
    states = [open_states(row, record) for row in rows]
    counts = {state: sum(state in found for found in states) for state in OPEN_LABELS}
    return {state: f"{name} {counts[state] if state else len(rows)}" for state, name in OPEN_LABELS.items()}


def row_cells(row: WorklistRow, record: BoardRecord) -> tuple[str, ...]:
    """As in HEAD."""
    return cases.day(row.board_on), _read_by(record.of_case(row.key)), _decided(row), _followed(row.follow_up)


def _read_by(record: BoardRecord) -> str:
    count = len({one.reader for one in record.readings})
    told = f"read by {count}" if count else "not yet read"
    return f"{told}, shown to all" if record.shown_to_all else told


def _decided(row: WorklistRow) -> str:
    if row.decision is None:
        return "open"
    when = f"decided {cases.day(row.decision.decided_on)}"
    return when if row.state == "decided" else f"{when}; new board"


def _followed(entry: FollowUp | None) -> str:
    if entry is None:
        return "not known"
    return f"{'died' if entry.event else 'alive'} at {rounded(entry.time_months)} months"


def place(number: int, total: int) -> str:
    """Which case of how many."""
    return f"case {number} of {total}"


def one_liner(record: ClinicalRecord) -> str:
    """The patient in a line; what is unknown is left out and counted."""
    points = child_pugh(record)
    parts = [
        _joined([_number(record.age_years, "years"), record.sex]),
        None if record.ecog is None else f"ECOG {record.ecog}",
        None if points.class_ is None else f"Child-Pugh {points.class_}{points.points or ''}",
        None if record.afp_ng_ml is None else f"AFP {record.afp_ng_ml:g} ng/mL",
        _tumours(record),
        None if record.pvtt is None else "PVTT" if record.pvtt else "no PVTT",
        None if record.extrahepatic_spread is None else _spread(record.extrahepatic_spread),
        _treated(record),
    ]
    known = [part for part in parts if part]
    return " · ".join(known) if known else "Nothing is known of the patient."


def _joined(parts: Sequence[str | None]) -> str | None:
    return ", ".join(part for part in parts if part) or None


def _number(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:g} {unit}"


def _tumours(record: ClinicalRecord) -> str | None:
    count, size = record.tumour_count, record.largest_tumour_cm
    told = None if count is None else "1 tumour" if count == 1 else f"{count} tumours"
    largest = None if size is None else f"{size:g} cm" if count == 1 else f"largest {size:g} cm"
    return _joined([told, largest])


def _spread(present: bool) -> str:
    return "extrahepatic spread" if present else "no extrahepatic spread"


def _treated(record: ClinicalRecord) -> str | None:
    count, response = record.haic_sessions, record.response
    sessions = None if count is None else f"{count} HAIC session{'' if count == 1 else 's'}"
    told = None if response is None else word(response).split(",")[0]
    since = record.months_since_first_haic
    return _joined([told, sessions, None if since is None else f"{rounded(since)} months since the first"])


def picture_alt(phase: str, number: int, total: int, heat: str) -> str:
    """A picture in words, for screen readers."""
    over = f" with the {heat} heatmap and outlines" if heat else ", plain"
    return f"{phase} CT, axial slice {number} of {total}{over}; the patient's right is on the left"


def slice_words(number: int, total: int) -> str:
    """Where a picture lies."""
    return f"slice {number} of {total} from the feet up"


def caption(phase: str, number: int, total: int) -> str:
    """Below a picture."""
    return f"{phase} · slice {number} of {total}"


def shown(slices: int) -> str:
    """What a reader has before him, as it is written down with his reading."""
    images = f"both phases, {slices} plain slices; " if slices else "no images; "
    return f"{images}clinical values; stages"


def committed(record: BoardRecord) -> str:
    """Who has committed, without what was said."""
    codes = sorted({one.reader for one in record.readings})
    if not codes:
        return "Nobody has committed a reading of this save yet."
    return f"Committed: {', '.join(codes)}."


def yours(one: BoardReading) -> str:
    """What a reader has committed."""
    alive = ", ".join(f"{100 * share:g} % at {time_span(months)}" for months, share in sorted(one.call.alive.items()))
    call = f"{CALLS[one.call.mtm]}, probability {100 * one.call.mtm_probability:g} %"
    return f"{one.reader} committed on {cases.moment(one.at)}: {call}; alive {alive}."


def to_all_warning(record: BoardRecord) -> str:
    """What showing a case to all means."""
    return (
        f"{committed(record)} Whoever has not committed reads this save without commitment, which is written down, "
        "and no blind reading of it can follow."
    )


def shown_to_all(record: BoardRecord) -> str:
    """That a case was shown without commitment, "" if it was not."""
    found = record.shown_to_all
    return (
        "" if found is None else f"Shown to all by {found.reader}, {cases.moment(found.at)}: read without commitment."
    )


def reading_row(one: BoardReading) -> tuple[str, ...]:
    """As in READINGS_HEAD."""
    alive = [_share(one.call.alive.get(months)) for months in ASKED_MONTHS]
    return one.reader, f"{CALLS[one.call.mtm]} {100 * one.call.mtm_probability:.0f} %", *alive


def model_row(reading: Reading, prognosis: Prognosis | None) -> tuple[str, ...]:
    """The model's answer, as in READINGS_HEAD."""
    score = reading.scores.mtm
    ahead = {} if prognosis is None else prognosis.os_conditional or prognosis.os
    alive = [percent(ahead[months])[0] if months in ahead else "–" for months in ASKED_MONTHS]
    name = "Model" if score is None or score.model else "Given"
    told = "–" if score is None else f"{'MTM' if score.value >= 0.5 else 'not MTM'} {100 * score.value:.0f} %"
    return name, told, *alive


def score_card(score: Score | None, trusted: HeatmapReliability | None) -> tuple[str, str, str]:
    """A score large, its spread, and how it came about with the reliability of its heatmap."""
    if score is None:
        return labels.UNKNOWN, "", ""
    if not score.model:
        return f"{score.value:.2f}", "given by hand, taken as exact", ""
    parts = ", ".join(f"{name} {value:.2f}" for name, value in score.parts.items())
    verdict = "" if trusted is None else f"heatmap\u00a0{SIGNS[trusted.verdict]}\u00a0{trusted.verdict}"
    spread = score_value(score).partition(" ")[2].strip("()")
    return f"{score.value:.2f}", f"95 % range {spread}", "; ".join(part for part in (parts, verdict) if part)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def day_of(on: date | None) -> str:
    """The day of the board, "" while none is set."""
    return "" if on is None else f"board {cases.day(on)}"
