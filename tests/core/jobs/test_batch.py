"""A cohort scored: a row for each patient, in order, whatever becomes of the others; what is done is kept."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli import main
from core.errors import InputError
from core.io.case_files import read_case
from core.io.image_cohort import Patient, write_image_cohort
from core.io.volumes import write_mask, write_volume
from core.jobs import batch as module
from core.jobs.batch import Counts, score_cohort
from core.jobs.settings import WorkerSettings
from core.models import load_models
from core.pipeline import assess
from core.simulate.cohort import Latent, draw_patients, simulate_patient
from tests.core.jobs.small_jobs import score

HERE = WorkerSettings(workers=0)
WHAT = {"a": "fine", "b": "refuse", "c": "swap", "d": "break", "e": "also fine"}
HEADER = "patient_id,arterial,portal_venous,age_years,pvtt\n"


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five patients, a row without an arterial phase and one whose id is not its own."""
    monkeypatch.setattr(module, "score_patient", score)
    for name, text in WHAT.items():
        (tmp_path / f"{name}.txt").write_text(text)
    lines = [f"{name},{name}.txt,{name}.txt,60,1\n" for name in WHAT]
    lines[1:1] = ["missing,nothing.txt,a.txt,430,1\n", "a,b.txt,b.txt,60,1\n"]
    (tmp_path / "cohort.csv").write_text(HEADER + "".join(lines))
    return tmp_path / "cohort.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_one_row_for_each_patient_in_order(cohort: Path, tmp_path: Path) -> None:
    said: list[str] = []
    counts = score_cohort(cohort, tmp_path / "s.csv", HERE, tell=said.append)
    assert counts == Counts(scored=2, explained=5)
    found = rows(tmp_path / "s.csv")
    assert [row["patient_id"] for row in found] == ["a", "missing", "a", "b", "c", "d", "e"]
    assert [row["mtm"] for row in found] == ["4", "", "", "", "4", "", "9"]
    errors = [row["error"] for row in found]
    assert errors[1].startswith(
        "row 3, arterial: expected an existing file or folder, got a path where there is none; "
    )
    assert errors[1].endswith("age_years: expected 0-120, got 430")
    assert errors[2] == "row 4, patient_id: expected an id of its own, got one used before"
    assert [errors[i] for i in (0, 3, 4, 6)] == [
        "",
        "arterial series: expected CT, got text",
        "no image score: swapped",
        "",
    ]
    assert errors[5] == "something went wrong on our side"
    assert any(re.fullmatch(r"row 7: .*\(ValueError in core/jobs/guard.py, line \d+\)", line) for line in said)
    assert said[-1].startswith("100%  7 of 7 patients, 5 without scores")


