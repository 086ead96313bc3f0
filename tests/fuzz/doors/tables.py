"""CSV: a centre's own cohort, a cohort of images, a table of scores that batch goes on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.io.clinical_columns import clinical_records
from core.io.cohort_table import CohortTable, read_cohort_table
from core.io.image_cohort import COLUMNS, read_image_cohort
from core.io.named_columns import READERS, named_columns
from core.io.scores_table import HEADER, read_scores
from core.io.selection import select
from tests import r_answers
from tests.fuzz.door import NAME, Door, said
from tests.fuzz.mutate import NUMBERS, TEXTS, mutated_table

TERMS = ("age_years", "sex", "stage")


def read(data: bytes, folder: Path) -> Iterator[str]:
    """The table, each column in every role, the data of a Cox model, the inputs of a nomogram, the records."""
    path = folder / f"{NAME}.csv"
    path.write_bytes(data)
    table = read_cohort_table(path)
    yield from table.notices
    for place in range(min(len(table.names), 12)):
        column = table.column(place)
        yield said(column.numbers)
        yield said(lambda one=column: one.require_text("a category"))  # type: ignore[misc]
        for reader in set(READERS.values()):
            yield said(lambda one=column, role=reader: role(one))  # type: ignore[misc]
    yield said(lambda: select(table, "time", "event", TERMS))
    yield said(lambda: select(table, "time", "event", TERMS[:1]))
    yield said(lambda: _named(table))
    yield said(lambda: clinical_records(table))


def _named(table: CohortTable) -> None:
    named_columns(table, {name: name for name in READERS if name in table.names and name != "objective_response"})


def read_images(data: bytes, folder: Path) -> Iterator[str]:
    """A cohort of images; the same bytes as a table of scores."""
    path = folder / f"{NAME}.csv"
    path.write_bytes(data)
    yield said(lambda: read_scores(path))
    _, problems = read_image_cohort(path)
    for problem in problems:
        yield problem.text


def seeds() -> list[bytes]:
    """Comma and point, semicolon and comma, quotation marks, Windows' letters, days; a simulated cohort."""
    head = "patient_id,time,event,age_years,sex,stage,afp_ng_ml,time_months,response,haic_sessions,mtm,dlr,pvtt"
    rows = [
        f"P{n},{n * 3.5 + 1},{n % 2},{40 + n},{'male' if n % 3 else 'female'},{'ABC'[n % 3]},{n * 11.5},{n + 0.5},"
        f"{['CR', 'PR', 'SD', 'PD'][n % 4]},{1 + n % 6},{n / 20},{1 - n / 20},{n % 2}"
        for n in range(14)
    ]
    plain = "\n".join((head, *rows)) + "\n"
    german = plain.replace(",", ";").replace(".", ",")
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in (head, *rows))
    own = (r_answers.FOLDER / "cohort_sim.csv").read_bytes()
    lines = own.splitlines(keepends=True)
    return [plain.encode(), ("\ufeff" + german).encode(), quoted.encode("utf-16"), b"".join(lines[:30]),
            plain.replace("male", "m\u00e4nnlich").encode("cp1252")]  # fmt: skip


def _hostile(plain: bytes) -> list[bytes]:
    """A cell of every kind in every kind of column; no end, no rows, too much of everything."""
    found = []
    lines = plain.decode().split("\n")
    places = range(lines[0].count(",") + 1)
    for text in (*NUMBERS, *TEXTS):
        for place in list(places)[:7]:
            cells = lines[3].split(",")
            cells[place] = '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
            found.append("\n".join([*lines[:3], ",".join(cells), *lines[4:]]).encode("utf-8", "surrogatepass"))
    wide = ",".join(f"c{n}" for n in range(20_000))
    return [*found, b"", b"\n", b",", b"a,b", b"a,b\n", b'"', b'a,b\n"', b"a;b,c\n1;2,3\n", b"\xff\xfe",
    b"\xfe\xff\xd8",
            b"a,a\n1,2\n", b",,\n,,\n", wide.encode() + b"\n", b"a,b\n" + b"\n" * 100_000 + b"1,2", b"a,b\n1,\x00\n",
            b"PK\x03\x04", b"<html>", b"a,b\n" + b'"' * 99_999, b"a,b\r1,2\r3,4", b"sep=;\na;b\n1;2\n"]  # fmt: skip


def hostile() -> list[bytes]:
    """Of a cohort."""
    return _hostile(seeds()[0])


def image_seeds() -> list[bytes]:
    """Of images, and of scores."""
    head = ",".join(COLUMNS)
    row = {"patient_id": "P1", "centre": "JANE", "arterial": ".", "portal_venous": "JANE_DOE.csv", "age_years": "60",
           "sex": "male", "ecog": "1", "time_months": "12.5", "event": "1", "mtm": "0", "true_mtm": "1",
           "true_mtm_logit": "0.5", "true_dlr": "0.2"}  # fmt: skip
    rows = [",".join(({**row, "patient_id": f"P{n}"}).get(name, "") for name in COLUMNS) for n in range(4)]
    few = "patient_id,arterial,portal_venous,event\nP1,.,.,1\nP2,a,.,\n"
    return [
        ("\n".join((head, *rows)) + "\n").encode(),
        few.encode(),
        (HEADER + "P1" + "," * HEADER.count(",") + "\n").encode(),
    ]


def image_hostile() -> list[bytes]:
    """Of a cohort of images."""
    return _hostile(image_seeds()[0])


DOORS = {
    "table": Door("table", read, seeds, hostile, mutated_table),
    "image-table": Door("image-table", read_images, image_seeds, image_hostile, mutated_table),
}
