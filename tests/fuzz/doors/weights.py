"""A weights folder of somebody else: manifest, cards, documents and tensors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from core.artefacts import Artefact, find_weights, read_artefact, write_manifest
from core.fusion import FusionModel
from core.model_card import ModelCard
from core.survival.model import read_nomogram
from tests.fuzz.door import Door, said
from tests.fuzz.doors.documents import _hostile
from tests.fuzz.mutate import mutated_bytes, mutated_json

ROOT = Path(__file__).resolve().parents[3]


def read(data: bytes, folder: Path) -> Iterator[str]:
    """As manifest; as card and as document of an artefact that the manifest lists as it is."""
    listed = folder / "weights"
    listed.mkdir()
    (listed / "manifest.json").write_bytes(data)
    yield said(lambda: read_artefact(find_weights(listed), "nomogram"))
    yield said(lambda: _as("card.json", data, folder / "card"))
    yield said(lambda: read_nomogram(_as("nomogram.json", data, folder / "figures").read_json("nomogram.json"), "post"))
    yield said(lambda: FusionModel.from_json(data))


def _as(name: str, data: bytes, folder: Path) -> Artefact:
    place = folder / "nomogram" / "1.0.0"
    place.mkdir(parents=True)
    for path in (ROOT / "weights" / "nomogram" / "1.0.0").iterdir():
        shutil.copyfile(path, place / path.name)
    (place / name).write_bytes(data)
    write_manifest(folder)
    return read_artefact(folder, "nomogram")


def tensors(data: bytes, folder: Path) -> Iterator[str]:
    """As safetensors of both networks."""
    from core.network.predict import MultitaskNetwork
    from core.segmentation.predict import Segmenter

    for load, name in ((MultitaskNetwork.load, "network"), (Segmenter.load, "segmenter")):
        artefact = Artefact(_card(name), {"model.safetensors": data}, folder)
        yield said(lambda one=load, what=artefact: one(what))  # type: ignore[misc]


@cache
def _card(name: str) -> ModelCard:
    return read_artefact(ROOT / "weights", name).card


def seeds() -> list[bytes]:
    """Those of the shipped weights."""
    manifest = json.loads((ROOT / "weights" / "manifest.json").read_bytes())
    few = {name: entry for name, entry in manifest.items() if name.startswith("nomogram/")}
    return [json.dumps(few).encode(), *(path.read_bytes() for name in ("nomogram", "fusion") for path in _files(name))]


def _files(name: str) -> list[Path]:
    return sorted((ROOT / "weights" / name).glob("*/*.json"))


def hostile() -> list[bytes]:
    """Of the manifest and of a card."""
    manifest = [
        {"../a/1/b.json": {"sha256": "0" * 64, "bytes": 1}},
        {"nomogram/1.0.0/../../x.json": {"sha256": "0" * 64, "bytes": 1}},
        {"nomogram/9.9.9/card.json": {"sha256": "0" * 64, "bytes": 1}},
        {"nomogram/1.0.0/card.json": {"sha256": "0" * 64, "bytes": 10**30}},
        {"nomogram/1..0/card.json": {"sha256": "0" * 64, "bytes": -1}},
        {"nomogram/1+/card.json": {"sha256": "0" * 64, "bytes": True}},
        {"nomogram/" + "1" * 300 + "/card.json": {"sha256": "0" * 64, "bytes": 1}},
    ]  # fmt: skip
    return [*(json.dumps(one).encode() for one in manifest), *_hostile(seeds()[0]), *_hostile(seeds()[1])]


def tensor_seeds() -> list[bytes]:
    """A small file of tensors."""
    import numpy as np
    from safetensors.numpy import save

    return [save({"stem.weight": np.zeros((2, 3), np.float32), "b": np.zeros(3, np.float16)})]


def tensor_hostile() -> list[bytes]:
    """Heads that say another length or other offsets."""
    good = tensor_seeds()[0]
    head = [n.to_bytes(8, "little") + good[8:] for n in (0, 1, 7, 2**31, 2**63, 2**64 - 1)]
    docs = [b"[" * 10**5, b"{}", b'{"a":{"dtype":"F32","shape":[4294967295,4294967295],"data_offsets":[0,4]}}',
            b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', b'{"__metadata__":{"a":1}}']  # fmt: skip
    return [*head, *(len(one).to_bytes(8, "little") + one + bytes(4) for one in docs), good[:-1], b"", b"{", b"{}"]


def mutate_tensors(data: bytes, random: Random) -> bytes:
    """The head of the tensors as a tree, or bytes."""
    size = int.from_bytes(data[:8], "little")
    if size > len(data) or random.randint(0, 2) == 0:
        return mutated_bytes(data, random)
    head = mutated_json(data[8 : 8 + size], random)
    return len(head).to_bytes(8, "little") + head + data[8 + size :]


DOORS = {
    "weights": Door("weights", read, seeds, hostile, mutated_json),
    "tensors": Door("tensors", tensors, tensor_seeds, tensor_hostile, mutate_tensors),
}
