"""What a heatmap is put to the test with: the liver mirrored, under noise, and networks that have learned nothing."""

from __future__ import annotations

import copy
import math

import numpy as np
import numpy.typing as npt
import torch

from core.network.ensemble import MobileNetEnsemble
from core.network.mobilenet import SIDE_SEEN

Numbers = npt.NDArray[np.float32]

NOISE_SD = 0.1
"""6 HU in each voxel of the crop: under the noise of a CT at this voxel size, and within what the training adds."""
MIRROR_AXES = (0, 1, 2)
NOISES = 3
UNTRAINED_SEEDS = (1, 2, 3)


def averaged_voxels(side: int) -> int:
    """How many voxels along an axis the network averages before its first convolution."""
    return max(1, side // SIDE_SEEN)


def mirrored(values: Numbers, axis: int, averaged: int = 1) -> Numbers:
    """`values` (..., I, J, K) mirrored along one axis so that cells of the map fall on cells; its own inverse.

    A plain flip would move their centres by up to seven voxels, for stride 2 keeps even voxels. Here the first cell,
    which lies on the first voxel or amid those averaged, has no partner and stays.

    Args:
        averaged: of `averaged_voxels` for a crop, 1 for a map.
    """
    axis += values.ndim - 3
    return np.roll(np.flip(values, axis), averaged, axis)


def noisy(phases: Numbers, rng: np.random.Generator) -> Numbers:
    """The crop (2, I, J, K) with white noise where something is visible; blank stays blank."""
    noise = NOISE_SD * rng.standard_normal(phases.shape, dtype=np.float32)
    return np.where(phases != 0, phases + noise, np.float32(0.0)).astype(np.float32)


def probe_inputs(phases: Numbers, averaged: int) -> Numbers:
    """The crop itself, its three mirror images, and it under NOISES draws of noise: (1 + 3 + NOISES, 2, I, J, K)."""
    rng = np.random.default_rng(1)  # the same for every patient
    mirrors = [mirrored(phases, axis, averaged) for axis in MIRROR_AXES]
    return np.stack([phases, *mirrors, *(noisy(phases, rng) for _ in range(NOISES))])


def untrained(network: MobileNetEnsemble, seed: int, side: int) -> MobileNetEnsemble:
    """One member of the same architecture with random weights (Adebayo et al., NeurIPS 2018), the same for one seed.

    Weights are drawn as He et al., ICCV 2015; batch statistics settle on a ball of noise, so that signals neither
    vanish nor explode on the way.
    """
    made = copy.deepcopy(MobileNetEnsemble(network.finder, network.each()[:1]))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in made.named_parameters():
            values.copy_(_random(name, values, generator))
        _settle(made, _ball_of_noise(side, generator))
    return made.eval()


def _random(name: str, values: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Weights at random; a normalisation that scales by 1 and shifts by 0."""
    if values.dim() < 2:
        return torch.ones_like(values) if name.endswith("weight") else torch.zeros_like(values)
    fan_in = values[0].numel()
    return torch.randn(values.shape, generator=generator) * math.sqrt(2 / fan_in)


def _settle(network: MobileNetEnsemble, phases: torch.Tensor) -> None:
    for layer in network.eval().modules():
        if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm3d)):
            layer.reset_running_stats()
        if isinstance(layer, torch.nn.BatchNorm3d):  # those of the heads stay: one patient has no spread over patients
            layer.momentum = None  # the average of all that is seen: of this one input
            layer.train()
    network(phases)


def _ball_of_noise(side: int, generator: torch.Generator) -> torch.Tensor:
    along = torch.linspace(-1, 1, side)
    inside = along[:, None, None] ** 2 + along[:, None] ** 2 + along**2 < 0.8
    return torch.randn((1, 2, side, side, side), generator=generator) * inside
