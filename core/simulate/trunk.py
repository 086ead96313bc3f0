"""A procedural trunk above or below the liver, for teaching and testing what is none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.case import Phase
from core.geometry import Geometry
from core.simulate.body import diaphragm_height, draw_build, paint_body, wall_distance
from core.simulate.fields import Canvas, smooth_noise
from core.simulate.organs import paint_great_vessels
from core.simulate.tissues import draw_enhancement

SPACING_MM = (2.0, 2.0, 3.0)
ACROSS_MM = ((-190.0, 190.0), (-132.0, 156.0))
BLUR_VOXELS, NOISE_HU, TEXTURE_MM = 0.6, 10.0, 12.0


def trunk_without_liver(
    seed: int, phase: Phase, height_mm: tuple[float, float]
) -> tuple[npt.NDArray[np.int16], Geometry]:
    """Skin, fat, muscle, bones, lungs, heart and great vessels of patient `seed`; HU.

    Args:
        height_mm: lower and upper end along z; the diaphragm lies at about 80, the hips below -200.
    """
    (left, right), (front, back), (low, high) = *ACROSS_MM, height_mm
    shape = tuple(
        round((b - a) / s) for a, b, s in zip((left, front, low), (right, back, high), SPACING_MM, strict=True)
    )
    grid = Geometry.from_spacing((shape[0], shape[1], shape[2]), SPACING_MM, (left, front, low))
    rng = np.random.default_rng(seed)
    canvas = Canvas(grid, rng)
    build = draw_build(rng, 0.0)
    paint_body(canvas, build, wall_distance(canvas, build), diaphragm_height(canvas, build), rng)
    paint_great_vessels(canvas, build)
    enhancement = draw_enhancement(phase, 0.0, rng)
    texture = enhancement.texture[canvas.tissue] * smooth_noise(rng, canvas.axes, TEXTURE_MM)
    noise = np.random.default_rng(seed).standard_normal(grid.shape, dtype=np.float32)
    hu = ndimage.gaussian_filter(enhancement.mean[canvas.tissue] + texture, BLUR_VOXELS) + NOISE_HU * noise
    return np.clip(hu, -1024, 3071).astype(np.int16), grid
