"""From uploaded bytes to images, through a folder that only this user can read and that is gone afterwards; and to a
centre's own nomogram.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.case import LiverMask, Notice, Phase
from core.errors import InputError
from core.io.disk import disk_that_may_be_full
from dashboard import texts

if TYPE_CHECKING:
    from core.io.deid.key import CaseKey
    from core.io.deid.tally import Tally
    from core.io.series import Series
    from core.survival.own_file import OwnNomogram
    from dashboard.draft import Draft


@dataclass(eq=False)
class Shelf:
    """The session's own nomogram; it belongs to no patient, so it outlives the case.

    Attributes:
        loaded: with its card, None until there is one.
        message: one sentence about a file that could not be used, "" if all is well.
        uploads: counts the files taken in, so that the drop zone is emptied after each.
    """

    loaded: OwnNomogram | None = None
    message: str = ""
    uploads: int = 0

    def take(self, content: bytes | None) -> bool:
        """Load the nomogram in a file, or drop it (None); False, with a message, if the file cannot be used."""
        self.uploads += 1
        try:
            self.loaded, self.message = None if content is None else _read_own(content), ""
        except InputError as error:
            self.message = texts.plain(error)
        return not self.message


def read_images(
    contents: Sequence[bytes | memoryview], key: CaseKey | None = None, removed: Tally | None = None
) -> list[Series]:
    """The series in the uploaded files, which are de-identified before anything is written, even for a moment.

    Every zip is read by itself, all other files together, as the slices of a DICOM series belong together.

    Args:
        key: of the case, so that what belongs together stays together; None for a key of this call alone.
        removed: counts what went.

    Raises:
        InputError: in one sentence, if a file cannot be used.
    """
    from core.io.deid.door import write_cleaned
    from core.io.deid.key import CaseKey
    from core.io.series import read_series

    with disk_that_may_be_full(), tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        sources, gone = write_cleaned(contents, Path(folder), key or CaseKey(), texts.ANY_SERIES)
        if removed is not None:
            removed.add(gone)
        return [series for source in sources for series in read_series(source, texts.ANY_SERIES)]


def _read_own(content: bytes) -> OwnNomogram:
    from core.survival.own_file import read_own
    from core.survival.questions import questions

    own = read_own(content)
    questions(own.nomogram)  # refuses axes that cannot be drawn
    return own


def read_liver_mask(
    content: bytes | memoryview, draft: Draft, number: int | None = None
) -> tuple[LiverMask, tuple[Notice, ...]]:
    """A liver mask for the draft's portal-venous series.

    Args:
        number: the liver's value in a label map, or the place of its segment or region; None to find it.

    Raises:
        InputError: if there is no such series, or the mask does not fit it.
    """
    from core.io.deid.door import write_cleaned
    from core.io.mask_files import numbered, read_mask_file
    from core.io.masks import ROLE

    reference = draft.only(Phase.PORTAL_VENOUS)
    arterial = draft.chosen(Phase.ARTERIAL)
    with disk_that_may_be_full(), tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        sources, gone = write_cleaned([content], Path(folder), draft.key, ROLE)
        draft.removed.add(gone)
        return read_mask_file(numbered(sources[0], number), reference, arterial[0] if arterial else None)


def mask_bytes(mask: LiverMask, ending: str) -> bytes:
    """A mask as the file whose name ends in `ending`: .nii.gz or .seg.nrrd."""
    from core.io.mask_files import write_mask_file

    with disk_that_may_be_full(), tempfile.TemporaryDirectory(prefix="haic-download-") as folder:
        path = Path(folder, f"liver{ending}")
        write_mask_file(mask, path)
        return path.read_bytes()
