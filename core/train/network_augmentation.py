"""Other scanners, other positions: what a crop could have looked like, drawn anew for each step of the training.

The shifts are those between centres: noise, kernel and slice thickness (blur and sharpening by axis), contrast timing
(gain and offset by phase), and how the liver lies in its box.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

SCALE, SHIFT, TURN = (0.9, 1.1), 0.06, 0.12
"""Stretch of each axis, shift as a share of the box, rotation in radians about the long axis of the patient."""
FLIP = 0.3
BLUR = (-0.05, 0.2)
"""Weight of both neighbours along an axis; below 0 sharpens."""
GAIN, OFFSET_SD, NOISE = (0.9, 1.1), 0.12, 0.2
"""Offset and noise in units of 60 HU."""


def halve(crop: npt.NDArray[Any]) -> npt.NDArray[np.float16]:
    """Mean over 2x2x2 voxels: (C, 96, 96, 96) -> (C, 48, 48, 48)."""
    channels, side = crop.shape[0], crop.shape[1] // 2
    blocks = crop.astype(np.float32).reshape(channels, side, 2, side, 2, side, 2)
    halved: npt.NDArray[np.float16] = blocks.mean(axis=(2, 4, 6)).astype(np.float16)
    return halved


def augment(crops: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Changed crops; what is blank stays exactly 0.

    Args:
        crops: float32 (N, 2, S, S, S). rng: decides everything; the same state gives the same crops.
    """
    return augment_with(crops, crops[:, :0], rng)[0]


def augment_with(
    crops: torch.Tensor, parts: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Changed crops, and parts of them (N, P, S, S, S) that move along; see `augment`."""
    visible = (crops != 0).any(dim=1, keepdim=True).to(crops.dtype)
    grid = functional.affine_grid(_poses(len(crops), rng).to(crops.device), list(crops.shape), align_corners=False)
    everything = torch.cat([crops * visible, visible, parts], dim=1)
    everything = functional.grid_sample(everything, grid, align_corners=False)
    moved, share, parts = everything[:, :2], everything[:, 2:3], everything[:, 3:]
    for axis in (2, 3, 4):
        weight = _column(rng.uniform(*BLUR, len(crops)), crops)
        moved, share = (_blurred(part, axis, weight) for part in (moved, share))
    shown = share > 0.5
    values = moved / share.clamp(min=0.5)
    gain, offset = (
        _column(found, crops)
        for found in (rng.uniform(*GAIN, (len(crops), 2)), rng.normal(0, OFFSET_SD, (len(crops), 2)))
    )
    noise = torch.from_numpy(rng.standard_normal(crops.shape, dtype=np.float32)).to(crops.device)
    level = _column(rng.uniform(0, NOISE, len(crops)), crops)
    return torch.where(shown, values * gain + offset + level * noise, 0.0), parts


def _poses(count: int, rng: np.random.Generator) -> torch.Tensor:
    """Affine maps (count, 3, 4) of torch's normalised coordinates."""
    angle = rng.uniform(-TURN, TURN, count)
    size = rng.uniform(*SCALE, (count, 3)) * np.where(rng.random((count, 3)) < FLIP, -1.0, 1.0)
    poses = np.zeros((count, 3, 4), dtype=np.float32)
    # torch orders coordinates from the last axis to the first: superior, posterior, left
    poses[:, 0, 0] = 1.0
    poses[:, 1, 1] = poses[:, 2, 2] = np.cos(angle)
    poses[:, 1, 2], poses[:, 2, 1] = -np.sin(angle), np.sin(angle)
    poses[:, :, :3] *= size[:, None, :]
    poses[:, :, 3] = rng.uniform(-2 * SHIFT, 2 * SHIFT, (count, 3))
    return torch.from_numpy(poses)


def _blurred(values: torch.Tensor, axis: int, weight: torch.Tensor) -> torch.Tensor:
    neighbours = torch.roll(values, 1, dims=axis) + torch.roll(values, -1, dims=axis)
    return values + weight * (neighbours - 2 * values)


def _column(values: npt.NDArray[np.float64], like: torch.Tensor) -> torch.Tensor:
    """(N,) or (N, 2) to broadcast over (N, 2, S, S, S)."""
    found = torch.from_numpy(values.astype(np.float32)).to(like.device)
    return found.reshape(len(found), -1, 1, 1, 1)
