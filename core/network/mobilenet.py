"""The multitask 3D MobileNetV1 (He et al. 2023): one trunk of depthwise separable convolutions, five heads.

The paper's supplementary table is not public; the layers are those of MobileNetV1 (Howard et al. 2017), made 3D, with
width .5 and a last stage of 3x3x3 (assumed). It works on means over 2x2x2 voxels of the crop. Added: the heads also see
statistics of each channel at stride 8 over what is visible and over the tumours that `core.network.lesions` finds,
since texture and burden are such, brought to a short code. The heads are linear in the code and in measures that need
no learning (`core.network.measures`), and those of survival never rise from one horizon to the next.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

import torch
from torch import nn
from torch.nn import functional

from core.findings import HEADS
from core.network.layers import activated, moments, never_rising, separable
from core.network.lesions import FOUND_FROM, visible
from core.network.measures import COUNT, image_measures

# output channels at width 1 and stride of each depthwise separable block
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *(((512, 1),) * 5), (1024, 2), (1024, 1))
STRIDE_8_BLOCK = 2
"""The last block at stride 8 of the crop (12x12x12): fine enough for a usable heatmap, as the last stage is not."""
SIDE_SEEN = 48
"""Larger crops are averaged down to this side."""
CODE = 32
"""Length of the learned code."""
FURTHEST = 4.0
"""Measures further from their mean, in standard deviations, are brought back to this."""
APPENDED = 2 + COUNT
"""Channels of `features` after the activations: visible, tumour, and the measures."""


class MobileNetArguments(TypedDict):
    """Architecture arguments, kept in the card; members is 1 where a card has none."""

    width: float
    dropout: float
    members: NotRequired[int]


DEFAULT_ARGUMENTS: MobileNetArguments = {"width": 0.5, "dropout": 0.2}


class MultitaskMobileNet(nn.Module):
    """One trunk and its five heads; `core.network.ensemble` makes a network of several, which finds the tumours too.

    Input float32 (N, 2, 48, 48, 48) of `averaged`, with tumours and measures found in them.
    Output float32 (N, 5): logits in the order of `core.findings.HEADS`.
    """

    measures_mean: torch.Tensor
    measures_sd: torch.Tensor

    def __init__(self, arguments: MobileNetArguments) -> None:
        super().__init__()
        width = arguments["width"]
        self.dropout = arguments["dropout"]
        channels = int(32 * width)
        self.stem = activated(nn.Conv3d(2, channels, 3, stride=2, padding=1, bias=False), channels)
        blocks = []
        for full, stride in BLOCKS:
            blocks.append(separable(channels, int(full * width), stride))
            channels = int(full * width)
        last = STRIDE_8_BLOCK
        self.early, self.late = nn.Sequential(*blocks[: last + 1]), nn.Sequential(*blocks[last + 1 :])
        self.heads = _heads(channels + 6 * int(BLOCKS[last][0] * width), arguments["dropout"])
        for parameter in self.heads[-1].parameters():
            nn.init.zeros_(parameter)
        self.register_buffer("measures_mean", torch.zeros(COUNT))
        self.register_buffer("measures_sd", torch.ones(COUNT))

    def features(self, phases: torch.Tensor, lesions: torch.Tensor, measures: torch.Tensor) -> torch.Tensor:
        """The activations (N, C, 12, 12, 12) at stride 8 of the crop, where Grad-CAM looks.

        Appended is what no head's gradient reaches: the shares of each cell that are visible and tumour, and the
        measures, each the same everywhere.

        Args:
            phases: of `averaged`. lesions: (N, 1, 48, 48, 48) probability. measures: (N, COUNT) of `measured`.
        """
        activations: torch.Tensor = self.early(self.stem(phases))
        _, _, i, j, k = activations.shape
        shares = functional.adaptive_avg_pool3d(torch.cat([visible(phases), lesions], dim=1), (i, j, k))
        found = self.standardised(measures)[:, :, None, None, None].expand(-1, -1, i, j, k)
        return torch.cat([activations, shares, found], dim=1)

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        """From the stride-8 activations to the five logits (N, 5)."""
        return self.from_code(self.code(activations))

    def from_code(self, code: torch.Tensor) -> torch.Tensor:
        """From what the heads' last layer sees to the five logits (N, 5)."""
        return never_rising(self.heads[-1](code))

    def code(self, activations: torch.Tensor) -> torch.Tensor:
        """What the last, linear layer of the heads sees: (N, CODE + COUNT), the code and the measures."""
        shown, shares = activations[:, :-APPENDED], activations[:, -APPENDED:-COUNT].detach().flatten(2)
        over = [moments(shown.flatten(2), shares[:, index : index + 1]) for index in (0, 1)]
        deep = self.late(shown).mean(dim=(2, 3, 4))
        code: torch.Tensor = self.heads[:-1](torch.cat([deep, *over[0], *over[1]], dim=1))
        measures = activations[:, -COUNT:, 0, 0, 0].detach()
        return torch.cat([code, functional.dropout(measures, self.dropout, self.training)], dim=1)

    def begin_at(self, log_odds: torch.Tensor) -> None:
        """Let the last layer (of zeros until it is trained) answer (5,), of MTM and of each interval."""
        last = self.heads[-1]
        if isinstance(last, nn.Linear):
            with torch.no_grad():
                last.bias.copy_(log_odds)

    def standardise_by(self, measures: torch.Tensor) -> None:
        """Take mean and standard deviation from the measures (n, COUNT) of training patients."""
        self.measures_mean.copy_(measures.mean(dim=0))
        self.measures_sd.copy_(measures.std(dim=0).clamp(min=1e-3))

    def standardised(self, measures: torch.Tensor) -> torch.Tensor:
        """Measures (N, COUNT) in standard deviations from the training patients' mean, within FURTHEST."""
        return ((measures - self.measures_mean) / self.measures_sd).clamp(-FURTHEST, FURTHEST)


def averaged(phases: torch.Tensor) -> torch.Tensor:
    """Means over 2x2x2 voxels until the side is at most SIDE_SEEN, as the network sees crops."""
    while phases.shape[2] > SIDE_SEEN:
        phases = functional.avg_pool3d(phases, 2)
    return phases


def measured(phases: torch.Tensor, lesions: torch.Tensor) -> torch.Tensor:
    """Measures (N, COUNT) of averaged crops with the tumours found in them."""
    tumours = (lesions[:, 0] > FOUND_FROM).cpu().numpy()
    crops = phases.detach().cpu().numpy()
    found = [torch.from_numpy(image_measures(crop, tumour)) for crop, tumour in zip(crops, tumours, strict=True)]
    return torch.stack(found).to(phases.device)


def _heads(seen: int, dropout: float) -> nn.Sequential:
    code = [nn.Linear(seen, CODE), nn.BatchNorm1d(CODE), nn.Dropout(dropout)]
    return nn.Sequential(nn.BatchNorm1d(seen), *code, nn.Linear(CODE + COUNT, len(HEADS)))
