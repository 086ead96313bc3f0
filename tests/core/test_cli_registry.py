"""The commands on the registry: audit verify, audit export, export."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from core.cli import main
from core.models import ModelSet, load_models
from core.registry.place import DATABASE_FILE, DATABASE_VARIABLE, FOLDER_VARIABLE, Place
from core.registry.store import Registry, open_registry
from tests.core.registry.snapshots import without_images


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A registry of two cases, named by the environment."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cases"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    found = Place(tmp_path / "cases")
    registry = open_registry(found)
    registry.save("Case 1", without_images())
    registry.save("Case 2", without_images())
    return found


def opened(place: Place) -> Registry:
    return open_registry(place)


def verdict(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any], str]:
    status = main(["audit", "verify", *options])
    said = capsys.readouterr()
    return status, json.loads(said.out), said.err


def change(place: Place, act: str) -> None:
    raw = sqlite3.connect(place.folder / DATABASE_FILE)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(act)
    raw.commit()
    raw.close()


def test_verify_tells_a_whole_chain_and_an_anchor_to_keep(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    status, told, error = verdict(capsys)
    last = opened(place).audit.lines()[-1]
    assert (status, error) == (0, "")
    assert (told["intact"], told["lines"], told["broken_line"]) == (True, 2, None)
    assert told["anchor"] == f"2:{last.hash}"
    assert told["registry"] == opened(place).audit.registry_id
    assert verdict(capsys, "--anchor", told["anchor"], "--cases", str(place.folder))[0] == 0


def test_verify_ends_with_1_and_the_line(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    anchor = verdict(capsys)[1]["anchor"]
    change(place, "UPDATE audit_lines SET actor = 'nobody' WHERE number = 2")
    status, told, error = verdict(capsys)
    assert (status, told["intact"], told["broken_line"], told["anchor"]) == (1, False, 2, None)
    assert error.splitlines()[-1].startswith("error: audit, line 2: ")
    change(place, "UPDATE audit_lines SET actor = 'local' WHERE number = 2")
    assert verdict(capsys, "--anchor", anchor)[0] == 0
    assert verdict(capsys, "--anchor", f"3:{anchor[2:]}")[1]["broken_line"] == 3
    assert verdict(capsys, "--anchor", f"2:{'0' * 64}")[0] == 1


@pytest.mark.parametrize("given", ["2", "2:ab", "x:" + "0" * 64, ":" + "0" * 64])
def test_an_anchor_of_another_form_is_refused(given: str, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["audit", "verify", "--anchor", given])
    assert caught.value.code == 2
    assert "expected a line's number" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["audit verify", "audit export --out {}/a.csv", "export --format csv --out {}/a.csv"]
)
def test_no_registry_is_one_sentence_and_none_is_made(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    status = main([*command.format(tmp_path).split(), "--cases", str(tmp_path / "none")])
    assert status == 2
    assert capsys.readouterr().err == (
        "error: folder of saved cases: expected one with saved cases, got another place or none\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_url_that_is_none_of_postgresql_is_not_repeated(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--database", "mysql://reader:secret@host/x"]) == 2
    assert "secret" not in capsys.readouterr().err


def test_audit_export_writes_all_lines(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "audit.csv"
    assert main(["audit", "export", "--out", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [(row["number"], row["act"], row["actor"]) for row in rows] == [
        ("1", "saved", "local"),
        ("2", "saved", "local"),
        ("3", "audit exported", "local"),
    ]
    assert verdict(capsys)[1]["lines"] == 3


def test_export_writes_each_format_and_says_so_in_the_audit(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind, name in (("csv", "cases.csv"), ("parquet", "cases.parquet"), ("fhir", "cases.json")):
        assert main(["export", "--format", kind, "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cases.csv").read_text(encoding="utf-8"))))
    assert [row["pseudonym"] for row in rows] == ["Case 1", "Case 2"]
    assert pq.read_table(tmp_path / "cases.parquet").num_rows == 2
    bundle = json.loads((tmp_path / "cases.json").read_text(encoding="utf-8"))
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {"RiskAssessment", "DocumentReference"}
    exported = [(one.what, one.pseudonym, one.weights_sha256) for one in opened(place).audit.lines()[2:]]
    used = load_models().checksum
    assert exported == [
        (what, f"Case {number}", used if what == "FHIR" else "")
        for what in ("CSV", "Parquet", "FHIR")
        for number in (1, 2)
    ]
    assert capsys.readouterr().err.endswith("2 cases\n")


def test_the_checksum_of_the_weights_changes_with_any_file() -> None:
    models = load_models()
    assert len(models.checksum) == 64
    assert load_models().checksum == models.checksum
    name, artefact = next(iter(models.artefacts.items()))
    file, data = next(iter(artefact.files.items()))
    flipped = type(artefact)(
        artefact.card, {**artefact.files, file: data[:-1] + bytes([data[-1] ^ 1])}, artefact.folder
    )
    assert ModelSet({**models.artefacts, name: flipped}).checksum != models.checksum


def test_a_folder_for_out_is_refused_before_anything_is_written_down(place: Place, tmp_path: Path) -> None:
    assert main(["export", "--format", "csv", "--out", str(tmp_path)]) == 2
    assert main(["audit", "export", "--out", str(tmp_path)]) == 2
    assert len(opened(place).audit.lines()) == 2
