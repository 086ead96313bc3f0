"""What was taken away, by the names that DICOM gives its attributes; never a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

PRIVATE = "Private attributes"
OVERLAYS = "Overlays"
CURVES = "Curves"
PREAMBLE = "Preamble"
PIXEL_COMMENTS = "Comments within compressed pixels"
PIXELS = "Pixels that cannot be looked through"
PIXEL_REST = "Bytes beside the pixels"
FILE_NAMES = "File and folder names"
ZIP_COMMENTS = "Comments of zip files"
HEADER_TEXTS = "Texts in image headers (NIfTI, NRRD, MHA)"
TABLE_TEXTS = "Texts in the table (cohort.csv)"
UNREADABLE = "Values that cannot be read"
UNKNOWN = "Attributes that DICOM does not know"


@dataclass(eq=False)
class Tally:
    """How many attributes of each name were changed.

    Attributes:
        removed: taken away or emptied.
        replaced: given another value: identifiers by the case's, dates moved, descriptions cut down to known words.
        files: how many files were looked through.
    """

    removed: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    files: int = 0

    @property
    def count(self) -> int:
        """How many values were removed or replaced."""
        return self.removed.total() + self.replaced.total()

    def add(self, other: Tally) -> None:
        """Count what another one counted, too."""
        self.removed.update(other.removed)
        self.replaced.update(other.replaced)
        self.files += other.files

    def rows(self) -> list[tuple[str, str, int]]:
        """(name, "removed" | "replaced", how often), by name."""
        kinds = (("removed", self.removed), ("replaced", self.replaced))
        return sorted((name, kind, count) for kind, counts in kinds for name, count in counts.items())
