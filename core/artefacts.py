"""Shipped and trained weights: each is checked against the manifest before a byte of it is parsed.

    weights/manifest.json                      path -> {"sha256", "bytes"}
    weights/<name>/<version>/card.json         the ModelCard
    weights/<name>/<version>/<file>            .json, .safetensors or .ubj; no pickle, no links, no folders below

Nothing that the manifest does not list is read, and nothing may lie beside the listed files. Messages name artefacts
and the position of a file, never the name of a file found on disk.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import ArtefactError
from core.model_card import Golden, Metric, ModelCard, Training

__all__ = [
    "Artefact",
    "Golden",
    "Metric",
    "ModelCard",
    "Training",
    "find_weights",
    "read_artefact",
    "write_artefact",
    "write_manifest",
]

MANIFEST = "manifest.json"
CARD = "card.json"
SUFFIXES = (".json", ".safetensors", ".ubj")
MAX_FILE_BYTES = 256 * 2**20  # weights shipped with the project stay under 10 MB a file; a centre's own may be larger
MAX_MANIFEST_BYTES = 2**20
ENVIRONMENT_VARIABLE = "HAIC_NOMOGRAM_WEIGHTS"

_PATH = re.compile(r"([a-z][a-z0-9_]*)/(\d[a-z0-9.+]*)/([a-z0-9][a-z0-9_.-]*)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Artefact:
    """One artefact, checked.

    Attributes:
        card: what it is.
        files: file name -> bytes, all of them as checked against the manifest, without the card.
        folder: where it lies.
    """

    card: ModelCard
    files: Mapping[str, bytes] = field(repr=False)
    folder: Path

    def read_bytes(self, file: str) -> bytes:
        """The checked bytes of one file; what was checked is what is parsed, even if the disk changes in between."""
        if file not in self.files:
            raise ArtefactError(f"artefact {self.card.name} {self.card.version}: expected a file {file}, got none")
        return self.files[file]

    def read_json(self, file: str) -> dict[str, Any]:
        """One JSON object.

        Raises:
            ArtefactError: if the file is missing or not a JSON object.
        """
        return _json_object(self.read_bytes(file), f"artefact {self.card.name} {self.card.version}, {file}")


def find_weights(explicit: Path | None = None) -> Path:
    """The weights folder: `explicit`, else HAIC_NOMOGRAM_WEIGHTS, else the checkout's weights/, else the package's own.

    Raises:
        ArtefactError: if the chosen folder holds no manifest.
    """
    named = explicit or (Path(value) if (value := os.environ.get(ENVIRONMENT_VARIABLE)) else None)
    if named is not None:
        return _with_manifest(named, "the weights folder given by --weights or " + ENVIRONMENT_VARIABLE)
    package = Path(__file__).resolve().parent
    checkout = package.parent / "weights"
    if (package.parent / "pyproject.toml").is_file() and (checkout / MANIFEST).is_file():
        return checkout
    return _with_manifest(package / "_weights", "the weights folder of the installation")


def read_artefact(weights_dir: Path, name: str, version: str | None = None) -> Artefact:
    """Read and check one artefact; the newest version unless `version` names one.

    Raises:
        ArtefactError: if the manifest does not list it, a listed file is missing, a link, too large or changed,
            something unlisted lies beside it, or its card is another's.
    """
    manifest = _read_manifest(weights_dir)
    found = sorted({match[2] for path in manifest if (match := _split(path))[1] == name}, key=_version_key)
    chosen = version or (found[-1] if found else None)
    if chosen is None or chosen not in found:
        wanted = name if version is None else f"{name} {version}"
        raise ArtefactError(
            f"weights: expected the artefact {wanted}, the manifest lists {len(found)} version(s) of {name}"
        )
    folder = weights_dir / name / chosen
    listed = {_split(path)[3]: entry for path, entry in manifest.items() if path.startswith(f"{name}/{chosen}/")}
    files = _read_files(folder, listed, f"artefact {name} {chosen}")
    card = ModelCard.from_json(files.pop(CARD, b""))
    if (card.name, card.version) != (name, chosen):
        raise ArtefactError(f"artefact {name} {chosen}: expected its own model card, got the card of another artefact")
    return Artefact(card, files, folder)


def write_artefact(weights_dir: Path, card: ModelCard, files: Mapping[str, bytes]) -> Path:
    """Write one artefact with its card, bring the manifest up to date and return the artefact's folder."""
    folder = weights_dir / card.name / card.version
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in {**files, CARD: card.to_json()}.items():
        (folder / name).write_bytes(data)
    write_manifest(weights_dir)
    return folder


