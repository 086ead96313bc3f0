"""What is said of the de-identification of uploads."""

from core.io.burned_in import PIXELS_UNPROVEN
from core.io.deid.tally import Tally

HEAD = ("In the files", "What was done", "How often")
CAPTION = "Names and counts of what was taken out; no value is kept or shown"
HOW = (
    "Before anything is read, identifiers are taken out in memory by the DICOM basic profile (PS3.15): private "
    "attributes, names, numbers and free texts go; UIDs are replaced and dates moved alike throughout this case."
)
UNPROVEN = PIXELS_UNPROVEN
_DONE = {"removed": "removed", "replaced": "replaced"}


def title(tally: Tally) -> str:
    """How much was taken out of how many files."""
    files = f"{tally.files} file{'' if tally.files == 1 else 's'}"
    return f"De-identified on reading: {tally.count} values in {files}"


def rows(tally: Tally) -> list[tuple[str, str, str]]:
    """The cells of the table."""
    return [(name, _DONE[kind], f"{count}") for name, kind, count in tally.rows() if count]
