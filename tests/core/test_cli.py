"""The command line as a user meets it: files in, files and JSON out, one sentence and exit status 2 for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import nibabel
import numpy as np
import pytest

from core.case import Phase, Volume
from core.cli import main
from core.findings import HEADS
from core.geometry import Geometry
from core.io.volumes import write_volume

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--out", str(out)]) == 0
    return out


def clinical(folder: Path, **values: object) -> Path:
    path = folder / "clinical.json"
    path.write_text(json.dumps(values))
    return path


def test_the_demo_is_four_files_and_the_same_each_time(demo: Path, tmp_path: Path) -> None:
    names = {"arterial.nii.gz", "portal_venous.nii.gz", "liver.nii.gz", "clinical.json"}
    assert {path.name for path in demo.iterdir()} == names
    assert main(["demo", "--out", str(tmp_path)]) == 0
    for name in names:
        assert (tmp_path / name).read_bytes() == (demo / name).read_bytes(), name


@pytest.mark.slow
def test_assess_writes_all_it_promises(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--arterial", str(demo / "arterial.nii.gz"), "--portal-venous", str(demo / "portal_venous.nii.gz")]
    assert main(["assess", *arguments, "--clinical", str(demo / "clinical.json"), "--out", str(tmp_path)]) == 0
    document = json.loads((tmp_path / "assessment.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads((ROOT / "docs/assessment.schema.json").read_text(encoding="utf-8")))
    assert document["pre"]["os"]["12"]["low"] <= document["pre"]["os"]["12"]["value"]
    assert document["scores"]["mtm"]["origin"] == "model"
    assert 500 < document["liver"]["volume_ml"] < 4000
    reference = nibabel.load(demo / "portal_venous.nii.gz")
    truth = np.asarray(nibabel.load(demo / "liver.nii.gz").dataobj) > 0
    found = np.asarray(nibabel.load(tmp_path / "liver.nii.gz").dataobj) > 0
    assert 2 * (truth & found).sum() / (truth.sum() + found.sum()) > 0.9
    for head in HEADS:
        heat = nibabel.load(tmp_path / f"heatmap_{head}.nii.gz")
        assert np.allclose(heat.affine, reference.affine)
        values = np.asarray(heat.dataobj)
        assert values.min() >= 0
        assert values.max() == pytest.approx(1.0, abs=1e-3)
    assert list(tmp_path.glob("key_slice_*.png"))
    progress = capsys.readouterr().err
    assert "radiomics" in progress


@pytest.mark.slow
def test_a_mask_with_lesions_given_by_hand_is_measured(demo: Path, tmp_path: Path) -> None:
    arguments = ["--arterial", str(demo / "arterial.nii.gz"), "--portal-venous", str(demo / "portal_venous.nii.gz")]
    arguments += ["--clinical", str(demo / "clinical.json"), "--mask", str(demo / "liver.nii.gz")]
    assert main(["assess", *arguments, "--mtm", "1", "--dlr", "0.3", "--out", str(tmp_path)]) == 0
    document = json.loads((tmp_path / "assessment.json").read_text(encoding="utf-8"))
    assert document["liver"]["origin"] == "given"
    assert document["liver"]["largest_lesion_mm"] > 10
    assert document["scores"]["mtm"]["origin"] == document["scores"]["dlr"]["origin"] == "manual"
    given, written = (nibabel.load(folder / "liver.nii.gz") for folder in (demo, tmp_path))
    assert np.array_equal(np.asarray(given.dataobj), np.asarray(written.dataobj))


def test_nomogram_without_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = clinical(tmp_path, pvtt=True, response="SD", haic_sessions=2)
    assert main(["nomogram", "--clinical", str(record), "--mtm", "1", "--dlr", "0.15"]) == 0
    document = json.loads(capsys.readouterr().out)
    # the case "bad" of the worked examples
    assert document["post"]["linear_predictor"] == pytest.approx(0.2664835889572736, abs=1e-9)
    assert document["post"]["os"]["12"]["value"] == pytest.approx(0.1708714247053892, abs=1e-9)
    assert document["post"]["os"]["12"]["low"] == pytest.approx(0.04685169793013603, abs=1e-9)
    assert document["post"]["risk_group"] == "high"
    assert document["scores"]["dlr"] == {
        "value": 0.15, "low": 0.15, "high": 0.15, "origin": "manual", "parts": {}, "model": None, "version": None,
    }  # fmt: skip


def test_what_is_missing_is_named_and_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nomogram", "--clinical", str(clinical(tmp_path, pvtt=False))]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["pre"] is None
    assert document["post"] is None
    texts = " ".join(w["text"] for w in document["warnings"] if w["code"] == "missing_input")
    assert "dlr" in texts


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ('{"age_years": 430}', "age_years: expected 0-120, got 430"),
        ('{"pvtt": true, "macrovascular_invasion": false}', "macrovascular_invasion"),
        ('{"John Smith": 1}', "unknown key"),
        ('{"afp_ng_ml": NaN}', "clinical record"),
        ("[]", "clinical record"),
        ("", "clinical record"),
    ],
)
def test_a_wrong_record_ends_in_one_sentence(
    record: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clinical.json"
    path.write_text(record)
    assert main(["nomogram", "--clinical", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    last = printed.err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert sentence in last
    assert "Smith" not in printed.err


@pytest.mark.parametrize("arguments", [["--mtm", "1.2"], ["--dlr", "much"], ["--dlr", "nan"]])
def test_a_score_out_of_range_is_refused(arguments: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["nomogram", "--clinical", str(clinical(tmp_path)), *arguments])
    assert stopped.value.code == 2


def test_no_liver_ends_with_status_2_and_no_mask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).normal(-300, 80, (64, 64, 30)).clip(-1000, 1000).astype(np.int16)
    geometry = Geometry.from_spacing(noise.shape, (3.0, 3.0, 5.0))
    write_volume(Volume(noise, geometry, Phase.PORTAL_VENOUS, "0" * 64), tmp_path / "noise.nii.gz")
    assert main(["segment", str(tmp_path / "noise.nii.gz"), "--out", str(tmp_path / "mask.nii.gz")]) == 2
    assert "no liver found" in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "mask.nii.gz").exists()


def test_segment_prints_one_json_line(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segment", str(demo / "portal_venous.nii.gz"), "--out", str(tmp_path / "mask.nii.gz")]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 1
    assert set(json.loads(lines[0])) == {"volume_ml", "seconds", "warnings"}
    assert (tmp_path / "mask.nii.gz").exists()


def test_an_arterial_phase_is_simulated_on_the_same_grid(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "simulated.nii.gz"
    arguments = ["simulate-arterial", str(demo / "portal_venous.nii.gz"), "--mask", str(demo / "liver.nii.gz")]
    assert main([*arguments, "--out", str(out)]) == 0
    simulated, given = nibabel.load(out), nibabel.load(demo / "portal_venous.nii.gz")
    assert simulated.shape == given.shape
    liver = np.asarray(nibabel.load(demo / "liver.nii.gz").dataobj) == 1
    assert np.asarray(simulated.dataobj)[liver].mean() < np.asarray(given.dataobj)[liver].mean() - 20


@pytest.mark.parametrize("broken", ["empty", "text", "missing"])
def test_broken_images_end_in_one_sentence(
    broken: str, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "Mueller_Hans.nii.gz"
    if broken != "missing":
        path.write_bytes(b"" if broken == "empty" else b"this is a letter, not an image")
    arguments = ["--arterial", str(path), "--portal-venous", str(demo / "portal_venous.nii.gz")]
    assert main(["assess", *arguments, "--clinical", str(demo / "clinical.json"), "--out", str(tmp_path / "out")]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: arterial series")
    assert "Mueller" not in last


@pytest.mark.parametrize("seed", ["-1", "1.5", "many"])
def test_a_seed_is_a_whole_number_from_0(seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "--out", str(tmp_path / "out"), "--seed", seed])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.strip().endswith("expected a whole number from 0")
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_is_told_before_the_work(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.load_models", lambda _: pytest.fail("the work began"))
    (tmp_path / "file").write_text("x")
    ct, mask = demo / "portal_venous.nii.gz", demo / "liver.nii.gz"
    before = ct.read_bytes()
    pair = ["--arterial", str(ct), "--portal-venous", str(ct), "--clinical", str(demo / "clinical.json")]
    for arguments, expected in (
        (["assess", *pair, "--out", str(tmp_path / "file")], "expected a folder, got a file"),
        (["assess", *pair, "--out", str(tmp_path / "file" / "below")], "expected a folder, got a file"),
        (["segment", str(ct), "--out", str(tmp_path)], "expected a file, got a folder"),
        (["segment", str(ct), "--out", str(ct)], "expected another file than the input"),
        (["simulate-arterial", str(ct), "--mask", str(mask), "--out", str(mask)], "expected another file"),
    ):
        assert main(arguments) == 2
        assert expected in capsys.readouterr().err.strip().splitlines()[-1]
    assert ct.read_bytes() == before
