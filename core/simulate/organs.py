"""Spleen, kidneys, stomach, pancreas, bowel, great vessels."""

from __future__ import annotations

import numpy as np

from core.simulate.body import Build
from core.simulate.fields import Box, Canvas, Field, Mask, smooth_max, smooth_noise
from core.simulate.liver import CONFLUENCE_MM
from core.simulate.tissues import Tissue
from core.simulate.vessels import Segment, paint_tubes, polyline, tube

_FILL = [Tissue.FAT]
_SOFT = [
    Tissue.FAT,
    Tissue.LIVER,
    Tissue.STOMACH_WALL,
    Tissue.FLUID,
    Tissue.GAS,
    Tissue.BOWEL_WALL,
    Tissue.STOOL,
    Tissue.PANCREAS,
    Tissue.MUSCLE,
]


def paint_organs(canvas: Canvas, build: Build, wall: Field, rng: np.random.Generator) -> None:
    """Everything that the liver later displaces."""
    _paint_bowel(canvas, rng)
    _paint_stomach(canvas, wall, rng)
    _paint_pancreas(canvas, rng)
    _paint_spleen(canvas, build, wall)


def paint_kidneys(canvas: Canvas, build: Build, rng: np.random.Generator) -> None:
    """Both kidneys in their fat capsule, with an impression on the liver; painted after it."""
    y = build.spine_y
    for side, z in ((-1, -62.0), (1, -48.0)):
        centre = (side * 63.0, y + 10.0, z + float(rng.uniform(-6, 6)))
        box, distance = canvas.ellipsoid(centre, (29, 25, 53), tilt_deg=-side * 12.0)
        canvas.paint(box, distance < 5, Tissue.FAT, [*_SOFT, Tissue.SPLEEN])
        over = [Tissue.FAT]
        canvas.paint(box, distance < 0, Tissue.KIDNEY_CORTEX, over)
        x, z_here = canvas.x[box] - centre[0], canvas.z[box] - centre[2]
        pyramids = np.sin(z_here / 3.6 + 0.8 * side) + np.sin((canvas.y[box] - y) / 4.5)
        medulla = (distance < -6.5) & (pyramids > -0.6)
        canvas.paint(box, medulla, Tissue.KIDNEY_MEDULLA, [Tissue.KIDNEY_CORTEX])
        sinus = ((x + side * 15) / 15) ** 2 + ((canvas.y[box] - centre[1] + 4) / 9) ** 2 + (z_here / 19) ** 2
        canvas.paint(box, sinus < 1, Tissue.FAT, [Tissue.KIDNEY_CORTEX, Tissue.KIDNEY_MEDULLA])


def paint_great_vessels(canvas: Canvas, build: Build) -> None:
    """Aorta with its branches, inferior vena cava, splenic, mesenteric and renal veins; painted last."""
    y = build.spine_y - 28
    aorta = polyline([(14, y + 2, 400), (12, y, 20), (8, y - 2, -400)], 11.0, 9.0)
    cava = [
        *polyline([(-20, y - 2, -400), (-22, y - 4, -30)], 11.0),
        *polyline([(-22, y - 4, -30), (-23, y - 6, 55), (-12, y - 16, 400)], 12.0),
    ]
    for segments, tissue in ((cava, Tissue.IVC), (aorta, Tissue.AORTA)):
        for segment in segments:
            box, distance = tube(canvas, segment, 3.0)
            canvas.paint(box, distance < 2.0, Tissue.FAT, _SOFT[2:])
            canvas.paint(box, distance < 0, tissue, [*_SOFT, Tissue.IVC, Tissue.LUNG, Tissue.HEPATIC_VEIN])
    for points, radius, end, tissue in _branches(y):
        paint_tubes(canvas, polyline(points, radius, end), tissue, [Tissue.FAT, Tissue.PANCREAS])


def _branches(y: float) -> list[tuple[list[tuple[float, float, float]], float, float, Tissue]]:
    cx, cy, cz = CONFLUENCE_MM
    return [
        (
            [(11, y, -6), (9, y - 16, -10), (10, 6, -14), (30, 8, -10), (62, 22, -2), (88, 30, 8)],
            3.4,
            2.2,
            Tissue.HEPATIC_ARTERY,
        ),
        ([(11, y, -24), (9, y - 18, -32), (7, y - 22, -70), (10, y - 26, -120)], 3.6, 3.0, Tissue.HEPATIC_ARTERY),
        ([(12, y, -36), (34, y + 10, -40), (52, y + 26, -46)], 2.8, 2.2, Tissue.HEPATIC_ARTERY),
        ([(8, y, -40), (-28, y + 18, -50), (-50, y + 28, -56)], 2.8, 2.2, Tissue.HEPATIC_ARTERY),
        ([(cx, cy, cz), (28, 14, -26), (58, 24, -12), (86, 32, 2)], 5.2, 4.0, Tissue.PORTAL_VEIN),
        ([(cx, cy, cz), (0, 4, -70), (2, -2, -125)], 5.6, 5.0, Tissue.PORTAL_VEIN),
        ([(-20, y - 3, -42), (12, y - 14, -40), (50, y + 22, -46)], 4.6, 4.0, Tissue.IVC),
    ]


