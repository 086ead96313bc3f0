"""The multitask 3D MobileNetV1 (He et al. 2023): one trunk of depthwise separable convolutions, five heads.

The paper's supplementary table is not public; the layers are those of MobileNetV1 (Howard et al. 2017), made 3D, with
width .5 and a last stage of 3x3x3 for 96 voxels a side (assumed). Added: the heads also see statistics over the liver
of each channel at stride 8, since texture and burden are such (docs/training.md). Design 1 is that of weights 1.0.0.
Design 2 works on means over 2x2x2 voxels, eight times faster, takes the statistics over what is visible only, with
skewness, and brings all to a short code; its heads are linear in the code and in measures that need no learning
(`core.network.measures`), and those of survival never rise from one horizon to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import torch
from torch import nn
from torch.nn import functional

from core.findings import HEADS
from core.network.layers import activated, moments, never_rising, separable
from core.network.measures import COUNT, image_measures

# output channels at width 1 and stride of each depthwise separable block
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *(((512, 1),) * 5), (1024, 2), (1024, 1))
STRIDE_8_BLOCK = {1: 4, 2: 2}
"""By design, the last block at stride 8 of the crop (12x12x12): fine enough for a usable heatmap, as the last stage is
not."""
SIDE_SEEN = 48
"""Design 2 averages larger crops down to this side."""
CODE = 32
"""Length of the learned code of design 2."""
FURTHEST = 4.0
"""Measures further from their mean, in standard deviations, are brought back to this."""


class MobileNetArguments(TypedDict):
    """Architecture arguments, kept in the card; design and members are 1 where a card has none."""

    width: float
    dropout: float
    design: NotRequired[int]
    members: NotRequired[int]


DEFAULT_ARGUMENTS: MobileNetArguments = {"width": 0.5, "dropout": 0.2, "design": 2}


class MultitaskMobileNet(nn.Module):
    """Two phases in, five logits out.

    Input float32 (N, 2, 96, 96, 96): arterial and portal-venous HU scaled to -1..1, cropped to the liver.
    Output float32 (N, 5): logits in the order of `core.findings.HEADS`.
    """

    measures_mean: torch.Tensor
    measures_sd: torch.Tensor

    def __init__(self, arguments: MobileNetArguments) -> None:
        super().__init__()
        width, self.design = arguments["width"], arguments.get("design", 1)
        self.arguments = arguments
        channels = int(32 * width)
        self.stem = activated(nn.Conv3d(2, channels, 3, stride=2, padding=1, bias=False), channels)
        blocks = []
        for full, stride in BLOCKS:
            blocks.append(separable(channels, int(full * width), stride))
            channels = int(full * width)
        last = STRIDE_8_BLOCK[self.design]
        self.early, self.late = nn.Sequential(*blocks[: last + 1]), nn.Sequential(*blocks[last + 1 :])
        self.heads = _heads(channels, int(BLOCKS[last][0] * width), arguments["dropout"], self.design)
        for parameter in self.heads[-1].parameters():
            nn.init.zeros_(parameter)
        if self.design > 1:
            self.register_buffer("measures_mean", torch.zeros(COUNT))
            self.register_buffer("measures_sd", torch.ones(COUNT))

    def features(self, phases: torch.Tensor, measures: torch.Tensor | None = None) -> torch.Tensor:
        """The activations (N, C, 12, 12, 12) at stride 8 of the crop, where Grad-CAM looks.

        Design 2 appends what no head's gradient reaches: the share of each voxel that is visible, and the measures,
        each the same everywhere.

        Args:
            measures: (N, COUNT) of `image_measures`, None to take them of `phases`; of design 2 only.
        """
        if self.design > 1:
            phases = averaged(phases)
        activations: torch.Tensor = self.early(self.stem(phases))
        if self.design == 1:
            return activations
        visible = (phases != 0).any(dim=1, keepdim=True).to(activations.dtype)
        _, _, i, j, k = activations.shape
        found = self.standardised(measured(phases) if measures is None else measures)
        everywhere = found[:, :, None, None, None].expand(-1, -1, i, j, k)
        return torch.cat([activations, functional.adaptive_avg_pool3d(visible, (i, j, k)), everywhere], dim=1)

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        """From the stride-8 activations to the five logits (N, 5)."""
        return self.from_code(self.code(activations))

    def from_code(self, code: torch.Tensor) -> torch.Tensor:
        """From what the heads' last layer sees to the five logits (N, 5)."""
        logits: torch.Tensor = self.heads[-1](code)
        return logits if self.design == 1 else never_rising(logits)

    def code(self, activations: torch.Tensor) -> torch.Tensor:
        """What the last, linear layer of the heads sees: in design 2 (N, CODE + COUNT), the code and the measures."""
        if self.design == 1:
            flat = activations.flatten(2)
            spread = (flat.var(dim=2) + 1e-6).sqrt()  # the root of zero has no gradient
            seen = [self.late(activations).mean(dim=(2, 3, 4)), flat.mean(dim=2), spread]
        else:
            shown, visible = activations[:, : -COUNT - 1], activations[:, -COUNT - 1 : -COUNT].detach()
            seen = [self.late(shown).mean(dim=(2, 3, 4)), *moments(shown.flatten(2), visible.flatten(2))]
        code: torch.Tensor = self.heads[:-1](torch.cat(seen, dim=1))
        if self.design == 1:
            return code
        measures = activations[:, -COUNT:, 0, 0, 0].detach()
        return torch.cat([code, functional.dropout(measures, self.arguments["dropout"], self.training)], dim=1)

    def begin_at(self, log_odds: torch.Tensor) -> None:
        """Let the last layer (of zeros until it is trained) answer (5,): of design 2, of MTM and of each interval."""
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

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits (N, 5)."""
        return self.from_features(self.features(phases))

    def answers(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits of each member of an ensemble, (M, N, 5); of a single network M is 1."""
        return self(phases)[None]  # type: ignore[no-any-return]


