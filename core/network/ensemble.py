"""The network that is shipped: a lesion finder and one or more multitask networks that look where it points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from core.network.layers import widened
from core.network.lesions import LesionFinder
from core.network.mobilenet import MobileNetArguments, MultitaskMobileNet, averaged, measured


class MobileNetEnsemble(nn.Module):
    """Two phases in, five logits out: the mean of the members' logits, their activations side by side.

    Input float32 (N, 2, 96, 96, 96): arterial and portal-venous HU scaled to -1..1, cropped to the liver.
    Output float32 (N, 5): logits in the order of `core.findings.HEADS`.
    """

    def __init__(self, finder: LesionFinder, members: Sequence[MultitaskMobileNet]) -> None:
        super().__init__()
        self.finder = finder
        self.members = nn.ModuleList(members)

    def features(self, phases: torch.Tensor) -> torch.Tensor:
        """The activations of all members at stride 8 of the crop, (N, M * C, 12, 12, 12), where Grad-CAM looks."""
        return torch.cat(self._features(phases), dim=1)

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        """Mean of the members' logits (N, 5); a mean of sequences that never rise never rises."""
        return self._answers(activations.chunk(len(self.members), dim=1)).mean(dim=0)

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits (N, 5)."""
        return self.answers(phases).mean(dim=0)

    def answers(self, phases: torch.Tensor) -> torch.Tensor:
        """Logits of each member, (M, N, 5)."""
        return self._answers(self._features(phases))

    def _features(self, phases: torch.Tensor) -> list[torch.Tensor]:
        phases = averaged(phases)
        lesions = self.finder.find(phases)
        measures = measured(phases, lesions)
        return [member.features(phases, lesions, measures) for member in self.each()]

    def _answers(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        pairs = zip(self.each(), parts, strict=True)
        return torch.stack([member.from_features(part) for member, part in pairs])

    def each(self) -> list[MultitaskMobileNet]:
        """The members."""
        return [member for member in self.members if isinstance(member, MultitaskMobileNet)]


def build(arguments: MobileNetArguments, members: int = 1) -> MobileNetEnsemble:
    """The network with random weights, in channels-last layout, which is faster on a CPU."""
    network = MobileNetEnsemble(LesionFinder(), [MultitaskMobileNet(arguments) for _ in range(members)])
    return network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload,no-any-return]


def from_state(arguments: MobileNetArguments, state: Mapping[str, torch.Tensor]) -> MobileNetEnsemble:
    """The network with the weights of `state` (of any floating type), in evaluation mode.

    Raises:
        RuntimeError: if they do not fit.
    """
    members = len({name.split(".")[1] for name in state if name.startswith("members.")})
    network = build(arguments, max(members, 1))
    network.load_state_dict(widened(state))
    return network.eval()