def _paint_spleen(canvas: Canvas, build: Build, wall: Field) -> None:
    scale = build.spleen
    box, outer = canvas.ellipsoid((108, 36, 12), (54 * scale, 46 * scale, 56 * scale))
    _, inner = canvas.ellipsoid((108, 36, 12), (54 * scale, 46 * scale, 56 * scale))
    hollow = np.sqrt((canvas.x[box] - 62) ** 2 + (canvas.y[box] + 2) ** 2 + (0.6 * (canvas.z[box] - 10)) ** 2)
    shape = smooth_max(smooth_max(inner, wall[box] + 3, 8.0), np.float32(50.0 - 6 * scale) - hollow, 8.0)
    canvas.paint(
        box, (shape < 0) & (outer < 0), Tissue.SPLEEN, [Tissue.FAT, Tissue.BOWEL_WALL, Tissue.STOOL, Tissue.GAS]
    )


def _paint_stomach(canvas: Canvas, wall: Field, rng: np.random.Generator) -> None:
    fullness = float(rng.uniform(0.8, 1.12))
    parts: list[tuple[tuple[float, float, float], tuple[float, float, float]]] = [
        ((62, 6, 46), (37, 37, 36)),
        ((64, -22, 6), (27, 28, 44)),
        ((40, -42, -26), (30, 21, 20)),
        ((6, -40, -32), (26, 17, 15)),
    ]
    box: Box = canvas.box((-30, -75, -60), (105, 50, 85))
    shape = np.full(canvas.x[box].shape, 99, dtype=np.float32)
    for centre, radii in parts:
        u = [
            (c[box] - m) / np.float32(r * fullness)
            for c, m, r in zip((canvas.x, canvas.y, canvas.z), centre, radii, strict=True)
        ]
        part = (np.sqrt(u[0] ** 2 + u[1] ** 2 + u[2] ** 2) - 1) * np.float32(min(radii))
        shape = -smooth_max(-shape, -part, 12.0)
    shape = np.maximum(shape + 1.6 * smooth_noise(rng, _box_axes(canvas, box), 14.0), wall[box] + 3)
    canvas.paint(
        box, shape < 0, Tissue.STOMACH_WALL, [Tissue.FAT, Tissue.BOWEL_WALL, Tissue.GAS, Tissue.STOOL, Tissue.FLUID]
    )
    level = float(rng.uniform(-42, -18))
    _fill(canvas, box, shape < -4.2, level)


def _fill(canvas: Canvas, box: Box, lumen: Mask, level_y: float) -> None:
    """Fluid with gas above it: the patient lies on the back, so gas collects in front."""
    gas = canvas.axes[1][box[1]][None, :, None] < level_y
    wall = [Tissue.STOMACH_WALL, Tissue.BOWEL_WALL]
    canvas.paint(box, np.asarray(lumen & gas), Tissue.GAS, wall)
    canvas.paint(box, np.asarray(lumen & ~gas), Tissue.FLUID, wall)


def _paint_pancreas(canvas: Canvas, rng: np.random.Generator) -> None:
    path = [(-22, 0, -56), (-10, -2, -42), (6, -4, -34), (30, 2, -22), (60, 14, -8), (80, 22, 2)]
    for segment in polyline(path, 13.0, 7.5):
        box, distance = tube(canvas, segment)
        lobules = 2.2 * smooth_noise(rng, _box_axes(canvas, box), 7.0)
        canvas.paint(box, distance + lobules < 0, Tissue.PANCREAS, _FILL)


def _paint_bowel(canvas: Canvas, rng: np.random.Generator) -> None:
    for index in range(46):
        low, high = ((-70, -68, -135), (90, 2, -52)) if index % 3 else ((15, -60, -60), (95, 12, -18))
        start = rng.uniform(low, high)
        end = start + rng.normal(0, 22, 3) * (1, 0.6, 0.6)
        loop = Segment(start, end, float(rng.uniform(9, 13)), float(rng.uniform(9, 13)))
        _paint_loop(canvas, loop, rng, gas=0.25)
    colon = [
        polyline(
            [(-100, 22, -150), (-104, 10, -92), (-84, -48, -92), (-20, -64, -84), (50, -64, -70), (96, -30, -36)], 19.0
        ),
        polyline([(96, -30, -36), (112, 22, -62), (114, 30, -150)], 14.0),
    ]
    for segment in (s for line in colon for s in line):
        _paint_loop(canvas, segment, rng, gas=0.7)


def _paint_loop(canvas: Canvas, loop: Segment, rng: np.random.Generator, gas: float) -> None:
    box, distance = tube(canvas, loop, 3.0)
    distance = distance + 2.2 * smooth_noise(rng, _box_axes(canvas, box), 12.0)
    canvas.paint(box, distance < 0, Tissue.BOWEL_WALL, _FILL)
    lumen = distance < -2.6
    if rng.random() < gas:
        _fill(canvas, box, lumen, float(loop.start[1] + loop.end[1]) / 2 + float(rng.uniform(-8, 8)))
    canvas.paint(box, lumen, Tissue.STOOL if gas > 0.5 else Tissue.FLUID, [Tissue.BOWEL_WALL])


def _box_axes(canvas: Canvas, box: Box) -> tuple[Field, Field, Field]:
    return canvas.axes[0][box[0]], canvas.axes[1][box[1]], canvas.axes[2][box[2]]
