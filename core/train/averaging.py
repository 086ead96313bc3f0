"""The running average of a network's weights, which generalises better than the last ones."""

from __future__ import annotations

import torch


def update_average(average: dict[str, torch.Tensor], network: torch.nn.Module, decay: float, step: int) -> None:
    """Move `average` towards the network's weights and buffers, in place; quickly in the first steps (0, 1, ...)."""
    warmed = min(decay, (step + 1) / (step + 10))
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value.detach(), 1 - warmed)
        else:
            average[name].copy_(value)
