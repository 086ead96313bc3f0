"""The commands on cohorts as a user meets them: one table in, a folder out; hostile tables end with one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.survival.own_file import read_own
from tests import r_answers
from tests.core.studies.cohorts import write

COX = ["--time", "time", "--event", "status", "--terms", "PVTT,DLR", "--horizons", "12,36,60"]
QUICK = ["--resamples", "0"]


def cox(path: Path, out: Path, *extra: str, options: list[str] = COX) -> int:
    return main(["cox", str(path), *options, *QUICK, "--out", str(out), *extra])


def golden(folder: Path) -> Path:
    return write(r_answers.cohort(), folder)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The last line of stderr."""
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_cox_writes_three_files_that_agree_with_r(tmp_path: Path) -> None:
    out = tmp_path / "own"
    assert cox(golden(tmp_path), out, "--name", "Centre A", "--dates", "2014-2022") == 0
    assert {path.name for path in out.iterdir()} == {"cox.json", "report.html", "nomogram.json"}
    document = json.loads((out / "cox.json").read_text(encoding="utf-8"))
    expected = r_answers.read("cox_pre.csv").set_index("term")
    for name in ("PVTT", "DLR"):
        assert document["coefficients"][name]["coef"] == pytest.approx(expected.loc[name, "coef_efron"], rel=1e-8)
    own = read_own((out / "nomogram.json").read_bytes())
    assert own.card.training.dates == "2014-2022"
    assert own.nomogram.beta[0] == document["coefficients"]["PVTT"]["coef"]
    assert "Centre A" in (out / "report.html").read_text(encoding="utf-8")


def test_breslow_ties_and_days(tmp_path: Path) -> None:
    path = write(r_answers.lung(), tmp_path)
    terms = ["--time", "time", "--event", "status", "--terms", "ph.ecog,age,sex,wt.loss", "--horizons", "180,365,730"]
    assert cox(path, tmp_path / "own", "--unit", "days", "--ties", "breslow", options=terms) == 0
    document = json.loads((tmp_path / "own" / "cox.json").read_text(encoding="utf-8"))
    expected = r_answers.read("cox_lung_breslow.csv").set_index("term")
    assert document["coefficients"]["age"]["coef"] == pytest.approx(expected.loc["age", "coef"], rel=1e-8)
    base = r_answers.read("basehaz_lung_breslow.csv")
    np.testing.assert_allclose([b["cumulative_hazard"] for b in document["baseline"]], base["hazard"], rtol=1e-8)
    assert set(document["auc"]) == {"180", "365", "730"}
    own = read_own((tmp_path / "own" / "nomogram.json").read_bytes())
    assert own.nomogram.readings_months == pytest.approx((180 / 30.4375, 365 / 30.4375, 730 / 30.4375))


def test_validate_with_the_published_and_with_an_own_nomogram(tmp_path: Path) -> None:
    path = golden(tmp_path)
    renamed = ["pvtt=PVTT", "objective_response=OR", "haic_sessions=sessions", "mtm=MTM", "dlr=DLR"]
    base = ["validate", str(path), "--time", "time", "--event", "status", *QUICK]
    assert main([*base, "--model", "post", "--map", *renamed, "--out", str(tmp_path / "post")]) == 0
    document = json.loads((tmp_path / "post" / "validate.json").read_text(encoding="utf-8"))
    scalars = r_answers.scalars("sim")
    assert document["slope"]["value"] == pytest.approx(scalars["post_frozen_calib_slope"], rel=1e-8)
    assert document["recommended"] in ("none", "baseline", "baseline_slope", "refit")
    for key in ("n", "events", "calibration_in_the_large", "concordance", "auc", "brier", "recalibration"):
        assert document[key] is not None
    assert read_own((tmp_path / "post" / "nomogram.json").read_bytes()).nomogram.model == "post"
    assert cox(path, tmp_path / "own") == 0
    file = str(tmp_path / "own" / "nomogram.json")
    assert main([*base, "--model", file, "--out", str(tmp_path / "again")]) == 0
    again = json.loads((tmp_path / "again" / "validate.json").read_text(encoding="utf-8"))
    assert again["recommended"] == "none"
    assert again["slope"]["value"] == pytest.approx(1, abs=1e-9)
    assert again["concordance"]["value"] == pytest.approx(scalars["pre_C_n"], rel=1e-9)


