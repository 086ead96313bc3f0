"""The multitask network at work: calibrated probabilities with their spread, and heatmaps on the CT grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from core.artefacts import Artefact
from core.errors import ArtefactError
from core.findings import HEADS, Heatmap
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, box_of_grid, sub_geometry
from core.imaging.interpolate import interpolate
from core.network.grad_cam import grad_cam
from core.network.mobilenet import MultitaskMobileNet, build

VARIANTS = 8
NOISE_SD = 0.1
SHIFT_VOXELS = 2


@dataclass(frozen=True, eq=False)
class MultitaskNetwork:
    """A loaded network with its calibration.

    Attributes:
        network: in evaluation mode.
        slope, intercept: Platt calibration of each head's logit, by head.
    """

    network: MultitaskMobileNet
    slope: Mapping[str, float]
    intercept: Mapping[str, float]

    @classmethod
    def load(cls, artefact: Artefact) -> MultitaskNetwork:
        """Build from the card and load strictly.

        Raises:
            ArtefactError: if the weights or the calibration do not fit the card.
        """
        from safetensors.torch import load

        card = artefact.card.architecture
        try:
            network = build({"width": card["width"], "dropout": card["dropout"]})
            state = load(artefact.read_bytes("model.safetensors"))
            network.load_state_dict({name: _single(value) for name, value in state.items()}, strict=True)
            calibration = card["calibration"]
            slope = {head: float(calibration[head]["slope"]) for head in HEADS}
            intercept = {head: float(calibration[head]["intercept"]) for head in HEADS}
        except (RuntimeError, ValueError, KeyError) as error:
            raise ArtefactError("network: the weights or the calibration do not fit their card") from error
        return cls(network.eval(), slope, intercept)

    def probabilities(self, phases: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of one patient under test-time augmentation.

        Args:
            phases: float32 (2, 96, 96, 96) of `liver_crop`.

        Returns:
            float64 (VARIANTS, 5), columns as HEADS; the first row is the image as it is.
        """
        with torch.inference_mode():
            logits = self.network(torch.from_numpy(_variants(phases))).numpy().astype(np.float64)
        return calibrated(logits, self.slope, self.intercept)

    def heatmaps(
        self, phases: npt.NDArray[np.float32], cube: Geometry, liver: npt.NDArray[np.bool_], geometry: Geometry
    ) -> dict[str, Heatmap]:
        """Grad-CAM of every head on the CT grid `geometry`.

        Args:
            phases, cube: of `liver_crop`. liver: bool (I, J, K) on `geometry`.
        """
        heat = grad_cam(self.network, torch.from_numpy(phases)[None])
        stride = cube.shape[0] // heat.shape[1]
        affine = cube.affine_lps.copy()
        # a 3-wide convolution of stride 2 with padding 1 is centred on every second voxel: the first one stays
        affine[:3, :3] *= stride
        grid = Geometry((heat.shape[1], heat.shape[2], heat.shape[3]), affine)
        return {head: _on_ct(heat[index], grid, cube, liver, geometry) for index, head in enumerate(HEADS)}


def calibrated(
    logits: npt.NDArray[np.float64], slope: Mapping[str, float], intercept: Mapping[str, float]
) -> npt.NDArray[np.float64]:
    """Probabilities (n, 5) of logits (n, 5) by each head's Platt calibration, columns as HEADS."""
    slopes = np.array([slope[head] for head in HEADS])
    intercepts = np.array([intercept[head] for head in HEADS])
    probability: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(slopes * logits + intercepts)))
    return probability


def _single(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def _variants(phases: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Small shifts and noise, the same for every patient: the spread says how much the score hangs on such trifles."""
    rng = np.random.default_rng(0)
    variants = [phases]
    for _ in range(VARIANTS - 1):
        shift = rng.integers(-SHIFT_VOXELS, SHIFT_VOXELS + 1, 3)
        noise = NOISE_SD * rng.standard_normal(phases.shape, dtype=np.float32)
        noisy = np.where(phases != 0, phases + noise, 0.0)
        variants.append(np.roll(noisy, tuple(shift), axis=(1, 2, 3)))
    return np.stack(variants).astype(np.float32)


def _on_ct(
    heat: npt.NDArray[np.float32], grid: Geometry, cube: Geometry, liver: npt.NDArray[np.bool_], geometry: Geometry
) -> Heatmap:
    """Heat is drawn in the liver only: around it the network was shown nothing, so heat there means nothing."""
    box = box_of_grid(cube, geometry)
    everywhere = np.clip(interpolate(heat, grid, sub_geometry(geometry, box)), 0.0, None)
    total = float(everywhere.sum(dtype=np.float64))
    inner = everywhere * liver[box]
    top = float(inner.max(initial=0.0))
    values = np.zeros(geometry.shape, dtype=np.float16)
    if top > 0:
        values[box] = inner / top
    share = float(inner.sum(dtype=np.float64)) / total if total > 0 else 0.0
    return Heatmap(values, share, _hottest_slice(inner, box, liver, geometry))


def _hottest_slice(inner: npt.NDArray[np.float32], box: Box, liver: npt.NDArray[np.bool_], geometry: Geometry) -> int:
    axis = geometry.superior_axis
    by_slice = inner.sum(axis=tuple(other for other in range(3) if other != axis))
    return int(box[axis].start + by_slice.argmax()) if by_slice.any() else _middle(liver, geometry)


def _middle(liver: npt.NDArray[np.bool_], geometry: Geometry) -> int:
    part = bounding_box(liver, geometry)[geometry.superior_axis]
    return int(part.start + part.stop) // 2
