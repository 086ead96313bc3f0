"""The liver's shape, as a signed distance field, and its vessels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.simulate.fields import Canvas, Field, Mask, sigmoid, smooth_max, smooth_noise
from core.simulate.tissues import Tissue
from core.simulate.vessels import Segment, grow_tree, paint_tubes, polyline

HILUM_MM = (-22.0, -2.0, -4.0)
CONFLUENCE_MM = (4.0, 12.0, -38.0)
CAVA_MM = (-22.0, 14.0, 62.0)


@dataclass(frozen=True)
class LiverShape:
    """One patient's liver.

    Attributes:
        volume_ml: wanted volume, reached within a few per cent where the body has room.
        left_reach: how far the left lobe reaches to the patient's left, mm.
        tip: z of the right lobe's lower tip, mm.
        nodularity: amplitude of the surface's small bumps, mm (cirrhosis).
    """

    volume_ml: float
    left_reach: float
    tip: float
    nodularity: float


def draw_shape(rng: np.random.Generator, volume_ml: float, cirrhosis: float) -> LiverShape:
    """A shape; `cirrhosis` 0..1 makes the surface nodular and the left lobe larger."""
    return LiverShape(
        volume_ml=volume_ml,
        left_reach=float(rng.uniform(48, 82)) + 12 * cirrhosis,
        tip=float(rng.uniform(-92, -72)),
        nodularity=0.4 + 2.6 * cirrhosis,
    )


def liver_distance(canvas: Canvas, shape: LiverShape, wall: Field, dome: Field, rng: np.random.Generator) -> Field:
    """Signed distance to the liver's surface, first order, mm, negative inside; fissures are not cut out."""
    x, y, z = canvas.x, canvas.y, canvas.z
    # visceral face: far behind on the right, swinging forward across the midline to the left lobe's tip
    turn = sigmoid((x + 24 - 0.28 * np.clip(z, -60, 60)) / 25)
    behind = 88 - 40 * sigmoid(-(z + 34) / 14)
    face = behind - (behind + 60) * turn
    steep = 1 + ((behind + 60) * turn * (1 - turn) / 25) ** 2
    visceral = (y - face) / np.sqrt(steep)
    # lower edge: from the right tip up to the left; higher behind than in front
    slope = (20 - shape.tip) / (130 + shape.left_reach)
    edge = shape.tip + slope * (x + 130) + 0.12 * (y + 40) + 3.0 * np.maximum(x - shape.left_reach + 25, 0)
    inferior = (edge - z) / np.float32(np.sqrt(1 + slope**2 + 0.0144))
    free = smooth_max(visceral, inferior, 16.0)
    free = free + 4.0 * smooth_noise(rng, canvas.axes, 42.0) + 1.2 * smooth_noise(rng, canvas.axes, 18.0)
    held = smooth_max(wall + 1.5, (z - dome + 1.6) * np.float32(0.85), 12.0)
    free = free - _level_for_volume(free, held, canvas, shape.volume_ml)
    whole = smooth_max(free, held, 9.0)
    bumps = smooth_noise(rng, canvas.axes, 11.0)
    return np.asarray(whole + np.float32(shape.nodularity) * bumps, dtype=np.float32)


def _level_for_volume(free: Field, held: Field, canvas: Canvas, volume_ml: float) -> float:
    """How far, mm, to move the free surface outward so that the liver has the wanted volume."""
    step = (slice(None, None, 2),) * 3
    candidates = free[step][held[step] < -1.5]
    wanted = int(volume_ml / (canvas.geometry.voxel_volume_ml * 8))
    ranked = np.partition(candidates, min(wanted, len(candidates) - 1))
    return float(np.clip(ranked[min(wanted, len(candidates) - 1)] + 1.0, -16, 26))