def test_reproduce_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--patients", "2000", "--cohorts", "3", "--out", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "reproduce.json").read_text(encoding="utf-8"))
    keys = {"quantity", "cohort", "published", "reproduced", "low", "high", "residual"}
    assert isinstance(rows, list)
    assert all(set(row) == keys for row in rows)
    table = capsys.readouterr().out.splitlines()
    assert len(table) == len(rows) + 1
    assert (tmp_path / "report.html").is_file()


def test_stage_prints_every_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clinical.json"
    path.write_text(json.dumps({"albumin_g_l": 44, "bilirubin_umol_l": 10, "pvtt": True, "ecog": 0}))
    assert main(["stage", "--clinical", str(path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"albi", "child_pugh", "bclc", "clip", "hklc", "ajcc8"}
    assert document["albi"]["grade"] == 1
    assert all({"reasons", "missing"} <= set(system) for system in document.values())


@pytest.mark.parametrize("writer", ["bom", "semicolon", "utf16", "crlf"])
def test_tables_as_spreadsheets_write_them(tmp_path: Path, writer: str) -> None:
    table = r_answers.cohort()[["PVTT", "DLR", "time", "status"]]
    path = tmp_path / "cohort.csv"
    if writer == "semicolon":
        table.to_csv(path, index=False, sep=";", decimal=",")
    else:
        encoding = {"bom": "utf-8-sig", "utf16": "utf-16"}.get(writer, "utf-8")
        table.to_csv(path, index=False, encoding=encoding, lineterminator="\r\n" if writer == "crlf" else "\n")
    assert cox(path, tmp_path / "own") == 0
    document = json.loads((tmp_path / "own" / "cox.json").read_text(encoding="utf-8"))
    expected = r_answers.read("cox_pre.csv").set_index("term")
    assert document["coefficients"]["DLR"]["coef"] == pytest.approx(expected.loc["DLR", "coef_efron"], rel=1e-8)


@pytest.mark.parametrize(
    ("spoil", "options", "text"),
    [
        (lambda t: t.replace("status", "DLR", 1), COX, "expected each name once, got the same in columns 7 and 11"),
        (lambda t: re.sub(r",[\d.]+,(\d)\n", r",2021-03-04,\1\n", t), COX, "a duration as a number, got dates"),
        (lambda t: t.replace("39.09", "-39.09", 1), COX, "row 3, time: expected 0 or more, got -39.09"),
        (lambda t: re.sub(r",1\n", ",2\n", t), COX, "event: expected 0 or 1, where 1 is a death, got the numbers 0, 2"),
        (lambda t: t, [*COX[:-1], "12,36,200"], "horizons: expected times over 0 and up to 105"),
        (lambda t: t, [*COX[:5], "PVTT,nothing", *COX[6:]], "--terms, position 2: expected the name of one of the"),
        (lambda t: t, [*COX[:5], "lp_pre,PVTT,DLR", *COX[6:]], "combination"),
        (lambda t: "\n".join(t.splitlines()[:20]), COX, "expected at least 20 deaths for a model"),
        (lambda t: "", COX, "cohort table"),
    ],
)  # fmt: skip
def test_bad_tables_end_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, options: list[str], text: str
) -> None:
    path = golden(tmp_path)
    path.write_text(spoil(path.read_text(encoding="utf-8")))  # type: ignore[operator]
    assert cox(path, tmp_path / "own", options=options) == 2
    assert re.search(text, said(capsys))
    assert not (tmp_path / "own" / "cox.json").exists()


@pytest.mark.parametrize("arguments", [["--horizons", "36,12"], ["--horizons", "a"], ["--terms", "a,,b"]])
def test_bad_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cox(golden(tmp_path), tmp_path / "own", *arguments)
    assert stopped.value.code == 2


def test_a_model_that_is_no_nomogram_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    command = ["validate", str(golden(tmp_path)), "--out", str(tmp_path / "own"), "--model"]
    assert main([*command, str(other)]) == 2
    assert "nomogram file: expected a nomogram.json written by cox or validate" in said(capsys)
    assert main([*command, "past"]) == 2
    assert "--model: expected a file, got no readable file" in said(capsys)