def write_manifest(weights_dir: Path) -> None:
    """Write manifest.json over every file of the folder.

    Raises:
        ArtefactError: if something that is no artefact file lies in the folder, or a file is too large.
    """
    entries: dict[str, dict[str, str | int]] = {}
    for path in sorted(weights_dir.rglob("*")):
        if path == weights_dir / MANIFEST or (path.is_dir() and not path.is_symlink()):
            continue
        relative = path.relative_to(weights_dir).as_posix()
        _split(relative)
        data = _read_plain(weights_dir, path, "weights, a file to be listed")
        entries[relative] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    (weights_dir / MANIFEST).write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _with_manifest(folder: Path, role: str) -> Path:
    if not (folder / MANIFEST).is_file():
        raise ArtefactError(f"{role}: expected a folder with {MANIFEST}, got none")
    return folder


def _json_object(data: bytes, role: str) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        document = None
    if not isinstance(document, dict):
        raise ArtefactError(f"{role}: expected a JSON object, got something else")
    return document


def _read_manifest(weights_dir: Path) -> dict[str, tuple[str, int]]:
    path = _with_manifest(weights_dir, "weights") / MANIFEST
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ArtefactError(f"manifest: expected at most {MAX_MANIFEST_BYTES} bytes, got {path.stat().st_size}")
    document = _json_object(path.read_bytes(), "manifest")
    return {key: _entry(key, value, position) for position, (key, value) in enumerate(document.items(), start=1)}


def _entry(path: str, value: object, position: int) -> tuple[str, int]:
    _split(path)
    digest, size = (value.get("sha256"), value.get("bytes")) if isinstance(value, dict) else (None, None)
    if not (
        isinstance(digest, str)
        and _SHA256.fullmatch(digest)
        and type(size) is int
        and isinstance(value, dict)
        and len(value) == 2
    ):
        raise ArtefactError(f"manifest, entry {position}: expected sha256 and bytes, got something else")
    return digest, size


def _split(path: str) -> re.Match[str]:
    match = _PATH.fullmatch(path)
    if match is None or not path.endswith(SUFFIXES):
        kinds = ", ".join(SUFFIXES)
        raise ArtefactError(f"weights: expected only files name/version/file of the kinds {kinds}, got another")
    return match


def _version_key(version: str) -> Any:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion:
        raise ArtefactError("manifest: expected versions such as 1.0.0, got something else") from None


def _read_files(folder: Path, listed: Mapping[str, tuple[str, int]], role: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for position, (name, (digest, size)) in enumerate(sorted(listed.items()), start=1):
        where = f"{role}, file {position} of {len(listed)}"
        data = _read_plain(folder.parents[1], folder / name, where)
        if len(data) != size:
            raise ArtefactError(f"{where}: expected {size} bytes, got {len(data)}")
        if sha256(data).hexdigest() != digest:
            raise ArtefactError(f"{where}: expected the sha256 of the manifest, got another: the file was changed")
        files[name] = data
    others = sum(path.name not in listed for path in folder.iterdir())
    if others:
        raise ArtefactError(f"{role}: expected only the files of the manifest, got {others} more")
    return files


def _read_plain(root: Path, path: Path, where: str) -> bytes:
    if not path.is_file():
        raise ArtefactError(f"{where}: expected a file, got none")
    if path.resolve() != root.resolve() / path.relative_to(root):
        raise ArtefactError(f"{where}: expected a plain file inside the weights folder, got a link")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ArtefactError(f"{where}: expected at most {MAX_FILE_BYTES} bytes, got {path.stat().st_size}")
    return path.read_bytes()
