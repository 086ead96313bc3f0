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
from dashboard import texts

if TYPE_CHECKING:
    from core.io.series import Series
    from core.survival.own_file import OwnNomogram
    from dashboard.draft import Draft

ZIP_HEAD = b"PK\x03\x04"


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


def read_images(contents: Sequence[bytes | memoryview]) -> list[Series]:
    """The series in the uploaded files.

    Every zip is read by itself, all other files together, as the slices of a DICOM series belong together.

    Raises:
        InputError: in one sentence, if a file cannot be used.
    """
    from core.io.series import read_series

    with tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        sources = _write(contents, Path(folder))
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
    from core.io.mask_files import numbered, read_mask_file

    reference = draft.only(Phase.PORTAL_VENOUS)
    arterial = draft.chosen(Phase.ARTERIAL)
    with tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        path = Path(folder, "mask.zip" if bytes(content[:4]) == ZIP_HEAD else "mask")
        path.write_bytes(content)
        return read_mask_file(numbered(path, number), reference, arterial[0] if arterial else None)


def mask_bytes(mask: LiverMask, ending: str) -> bytes:
    """A mask as the file whose name ends in `ending`: .nii.gz or .seg.nrrd."""
    from core.io.mask_files import write_mask_file

    with tempfile.TemporaryDirectory(prefix="haic-download-") as folder:
        path = Path(folder, f"liver{ending}")
        write_mask_file(mask, path)
        return path.read_bytes()


def _write(contents: Sequence[bytes | memoryview], folder: Path) -> list[Path]:
    """Write the files under numbers, never under their names; return what to read: a folder of files, and each zip."""
    loose = folder / "files"
    loose.mkdir()
    zips = []
    for number, content in enumerate(contents, start=1):
        zipped = bytes(content[:4]) == ZIP_HEAD
        path = folder / f"{number}.zip" if zipped else loose / f"{number:06d}"
        path.write_bytes(content)
        zips += [path] if zipped else []
    return [loose, *zips] if any(loose.iterdir()) else zips