def paint_liver(canvas: Canvas, distance: Field) -> Mask:
    """Paint the parenchyma with its fissures and gallbladder; returns the liver's voxels."""
    soft = [Tissue.FAT, Tissue.STOMACH_WALL, Tissue.FLUID, Tissue.GAS, Tissue.BOWEL_WALL, Tissue.STOOL, Tissue.PANCREAS]
    canvas.paint((slice(None),) * 3, distance < 0, Tissue.LIVER, [*soft, Tissue.SPLEEN])
    x, y, z = canvas.x, canvas.y, canvas.z
    box = canvas.box((-4, -120, -80), (26, -30, 30))
    teres = np.abs(x[box] - 10 - 0.12 * (z[box] + 20)) - np.clip(1.2 - 0.05 * (z[box] - 8), 0, 4.0)
    fissure = (teres < 0) & (y[box] < -34) & (z[box] < 26)
    canvas.paint(box, fissure, Tissue.FAT, [Tissue.LIVER])
    box, porta = canvas.ellipsoid(HILUM_MM, (20, 7, 9))
    canvas.paint(box, porta < 0, Tissue.FAT, [Tissue.LIVER])
    _paint_gallbladder(canvas, distance)
    return np.asarray(canvas.tissue == Tissue.LIVER)


def _paint_gallbladder(canvas: Canvas, distance: Field) -> None:
    """Under the liver's lower edge, along the line between the lobes."""
    box = canvas.box((-50, -62, -110), (-20, -25, 10))
    near = np.abs(distance[box]) < 4
    if not near.any():
        return
    x, y, z = (c[box][near] for c in (canvas.x, canvas.y, canvas.z))
    lowest = np.argsort(z)[: max(1, len(z) // 4)]
    centre = (float(x[lowest].mean()), float(y[lowest].mean()), float(z[lowest].mean()) + 4)
    box, bladder = canvas.ellipsoid(centre, (13, 15, 24), tilt_deg=-18)
    over = [Tissue.LIVER, Tissue.FAT, Tissue.BOWEL_WALL, Tissue.GAS, Tissue.FLUID, Tissue.STOOL, Tissue.STOMACH_WALL]
    canvas.paint(box, bladder < 1.2, Tissue.STOMACH_WALL, over)
    canvas.paint(box, bladder < -0.4, Tissue.GALLBLADDER, [Tissue.STOMACH_WALL])


def paint_liver_vessels(canvas: Canvas, liver: Mask, rng: np.random.Generator) -> list[Segment]:
    """Portal vein, hepatic veins to the cava, hepatic artery; returns the portal tree within the liver."""
    sample = rng.choice(np.flatnonzero(liver), size=700, replace=False)
    points = np.stack([c.reshape(-1)[sample] for c in (canvas.x, canvas.y, canvas.z)], axis=1).astype(float)
    veins = [s for s in grow_tree(CAVA_MM, points, 6.2, rng) if s.level > 0]
    paint_tubes(canvas, veins, Tissue.HEPATIC_VEIN, [Tissue.LIVER])
    portal = grow_tree(HILUM_MM, points, 7.4, rng)
    paint_tubes(canvas, [s for s in portal if s.level > 1], Tissue.PORTAL_VEIN, [Tissue.LIVER])
    trunk = polyline([CONFLUENCE_MM, (-8, 6, -20), HILUM_MM], 7.2)
    soft = [Tissue.LIVER, Tissue.FAT, Tissue.PANCREAS, Tissue.STOMACH_WALL, Tissue.FLUID, Tissue.BOWEL_WALL]
    paint_tubes(canvas, [*trunk, *(s for s in portal if s.level <= 1)], Tissue.PORTAL_VEIN, soft)
    x, y, z = HILUM_MM
    artery = polyline([(10, 6, -14), (0, -8, -12), (x + 4, y - 9, z), (x - 8, y - 9, z + 4)], 2.6, 1.8)
    paint_tubes(canvas, artery, Tissue.HEPATIC_ARTERY, soft)
    return portal
