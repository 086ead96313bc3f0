"""A cohort in a zip: cohort.csv and the images that it names, unpacked under numbers.

Neither a file name nor a folder name of the zip comes onto the disk, for it may hold a patient's name; and as each path
of the table is looked up among the zip's own, none can lead out of it.
"""

from __future__ import annotations

import csv
import io
import posixpath
from pathlib import Path, PurePosixPath

from core.errors import InputError
from core.io.archive import extract
from core.io.atomic import write_text
from core.io.delimited import Delimited, filled_rows, read_delimited

ROLE = "cohort zip"
TABLE = "cohort.csv"
PATHS = ("arterial", "portal_venous", "mask")
NOWHERE = "not-in-the-zip"


def unpack_cohort(path: Path, folder: Path) -> Path:
    """Unpack the zip at `path` into `folder`; returns its table, whose paths are now those of the unpacked files.

    Raises:
        InputError: a zip that cannot be trusted, or is damaged; not one cohort.csv in it, or one that is no table.
    """
    names = _Numbers()
    extract(path, folder / "images", ROLE, place=names.place)
    tables = [name for name in names.files if name.name.lower() == TABLE]
    if len(tables) != 1:
        raise InputError(f"{ROLE}: expected one {TABLE}, got {len(tables) or 'none'}")
    found = read_delimited(folder / "images" / names.paths[tables[0]])
    write_text(folder / TABLE, _renamed(found, tables[0].parent, names))
    return folder / TABLE


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


def _renamed(table: Delimited, folder: PurePosixPath, names: _Numbers) -> str:
    """The table with other paths; every row keeps its number."""
    places = [place for place, name in enumerate(table.names) if name in PATHS]
    lines: dict[int, list[str]] = {int(table.rows[0]) - 1 if len(table.rows) else 1: list(table.names)}
    for number, cells in filled_rows(table):
        for place in places:
            cells[place] = names.found(cells[place], folder) if cells[place] else ""
        lines[number] = cells
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table.delimiter, lineterminator="\n")
    for number in range(1, max(lines) + 1):
        writer.writerow(lines.get(number, []))
    return text.getvalue()