def test_a_rerun_does_only_what_is_missing_changed_or_passing(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score_cohort(cohort, tmp_path / "s.csv", HERE)
    done: list[str] = []
    monkeypatch.setattr(module, "score_patient", lambda task: done.append(task.patient.patient_id) or score(task))
    score_cohort(cohort, tmp_path / "s.csv", HERE)
    assert done == ["d"]  # ours to mend, so tried again
    (tmp_path / "b.txt").write_text("mended")
    (tmp_path / "nothing.txt").write_text("found")
    cohort.write_text(
        cohort.read_text(encoding="utf-8").replace("430", "43").replace("e,e.txt,e.txt,60", "e,e.txt,e.txt,61")
    )
    done.clear()
    assert score_cohort(cohort, tmp_path / "s.csv", HERE) == Counts(scored=4, explained=3)
    assert done == ["missing", "b", "d", "e"]


def test_a_stopped_run_leaves_a_readable_table_and_goes_on(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(task: object) -> dict[str, str]:
        if len(rows(tmp_path / "s.csv")) == 4:
            raise KeyboardInterrupt
        return score(task)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "score_patient", stopped)
    with pytest.raises(KeyboardInterrupt):
        score_cohort(cohort, tmp_path / "s.csv", HERE)
    assert [row["patient_id"] for row in rows(tmp_path / "s.csv")] == ["a", "missing", "a", "b"]
    monkeypatch.setattr(module, "score_patient", score)
    score_cohort(cohort, tmp_path / "s.csv", HERE)
    whole = tmp_path / "whole.csv"
    score_cohort(cohort, whole, HERE)
    assert whole.read_bytes() == (tmp_path / "s.csv").read_bytes()


def test_other_weights_are_refused(cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    score_cohort(cohort, tmp_path / "s.csv", HERE)
    monkeypatch.setattr(module, "made_with", lambda _models: {"haic-nomogram": "0", "weights": "others"})
    with pytest.raises(InputError, match="made with these weights and this version"):
        score_cohort(cohort, tmp_path / "s.csv", HERE)


def test_two_workers_give_the_same_table_and_survive_a_crash(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "e.txt").write_text("crash")
    counts = score_cohort(cohort, tmp_path / "s.csv", WorkerSettings(workers=2, most_retries=1))
    assert counts == Counts(scored=1, explained=6)
    found = rows(tmp_path / "s.csv")
    assert "was ended 2 times" in found[-1]["error"]
    (tmp_path / "e.txt").write_text("also fine")
    score_cohort(cohort, tmp_path / "s.csv", WorkerSettings(workers=2))
    score_cohort(cohort, tmp_path / "here.csv", HERE)
    assert (tmp_path / "s.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_the_command_ends_with_the_count(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["batch", str(cohort), "--workers", "0", "--out"]
    assert main([*arguments, str(tmp_path / "s.csv")]) == 0
    assert capsys.readouterr().err.splitlines()[-1].startswith("7 patients: 2 scored, 5 not")
    for wrong in (tmp_path, cohort):
        assert main([*arguments, str(wrong)]) == 2
    assert main(["batch", str(cohort), "--out", str(tmp_path / "t.csv"), "--scheduler", "tcp://10.0.0.1:1"]) == 2
    assert "expected tls://" in capsys.readouterr().err.splitlines()[-1]
    assert main(["batch", str(cohort), "--out", str(tmp_path / "t.csv"), "--tls-ca", "x"]) == 2
    assert not (tmp_path / "t.csv").exists()


LOOP = """
import signal
import sys
from pathlib import Path
from core.jobs import batch
from core.jobs.settings import WorkerSettings
from tests.core.jobs.small_jobs import score
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    batch.score_patient = score
    batch.score_cohort(Path(sys.argv[1]), Path(sys.argv[2]), WorkerSettings(workers=2))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in Linux's /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_and_leaves_no_process(
    tmp_path: Path, root: Path, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 150  # half a minute of work: a busy machine takes seconds to hear the signal
    for i in range(count):
        (tmp_path / f"{i}.txt").write_text("sleep 0.4")
    lines = (f"p{i},{i}.txt,{i}.txt,60,1\n" for i in range(count))
    (tmp_path / "cohort.csv").write_text(HEADER + "".join(lines))
    (tmp_path / "loop.py").write_text(LOOP)
    out, mark = tmp_path / "s.csv", f"HAIC_TEST={tmp_path}"
    command = [sys.executable, str(tmp_path / "loop.py"), str(tmp_path / "cohort.csv"), str(out)]
    environment = os.environ | {"PYTHONPATH": str(root), "HAIC_TEST": str(tmp_path)}
    run = subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    _until(lambda: out.exists() and len(out.read_bytes().splitlines()) > 6, "no rows were written")
    if how is signal.SIGINT:
        os.killpg(run.pid, how)  # as a terminal sends it: to the workers too
    else:
        run.kill()
    run.wait(30)
    _until(lambda: not _marked(mark), "worker processes were left")
    before = len(rows(out))
    assert 5 <= before < count
    done = {row["patient_id"] for row in rows(out)}
    for i in (i for i in range(count) if f"p{i}" not in done):
        (tmp_path / f"{i}.txt").write_text("sleep 0")  # what is left need not take as long
    said: list[str] = []
    monkeypatch.setattr(module, "score_patient", score)
    score_cohort(tmp_path / "cohort.csv", out, HERE, tell=said.append)
    assert count - before <= int(said[0].split()[0]) <= count - before + 1  # the row that was being written
    assert [row["patient_id"] for row in rows(out)] == [f"p{i}" for i in range(count)]


@pytest.mark.slow
@pytest.mark.timeout(900)  # ten seconds of computing, but on a machine with much else to do it takes its time
def test_real_cases_have_the_numbers_of_assess_and_broken_ones_are_explained(tmp_path: Path) -> None:
    patient = _simulated(draw_patients(1, 0, 5)[0], tmp_path)
    (tmp_path / "text.nii.gz").write_text("no image")
    broken = {
        "swapped": {"arterial": patient.portal_venous, "portal_venous": patient.arterial, "mask": patient.mask},
        "text": {"arterial": tmp_path / "text.nii.gz"},
        "missing": {"arterial": tmp_path / "nothing.nii.gz"},
    }
    several = [
        *(replace(patient, patient_id=name, **what) for name, what in broken.items()),
        replace(patient, mask=None),
    ]
    write_image_cohort(several, tmp_path / "cohort.csv")
    counts = score_cohort(tmp_path / "cohort.csv", tmp_path / "s.csv", WorkerSettings(workers=2))
    assert counts == Counts(scored=1, explained=3)
    found = rows(tmp_path / "s.csv")
    assert [row["patient_id"] for row in found] == [one.patient_id for one in several]
    assert "look swapped" in found[0]["error"]
    assert found[0]["mtm"] == ""
    assert found[1]["error"].startswith("arterial series: expected NIfTI")
    assert found[2]["error"].startswith("row 4, arterial: expected an existing file")
    case, _ = read_case(arterial=patient.arterial, portal_venous=patient.portal_venous, clinical=patient.clinical)
    result = assess(case, load_models())  # with as many threads as there are cores; the workers had one each
    assert result.scores.mtm is not None
    assert result.scores.dlr is not None
    assert result.post is not None
    assert result.liver is not None
    row = found[3]
    assert float(row["mtm"]) == result.scores.mtm.value
    assert float(row["mtm_network"]) == result.scores.mtm.parts["network"]
    assert float(row["mtm_radiomics"]) == result.scores.mtm.parts["radiomics"]
    assert float(row["dlr"]) == result.scores.dlr.value
    assert float(row["lp_post"]) == result.post.linear_predictor
    assert float(row["os36_post_low"]) == result.post.os[36].low
    assert float(row["liver_ml"]) == result.liver.volume_ml
    assert row["risk_group_post"] == result.post.risk_group


def _simulated(latent: Latent, folder: Path) -> Patient:
    case = simulate_patient(latent, (4.0, 4.0, 5.0))
    paths = [folder / f"{latent.patient_id}_{phase}.nii.gz" for phase in ("arterial", "portal_venous")]
    for volume, path in zip((case.arterial, case.portal_venous), paths, strict=True):
        write_volume(volume, path)
    write_mask(case.mask, folder / f"{latent.patient_id}_mask.nii.gz")
    mask = folder / f"{latent.patient_id}_mask.nii.gz"
    return Patient(0, latent.patient_id, "0", "haic", "train", *paths, mask, case.clinical, None, None, None)


def _until(true: object, otherwise: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, otherwise
        time.sleep(0.1)


def _marked(mark: str) -> list[int]:
    """Processes that have inherited a variable."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue  # it ended in between
    return found
