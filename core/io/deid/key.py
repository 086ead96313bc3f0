"""What identifiers become within one case: the same in all its files, another in every other case."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST_SHIFT_DAYS = 3650
_DAY_S = 86400


@dataclass(frozen=True, eq=False)
class CaseKey:
    """The salt of one case. It is made here, lives in memory and is written nowhere, so that nothing leads back.

    Attributes:
        salt: 32 random bytes; no `repr` shows them.
    """

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def shift(self) -> timedelta:
        """How far every moment of the case is moved: back by 1 to 3650 days and by some seconds of a day."""
        number = int.from_bytes(self._digest("shift", ""), "big")
        return -timedelta(days=1 + number % LONGEST_SHIFT_DAYS, seconds=(number >> 32) % _DAY_S)

    def uid(self, text: str) -> str:
        """Another UID for a UID, of the root 2.25 (PS3.5, B.2); one that DICOM itself registers stays.

        Source: PS3.15, table E.1-1a, action U: "internally consistent within a set of instances".
        """
        from pydicom.uid import UID

        found = text.strip()
        if not found or UID(found, validation_mode=0).name != found:  # it has a name where DICOM registers it
            return found
        return f"2.25.{uuid.UUID(bytes=self._digest('uid', found), version=4).int}"

    def person(self, text: str) -> str:
        """What a patient is called instead; "" where nobody is named."""
        return f"CASE {self._digest('person', text.strip()).hex()[:8].upper()}" if text.strip() else ""

    def label(self, text: str) -> str:
        """Eight digits and letters that are equal for equal texts."""
        return self._digest("label", text.strip()).hex()[:8] if text.strip() else ""

    def moved(self, moment: datetime) -> datetime | None:
        """A moment as it is written, to the second; None where the calendar ends."""
        try:
            return moment.replace(microsecond=0) + self.shift
        except OverflowError:
            return None

    def _digest(self, what: str, text: str) -> bytes:
        person = what.encode().ljust(16, b"\0")
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=self.salt, digest_size=16, person=person).digest()
