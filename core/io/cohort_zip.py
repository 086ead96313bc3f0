"""A cohort in a zip: cohort.csv and the images that it names, unpacked without identifiers and under numbers.

The images pass the door (`core.io.deid`) before they are written. Neither a file name nor a folder name of the zip
comes onto the disk, for it may hold a patient's name; and as each path of the table is looked up among the zip's own,
none can lead out of it. Of the table stay the columns that are read, and in them numbers and known words.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, get_args

from core.case import choices
from core.errors import InputError
from core.io.archive import extract
from core.io.atomic import write_text
from core.io.cells import MISSING
from core.io.deid.door import cleaned_member
from core.io.deid.key import CaseKey
from core.io.deid.tally import FILE_NAMES, TABLE_TEXTS, ZIP_COMMENTS, Tally
from core.io.delimited import Delimited, delimited, filled_rows
from core.io.patient import CLINICAL, COLUMNS, CohortName, Split
from core.io.patient_row import KINDS, YES_NO
from core.io.text_file import text_of

ROLE = "cohort zip"
TABLE = "cohort.csv"
PATHS = ("arterial", "portal_venous", "mask")
NOWHERE = "not-in-the-zip"
_NUMBER = re.compile(r"[-+]?\d{0,7}(?:\.\d{0,18})?(?:[eE][-+]?\d{1,2})?", re.ASCII)
_TEXT = "text"  # stands for a cell that is neither number nor known word; the reader says that it expected another
_WORDS = frozenset(
    [
        *(*MISSING, *YES_NO, *get_args(CohortName), *get_args(Split)),
        *(word for name in CLINICAL for word in choices(KINDS[name])),
    ]
)


@dataclass(eq=False)
class Unpacked:
    """A cohort behind the door.

    Attributes:
        table: its paths are those of the unpacked files.
        removed: what went.
        renamed: rows whose patient_id was no pseudonym and is now the row's number.
    """

    table: Path
    removed: Tally
    renamed: int = 0


def unpack_cohort(zipped: Path | BinaryIO, folder: Path, pseudonym: Callable[[str], str]) -> Unpacked:
    """Unpack the zip into `folder`.

    UIDs are mapped and dates moved alike in the whole cohort, so that both phases of a patient stay together; the key
    of that is forgotten.

    Args:
        pseudonym: gives back what may stand as a patient_id, and raises InputError for what may be a name.

    Raises:
        InputError: a zip that cannot be trusted, or is damaged; not one cohort.csv in it, or one that is no table.
    """
    names, tally = _Numbers(), Tally()
    members = _Members(names, tally)
    commented = extract(zipped, folder / "images", ROLE, clean=members.clean, place=names.place)
    tally.removed[ZIP_COMMENTS] += commented
    tally.removed[FILE_NAMES] += len(names.files)
    if len(members.tables) != 1:
        raise InputError(f"{ROLE}: expected one {TABLE}, got {len(members.tables) or 'none'}")
    ((place, content),) = members.tables.items()
    table = _Table(place.parent, names, pseudonym, tally)
    write_text(folder / TABLE, table.written(delimited(text_of(content))))
    return Unpacked(folder / TABLE, tally, table.renamed)


class _Numbers:
    """Every file and folder of a zip under a number of its own.

    Attributes:
        paths: where each file and folder lies, by its name in the zip.
        files: the files' names.
    """

    def __init__(self) -> None:
        self.paths: dict[PurePosixPath, Path] = {PurePosixPath("."): Path()}
        self.files: list[PurePosixPath] = []

    def place(self, _number: int, name: str) -> Path:
        """Where a file goes."""
        whole = PurePosixPath(posixpath.normpath(name.replace("\\", "/")))
        if whole in self.paths:
            raise InputError(f"{ROLE}: expected each file once, got one twice")
        for one in (*reversed(whole.parents), whole):
            if one not in self.paths:
                self.paths[one] = self.paths[one.parent] / f"{len(self.paths):06d}"
        self.files.append(whole)
        return self.paths[whole]

    def found(self, cell: str, folder: PurePosixPath) -> str:
        """A path of the table, which lies in `folder`, as that of the unpacked file."""
        name = PurePosixPath(posixpath.normpath((folder / cell.replace("\\", "/")).as_posix()))
        known = self.paths.get(name)
        return NOWHERE if known is None else (Path("images") / known).as_posix()


class _Members:
    """The members as they come, in the order in which they were given their places.

    Attributes:
        tables: the bytes of every cohort.csv by its name; they are not written.
    """

    def __init__(self, names: _Numbers, tally: Tally) -> None:
        self.tables: dict[PurePosixPath, bytes] = {}
        self._names, self._tally, self._key, self._count = names, tally, CaseKey(), 0

    def clean(self, content: bytes) -> bytes:
        """What is written of the next member."""
        name = self._names.files[self._count]
        self._count += 1
        if name.name.lower() == TABLE:
            self.tables[name] = content
            return b""
        return cleaned_member(content, self._key, ROLE, self._tally)


class _Table:
    """The table as it may lie on the disk; every row keeps its number."""

    def __init__(self, folder: PurePosixPath, names: _Numbers, pseudonym: Callable[[str], str], tally: Tally) -> None:
        self.renamed = 0
        self._folder, self._names, self._pseudonym, self._tally = folder, names, pseudonym, tally

    def written(self, table: Delimited) -> str:
        """Known columns only, other paths, numbers and known words."""
        kept = [(place, name) for place, name in enumerate(table.names) if name in COLUMNS]
        self._tally.removed[TABLE_TEXTS] += len(table.names) - len(kept)
        lines = {int(table.rows[0]) - 1 if len(table.rows) else 1: [name for _, name in kept]}
        for number, row in filled_rows(table):
            lines[number] = [self._cell(name, row[place].strip(), number) for place, name in kept]
        text = io.StringIO()
        writer = csv.writer(text, delimiter=table.delimiter, lineterminator="\n")
        for number in range(1, max(lines) + 1):
            writer.writerow(lines.get(number, []))
        return text.getvalue()

    def _cell(self, name: str, cell: str, row: int) -> str:
        if name in PATHS:
            return self._names.found(cell, self._folder) if cell else ""
        if name == "patient_id":
            return self._patient(cell, row)
        if _is_number(cell) or cell in _WORDS or cell.lower() in YES_NO:
            return cell
        self._tally.removed[TABLE_TEXTS] += 1
        return "" if name == "centre" else _TEXT

    def _patient(self, cell: str, row: int) -> str:
        """A pseudonym as it is, the row's number for any other; nothing stays nothing."""
        try:
            return self._pseudonym(cell) if cell and cell not in MISSING else ""
        except InputError:
            self.renamed += 1
            self._tally.replaced[TABLE_TEXTS] += 1
            return f"Row {row}"


def _is_number(cell: str) -> bool:
    """True for what a clinical value or a score is written as; hospital numbers and dates have more digits."""
    return bool(_NUMBER.fullmatch(cell)) and any(sign.isdigit() for sign in cell)
