"""The models of one weights folder, each loaded on first use, so that the page is up before torch is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from core.artefacts import Artefact, ModelCard, find_weights, read_artefact
from core.fusion import FusionModel
from core.survival.model import Nomogram, read_nomogram

if TYPE_CHECKING:
    from core.network.predict import MultitaskNetwork
    from core.radiomics.score import RadiomicsModel
    from core.segmentation.predict import Segmenter

ARTEFACTS = ("segmenter", "network", "radiomics", "fusion", "nomogram")
_LOADING = RLock()


@dataclass(frozen=True, eq=False)
class ModelSet:
    """Everything `core.pipeline.assess` asks.

    Attributes:
        artefacts: checked against the manifest, by name.
    """

    artefacts: dict[str, Artefact]

    @property
    def cards(self) -> dict[str, ModelCard]:
        """The model cards, by artefact."""
        return {name: artefact.card for name, artefact in self.artefacts.items()}

    @property
    def versions(self) -> dict[str, str]:
        """Version by artefact."""
        return {name: card.version for name, card in self.cards.items()}

    @property
    def provenance(self) -> dict[str, str]:
        """The sentence shown with every number an artefact makes, by artefact."""
        return {name: card.provenance for name, card in self.cards.items()}

    @cached_property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal, over the lines "name version file sha256" of all files, in their order."""
        lines = [
            f"{name} {one.card.version} {file} {sha256(one.files[file]).hexdigest()}\n"
            for name, one in sorted(self.artefacts.items())
            for file in sorted(one.files)
        ]
        return sha256("".join(lines).encode()).hexdigest()

    @cached_property
    def segmenter(self) -> Segmenter:
        """The liver segmenter (3D ResU-Net)."""
        from core.segmentation.predict import Segmenter

        with _LOADING:
            return Segmenter.load(self.artefacts["segmenter"])

    @cached_property
    def network(self) -> MultitaskNetwork:
        """The multitask 3D MobileNetV1."""
        from core.network.predict import MultitaskNetwork

        with _LOADING:
            return MultitaskNetwork.load(self.artefacts["network"])

    @cached_property
    def radiomics(self) -> RadiomicsModel:
        """The selected radiomics features and their XGBoost models."""
        from core.radiomics.score import RadiomicsModel

        with _LOADING:
            return RadiomicsModel.load(self.artefacts["radiomics"])

    @cached_property
    def fusion(self) -> FusionModel:
        """The clinical model, the fusion to the MTM score and the map to the DLR score."""
        return FusionModel.load(self.artefacts["fusion"])

    @cached_property
    def pre(self) -> Nomogram:
        """The nomogram before HAIC."""
        return read_nomogram(self.artefacts["nomogram"].read_json("nomogram.json"), "pre")

    @cached_property
    def post(self) -> Nomogram:
        """The nomogram after HAIC."""
        return read_nomogram(self.artefacts["nomogram"].read_json("nomogram.json"), "post")


def load_models(weights_dir: Path | None = None) -> ModelSet:
    """Check all artefacts of a weights folder; nothing heavy is imported yet.

    Args:
        weights_dir: None for HAIC_NOMOGRAM_WEIGHTS, or else the weights that came with the software.

    Raises:
        ArtefactError: if an artefact is missing or was changed.
    """
    folder = find_weights(weights_dir)
    return ModelSet({name: read_artefact(folder, name) for name in ARTEFACTS})
