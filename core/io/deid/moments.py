"""Dates and times moved by the case's shift, pairs of them together; of PS3.15 E.3.6, modified dates option.

Fractions of a second are dropped: no order of slices hangs on them, and they tell one examination from all others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from core.io.deid.key import CaseKey

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PAIRS = ("Study", "Series", "Acquisition", "Content", "InstanceCreation")
WHOLE = ("AcquisitionDateTime", "FrameAcquisitionDateTime", "FrameReferenceDateTime")
_NO_DAY = "20000101"
_DATE = re.compile(r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})")
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(?:\.\d*)?")


def moved_moments(dataset: Dataset, key: CaseKey) -> Mapping[str, str]:
    """The new values of the dates and times of one level of a data set, by keyword; the others must go.

    A time without its date gets that of the study, so that no order is lost at midnight.
    """
    study = _text(dataset, "StudyDate")
    found: dict[str, str] = {}
    for name in PAIRS:
        date, time = _text(dataset, f"{name}Date"), _text(dataset, f"{name}Time")
        if date or time:
            found.update(_pair(name, date or study or _NO_DAY, time, key))
    for keyword in WHOLE:
        whole = _text(dataset, keyword)
        if whole and (moment := _moved(whole[:8], whole[8:].split("+")[0].split("-")[0], key)):
            found[keyword] = f"{moment:%Y%m%d%H%M%S}"
    return found


def _pair(name: str, date: str, time: str, key: CaseKey) -> Mapping[str, str]:
    moment = _moved(date, time, key)
    if moment is None:
        return {}
    day = {f"{name}Date": f"{moment:%Y%m%d}"}
    return {**day, f"{name}Time": f"{moment:%H%M%S}"} if time else day


def _moved(date: str, time: str, key: CaseKey) -> datetime | None:
    day, clock = _DATE.fullmatch(date), _TIME.fullmatch(time or "00")
    if day is None or clock is None:
        return None
    try:
        whole = datetime(*(int(n) for n in day.groups()), *(int(n or 0) for n in clock.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None
    moved = key.moved(whole)
    return moved if moved is not None and moved.year >= 1000 else None


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword, "") or "").strip()
