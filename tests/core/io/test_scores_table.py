"""scores.csv while it grows: what a kill costs, what a rerun keeps, what is refused."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from core.case import ClinicalRecord
from core.errors import InputError
from core.io.image_cohort import Patient
from core.io.scores_state import Made, inputs_checksum
from core.io.scores_table import COLUMNS, ScoresTable, open_scores

MADE_WITH = {"haic-nomogram": "1", "weights": "a"}
INPUTS = {"p1": "1", 'p"2,\n': "2", "p3": "3"}
NAMES = list(INPUTS)


def opened(path: Path, inputs: dict[str, str] | None = None) -> AbstractContextManager[ScoresTable]:
    return open_scores(path, MADE_WITH, inputs or INPUTS, [("p0", {"error": "row 2, arterial: expected a path"})])


def filled(path: Path) -> None:
    with opened(path) as table:
        for name in NAMES:
            table.add(name, {"mtm": "0.1", "warnings": "a b"}, Made(INPUTS[name], False))


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def test_columns_are_those_of_the_contract() -> None:
    horizons = [f"os{month}_{model}" for model in ("pre", "post") for month in (12, 36, 60)]
    bands = [name + end for name in horizons for end in ("", "_low", "_high")]
    first = ["patient_id", "mtm", "mtm_network", "mtm_radiomics", "mtm_clinical", "dlr", "lp_pre", "lp_post"]
    last = ["risk_group_pre", "risk_group_post", "liver_ml", "warnings", "error", "seconds"]
    assert list(COLUMNS) == [*first, *bands, *last]


def test_a_rerun_keeps_what_is_done(tmp_path: Path) -> None:
    filled(tmp_path / "s.csv")
    with opened(tmp_path / "s.csv") as table:
        assert list(table.lines) == NAMES
    assert [row["patient_id"] for row in rows(tmp_path / "s.csv")] == [*NAMES, "p0"]


def test_a_kill_at_any_byte_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    filled(path)
    table, state = path.read_bytes(), path.with_name("s.csv.state.jsonl").read_bytes()
    ends = [i + 1 for i, byte in enumerate(state) if byte == ord("\n")]
    for cut in range(ends[0], len(state) + 1, 3):
        path.write_bytes(table)
        path.with_name("s.csv.state.jsonl").write_bytes(state[:cut])
        with opened(path) as again:
            assert len(again.lines) >= sum(end <= cut for end in ends) - 1
    with opened(path) as again:
        texts = [line.text for line in again.lines.values()]
    ends = [table.index(text.encode()) + len(text) for text in texts]
    for cut in [*range(table.index(b"p1"), len(table), 7), *ends]:
        path.write_bytes(table[:cut])
        path.with_name("s.csv.state.jsonl").write_bytes(state)
        with opened(path) as again:
            assert list(again.lines) == [name for name, end in zip(NAMES, ends, strict=True) if cut >= end - 1]
            for name in NAMES[len(again.lines) :]:
                again.add(name, {"mtm": "0.1", "warnings": "a b"}, Made(INPUTS[name], False))
            again.order([(name, None) for name in NAMES])
        assert [(row["patient_id"], row["mtm"]) for row in rows(path)] == [(name, "0.1") for name in NAMES]


def test_the_table_ends_in_the_order_of_the_cohort(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    with opened(path) as table:
        for name in reversed(NAMES):
            table.add(name, {"mtm": name}, Made(INPUTS[name], False))
        table.order([("p1", None), ("p0", {"error": "why"}), (NAMES[1], None), ("p3", None), ("p4", None)])
    assert [row["patient_id"] for row in rows(path)] == ["p1", "p0", NAMES[1], "p3"]
    assert [row["error"] for row in rows(path)] == ["", "why", "", ""]


def test_what_changed_or_failed_for_a_passing_reason_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    with opened(path) as table:
        table.add("p1", {"error": "no CT"}, Made("1", False))
        table.add("p3", {"error": "ended"}, Made("3", True))
        table.add(NAMES[1], {"mtm": "1.0"}, Made("2", False))
    with opened(path) as table:
        assert list(table.lines) == ["p1", NAMES[1]]
        assert table.lines["p1"].failed
    with opened(path, INPUTS | {"p1": "mended"}) as table:
        assert list(table.lines) == [NAMES[1]]
    path.write_bytes(path.read_bytes().replace(b"1.0", b"0.9"))
    with opened(path) as table:
        assert table.lines == {}


def test_a_table_made_with_something_else_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    filled(path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="made with these weights and this version"):  # noqa: SIM117
        with open_scores(path, MADE_WITH | {"weights": "b"}, INPUTS, []):
            pass
    assert path.read_bytes() == before
    path.unlink()
    with open_scores(path, MADE_WITH | {"weights": "b"}, INPUTS, []) as table:
        assert table.lines == {}


def test_a_file_of_another_kind_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("patient_id\np1\n")
    with pytest.raises(InputError, match="one that batch began"), opened(tmp_path / "cohort.csv"):
        pass
    assert (tmp_path / "cohort.csv").read_text(encoding="utf-8") == "patient_id\np1\n"
    with pytest.raises(InputError, match="expected a file, got a folder"), opened(tmp_path):
        pass


def test_two_runs_never_write_one_table(tmp_path: Path) -> None:
    with opened(tmp_path / "s.csv"), pytest.raises(InputError, match="another batch"), opened(tmp_path / "s.csv"):
        pass


def test_inputs_are_told_apart(tmp_path: Path) -> None:
    image = tmp_path / "a.nii"
    image.write_bytes(b"1")
    one = Patient(2, "p", "0", "haic", "train", image, image, None, ClinicalRecord(pvtt=True), None, None, None)
    before = inputs_checksum(one, tmp_path)
    assert inputs_checksum(replace(one, row=3, centre="1"), tmp_path) == before
    assert inputs_checksum(replace(one, clinical=ClinicalRecord(pvtt=False)), tmp_path) != before
    assert inputs_checksum(replace(one, mask=image), tmp_path) != before
    os.utime(image, (1, 1))
    assert inputs_checksum(one, tmp_path) != before
