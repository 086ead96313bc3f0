"""A simulated cohort on disk: complete, the same for the same plan, also after a kill."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.case import Phase
from core.cli import main
from core.errors import InputError
from core.io.image_cohort import read_image_cohort
from core.io.volumes import read_volume, write_mask, write_volume
from core.simulate import to_disk
from core.simulate.cohort import draw_patients, simulate_patient
from core.simulate.phases import CENTRES
from core.simulate.to_disk import CohortPlan, write_cohort

PLAN = CohortPlan(patients=4, mtm_patients=2, seed=5)


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images of few voxels: what is tested is not how they look."""
    monkeypatch.setattr(to_disk, "IN_PLANE_MM", 8.0)


def _quiet(step: str, share: float) -> None:
    """Progress that nobody reads."""


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    out = tmp_path / "whole"
    write_cohort(PLAN, out, _quiet)
    return out


def test_the_table_has_both_cohorts_and_no_problem(whole: Path) -> None:
    patients, problems = read_image_cohort(whole / "cohort.csv")
    assert problems == ()
    treated = [p for p in patients if p.cohort == "haic"]
    resected = [p for p in patients if p.cohort == "resection"]
    assert (len(treated), len(resected)) == (4, 2)
    assert all(p.mtm is None and p.time_months is not None and p.event is not None for p in treated)
    assert all(p.mtm is not None and p.time_months is None and p.event is None for p in resected)
    truths = [p.truth for p in patients]
    drawn = draw_patients(4, 2, 5)
    assert [(t.mtm, t.mtm_logit, t.dlr, t.lp_post) for t in truths if t is not None] == [
        (p.mtm, p.true_mtm_logit, p.dlr, p.lp_post) for p in drawn
    ]
    assert [p.clinical for p in patients] == [p.clinical for p in drawn]


def test_paths_are_relative_and_name_nothing_but_the_patient(whole: Path) -> None:
    lines = (whole / "cohort.csv").read_text(encoding="utf-8").splitlines()
    assert "H0001,0," in lines[1]
    assert "patients/H0001/arterial.nii.gz,patients/H0001/portal_venous.nii.gz,patients/H0001/mask.nii.gz" in lines[1]
    assert str(whole) not in "".join(lines) + (whole / "simulate.json").read_text(encoding="utf-8")


def test_images_are_those_of_the_patient_and_say_that_they_are_simulated(whole: Path) -> None:
    latent = draw_patients(4, 2, 5)[3]
    case = simulate_patient(latent, (8.0, 8.0, CENTRES[latent.centre].thickness_mm))
    read, _ = read_volume(whole / "patients" / latent.patient_id / "arterial.nii.gz", Phase.ARTERIAL, "arterial series")
    np.testing.assert_array_equal(read.hu, case.arterial.hu)
    assert read.simulated


def test_each_centre_has_its_slice_thickness(tmp_path: Path) -> None:
    write_cohort(CohortPlan(16, 0, 5), tmp_path, _quiet)
    patients, _ = read_image_cohort(tmp_path / "cohort.csv")
    seen = {
        (p.centre, round(read_volume(p.arterial, Phase.ARTERIAL, "arterial series")[0].geometry.spacing_mm[2], 4))
        for p in patients
    }
    assert seen == {(str(number), centre.thickness_mm) for number, centre in enumerate(CENTRES)}


def test_same_plan_same_bytes(whole: Path, tmp_path: Path) -> None:
    write_cohort(PLAN, tmp_path / "again", _quiet)
    assert _digests(tmp_path / "again") == _digests(whole)


def test_another_seed_gives_other_images(whole: Path, tmp_path: Path) -> None:
    write_cohort(CohortPlan(4, 2, 6), tmp_path / "other", _quiet)
    mine, theirs = _digests(whole), _digests(tmp_path / "other")
    assert all(mine[name] != theirs[name] for name in mine)


