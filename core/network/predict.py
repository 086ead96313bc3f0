"""The multitask network at work: calibrated probabilities with their spread, and heatmaps on the CT grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from core.artefacts import Artefact
from core.case import LiverMask
from core.errors import ArtefactError
from core.findings import HEADS, Heatmap
from core.geometry import Geometry
from core.network.ensemble import MobileNetEnsemble, from_state
from core.network.heatmaps import HeatmapReader
from core.network.mobilenet import MobileNetArguments
from core.network.probes import NOISE_SD
from core.network.threads import one_thread

VARIANTS = 8
SHIFT_VOXELS = 2


@dataclass(frozen=True, eq=False)
class MultitaskNetwork:
    """A loaded network with its calibration.

    Attributes:
        network: in evaluation mode.
        slope, intercept: Platt calibration of each head's logit, by head.
    """

    network: MobileNetEnsemble
    slope: Mapping[str, float]
    intercept: Mapping[str, float]

    @classmethod
    def load(cls, artefact: Artefact) -> MultitaskNetwork:
        """Build from the card and load strictly.

        Raises:
            ArtefactError: if the weights or the calibration do not fit the card.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        card = artefact.card.architecture
        try:
            arguments: MobileNetArguments = {"width": card["width"], "dropout": card["dropout"]}
            network = from_state(arguments, load(artefact.read_bytes("model.safetensors")))
            calibration = card["calibration"]
            slope = {head: float(calibration[head]["slope"]) for head in HEADS}
            intercept = {head: float(calibration[head]["intercept"]) for head in HEADS}
        except (RuntimeError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ArtefactError("network: the weights or the calibration do not fit their card") from error
        return cls(network, slope, intercept)

    def probabilities(self, phases: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of one patient under test-time augmentation.

        Args:
            phases: float32 (2, 96, 96, 96) of `liver_crop`.

        Returns:
            float64 (VARIANTS * members, 5), columns as HEADS; the first rows are the members' of the image as it is.
            Their spread says how much the score hangs on such trifles and on the chance in training.
        """
        with torch.inference_mode(), one_thread():
            answers = self.network.answers(torch.from_numpy(_variants(phases))).transpose(0, 1)
        logits = answers.reshape(-1, len(HEADS)).numpy().astype(np.float64)
        return calibrated(logits, self.slope, self.intercept)

    def heatmaps(self, phases: npt.NDArray[np.float32], cube: Geometry, mask: LiverMask) -> dict[str, Heatmap]:
        """Grad-CAM of every head on the grid of `mask`, with its reliability.

        Args:
            phases, cube: of `liver_crop`.
        """
        return self._heatmap_reader.read(phases, cube, mask)

    @cached_property
    def _heatmap_reader(self) -> HeatmapReader:
        return HeatmapReader(self.network)


def calibrated(
    logits: npt.NDArray[np.float64], slope: Mapping[str, float], intercept: Mapping[str, float]
) -> npt.NDArray[np.float64]:
    """Probabilities (n, 5) of logits (n, 5) by each head's slope and intercept, columns as HEADS.

    Survival that never rises stays so: of a calibration by `core.train.fit_network.calibrate` its heads share a slope.
    """
    slopes = np.array([slope[head] for head in HEADS])
    intercepts = np.array([intercept[head] for head in HEADS])
    probability: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(slopes * logits + intercepts)))
    return probability


def _variants(phases: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Small shifts and noise, the same for every patient."""
    rng = np.random.default_rng(0)
    variants = [phases]
    for _ in range(VARIANTS - 1):
        shift = rng.integers(-SHIFT_VOXELS, SHIFT_VOXELS + 1, 3)
        noise = NOISE_SD * rng.standard_normal(phases.shape, dtype=np.float32)
        noisy = np.where(phases != 0, phases + noise, 0.0)
        variants.append(np.roll(noisy, tuple(shift), axis=(1, 2, 3)))
    return np.stack(variants).astype(np.float32)
