"""Grad-CAM of every head from one forward and five backward passes (Selvaraju et al., ICCV 2017)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from core.network.mobilenet import MultitaskMobileNet


def grad_cam(network: MultitaskMobileNet, phases: torch.Tensor) -> npt.NDArray[np.float32]:
    """Heat of each head for one patient.

    Args:
        phases: float32 (1, 2, 96, 96, 96).

    Returns:
        float32 (5, 12, 12, 12), not negative, unscaled: ReLU of the activations weighted by their mean gradient.
    """
    with torch.no_grad():
        activations = network.features(phases)
    activations.requires_grad_(True)
    logits = network.from_features(activations)
    maps = []
    for head in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[0, head], activations, retain_graph=True)
        weights = gradient.mean(dim=(2, 3, 4), keepdim=True)
        maps.append((weights * activations).sum(dim=1)[0].clamp(min=0).detach())
    heat: npt.NDArray[np.float32] = torch.stack(maps).numpy()
    return heat
