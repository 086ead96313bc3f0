import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from core.artefacts import (
    MANIFEST,
    Golden,
    Metric,
    ModelCard,
    Training,
    find_weights,
    read_artefact,
    write_artefact,
    write_manifest,
)
from core.errors import ArtefactError

CARD = ModelCard(
    name="example",
    version="1.0.0",
    architecture={"width": 0.5},
    inputs={"spacing_mm": [3, 3, 3]},
    outputs={"mtm": "probability, 0-1"},
    training=Training("200 simulated patients", 200, 120, "simulated"),
    intended_use="Tests.",
    licence="Apache-2.0",
    attribution="None.",
    commit="",
    golden=Golden("one byte", sha256(b"0").hexdigest(), {"mtm": 0.5}),
    simulated=True,
    provenance="demonstration weights",
    metrics=(Metric("AUC", 0.8, 0.7, 0.9, 50),),
)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    write_artefact(tmp_path, CARD, {"model.json": b'{"weight": 1}', "model.ubj": b"\x00\x01"})
    return tmp_path


def test_what_was_written_is_read(weights: Path) -> None:
    artefact = read_artefact(weights, "example")
    assert artefact.card == CARD
    assert artefact.read_json("model.json") == {"weight": 1}
    assert artefact.read_bytes("model.ubj") == b"\x00\x01"
    assert artefact.folder / "model.ubj" == weights / "example" / "1.0.0" / "model.ubj"


def test_newest_version_is_taken(weights: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        write_artefact(weights, replace(CARD, version=version), {})
    assert read_artefact(weights, "example").card.version == "1.10.0"
    assert read_artefact(weights, "example", "1.9.0").card.version == "1.9.0"


@pytest.mark.parametrize(("name", "version"), [("other", None), ("example", "2.0.0")])
def test_missing_artefact_is_named(weights: Path, name: str, version: str | None) -> None:
    with pytest.raises(ArtefactError, match=f"expected the artefact {name}"):
        read_artefact(weights, name, version)


def test_missing_file_inside_an_artefact_is_named(weights: Path) -> None:
    with pytest.raises(ArtefactError, match=r"expected a file other\.json, got none"):
        read_artefact(weights, "example").read_bytes("other.json")


def _changed(folder: Path) -> None:
    (folder / "model.ubj").write_bytes(b"\x00\x02")


def _longer(folder: Path) -> None:
    (folder / "model.ubj").write_bytes(b"\x00\x01\x02")


def _removed(folder: Path) -> None:
    (folder / "model.ubj").unlink()


def _unlisted(folder: Path) -> None:
    (folder / "secret name.bin").write_bytes(b"")


def _linked(folder: Path) -> None:
    target = folder.parents[1] / "elsewhere"
    target.write_bytes((folder / "model.ubj").read_bytes())
    (folder / "model.ubj").unlink()
    (folder / "model.ubj").symlink_to(target)


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (_changed, "file 3 of 3: expected the sha256 of the manifest"),
        (_longer, "file 3 of 3: expected 2 bytes, got 3"),
        (_removed, "file 3 of 3: expected a file, got none"),
        (_unlisted, "expected only the files of the manifest, got 1 more"),
        (_linked, "file 3 of 3: expected a plain file inside the weights folder, got a link"),
    ],
)
def test_damage_is_refused_before_parsing(weights: Path, damage: object, text: str) -> None:
    assert callable(damage)
    damage(weights / "example" / "1.0.0")
    with pytest.raises(ArtefactError, match=text) as caught:
        read_artefact(weights, "example")
    assert "secret" not in str(caught.value)


def test_too_large_a_file_is_refused(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.artefacts.MAX_FILE_BYTES", 12)
    with pytest.raises(ArtefactError, match="expected at most 12 bytes"):
        read_artefact(weights, "example")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "not JSON",
        '{"../escape.json": {"sha256": "%s", "bytes": 1}}' % ("0" * 64),
        '{"example/1.0.0/model.pkl": {"sha256": "%s", "bytes": 1}}' % ("0" * 64),
        '{"example/1.0.0/model.json": {"sha256": "short", "bytes": 1}}',
        '{"example/1.0.0/model.json": {"sha256": "%s", "bytes": true}}' % ("0" * 64),
        '{"example/1.0.0/model.json": null}',
    ],
)
def test_bad_manifest_is_refused(weights: Path, text: str) -> None:
    (weights / MANIFEST).write_text(text)
    with pytest.raises(ArtefactError):
        read_artefact(weights, "example")


def test_card_of_another_artefact_is_refused(weights: Path) -> None:
    (weights / "example" / "1.0.0" / "card.json").write_bytes(replace(CARD, name="other").to_json())
    write_manifest(weights)
    with pytest.raises(ArtefactError, match="got the card of another artefact"):
        read_artefact(weights, "example")


def test_absent_card_is_refused(weights: Path) -> None:
    (weights / "example" / "1.0.0" / "card.json").unlink()
    write_manifest(weights)
    with pytest.raises(ArtefactError, match="model card"):
        read_artefact(weights, "example")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("simulated", 1),
        ("version", None),
        ("metrics", [{"name": "AUC", "value": "high"}]),
        ("unknown", 0),
        ("training", {}),
    ],
)
def test_card_is_read_strictly(field: str, value: object) -> None:
    document = json.loads(CARD.to_json())
    with pytest.raises(ArtefactError, match="model card: expected the fields of a model card"):
        ModelCard.from_json(json.dumps({**document, field: value}).encode())


def test_manifest_refuses_what_is_no_artefact(weights: Path) -> None:
    (weights / "example" / "1.0.0" / "model.pkl").write_bytes(b"")
    with pytest.raises(ArtefactError, match="expected only files name/version/file"):
        write_manifest(weights)


def test_explicit_folder_wins_then_the_environment(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write_artefact(other, CARD, {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "HAIC_NOMOGRAM_WEIGHTS", str(other))
        assert find_weights() == other
        assert find_weights(weights) == weights


def test_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"expected a folder with manifest\.json"):
        find_weights(tmp_path)


def test_checkout_weights_are_found_and_all_listed() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HAIC_NOMOGRAM_WEIGHTS", raising=False)
        folder = find_weights()
    listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    assert set(listed) == found
    assert max(entry["bytes"] for entry in listed.values()) < 10e6
