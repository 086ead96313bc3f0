"""What a tumour board keeps of a case: what readers committed before they saw the model, and what was shown to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ASKED_MONTHS = (12, 36, 60)
NEEDED_MONTHS = 36


@dataclass(frozen=True)
class Call:
    """What a reader says of a case.

    Attributes:
        mtm: True for the macrotrabecular-massive subtype.
        mtm_probability: of that subtype, 0..1.
        alive: probability of being alive, 0..1, by months from the first HAIC: 36, and 12 and 60 where given.
    """

    mtm: bool
    mtm_probability: float
    alive: Mapping[int, float]


@dataclass(frozen=True)
class BoardReading:
    """A committed reading; it is never changed.

    Attributes:
        number: ascending in the order of writing.
        case, save: keys of the case and of the save that was read.
        reader: a code.
        at: UTC.
        call: what was said.
        shown: what the reader had before him, in words.
        versions: software and weights behind the answer that was hidden.
    """

    number: int
    case: str
    save: str
    reader: str
    at: datetime
    call: Call
    shown: str
    versions: str


@dataclass(frozen=True)
class Reveal:
    """That the model's answer was shown: to a reader who had committed, or to all who were there.

    Attributes:
        number: ascending in the order of writing.
        case, save: keys of the case and of the save that was shown.
        reader: to whom; of a reveal for all, who chaired the board.
        at: UTC.
        for_all: shown to all, read without commitment.
        versions: software and weights behind the answer.
    """

    number: int
    case: str
    save: str
    reader: str
    at: datetime
    for_all: bool
    versions: str


@dataclass(frozen=True)
class BoardRecord:
    """Readings and reveals, in the order of writing; of one case or of all."""

    readings: tuple[BoardReading, ...] = ()
    reveals: tuple[Reveal, ...] = ()

    def of_case(self, case: str) -> BoardRecord:
        """What belongs to one case."""
        readings = tuple(one for one in self.readings if one.case == case)
        return BoardRecord(readings, tuple(one for one in self.reveals if one.case == case))

    def of_save(self, save: str) -> BoardRecord:
        """What belongs to one save."""
        readings = tuple(one for one in self.readings if one.save == save)
        return BoardRecord(readings, tuple(one for one in self.reveals if one.save == save))

    @property
    def shown_to_all(self) -> Reveal | None:
        """The first reveal for all."""
        return next((one for one in self.reveals if one.for_all), None)

    def reading_by(self, reader: str) -> BoardReading | None:
        """The reader's first reading."""
        return next((one for one in self.readings if one.reader == reader), None)

    def is_revealed(self, reader: str) -> bool:
        """True if the model's answer was shown to this reader, or to all."""
        return any(one.for_all or one.reader == reader for one in self.reveals)

    @property
    def blind(self) -> tuple[BoardReading, ...]:
        """The readings that count in statistics: each reader's first of a case, before the case was shown to all."""
        counted: dict[tuple[str, str], BoardReading] = {}
        first_shown: dict[str, datetime] = {}
        for reveal in self.reveals:
            if reveal.for_all:
                first_shown.setdefault(reveal.case, reveal.at)
        for reading in self.readings:
            shown = first_shown.get(reading.case)
            if shown is None or reading.at <= shown:
                counted.setdefault((reading.case, reading.reader), reading)
        return tuple(counted.values())
