"""The multitask 3D MobileNetV1 (He et al. 2023): one trunk of depthwise separable convolutions, five heads.

The paper's supplementary table is not public; the layers are those of MobileNetV1 (Howard et al. 2017), made 3D, with
width .5 and a last stage of 3x3x3 for 96 voxels a side (assumed). One thing is added: the heads also see mean and
standard deviation of each stride-8 channel, since texture and burden are statistics over the liver (docs/training.md).
"""

from __future__ import annotations

from typing import TypedDict

import torch
from torch import nn

from core.findings import HEADS

# output channels at width 1 and stride of each depthwise separable block
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *(((512, 1),) * 5), (1024, 2), (1024, 1))
STRIDE_8_BLOCK = 4
"""The last block at stride 8 (12x12x12): fine enough for a usable heatmap; the last stage is 3x3x3."""


class MobileNetArguments(TypedDict):
    """Architecture arguments, kept in the card."""

    width: float
    dropout: float


DEFAULT_ARGUMENTS: MobileNetArguments = {"width": 0.5, "dropout": 0.2}


class MultitaskMobileNet(nn.Module):
    """Two phases in, five logits out.

    Input float32 (N, 2, 96, 96, 96): arterial and portal-venous HU scaled to -1..1, cropped to the liver at 3 mm.
    Output float32 (N, 5): logits in the order of `core.findings.HEADS`.
    """

    def __init__(self, width: float, dropout: float) -> None:
        super().__init__()
        channels = int(32 * width)
        self.stem = _activated(nn.Conv3d(2, channels, 3, stride=2, padding=1, bias=False), channels)
        blocks = []
        for full, stride in BLOCKS:
            blocks.append(_separable(channels, int(full * width), stride))
            channels = int(full * width)
        self.early = nn.Sequential(*blocks[: STRIDE_8_BLOCK + 1])
        self.late = nn.Sequential(*blocks[STRIDE_8_BLOCK + 1 :])
        seen = channels + 2 * int(BLOCKS[STRIDE_8_BLOCK][0] * width)
        self.heads = nn.Sequential(nn.BatchNorm1d(seen), nn.Dropout(dropout), nn.Linear(seen, len(HEADS)))
        for parameter in self.heads[-1].parameters():
            nn.init.zeros_(parameter)

    def features(self, phases: torch.Tensor) -> torch.Tensor:
        """The stride-8 activations (N, C, 12, 12, 12), where Grad-CAM looks."""
        activations: torch.Tensor = self.early(self.stem(phases))
        return activations

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        """From the stride-8 activations to the five logits (N, 5)."""
        flat = activations.flatten(2)
        spread = (flat.var(dim=2) + 1e-6).sqrt()  # the root of zero has no gradient
        deep = self.late(activations).mean(dim=(2, 3, 4))
        logits: torch.Tensor = self.heads(torch.cat([deep, flat.mean(dim=2), spread], dim=1))
        return logits

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits (N, 5)."""
        return self.from_features(self.features(phases))


def build(arguments: MobileNetArguments) -> MultitaskMobileNet:
    """The network in channels-last layout, which is faster on a CPU."""
    network = MultitaskMobileNet(arguments["width"], arguments["dropout"])
    return network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload,no-any-return]


def _activated(convolution: nn.Module, channels: int) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm3d(channels), nn.ReLU(inplace=True))


def _separable(channels: int, out: int, stride: int) -> nn.Sequential:
    depthwise = nn.Conv3d(channels, channels, 3, stride=stride, padding=1, groups=channels, bias=False)
    return nn.Sequential(_activated(depthwise, channels), _activated(nn.Conv3d(channels, out, 1, bias=False), out))
