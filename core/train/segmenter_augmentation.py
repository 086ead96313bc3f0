"""Making eleven scans look like many: one random training patch from one scan.

What is varied and why: pose and body size (affine, elastic); contrast phase (liver and vessels shifted apart or
together); large, necrotic and rim-enhancing tumours, also at the surface (they belong to the liver); noise, kernel and
slice thickness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial.transform import Rotation
from torch.nn import functional

from core.segmentation.network import HU_WINDOW, SPACING_MM

PATCH = (96, 96, 64)
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TrainingScan:
    """A scan at 3 mm, axis-aligned: HU and liver (0/1), float32 tensors (I, J, K)."""

    hu: torch.Tensor
    liver: torch.Tensor


def random_patch(scan: TrainingScan, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """HU scaled to -1..1 and liver (0/1), each float32 (1, *PATCH)."""
    hu, liver = _warp(scan, rng)
    hu = _contrast(hu, liver, rng)
    for _ in range(rng.choice(3, p=[0.6, 0.25, 0.15])):
        hu, liver = _add_tumour(hu, liver, rng)
    hu, liver = _cut_field_of_view(_scanner(hu, rng), liver, rng)
    low, high = HU_WINDOW
    return (hu.clamp(low, high) - low).mul(2 / (high - low)).sub(1)[None], liver[None]


def _warp(scan: TrainingScan, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    shape = np.array(scan.hu.shape)
    angles = rng.normal(0, [12, 6, 6]) * (rng.random() < 0.7)
    scale = rng.uniform(0.8, 1.25) * rng.uniform(0.92, 1.08, 3)
    matrix = Rotation.from_euler("zyx", angles, degrees=True).as_matrix() * scale
    places = np.argwhere(scan.liver.numpy()[::4, ::4, ::4] > 0)
    if rng.random() < 0.75 and len(places):
        centre = places[rng.integers(len(places))] * 4.0 + rng.uniform(-16, 16, 3)
    else:
        centre = rng.uniform(0, 1, 3) * shape
    axes = [torch.arange(n, dtype=torch.float32) - (n - 1) / 2 for n in PATCH]
    offsets = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)
    if rng.random() < 0.4:
        bend = torch.from_numpy(rng.normal(0, 2.5, (1, 3, 5, 5, 4)).astype(np.float32))
        offsets = offsets + functional.interpolate(bend, PATCH, mode="trilinear", align_corners=True)[0].permute(
            1, 2, 3, 0
        )
    points = offsets @ torch.from_numpy(matrix.T.astype(np.float32)) + torch.from_numpy(centre.astype(np.float32))
    unit = points * (2 / torch.from_numpy((shape - 1).astype(np.float32))) - 1
    both = torch.stack([scan.hu - HU_WINDOW[0], scan.liver])[None]
    # grid_sample wants (K, J, I) coordinates last and fills with zero outside: hence HU above the window's floor
    sampled = functional.grid_sample(both, unit.flip(-1)[None], mode="bilinear", align_corners=True)[0]
    return sampled[0] + HU_WINDOW[0], (sampled[1] > 0.5).float()


def _contrast(hu: torch.Tensor, liver: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    if rng.random() < 0.45:
        inside = _blur(liver, 1)
        hu = hu + inside * float(rng.uniform(-55, 35))
    if rng.random() < 0.45:
        enhanced = (hu - 60).clamp(min=0) * (1 - liver)
        hu = hu + enhanced * float(rng.uniform(-0.9, 1.0))
    return (hu + 100) * float(rng.uniform(0.9, 1.1)) - 100 + float(rng.uniform(-20, 20))


def _add_tumour(hu: torch.Tensor, liver: torch.Tensor, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    places = torch.nonzero(liver[::4, ::4, ::4])
    if len(places) == 0:
        return hu, liver
    centre = places[rng.integers(len(places))] * 4
    radii = rng.uniform(8, 60) / SPACING_MM * rng.uniform(0.75, 1.3, 3)
    axes = [(torch.arange(n) - c) / r for n, c, r in zip(PATCH, centre.tolist(), radii, strict=True)]
    x, y, z = torch.meshgrid(*axes, indexing="ij")
    bumps = _smooth_noise(rng, 8)
    depth = 1 - (x * x + y * y + z * z).sqrt() + 0.18 * bumps
    # a tumour may bulge out of the liver by about 9 mm, not more
    near = functional.interpolate(functional.max_pool3d(liver[None, None], 4), PATCH)[0, 0]
    tumour = (depth > 0).float() * _blur(near, 1).gt(0.25)
    liver_hu = float(hu[liver > 0].mean())
    body = liver_hu + rng.uniform(-60, 50) + 12 * _smooth_noise(rng, 4)
    rim = (depth < 0.22).float() * float(rng.uniform(-20, 60) * (rng.random() < 0.4))
    necrosis = (depth > rng.uniform(0.3, 0.7)).float() * float(rng.uniform(-70, 0) * (rng.random() < 0.5))
    blend = _blur(tumour, 1)
    return hu * (1 - blend) + (body + rim + necrosis) * blend, torch.maximum(liver, tumour)


def _scanner(hu: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    if rng.random() < 0.25:
        hu = functional.avg_pool3d(
            hu[None, None], (1, 1, 3), stride=(1, 1, 2), padding=(0, 0, 1), count_include_pad=False
        )
        hu = functional.interpolate(hu, PATCH, mode="trilinear", align_corners=False)[0, 0]
    if rng.random() < 0.2:
        hu = _blur(hu, 1)
    if rng.random() < 0.6:
        noise = torch.from_numpy(rng.standard_normal(PATCH, dtype=np.float32))
        hu = hu + noise * float(rng.uniform(2, 25))
    return hu


def _cut_field_of_view(
    hu: torch.Tensor, liver: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    if rng.random() < 0.7:
        return hu, liver
    end = int(rng.integers(1, PATCH[2] // 2))
    gone = slice(0, end) if rng.random() < 0.5 else slice(PATCH[2] - end, None)
    hu[:, :, gone] = HU_WINDOW[0]
    liver[:, :, gone] = 0
    return hu, liver


def _blur(values: torch.Tensor, radius: int) -> torch.Tensor:
    size = 2 * radius + 1
    return functional.avg_pool3d(values[None, None], size, stride=1, padding=radius, count_include_pad=False)[0, 0]


def _smooth_noise(rng: np.random.Generator, knots: int) -> torch.Tensor:
    coarse = torch.from_numpy(rng.standard_normal((1, 1, knots, knots, knots), dtype=np.float32))
    return functional.interpolate(coarse, PATCH, mode="trilinear", align_corners=True)[0, 0]