@pytest.mark.parametrize("after", [0, 4, 7, 17])
def test_a_stopped_run_goes_on_to_the_same_bytes(
    after: int, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after that many of 18 files, with half a file left behind as a kill leaves it."""
    written: list[Path] = []

    def stops(values: object, path: Path) -> None:
        if len(written) == after:
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / ".partial-x").write_bytes(b"half")
            raise KeyboardInterrupt
        written.append(path)
        (write_mask if path.name == "mask.nii.gz" else write_volume)(values, path)  # type: ignore[operator]

    out = tmp_path / "stopped"
    with monkeypatch.context() as patched:
        patched.setattr(to_disk, "write_volume", stops)
        patched.setattr(to_disk, "write_mask", stops)
        with pytest.raises(KeyboardInterrupt):
            write_cohort(PLAN, out, _quiet)
    assert not (out / "cohort.csv").exists()
    made: list[str] = []
    write_cohort(PLAN, out, lambda step, _: made.append(step))
    assert len(made) == 6 - after // 3
    assert _digests(out) == _digests(whole)


def test_a_folder_with_another_cohort_is_refused(whole: Path) -> None:
    before = _digests(whole)
    with pytest.raises(InputError, match="another cohort"):
        write_cohort(CohortPlan(4, 2, 6), whole, _quiet)
    assert _digests(whole) == before


def test_a_cohort_from_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("patient_id\n1\n")
    with pytest.raises(InputError, match="from elsewhere"):
        write_cohort(PLAN, tmp_path, _quiet)


def _scans(folder: Path, count: int) -> None:
    folder.mkdir()
    for number, latent in enumerate(draw_patients(count, 0, 77)):
        case = simulate_patient(latent, (6.0, 6.0, 6.0))
        write_volume(case.portal_venous, folder / f"s{number}_ct.nii.gz")
        write_mask(case.mask, folder / f"s{number}_labels.nii.gz")


def test_over_given_anatomy_no_body_is_in_training_and_external_test(tmp_path: Path) -> None:
    _scans(tmp_path / "ct", 2)
    plan = CohortPlan(8, 0, 5, tmp_path / "ct")
    write_cohort(plan, tmp_path / "one", _quiet)
    _, problems = read_image_cohort(tmp_path / "one" / "cohort.csv")
    assert problems == ()
    scans = to_disk._scans(tmp_path / "ct")
    used = {(p.split == "external", to_disk._scan_of(p, scans, 1.0)) for p in draw_patients(8, 0, 5)}
    assert used == {(False, scans[0]), (True, scans[1])}
    write_cohort(plan, tmp_path / "two", _quiet)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_a_share_of_the_patients_is_over_given_anatomy_and_all_scans_are_used() -> None:
    scans = [to_disk._Scan(Path(f"{index}_ct.nii.gz"), Path(f"{index}_labels.nii.gz")) for index in range(4)]
    patients = draw_patients(60, 20, 5)
    found = {share: [to_disk._scan_of(p, scans, share) for p in patients] for share in (0.0, 0.5, 1.0)}
    assert not any(found[0.0])
    assert all(found[1.0])
    assert sum(scan is not None for scan in found[0.5]) == 40
    assert set(found[0.5]) == {None, *scans}


def test_command_has_the_papers_share_of_resected_patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[CohortPlan] = []
    monkeypatch.setattr(to_disk, "write_cohort", lambda plan, *_: plans.append(plan))
    for extra in ([], ["--mtm-patients", "0"]):
        assert main(["simulate", "--patients", "752", "--seed", "1", "--out", str(tmp_path), *extra]) == 0
    assert [plan.mtm_patients for plan in plans] == [159, 0]


@pytest.mark.parametrize("made", [False, True])
def test_command_says_what_is_wrong_with_the_anatomy(
    made: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "name-of-a-patient"
    if made:
        folder.mkdir()
    arguments = ["simulate", "--patients", "2", "--seed", "1", "--anatomy", str(folder), "--out", str(tmp_path / "out")]
    assert main(arguments) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: --anatomy: expected")


@pytest.mark.slow
def test_a_killed_command_goes_on_to_the_same_bytes_on_two_workers(tmp_path: Path) -> None:
    def command(out: Path, *extra: str) -> list[str]:
        return [sys.executable, "-m", "core", "simulate", "--patients", "4", "--seed", "5", "--out", str(out), *extra]

    killed, straight = tmp_path / "killed", tmp_path / "straight"
    running = subprocess.Popen(command(killed), stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(killed.glob("patients/*/mask.nii.gz")) and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(30)
    assert not (killed / "cohort.csv").exists()
    for out, extra in ((killed, ["--workers", "2"]), (straight, [])):
        subprocess.run(command(out, *extra), check=True, stderr=subprocess.DEVNULL, timeout=240)
    assert _digests(killed) == _digests(straight)
