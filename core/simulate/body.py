"""The trunk: skin, fat, muscle, bones, lungs, heart and the CT table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.simulate.fields import Box, Canvas, Field, Mask, smooth_max, smooth_noise
from core.simulate.tissues import Tissue

WHOLE: Box = (slice(None), slice(None), slice(None))


@dataclass(frozen=True)
class Build:
    """One patient's build, mm unless said otherwise.

    Attributes:
        half_width, half_depth: of the trunk at the skin.
        fat, muscle: thickness of the subcutaneous fat and of the wall's muscle.
        right_dome, left_dome: height (z) of the diaphragm's two domes; z = 0 is the liver's hilum.
        spine_y: centre of the vertebral bodies.
        spleen: linear scale of the spleen, 1 for about 200 mL.
        rib_phase: offset of the ribs along z.
    """

    half_width: float
    half_depth: float
    fat: float
    muscle: float
    right_dome: float
    left_dome: float
    spine_y: float
    spleen: float
    rib_phase: float


def draw_build(rng: np.random.Generator, cirrhosis: float) -> Build:
    """A build; `cirrhosis` 0..1 enlarges the spleen."""
    fat = float(rng.uniform(9, 22))
    muscle = float(rng.uniform(10, 13))
    half_depth = float(rng.uniform(84, 92)) + fat + muscle
    return Build(
        half_width=float(rng.uniform(128, 136)) + fat + muscle,
        half_depth=half_depth,
        fat=fat,
        muscle=muscle,
        right_dome=float(rng.uniform(80, 90)),
        left_dome=float(rng.uniform(72, 82)),
        spine_y=half_depth - fat - muscle - float(rng.uniform(33, 37)),
        spleen=float(rng.uniform(0.9, 1.1)) + 0.35 * cirrhosis,
        rib_phase=float(rng.uniform(0, 30)),
    )


def wall_distance(canvas: Canvas, build: Build) -> Field:
    """Signed distance to the inner face of the abdominal wall, mm, negative in the cavity."""
    rim = build.fat + build.muscle
    return _trunk_distance(canvas, build) + np.float32(rim)


def _trunk_distance(canvas: Canvas, build: Build) -> Field:
    # a superellipse of order 2.3: flanks a little squarer than an ellipse's
    a, b, order = build.half_width, build.half_depth, 2.3
    u = np.abs(canvas.x) / np.float32(a)
    v = np.abs(canvas.y) / np.float32(b)
    pu, pv = u ** np.float32(order - 1), v ** np.float32(order - 1)
    level = (pu * u + pv * v) ** np.float32(1 / order)
    slope = np.sqrt((pu / a) ** 2 + (pv / b) ** 2) / np.maximum(level, 1e-3) ** np.float32(order - 1)
    return np.asarray((level - 1) / np.maximum(slope, 1e-4), dtype=np.float32)


def diaphragm_height(canvas: Canvas, build: Build) -> Field:
    """Height z of the diaphragm above each voxel, mm."""
    heights = []
    for centre, top in ((-74.0, build.right_dome), (72.0, build.left_dome)):
        u, v = (canvas.x - centre) / 62, (canvas.y + 4) / 66
        squared = u * u + v * v
        heights.append(top - 24 * squared - 5 * squared * squared)
    return smooth_max(heights[0], heights[1], 30.0)


def paint_body(canvas: Canvas, build: Build, wall: Field, dome: Field, rng: np.random.Generator) -> None:
    """Everything but the abdominal organs, on an empty canvas."""
    rim = np.float32(build.fat + build.muscle)
    _paint_table(canvas, build)
    canvas.tissue[wall < rim] = Tissue.SKIN
    canvas.tissue[wall < rim - 2.2] = Tissue.FAT
    uneven = 1.6 * smooth_noise(rng, canvas.axes, 40.0)
    _paint_wall(canvas, build, wall + uneven)
    _paint_chest(canvas, wall, dome)
    _paint_back_muscles(canvas, build)
    _paint_ribs(canvas, build, wall)
    _paint_spine(canvas, build)


def _paint_wall(canvas: Canvas, build: Build, wall: Field) -> None:
    # the wall's muscle thins at the linea alba, the front midline
    front = (canvas.y < 0) & (np.abs(canvas.x) < 7)
    muscle = (wall > 0) & (wall < np.where(front, np.float32(3), np.float32(build.muscle)))
    planes = (np.abs(wall - 0.55 * build.muscle) < 0.9) & (np.abs(canvas.x) > 70) & (canvas.z < -20)
    canvas.tissue[muscle & ~planes & (canvas.tissue == Tissue.FAT)] = Tissue.MUSCLE


def _paint_table(canvas: Canvas, build: Build) -> None:
    x, y = canvas.axes[0][:, None], canvas.axes[1][None, :]
    depth = y - (build.half_depth + 4.0 - 0.0011 * x**2)
    plate = (depth > 0) & (depth < 26) & (np.abs(x) < 205)
    shell = plate & ((depth < 2.6) | (depth > 23.4))
    canvas.tissue[plate] = Tissue.TABLE_CORE
    canvas.tissue[shell] = Tissue.TABLE


def _paint_chest(canvas: Canvas, wall: Field, dome: Field) -> None:
    above = (wall < -1.5) & (canvas.z > dome + 1.5)
    mediastinum = ((canvas.x - 8) / 44) ** 2 + ((canvas.y + 8) / 84) ** 2 < 1
    canvas.tissue[above & ~mediastinum] = Tissue.LUNG
    muscle = (wall < 0) & (np.abs(canvas.z - dome) < 1.5)
    canvas.tissue[muscle] = Tissue.MUSCLE
    box, pericardium = canvas.ellipsoid((22, -34, 100), (60, 46, 46))
    fat = (pericardium < 5) & (canvas.z[box] > dome[box]) & (wall[box] < 0)
    canvas.paint(box, fat, Tissue.FAT)
    canvas.paint(box, fat & (pericardium < 0), Tissue.HEART)
    box, oesophagus = canvas.ellipsoid((6, 28, 85), (9, 7, 45))
    canvas.paint(box, (oesophagus < 0) & (canvas.z[box] > 40), Tissue.STOMACH_WALL)


def _paint_back_muscles(canvas: Canvas, build: Build) -> None:
    y = build.spine_y
    for side in (-1, 1):
        for centre, radii in (
            ((side * 34, y + 43, 0), (27, 17, 400)),  # erector spinae
            ((side * 33, y + 6, -95), (15, 17, 62)),  # psoas
            ((side * 58, y + 28, -95), (20, 9, 55)),  # quadratus lumborum
            ((side * 13, y - 21, -5), (7, 10, 55)),  # crura of the diaphragm
        ):
            box, distance = canvas.ellipsoid(centre, radii)
            canvas.paint(box, distance < 0, Tissue.MUSCLE, [Tissue.FAT, Tissue.LUNG, Tissue.MUSCLE])


def _paint_ribs(canvas: Canvas, build: Build, wall: Field) -> None:
    shell = np.nonzero((wall > -1) & (wall < build.muscle + 2))
    x, y, z, depth = canvas.x[shell], canvas.y[shell], canvas.z[shell], wall[shell] - np.float32(0.45 * build.muscle)
    front = -y / np.float32(build.half_depth)  # -1 back, 1 front
    height = np.mod(z + 42 * front - np.float32(build.rib_phase), 30.0) - 15.0
    inside = (depth / 4.2) ** 2 + (height / 5.6) ** 2
    margin = -62 + 75 * np.clip(front + 0.1, 0, 2) + 25 * np.clip(-front - 0.6, 0, 1)
    here = (z > margin) & ~((np.abs(x) < 26) & (y > 0)) & ~((np.abs(x) < 34) & (y < 0))
    for limit, tissue in ((1.0, Tissue.BONE_CORTEX), (0.42, Tissue.BONE_MARROW)):
        hit = tuple(index[here & (inside < limit)] for index in shell)
        canvas.tissue[hit] = tissue


def _paint_spine(canvas: Canvas, build: Build) -> None:
    y = build.spine_y
    box = canvas.box((-48, y - 24, -400), (48, y + 56, 400))
    x, dy, z = canvas.x[box], canvas.y[box] - np.float32(y), canvas.z[box]
    level = np.mod(z + np.float32(build.rib_phase), 34.0)  # mm above the last disc
    body = np.sqrt((x / 22) ** 2 + (dy / 16.5) ** 2)
    waist = 1 - 0.07 * np.sin(np.pi * np.clip((level - 7) / 27, 0, 1))
    disc = level < 7
    vertebra, rim = body < waist, (body > waist - 0.13) | (level < 9) | (level > 32.5)
    canvas.paint(box, vertebra & disc, Tissue.DISC)
    canvas.paint(box, vertebra & ~disc & rim, Tissue.BONE_CORTEX)
    canvas.paint(box, vertebra & ~disc & ~rim, Tissue.BONE_MARROW)
    canal = np.sqrt((x / 11) ** 2 + ((dy - 25) / 9) ** 2)
    canvas.paint(box, (canal < 1.5) & (level > 9), Tissue.BONE_CORTEX)
    spinous = (np.abs(x) < 3.6) & (dy > 30) & (dy < 54 - 0.5 * level) & (level > 9)
    transverse = (np.abs(dy - 22 - 0.12 * np.abs(x)) < 4.5) & (np.abs(x) < 42) & (np.abs(level - 24) < 7)
    process: Mask = spinous | transverse
    canvas.paint(box, process, Tissue.BONE_CORTEX)
    canvas.paint(box, canal < 1, Tissue.SPINAL_CANAL)
