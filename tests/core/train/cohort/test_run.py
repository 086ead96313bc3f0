"""The whole command on a tiny cohort: what it writes, what it makes anew, and what a kill changes (nothing)."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.case import ClinicalRecord
from core.cli import main
from core.errors import InputError
from core.findings import ImageEvidence
from core.io.image_cohort import read_image_cohort, write_image_cohort
from core.models import load_models
from core.report.training_report import training_report
from core.studies.image_training import ImageTraining
from core.train.card_facts import DEMONSTRATION, CohortName
from core.train.cohort import presets
from core.train.cohort.run import CohortTraining, train_cohort
from tests.core.train import tiny_cohort as tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        tiny.without_registration(patch)
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.tiny_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def trained(table: Path) -> tuple[Path, ImageTraining]:
    out = table.parent / "trained"
    study = train_cohort(CohortTraining(table, out, preset=tiny.PRESET), lambda line: None)
    assert study is not None
    return out, study


def _again(table: Path, out: Path, **asked: object) -> list[str]:
    said: list[str] = []
    train_cohort(replace(CohortTraining(table, out, preset=tiny.PRESET), **asked), said.append)  # type: ignore[arg-type]
    return said


def _beside(table: Path, name: str, change: dict[int, dict[str, object]]) -> Path:
    patients = list(read_image_cohort(table)[0])
    for at, values in change.items():
        patients[at] = replace(patients[at], **values)  # type: ignore[arg-type]
    write_image_cohort(patients, table.parent / name)
    return table.parent / name


def test_the_weights_are_those_of_dashboard_and_commands(
    trained: tuple[Path, ImageTraining], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIC_NOMOGRAM_WEIGHTS", str(trained[0] / "weights"))
    models = load_models()
    crop = np.random.default_rng(0).standard_normal((2, 96, 96, 96), dtype=np.float32)
    heads = models.network.probabilities(crop)
    scores, os_heads, _ = models.fusion.scores(ImageEvidence(heads, np.array([0.6])), ClinicalRecord(afp_ng_ml=500.0))
    assert scores.mtm is not None
    assert scores.dlr is not None
    assert len(os_heads) == 4
    assert len(models.radiomics.selected.prefixed) == 22
    for name in ("network", "radiomics", "fusion"):
        card = models.cards[name]
        assert card.simulated
        assert card.provenance.endswith(DEMONSTRATION)
        assert "48 simulated patients" in card.provenance


def test_segmenter_and_published_nomogram_are_carried_over_unchanged(
    trained: tuple[Path, ImageTraining], root: Path
) -> None:
    new, old = (tiny.files_of(folder / "weights") for folder in (trained[0], root))
    for name in ("segmenter/1.2.0/model.safetensors", "nomogram/1.0.0/nomogram.json", "nomogram/1.0.0/card.json"):
        assert new[name] == old[name]


def test_each_patient_has_a_score_by_models_that_did_not_see_him(trained: tuple[Path, ImageTraining]) -> None:
    with (trained[0] / "scores.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 48
    assert all(0 <= float(row["mtm"]) <= 1 and 0 <= float(row["dlr"]) <= 1 for row in rows)
    survival = [[float(row[f"p_{head}"]) for head in ("os1", "os2", "os3", "os_gt3")] for row in rows]
    assert (np.diff(survival, axis=1) <= 1e-9).all()
    # radiomics is learned from the resected and asked of the treated who are held out
    assert {row["split"] for row in rows if row["mtm_radiomics"] == ""} == {"train"}


def test_the_report_shows_cohort_figures_and_extrapolated_cost(trained: tuple[Path, ImageTraining]) -> None:
    study = trained[1]
    text = training_report(study)
    assert DEMONSTRATION in text
    for title in ("Patients", "Left out", "MTM score", "Learning curve", "Time", "Settings"):
        assert f"<h2>{title}</h2>" in text
    assert "Minutes for 752, extrapolated" in text
    assert study.extrapolated()["images"] == pytest.approx(study.seconds["images"] * 752 / 48)
    document = json.loads((trained[0] / "training.json").read_text(encoding="utf-8"))
    assert [row["n"] for row in document["rows"]] == [15, 15, 4, 5, 5, 4] or sum(r["n"] for r in document["rows"]) == 48
    assert {"images", "radiomics", "network"} <= set(document["seconds"])


def test_another_run_makes_nothing_anew(table: Path, trained: tuple[Path, ImageTraining]) -> None:
    before = tiny.files_of(trained[0] / "weights")
    said = _again(table, trained[0])
    assert not [line for line in said if "epoch" in line or line.startswith(("images:", "radiomics scores:"))]
    assert tiny.files_of(trained[0] / "weights") == before


def test_a_changed_value_makes_anew_only_what_depends_on_it(table: Path, trained: tuple[Path, ImageTraining]) -> None:
    out = table.parent / "changed"
    shutil.copytree(trained[0], out)
    record = read_image_cohort(table)[0][0].clinical
    other = replace(record, afp_ng_ml=20.0 if record.afp_ng_ml == 900.0 else 900.0)
    said = _again(_beside(table, "afp.csv", {0: {"clinical": other}}), out)
    assert not [line for line in said if "epoch" in line or line.startswith("images:")]
    before, after = tiny.files_of(trained[0] / "weights"), tiny.files_of(out / "weights")
    changed = {name.split("/")[0] for name in after if after[name] != before[name]}
    assert "fusion" in changed
    assert not any(name.endswith((".safetensors", ".ubj")) for name in after if after[name] != before[name])


@pytest.mark.timeout(600)
def test_killed_at_three_points_the_weights_are_the_same_to_the_byte(
    table: Path, trained: tuple[Path, ImageTraining], root: Path
) -> None:
    """SIGKILL among the images, the radiomics and the networks; each run goes on where the one before was ended."""
    out = table.parent / "killed"
    for line in (20, 50, 30):
        command = [sys.executable, "-m", "tests.core.train.tiny_cohort", str(table), str(out), str(line)]
        ended = subprocess.run(command, cwd=root, check=False, capture_output=True)
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
        assert not (out / "weights").exists()
    said = _again(table, out, resume=True)
    assert len([line for line in said if line.startswith("images:")]) == 0
    assert tiny.files_of(out / "weights") == tiny.files_of(trained[0] / "weights")
    assert (out / "scores.csv").read_bytes() == (trained[0] / "scores.csv").read_bytes()


def test_one_image_in_two_files_is_found_by_its_voxels(table: Path, tmp_path: Path) -> None:
    from core.case import Phase
    from core.io.series import read_phase
    from core.io.volumes import write_volume

    first = read_image_cohort(table)[0][0]
    copied = table.parent / "copied.nii"
    write_volume(read_phase(first.arterial, Phase.ARTERIAL).volume, copied)
    with pytest.raises(InputError, match="got 1 twice"):
        _again(_beside(table, "copied.csv", {4: {"arterial": copied}}), tmp_path, last="images")
    assert "got the voxels of row 2" in (tmp_path / "problems.csv").read_text(encoding="utf-8")


def test_a_patient_whose_images_fail_is_left_out_and_told(table: Path, tmp_path: Path) -> None:
    broken = table.parent / "broken.nii.gz"
    broken.write_bytes(b"no image at all")
    said = _again(_beside(table, "broken.csv", {9: {"arterial": broken}}), tmp_path, last="images")
    with (tmp_path / "left_out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["stage"]) for row in rows] == [("11", "images")]
    assert "broken" not in rows[0]["reason"]
    assert any("left out at stage images: row 11" in line for line in said)


def test_features_that_do_not_come_back_are_not_used(table: Path, trained: tuple[Path, ImageTraining]) -> None:
    """Of an outline of 18 slices so few come back that a model of 22 cannot be made, and that is said."""
    out = table.parent / "retested"
    shutil.copytree(trained[0], out)
    with pytest.raises(InputError, match="expected 10 usable features of a phase"):
        _again(table, out, preset=replace(tiny.PRESET, retested=6), last="radiomics")
    (names,) = (out / "work" / "radiomics").glob("retest-*/robust.json")
    robust = json.loads(names.read_text(encoding="utf-8"))["names"]
    assert "ap_original_firstorder_Entropy" in robust
    assert 5 < len(robust) < 60


def test_without_labels_only_survival_is_trained(table: Path, trained: tuple[Path, ImageTraining], root: Path) -> None:
    """A centre without histology: its own name in the cards, the MTM score unknown, radiomics carried over."""
    out = table.parent / "survival"
    shutil.copytree(trained[0] / "work" / "images", out / "work" / "images")
    unlabelled = {at: {"mtm": None, "truth": None} for at in range(48)}
    path = _beside(table, "survival.csv", unlabelled)
    said = _again(path, out, name=CohortName("Centre A", "2015-2020"))
    assert any("the MTM score is not trained" in line for line in said)
    models = load_models(out / "weights")
    scores, _, _ = models.fusion.scores(
        ImageEvidence(np.full((1, 5), 0.5), np.array([0.6])), ClinicalRecord(afp_ng_ml=500.0)
    )
    assert scores.mtm is None
    assert scores.dlr is not None
    card = models.cards["network"]
    assert not card.simulated
    assert "Centre A" in card.provenance
    assert (card.training.cohort, card.training.dates) == ("Centre A", "2015-2020")
    assert "spread times" in str(models.cards["fusion"].architecture["dlr"])
    assert models.cards["radiomics"] == load_models(root / "weights").cards["radiomics"]


def test_the_command_tells_problems_and_writes_a_report(
    table: Path,
    trained: tuple[Path, ImageTraining],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(presets.PRESETS, "quick", tiny.PRESET)
    command = ["train", "cohort", str(table), "--out", str(trained[0]), "--workers", "0"]
    assert main(command) == 0
    assert "<h2>MTM score</h2>" in (trained[0] / "report.html").read_text(encoding="utf-8")
    swapped = _beside(table, "swapped.csv", {0: {"split": "external"}, 4: {"split": "train"}})
    assert main([*command[:2], str(swapped), *command[3:], "--stage", "check"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1] == "error: cohort table: expected no problems, got 2; problems.csv lists them"
    assert said[-2].startswith("row 6, split: expected external, as when this folder was last trained, got train")
