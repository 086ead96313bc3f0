"""One row of the table of a cohort of images, read cell by cell; what is wrong with it is kept, not raised."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from core.case import ClinicalRecord, choices
from core.errors import InputError
from core.io.cells import MISSING
from core.io.clinical import parse_clinical
from core.io.number_words import number_words
from core.io.patient import CLINICAL, LONGEST_MONTHS, CohortName, Patient, Problem, Split, Truth

KINDS = get_type_hints(ClinicalRecord)
YES_NO = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}


class PatientRow:
    """The cells of one row while they are read; keeps what is wrong with them."""

    def __init__(self, number: int, cells: Mapping[str, str], folder: Path) -> None:
        self.number, self.cells, self.folder = number, cells, folder
        self.problems: list[Problem] = []

    def patient(self, seen: set[str]) -> Patient | None:
        """The patient, or None with a problem noted."""
        name = self._text("patient_id") or ""
        if not name or name in seen:
            self._wrong("patient_id", f"expected an id of its own, got {'one used before' if name else 'none'}")
        seen.add(name)
        time_months, event = self._number("time_months", 0.0, LONGEST_MONTHS), self._yes_no("event")
        if (time_months is None) != (event is None) and not self.problems:
            known, other = ("event", "time_months") if time_months is None else ("time_months", "event")
            self._wrong(other, f"expected a value where {known} has one, got none")
        found = Patient(
            row=self.number,
            patient_id=name,
            centre=self._text("centre") or "",
            cohort=self._word("cohort", get_args(CohortName), "haic"),
            split=self._word("split", get_args(Split), "train"),
            arterial=self._path("arterial") or Path(),
            portal_venous=self._path("portal_venous") or Path(),
            mask=self._path("mask", needed=False),
            clinical=self._record(),
            mtm=self._yes_no("mtm"),
            time_months=time_months,
            event=event,
            truth=self._truth(),
        )
        return None if self.problems else found

    def _wrong(self, column: str, text: str) -> None:
        self.problems.append(Problem(self.number, column, text, self._text("patient_id") or ""))

    def _text(self, column: str) -> str | None:
        value = self.cells.get(column, "")
        return None if value in MISSING else value

    def _word(self, column: str, words: tuple[str, ...], otherwise: str) -> Any:
        value = self._text(column)
        if value is not None and value not in words:
            self._wrong(column, f"expected one of {', '.join(words)}, got another value")
        return value if value in words else otherwise

    def _number(self, column: str, low: float, high: float) -> float | None:
        text = self._text(column)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            self._wrong(column, "expected a number with a decimal point, got text")
            return None
        if not low <= value <= high:
            self._wrong(column, f"expected {low:.9g}-{high:.9g}, got {number_words(value)}")
        return value

    def _yes_no(self, column: str) -> bool | None:
        text = self._text(column)
        if text is not None and text.lower() not in YES_NO:
            self._wrong(column, "expected 0, 1 or nothing, got another value")
        return YES_NO.get((text or "").lower())

    def _path(self, column: str, needed: bool = True) -> Path | None:
        text = self._text(column)
        if text is None:
            if needed:
                self._wrong(column, "expected a path, got none")
            return None
        path = self.folder / text
        if not os.path.exists(path):  # unlike Path.exists also for a text that can be no path
            self._wrong(column, "expected an existing file or folder, got a path where there is none")
        return path

    def _record(self) -> ClinicalRecord:
        before = len(self.problems)
        values = {name: value for name in CLINICAL if (value := self._clinical(name)) is not None}
        if len(self.problems) == before:
            try:
                return parse_clinical(values)
            except InputError as error:
                self._wrong("clinical values", str(error).removeprefix("clinical record, "))
        return ClinicalRecord()

    def _clinical(self, name: str) -> Any:
        """The cell as a record has it; "none" is a value where it is one of the words."""
        kind = KINDS[name]
        if words := choices(kind):
            return self._word(name, words, "") or None
        if kind == bool | None:
            return self._yes_no(name)
        value = self._number(name, CLINICAL[name].metadata["low"], CLINICAL[name].metadata["high"])
        if value is None or kind != int | None:
            return value
        if not value.is_integer():  # also for what is not finite
            self._wrong(name, f"expected a whole number, got {number_words(value)}")
            return None
        return int(value)

    def _truth(self) -> Truth | None:
        mtm, huge = self._yes_no("true_mtm"), 1e6
        logit, dlr = self._number("true_mtm_logit", -huge, huge), self._number("true_dlr", 0.0, 1.0)
        if mtm is None or logit is None or dlr is None:
            return None
        return Truth(mtm, logit, dlr, self._number("true_lp_post", -huge, huge))
