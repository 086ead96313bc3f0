"""The 3D ResU-Net that finds the liver (He et al. 2023, supplementary E1.6; here MONAI's UNet with residual units)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

SPACING_MM = 3.0
HU_WINDOW = (-160.0, 240.0)
"""HU outside are clipped: the public training scans hold nothing else."""


class ResUNetArguments(TypedDict):
    """Architecture arguments, kept in the card."""

    channels: list[int]
    residual_units: int


DEFAULT_ARGUMENTS: ResUNetArguments = {"channels": [16, 32, 64, 128, 256], "residual_units": 2}


def build(arguments: ResUNetArguments) -> torch.nn.Module:
    """The network: float (N, 1, I, J, K) in -1..1 -> liver logit of the same shape; sides divisible by 16."""
    import torch
    from monai.networks.nets.unet import UNet

    network = UNet(
        spatial_dims=3,
        in_channels=1,
        out_channels=1,
        channels=arguments["channels"],
        strides=[2] * (len(arguments["channels"]) - 1),
        num_res_units=arguments["residual_units"],
        norm=("INSTANCE", {"affine": True}),
    )
    return network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload,no-any-return]


def normalise(hu: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """HU clipped to the window and scaled to -1..1."""
    low, high = HU_WINDOW
    scaled: npt.NDArray[np.float32] = ((np.clip(hu, low, high) - low) * (2 / (high - low)) - 1).astype(np.float32)
    return scaled
