"""Finding tumours in the crop, so that the network reads the tumour's texture and not the liver's mean.

A small 3D U-Net on what the multitask network sees. Its answer is never shown as a lesion mask: it only says where the
heads look (docs/training.md has what that brings). One that was never trained finds nothing.
"""

from __future__ import annotations

import torch
from torch import nn

CHANNELS, STRIDES = (12, 24, 32, 48), (2, 2, 2)
FOUND_FROM = 0.5
"""Probability from which a voxel counts as tumour."""
NOTHING = -8.0
"""Log odds of the untrained finder."""


class LesionFinder(nn.Module):
    """Averaged crops (N, 2, 48, 48, 48) in, log odds of tumour (N, 1, 48, 48, 48) out."""

    def __init__(self) -> None:
        from monai.networks.nets.unet import UNet

        super().__init__()
        self.unet = UNet(3, 3, 1, CHANNELS, STRIDES, num_res_units=1, norm="batch")
        self.answer = nn.Conv3d(1, 1, 1)
        nn.init.zeros_(self.answer.weight)
        nn.init.constant_(self.answer.bias, NOTHING)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Let the answer hang on the image, for the training."""
        nn.init.ones_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)  # type: ignore[arg-type]

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        """Log odds; what is visible is a third channel, since usual liver and blank are both 0."""
        log_odds: torch.Tensor = self.answer(self.unet(torch.cat([phases, visible(phases)], dim=1)))
        return log_odds

    def find(self, phases: torch.Tensor) -> torch.Tensor:
        """Probability of tumour (N, 1, 48, 48, 48), 0 where nothing is visible, without gradients."""
        with torch.no_grad():
            return torch.sigmoid(self(phases)) * visible(phases)


def visible(phases: torch.Tensor) -> torch.Tensor:
    """1 where anything is visible, else 0: (N, 1, I, J, K)."""
    return (phases != 0).any(dim=1, keepdim=True).to(phases.dtype)
