"""What the tumour board said of a case, as it is printed: decisions, committed readings, to whom it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from core.registry.board_nouns import ASKED_MONTHS, BoardReading, BoardRecord, Reveal
from core.registry.nouns import Decision, FollowUp
from core.report.case.parts import marked_up, paragraph, section, space, table
from core.report.case.style import WIDTH
from core.report.sentences import rounded, time_span

HEAD = ("Reader", "Committed, UTC", "MTM call", *(f"Alive at {time_span(months)}" for months in ASKED_MONTHS))
SHARES = (0.13, 0.2, 0.19, 0.16, 0.16, 0.16)
ROW, MOST_WHOLE = 14.0, 300.0  # points: a table up to this height is not torn apart
BLIND = (
    "Committed before the model’s scores, heatmap and nomogram were shown, and not changed since; probabilities are "
    "the readers’ own, counted from the first HAIC."
)
NOT_HASHED = "The board’s part is as the registry held it when this was printed; the hash below is of the assessment."


@dataclass(frozen=True)
class Minutes:
    """What the board left of a case.

    Attributes:
        decisions: the latest first.
        follow_ups: in the order of time.
        record: readings and reveals of this case.
    """

    decisions: tuple[Decision, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    record: BoardRecord = field(default_factory=BoardRecord)


def board_part(minutes: Minutes | None) -> list[Any]:
    """The blocks; none where the board left nothing."""
    if minutes is None or minutes == Minutes():
        return []
    told = [marked_up(_decision(one), "small") for one in minutes.decisions]
    told += [paragraph(follow_up_sentence(one), "small") for one in minutes.follow_ups]
    blocks = [*told, *_readings(minutes.record.readings)]
    blocks += [paragraph(reveal_sentence(one), "small") for one in minutes.record.reveals if one.for_all]
    return section("Tumour board", *blocks, paragraph(NOT_HASHED, "tiny"))


def follow_up_sentence(one: FollowUp) -> str:
    """How the patient fared."""
    fared = "died" if one.event else "was alive"
    return f"Follow-up: {rounded(one.time_months)} months after the first HAIC the patient {fared}."


def reveal_sentence(one: Reveal) -> str:
    """That all who were there saw the model's answer without committing."""
    return (
        f"Shown to all by {one.reader} on {one.at:%Y-%m-%d %H:%M} UTC: whoever had not committed by then read this "
        "save without commitment."
    )


def _decision(one: Decision) -> str:
    text = "<br/>".join(map(escape, one.text.splitlines()))
    return f"<b>Decided {one.decided_on.isoformat()}:</b> {text}"


def _readings(readings: Sequence[BoardReading]) -> list[Any]:
    from reportlab.platypus import CondPageBreak

    if not readings:
        return []
    rows = [[paragraph(name, "muted") for name in HEAD]]
    for one in readings:
        call = f"{'MTM' if one.call.mtm else 'not MTM'} ({100 * one.call.mtm_probability:.0f} %)"
        alive = [_share(one.call.alive.get(months)) for months in ASKED_MONTHS]
        cells = (one.reader, f"{one.at:%Y-%m-%d %H:%M}", call, *alive)
        rows.append([paragraph(cell, "small") for cell in cells])
    read = "; or ".join(dict.fromkeys(one.shown for one in readings))
    note = paragraph(f"Read from: {read}. {BLIND}", "tiny")
    whole = min(ROW * (len(rows) + 2), MOST_WHOLE)
    return [CondPageBreak(whole), space(3), table(rows, [share * WIDTH for share in SHARES]), note]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"
