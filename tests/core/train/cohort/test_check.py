import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import InputError
from core.io.image_cohort import Patient, read_image_cohort, write_image_cohort
from core.train.cohort.check import check_cohort, remember_splits
from tests.core.train.tiny_cohort import tiny_cohort

FEWEST = 3


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cohort(tmp_path_factory.mktemp("cohort"), 12, 16)


def _changed(table: Path, out: Path, change: dict[int, dict[str, object]]) -> Path:
    """The table with other values of the patients at some positions, beside the first."""
    patients = list(read_image_cohort(table)[0])
    for at, values in change.items():
        patients[at] = replace(patients[at], **values)  # type: ignore[arg-type]
    path = table.parent / f"{out.name}.csv"
    write_image_cohort(patients, path)
    return path


def _everybody(table: Path, **values: object) -> dict[int, dict[str, object]]:
    return {at: values for at in range(len(read_image_cohort(table)[0]))}


def _told(table: Path, out: Path) -> list[str]:
    said: list[str] = []
    with pytest.raises(InputError, match=r"problems\.csv"):
        check_cohort(table, out, FEWEST, said.append)
    assert (out / "problems.csv").read_text(encoding="utf-8").count("\n") == len(said) + 1
    return said


def test_a_sound_table_has_no_problems(table: Path, tmp_path: Path) -> None:
    found = check_cohort(table, tmp_path, FEWEST, lambda line: None)
    assert (len(found.patients), found.has_mtm, found.has_survival) == (28, True, True)
    assert (tmp_path / "problems.csv").read_text(encoding="utf-8") == "row,column,problem\n"


def test_one_image_in_two_splits_is_found_by_its_bytes(table: Path, tmp_path: Path) -> None:
    patients: tuple[Patient, ...] = read_image_cohort(table)[0]
    copied = table.parent / "renamed.nii.gz"
    copied.write_bytes(patients[0].portal_venous.read_bytes())
    said = _told(_changed(table, tmp_path, {4: {"portal_venous": copied}}), tmp_path)
    text = (
        "expected an image of this patient alone, got the image of row 2, which is in split train, this one in external"
    )
    assert said == [f"row 6, portal_venous: {text}"]


def test_the_same_file_for_both_phases_is_found(table: Path, tmp_path: Path) -> None:
    arterial = read_image_cohort(table)[0][3].arterial
    said = _told(_changed(table, tmp_path, {3: {"portal_venous": arterial}}), tmp_path)
    assert said == ["row 5, portal_venous: expected another image than the arterial phase, got the same"]


def test_patients_who_change_their_split_after_a_training_are_found(table: Path, tmp_path: Path) -> None:
    found = check_cohort(table, tmp_path, FEWEST, lambda line: None)
    remember_splits(found.patients, tmp_path / "work")
    check_cohort(table, tmp_path, FEWEST, lambda line: None)
    swapped = {0: {"split": "external"}, 4: {"split": "train"}}
    said = _told(_changed(table, tmp_path, swapped), tmp_path)
    assert [line.split(":")[0] for line in said] == ["row 2, split", "row 6, split"]
    assert "expected train, as when this folder was last trained, got external" in said[0]


def test_too_few_of_a_kind_are_told_with_their_numbers(table: Path, tmp_path: Path) -> None:
    said = _told(_changed(table, tmp_path, {at: {"mtm": True} for at in range(12)}), tmp_path)
    assert said == ["row 1, mtm: expected at least 3 training patients with and without MTM, got 8 and 0"]
    survivors = {at: {"event": False, "time_months": 70.0} for at in range(12, 28)}
    said = _told(_changed(table, tmp_path, survivors), tmp_path)
    assert [re.findall(r"[0-9]+ months", line) for line in said] == [["12 months"], ["24 months"], ["36 months"]]


def test_a_label_that_is_wholly_absent_leaves_its_part_out(table: Path, tmp_path: Path) -> None:
    found = check_cohort(_changed(table, tmp_path, _everybody(table, mtm=None)), tmp_path, FEWEST, lambda line: None)
    assert (found.has_mtm, found.has_survival) == (False, True)
    assert "the MTM score is not trained" in found.notices[0]
    none = _everybody(table, mtm=None, time_months=None, event=None)
    said = _told(_changed(table, tmp_path, none), tmp_path)
    assert said == ["row 1, mtm, time_months, event: expected MTM labels or survival to learn from, got neither"]


def test_without_held_out_patients_that_is_said(table: Path, tmp_path: Path) -> None:
    found = check_cohort(
        _changed(table, tmp_path, _everybody(table, split="train")), tmp_path, FEWEST, lambda line: None
    )
    assert "all figures are cross-validated" in found.notices[-1]


def test_all_problems_of_the_table_are_told_at_once(table: Path, tmp_path: Path) -> None:
    path = _changed(table, tmp_path, {})
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("train", "tarin", 1)
    lines[9] = lines[9].replace(".nii.gz", ".nothing", 1)
    path.write_text("\n".join(lines) + "\n")
    said = _told(path, tmp_path)
    assert [line.split(":")[0] for line in said] == ["row 4, split", "row 10, arterial"]
    assert not any("tarin" in line or "nothing" in line.split("got")[0] for line in said)
