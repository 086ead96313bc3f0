"""Any table of images is read without a traceback; any records come back as they were written."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.case import IMPLIED, ClinicalRecord, choices
from core.errors import InputError
from core.io.cells import MISSING
from core.io.image_cohort import COLUMNS, CohortName, Patient, Split, Truth, read_image_cohort, write_image_cohort

HINTS = get_type_hints(ClinicalRecord)
USUAL = (
    "a",
    "p",
    "m",
    "1",
    "0",
    "0.5",
    "-1",
    "none",
    "NA",
    "",
    " ",
    "male",
    "PR",
    "train",
    "haic",
    "1e400",
    "nan",
    "1,5",
)
CELLS = st.one_of(st.sampled_from(USUAL), st.text(max_size=12), st.floats().map(str), st.integers().map(str))


def _value(name: str) -> st.SearchStrategy[Any]:
    metadata = ClinicalRecord.__dataclass_fields__[name].metadata
    hint = HINTS[name]
    if words := choices(hint):
        return st.sampled_from(words)
    if hint == bool | None:
        return st.booleans()
    if hint == int | None:
        return st.integers(int(metadata["low"]), int(metadata["high"]))
    return st.floats(metadata["low"], metadata["high"], allow_nan=False)


@st.composite
def records(draw: st.DrawFn) -> ClinicalRecord:
    values = {field.name: draw(st.none() | _value(field.name)) for field in fields(ClinicalRecord)}
    for finding, implied in IMPLIED:
        if values[finding] and values[implied] is False:
            values[implied] = None
    return ClinicalRecord(**values)


@st.composite
def patients(draw: st.DrawFn, folder: Path, row: int, patient_id: str) -> Patient:
    follow_up = draw(st.none() | st.tuples(st.floats(0, 1200), st.booleans()))
    truth = draw(
        st.none() | st.tuples(st.booleans(), st.floats(-50, 50), st.floats(0, 1), st.none() | st.floats(-9, 9))
    )
    return Patient(
        row=row,
        patient_id=patient_id,
        centre=draw(st.sampled_from(("", "0", "Warsaw, II", 'the "old" one', "Zürich"))),
        cohort=draw(st.sampled_from(get_args(CohortName))),
        split=draw(st.sampled_from(get_args(Split))),
        arterial=folder / "a",
        portal_venous=folder / "p",
        mask=draw(st.sampled_from((None, folder / "m"))),
        clinical=draw(records()),
        mtm=draw(st.none() | st.booleans()),
        time_months=follow_up[0] if follow_up else None,
        event=follow_up[1] if follow_up else None,
        truth=Truth(*truth) if truth else None,
    )


NAMES = st.lists(
    st.text("abcXYZ019_-.;,\"' é|", min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda one: one not in ("", *MISSING)),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(st.data(), NAMES)
def test_what_is_written_is_read(data: st.DataObject, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in "apm":
            (folder / name).write_bytes(b"")
        written = tuple(data.draw(patients(folder, row, name)) for row, name in enumerate(names, start=2))
        write_image_cohort(written, folder / "cohort.csv")
        found, problems = read_image_cohort(folder / "cohort.csv")
    assert problems == ()
    assert found == written


@given(
    st.lists(st.sampled_from(COLUMNS), max_size=12, unique=True),
    st.lists(st.lists(CELLS, min_size=15, max_size=15), max_size=5),
)
@example(["age_years"], [["1", "a", "p", "inf", *[""] * 11]])
@example(["ecog"], [["1", "a", "p", "1e400", *[""] * 11], ["2", "a", "p", "-nan", *[""] * 11]])
@example(["mask"], [["1", "a", "p", "x" * 300, *[""] * 11]])
@example(["mask"], [["1", "a\0b", "p", "a\0b", *[""] * 11]])
@example(["time_months"], [["\n", "a", "p", "\r\n1", *[""] * 11]])
def test_every_row_of_any_table_is_a_patient_or_has_a_problem(columns: list[str], rows: list[list[str]]) -> None:
    needed = ["patient_id", "arterial", "portal_venous"]
    header = needed + [name for name in columns if name not in needed]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in "apm":
            (folder / name).write_bytes(b"")
        path = folder / "cohort.csv"
        with path.open("w", encoding="utf-8", newline="", errors="surrogatepass") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(row[: len(header)] for row in rows)
        try:
            found, problems = read_image_cohort(path)
        except InputError:
            assume(False)
            return
    filled = sum(any(cell.strip() for cell in row[: len(header)]) for row in rows)
    good, bad = {one.row for one in found}, {one.row for one in problems}
    assert len(good) == len(found)
    assert not good & bad
    assert len(good | bad) == filled
    texts = [cell for row in rows for cell in row if len(cell) > 6 and not cell.replace(".", "").isascii()]
    assert not any(cell in problem.text for cell in texts for problem in problems)