class MobileNetEnsemble(MultitaskMobileNet):
    """Several networks as one: the mean of their logits, their activations side by side."""

    def __init__(self, members: Sequence[MultitaskMobileNet]) -> None:
        nn.Module.__init__(self)
        self.arguments = {**members[0].arguments, "members": len(members)}
        self.design = members[0].design
        self.members = nn.ModuleList(members)

    def features(self, phases: torch.Tensor, measures: torch.Tensor | None = None) -> torch.Tensor:
        """The activations of all members, (N, M * C, 12, 12, 12)."""
        if measures is None and self.design > 1:
            measures = measured(averaged(phases))
        return torch.cat([member.features(phases, measures) for member in self._networks()], dim=1)

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        """Mean of the members' logits (N, 5); a mean of sequences that never rise never rises."""
        parts = activations.chunk(len(self.members), dim=1)
        pairs = zip(self._networks(), parts, strict=True)
        return torch.stack([member.from_features(part) for member, part in pairs]).mean(dim=0)

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits (N, 5)."""
        return self.answers(phases).mean(dim=0)

    def answers(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits of each member, (M, N, 5)."""
        measures = measured(averaged(phases)) if self.design > 1 else None
        return torch.stack([member.from_features(member.features(phases, measures)) for member in self._networks()])

    def _networks(self) -> list[MultitaskMobileNet]:
        return [member for member in self.members if isinstance(member, MultitaskMobileNet)]


def build(arguments: MobileNetArguments) -> MultitaskMobileNet:
    """The network, or ensemble of them, in channels-last layout, which is faster on a CPU."""
    single: MobileNetArguments = {**arguments}
    members = single.pop("members", 1)
    networks = [MultitaskMobileNet(single) for _ in range(members)]
    network = networks[0] if members == 1 else MobileNetEnsemble(networks)
    return network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload,no-any-return]


def averaged(phases: torch.Tensor) -> torch.Tensor:
    """Means over 2x2x2 voxels until the side is at most SIDE_SEEN, as design 2 sees crops."""
    while phases.shape[2] > SIDE_SEEN:
        phases = functional.avg_pool3d(phases, 2)
    return phases


def measured(phases: torch.Tensor) -> torch.Tensor:
    """Measures (N, COUNT) of averaged crops."""
    found = [torch.from_numpy(image_measures(crop)) for crop in phases.detach().cpu().numpy()]
    return torch.stack(found).to(phases.device)


def from_state(arguments: MobileNetArguments, state: Mapping[str, torch.Tensor]) -> MultitaskMobileNet:
    """The network with the weights of `state` (of any floating type), in evaluation mode; an ensemble if it holds one.

    Raises:
        RuntimeError: if they do not fit.
    """
    members = len({name.split(".")[1] for name in state if name.startswith("members.")})
    network = build({**arguments, "members": max(members, 1)})
    network.load_state_dict({name: v.float() if v.is_floating_point() else v for name, v in state.items()})
    return network.eval()


def ensemble(networks: Sequence[MultitaskMobileNet]) -> MultitaskMobileNet:
    """Several single networks of one design as one, in evaluation mode; a single one stays itself."""
    found = networks[0] if len(networks) == 1 else MobileNetEnsemble(networks)
    return found.eval()


def _heads(deep: int, stride_8: int, dropout: float, design: int) -> nn.Sequential:
    if design == 1:
        seen = deep + 2 * stride_8
        return nn.Sequential(nn.BatchNorm1d(seen), nn.Dropout(dropout), nn.Linear(seen, len(HEADS)))
    seen = deep + 3 * stride_8
    code = [nn.Linear(seen, CODE), nn.BatchNorm1d(CODE), nn.Dropout(dropout)]
    return nn.Sequential(nn.BatchNorm1d(seen), *code, nn.Linear(CODE + COUNT, len(HEADS)))
