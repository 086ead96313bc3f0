"""The command report: the folder that assess wrote in, a PDF and figures out, one sentence for anything else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from core.cli import main
from core.findings import Survival
from core.io.assessment_files import write_assessment
from core.report.sentences import lead_sentence, percent
from tests.core.report.case.pdfs import reader, text_of
from tests.dashboard import builders

FILES = {"report.pdf", "nomogram_pre.svg", "nomogram_pre.pdf", "nomogram_post.svg", "nomogram_post.pdf"}


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("Doe_Jane_1970")
    write_assessment(builders.assessment(), out)
    assert main(["report", str(out)]) == 0
    return out


def test_the_report_says_the_numbers_of_assessment_json(assessed: Path) -> None:
    document = json.loads((assessed / "assessment.json").read_text(encoding="utf-8"))
    text = text_of((assessed / "report.pdf").read_bytes())
    for months, reading in document["post"]["os"].items():
        assert " ".join(percent(Survival(**reading))) in text, months
    assert lead_sentence(Survival(**document["post"]["os"]["36"]), 36) in text
    assert f"{document['post']['total_points']:.0f} points" in text
    mtm = document["scores"]["mtm"]
    assert f"{mtm['value']:.2f} ({mtm['low']:.2f}–{mtm['high']:.2f})" in text
    for warning in document["warnings"]:
        assert warning["text"] in text
    for artefact, version in document["versions"].items():
        assert f"{artefact} {version}" in text


def test_it_writes_the_nomograms_too_and_names_nobody(assessed: Path) -> None:
    assert {path.name for path in assessed.iterdir()} >= FILES
    for name in FILES:
        data = (assessed / name).read_bytes()
        assert b"Doe" not in data
        if name.endswith(".pdf"):
            assert "Doe" not in text_of(data)
            assert "Doe" not in str(reader(data).metadata)


def test_again_gives_the_same_bytes_and_takes_under_three_seconds(assessed: Path) -> None:
    before = {name: (assessed / name).read_bytes() for name in FILES}
    started = time.process_time()
    assert main(["report", str(assessed)]) == 0
    assert time.process_time() - started < 3
    assert {name: (assessed / name).read_bytes() for name in FILES} == before


def test_a_folder_that_assess_has_not_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (tmp_path, tmp_path / "Doe_Jane"):
        assert main(["report", str(folder)]) == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert last.startswith("error: DIR: expected")
        assert "Doe" not in last
    assert list(tmp_path.iterdir()) == []


def test_other_weights_are_refused(assessed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in assessed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name in ("report.json", "assessment.json"):
        document = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        document["versions"]["nomogram"] = "0.9.0"
        (tmp_path / name).write_text(json.dumps(document))
    assert main(["report", str(tmp_path)]) == 2
    assert "another version" in capsys.readouterr().err
