"""Where in the liver the heads look: Grad-CAM in its element-wise form, measured against a blank input.

Grad-CAM proper (`grad_cam`) weighs each channel by its mean gradient. Two things go wrong with it here, both measured
in docs/heatmaps.md. Blank voxels around the liver have activations too (batch normalisation shifts zero), so most of
the heat lies where the network is shown nothing. And the mean gradient of a channel's standard deviation, which the
heads see, is zero: a head that reads texture by it leaves no trace. `influence_maps` multiplies gradient and activation
place by place (HiResCAM; Draelos and Carin 2020, arXiv:2011.08891), and takes the activation less that of a blank input
(difference from reference, as in DeepLIFT; Shrikumar et al., ICML 2017): the sum over all places is, to first order,
the logit's change from blank to patient.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from core.network.ensemble import MobileNetEnsemble

Maps = npt.NDArray[np.float32]


def influence_maps(network: MobileNetEnsemble, phases: torch.Tensor, blank: torch.Tensor) -> Maps:
    """Signed influence on every head's logit; positive raises it.

    Args:
        phases: float32 (N, 2, 96, 96, 96).
        blank: of `blank_activations` of the same network.

    Returns:
        float32 (N, 5, 12, 12, 12), unscaled. What is drawn is its positive part.
    """
    activations, gradients = gradients_of_heads(network, phases)
    return _numbers((gradients * (activations - blank)).sum(dim=2).transpose(0, 1))


def blank_activations(network: MobileNetEnsemble, side: int) -> torch.Tensor:
    """Stride-8 activations (1, C, 12, 12, 12) of an input of `side` voxels in which nothing is visible."""
    with torch.no_grad():
        return network.features(torch.zeros(1, 2, side, side, side))


def grad_cam(network: MobileNetEnsemble, phases: torch.Tensor) -> Maps:
    """Grad-CAM as defined by Selvaraju et al., ICCV 2017, kept to compare with: one forward, five backward passes.

    Args:
        phases: float32 (1, 2, 96, 96, 96).

    Returns:
        float32 (5, 12, 12, 12), not negative, unscaled: ReLU of the activations weighted by their mean gradient.
    """
    activations, gradients = gradients_of_heads(network, phases)
    weights = gradients.mean(dim=(3, 4, 5), keepdim=True)
    return _numbers((weights * activations).sum(dim=2)[:, 0].clamp(min=0))


def gradients_of_heads(network: MobileNetEnsemble, phases: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Stride-8 activations (N, C, 12, 12, 12) and each head's gradient by them (5, N, C, 12, 12, 12).

    One forward and five backward passes for all N at once; patients do not touch each other.
    """
    with torch.no_grad():
        activations = network.features(phases)
    activations.requires_grad_(True)
    totals = network.from_features(activations).sum(dim=0)
    found = [torch.autograd.grad(total, activations, retain_graph=True)[0] for total in totals]
    return activations.detach(), torch.stack(found)


def _numbers(maps: torch.Tensor) -> Maps:
    numbers: Maps = maps.detach().numpy()
    return numbers
