"""Vessels: trees that fill an organ, and tubes painted on a canvas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.simulate.fields import Box, Canvas, Field, Mask, Point
from core.simulate.tissues import Tissue

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segment:
    """A piece of vessel.

    Attributes:
        start, end: (3,), LPS mm.
        radius_mm: at the start.
        end_radius_mm: at the end.
        level: 0 for the root, one more after each fork.
        branch: 0 or 1 below the first fork (for a portal vein: right and left branch), -1 for the root.
    """

    start: Points
    end: Points
    radius_mm: float
    end_radius_mm: float
    level: int = 0
    branch: int = -1


@dataclass(frozen=True)
class _Twig:
    root: Points
    points: Points
    radius: float
    level: int
    branch: int


def grow_tree(
    root: Point, points: Points, radius_mm: float, rng: np.random.Generator, levels: int = 6
) -> list[Segment]:
    """A forking tree from `root` through a cloud of points of the organ to supply, (n, 3) LPS mm.

    Each vessel runs part of the way to the centre of its territory, which is then halved across its longest direction.
    The first fork is from right to left.
    """
    segments: list[Segment] = []
    twigs = [_Twig(np.asarray(root, dtype=float), points, radius_mm, 0, -1)]
    while twigs:
        twig = twigs.pop()
        if twig.level >= levels or len(twig.points) < 4:
            continue
        centre = twig.points.mean(axis=0)
        reach = (0.12 if twig.level == 0 else 0.55) + rng.uniform(-0.05, 0.05)
        end = twig.root + reach * (centre - twig.root) + rng.normal(0, 1.5, 3)
        segments.append(Segment(twig.root, end, twig.radius, twig.radius * 0.88, twig.level, twig.branch))
        for side, half in enumerate(_halves(twig.points - end, twig.level, rng)):
            radius = twig.radius * (0.83 if twig.level else 0.87)
            branch = side if twig.level == 0 else twig.branch
            twigs.append(_Twig(end, twig.points[half], radius, twig.level + 1, branch))
    return segments


def _halves(offsets: Points, level: int, rng: np.random.Generator) -> tuple[Mask, Mask]:
    if level == 0:
        along = offsets[:, 0]
    else:
        centred = offsets - offsets.mean(axis=0)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        along = centred @ vectors[:, -1]
    left = np.asarray(along > np.quantile(along, rng.uniform(0.4, 0.6) if level else 0.68))
    return ~left, left


def distance_to_segment(coordinates: tuple[Field, Field, Field], segment: Segment) -> Field:
    """Distance to the surface of a tapering tube with round ends, mm, negative inside."""
    direction = segment.end - segment.start
    length = float(direction @ direction) + 1e-6
    offsets = [c - np.float32(s) for c, s in zip(coordinates, segment.start, strict=True)]
    along = sum((o * np.float32(d / length) for o, d in zip(offsets, direction, strict=True)), start=np.float32(0))
    along = np.clip(along, 0, 1)
    squared = sum(
        ((o - along * np.float32(d)) ** 2 for o, d in zip(offsets, direction, strict=True)), start=np.float32(0)
    )
    radius = segment.radius_mm + np.float32(segment.end_radius_mm - segment.radius_mm) * along
    return np.asarray(np.sqrt(squared) - radius, dtype=np.float32)


def tube(canvas: Canvas, segment: Segment, margin_mm: float = 0.0) -> tuple[Box, Field]:
    """Distance field of one segment in its box, which reaches `margin_mm` past its surface."""
    reach = max(segment.radius_mm, segment.end_radius_mm) + margin_mm
    box = canvas.box(np.minimum(segment.start, segment.end) - reach, np.maximum(segment.start, segment.end) + reach)
    return box, distance_to_segment((canvas.x[box], canvas.y[box], canvas.z[box]), segment)


def paint_tubes(canvas: Canvas, segments: Iterable[Segment], tissue: Tissue, over: list[Tissue] | None = None) -> None:
    """Paint every segment; a vessel thinner than a voxel still marks the voxels its axis passes."""
    finest = 0.45 * min(canvas.geometry.spacing_mm)
    for segment in segments:
        box, distance = tube(canvas, segment)
        canvas.paint(box, distance < max(0.0, finest - segment.end_radius_mm), tissue, over)


def polyline(points: Iterable[Point], radius_mm: float, end_radius_mm: float | None = None) -> list[Segment]:
    """Segments through `points`, LPS mm, tapering to `end_radius_mm`."""
    nodes = [np.asarray(p, dtype=float) for p in points]
    radii = np.linspace(radius_mm, radius_mm if end_radius_mm is None else end_radius_mm, len(nodes))
    return [
        Segment(a, b, float(ra), float(rb))
        for a, b, ra, rb in zip(nodes[:-1], nodes[1:], radii[:-1], radii[1:], strict=True)
    ]
