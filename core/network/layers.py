"""The parts of the multitask network: blocks of convolutions, statistics over the liver, survival that never rises."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional

SMALLEST_RISK = 1e-6
"""Survival is kept this far from 1, on the log scale, before log odds are taken."""


def activated(convolution: nn.Module, channels: int) -> nn.Sequential:
    """A convolution with batch normalisation and ReLU."""
    return nn.Sequential(convolution, nn.BatchNorm3d(channels), nn.ReLU(inplace=True))


def separable(channels: int, out: int, stride: int) -> nn.Sequential:
    """A 3x3x3 convolution of each channel alone, then a 1x1x1 one across them (Howard et al. 2017)."""
    depthwise = nn.Conv3d(channels, channels, 3, stride=stride, padding=1, groups=channels, bias=False)
    return nn.Sequential(activated(depthwise, channels), activated(nn.Conv3d(channels, out, 1, bias=False), out))


def widened(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights as shipped, in float16, as float32; integers as they are."""
    return {name: v.float() if v.is_floating_point() else v for name, v in state.items()}


def moments(values: torch.Tensor, weight: torch.Tensor) -> list[torch.Tensor]:
    """Mean, standard deviation and skewness of (N, C, V) over V, weighted by (N, 1, V); each (N, C)."""
    share = weight / weight.sum(dim=2, keepdim=True).clamp(min=1e-6)
    mean = (values * share).sum(dim=2)
    away = values - mean[:, :, None]
    spread = ((away.square() * share).sum(dim=2) + 1e-4).sqrt()  # the root of zero has no gradient
    return [mean, spread, (away.pow(3) * share).sum(dim=2) / spread.pow(3)]


def never_rising(logits: torch.Tensor) -> torch.Tensor:
    """Logits (N, 5) of MTM and of being alive at each horizon, from the latter's logits given alive at the one before.

    Survival is the product of the conditional ones (Gensheimer & Narasimhan, PeerJ 2019;7:e6257).
    """
    log_survival = functional.logsigmoid(logits[:, 1:]).cumsum(dim=1).clamp(max=-SMALLEST_RISK)
    log_odds = log_survival - torch.log(-torch.expm1(log_survival))
    return torch.cat([logits[:, :1], log_odds], dim=1)
