"""The PACS in sentences."""

from __future__ import annotations

from core.io.pacs.search import FoundSeries, Study
from core.io.pacs.send import Outcome
from core.report.sentences import HEAD_NAMES

SEARCH_FOR, FETCH_TWO, SEND_BACK = "Find a study", "Fetch two series", "Send the result"
DAYS, PATIENT, SEARCH = "Study date from and to", "Patient ID", "Search"
PATIENT_HELP = "Whole, as the PACS has it. It goes to the PACS and is written down nowhere."
WHAT_IS_SHOWN = (
    "Date, modality and the known words of a description are shown, patients' names are not. This page connects to the "
    "PACS that was set up and to nothing else."
)
NONE_FOUND = "No CT study fits."
STUDY, ARTERIAL, PORTAL_VENOUS, FETCH = "Study", "Arterial phase", "Portal-venous phase", "Fetch"
TWO_NEEDED = "This study has fewer than two CT series."
REPLACES = "Fetching begins a new case; what is not saved of the one that is open is lost."
HERE = "Both phases were fetched from the PACS and are loaded, without what says whose they are."
TO_CASE = "Go to the case"
SEND = "Send to the PACS"
NOTHING_TO_SEND = "Nothing to send yet: fetch the images of a case here and assess them on the page Case."
WHAT_IS_SENT = (
    "Mask, heatmaps, structured report and PDF go into the study the images came from, marked as research use. They "
    "carry the patient's identity, as every object of that study."
)
NAMES = {"segmentation": "Mask", "report": "Structured report", "document": "PDF"}


def study(found: Study) -> str:
    """One line on a study."""
    count = "" if found.series is None else f"{found.series} series"
    return _line(day(found.date), "/".join(found.modalities), found.description, count)


def series(found: FoundSeries) -> str:
    """One line on a series."""
    number = "" if found.number is None else f"Series {found.number}"
    count = "" if found.instances is None else f"{found.instances} images"
    return _line(number, found.description, count)


def day(found: str) -> str:
    """YYYYMMDD with dashes."""
    return f"{found[:4]}-{found[4:6]}-{found[6:]}" if len(found) == 8 else found


def outcome(found: Outcome) -> tuple[str, str]:
    """What was sent, and what became of it."""
    head = found.kind.removeprefix("heatmap_")
    return NAMES.get(found.kind, f"Heatmap {HEAD_NAMES.get(head, head)}"), "stored" if found.stored else found.reason


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part) or "no description"
