"""How the inside of a tumour enhances: the signs and the continuous texture as HU of both phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.simulate.fields import Box, Field, sigmoid, smooth_noise
from core.simulate.vessels import Points, distance_to_segment, polyline

NECROSIS_HU = 24.0
BLOOD_HU = 64.0


@dataclass(frozen=True)
class Levels:
    """Attenuation of the parenchyma, HU."""

    arterial: float
    portal_venous: float


@dataclass(frozen=True, eq=False)
class Relief:
    """The largest tumour's geometry in its box.

    Attributes:
        distance: signed distance to its surface, mm, negative inside.
        offsets: coordinates from its centre, mm.
        grid_axes, box: the whole grid's axes, mm, and the tumour's box in it.
        radius: smallest semi-axis, mm.
    """

    distance: Field
    offsets: tuple[Field, Field, Field]
    grid_axes: tuple[Field, Field, Field]
    box: Box
    radius: float

    def noise(self, rng: np.random.Generator, scale_mm: float) -> Field:
        """A smooth field of unit variance in the box."""
        x, y, z = (axis[part] for axis, part in zip(self.grid_axes, self.box, strict=True))
        return smooth_noise(rng, (x, y, z), scale_mm)


@dataclass(frozen=True)
class Signs:
    """What a radiologist notes of the largest tumour."""

    non_smooth_margin: bool
    capsule: bool
    arterial_rim: bool
    intratumoral_artery: bool
    mosaic: bool
    blood_products: bool
    substantial_necrosis: bool


Pair = tuple[Field, Field]


def main_texture(
    signs: Signs, texture: float, relief: Relief, levels: Levels, rng: np.random.Generator
) -> tuple[Field, Field, Field]:
    """HU of the largest tumour in the arterial and portal-venous phase, and the share of capsule outside its surface.

    `texture` 0..1 raises the amplitude of the mottling from 3 to 48 HU, makes the arterial rim uneven, and adds up to
    .22 of necrosis.
    """
    lift = float(rng.uniform(38, 52))
    washout = float(rng.uniform(12, 24))
    mottling = (3.0 + 45.0 * texture) * (0.8 * relief.noise(rng, 7.0) + 0.6 * relief.noise(rng, 13.0))
    arterial = levels.arterial + lift + mottling
    portal = levels.portal_venous - washout + 0.75 * mottling
    pair = _rim(signs.arterial_rim, texture, relief, (arterial, portal), rng)
    steps: list[tuple[bool, Callable[[Relief, Pair, np.random.Generator], Pair]]] = [
        (signs.mosaic, _mosaic),
        (signs.intratumoral_artery, _arteries),
    ]
    for present, step in steps:
        if present:
            pair = step(relief, pair, rng)
    fraction = 0.015 + 0.22 * texture**1.5 + (0.22 if signs.substantial_necrosis else 0.0)
    pair = _patches(relief, pair, fraction, NECROSIS_HU, rng)
    if signs.blood_products:
        pair = _patches(relief, pair, 0.07, BLOOD_HU, rng)
    return _capsule(signs.capsule, relief, pair, levels)


def nodule_texture(distance: Field, texture: float, levels: Levels, rng: np.random.Generator) -> Pair:
    """HU of a small nodule: bright in the arterial phase, washed out in the portal-venous one."""
    lift, washout = float(rng.uniform(30, 48)), float(rng.uniform(14, 26))
    core = sigmoid(-(distance + 5) / np.float32(1.5)) * np.float32(30 * max(0.0, texture - 0.4))
    return (levels.arterial + lift - core).astype(np.float32), (levels.portal_venous - washout - 0.5 * core).astype(
        np.float32
    )


def _rim(present: bool, texture: float, relief: Relief, pair: Pair, rng: np.random.Generator) -> Pair:
    """Irregular rim-like arterial enhancement around a core that enhances less."""
    arterial, portal = pair
    uneven = relief.noise(rng, 22.0)
    width = np.maximum(relief.radius * 0.16 + 4.0 * texture * uneven, 1.5)
    edge = sigmoid((relief.distance + width) / np.float32(2.5))
    if present:
        strength = 30 * (1 + 0.5 * texture * uneven)
        return arterial + edge * strength - (1 - edge) * 34, portal + 6 * edge - 10 * (1 - edge)
    return arterial + 16 * texture * edge * uneven, portal


def _mosaic(relief: Relief, pair: Pair, rng: np.random.Generator) -> Pair:
    """Compartments of different enhancement with thin septa: the cells of a Voronoi diagram."""
    from scipy.spatial import cKDTree

    span = np.array([np.abs(o).max() for o in relief.offsets])
    seeds = rng.uniform(-span, span, (int(np.clip(span.prod() * 8 / 22.0**3, 12, 160)), 3))
    points = np.stack([o.ravel() for o in relief.offsets], axis=1)
    near = np.flatnonzero(relief.distance.ravel() < 3)
    distances, cells = cKDTree(seeds).query(points[near], k=2)
    offsets = rng.normal(0, 10, len(seeds)).astype(np.float32)
    shade = np.zeros(relief.distance.size, dtype=np.float32)
    septum = np.zeros(relief.distance.size, dtype=np.float32)
    shade[near] = offsets[cells[:, 0]]
    septum[near] = np.clip(1 - (distances[:, 1] - distances[:, 0]) / 3.5, 0, 1)
    shape = relief.distance.shape
    return (
        pair[0] + (shade - 14 * septum).reshape(shape),
        pair[1] + (0.6 * shade + 20 * septum).reshape(shape),
    )


def _arteries(relief: Relief, pair: Pair, rng: np.random.Generator) -> Pair:
    """Discrete arteries that wind from the surface inward."""
    arterial, portal = pair[0].copy(), pair[1].copy()
    for _ in range(int(rng.integers(5, 9))):
        direction = rng.normal(size=3)
        start = direction / np.linalg.norm(direction) * relief.radius * 0.95
        path = [start * (1 - step / 5) + rng.normal(0, 0.10 * relief.radius, 3) for step in range(5)]
        for segment in polyline(path, 2.8, 1.9):
            _brighten(relief, segment.start, segment.end, (arterial, portal), segment.radius_mm)
    return arterial, portal


def _brighten(relief: Relief, start: Points, end: Points, pair: Pair, radius: float) -> None:
    low, high = np.minimum(start, end) - 16, np.maximum(start, end) + 16
    parts = []
    for axis, offset in enumerate(relief.offsets):
        line = offset[tuple(slice(None) if a == axis else offset.shape[a] // 2 for a in range(3))]
        hit = np.flatnonzero((line > low[axis]) & (line < high[axis]))
        parts.append(slice(int(hit[0]), int(hit[-1]) + 1) if len(hit) else slice(0, 1))
    box = (parts[0], parts[1], parts[2])
    u, v, w = (offset[box] for offset in relief.offsets)
    share = sigmoid(-distance_to_segment((u, v, w), polyline([start, end], radius)[0]) / np.float32(0.7))
    for values, level in zip(pair, (260.0, 135.0), strict=True):
        values[box] += 0.8 * share * (level - values[box])


def _patches(relief: Relief, pair: Pair, fraction: float, level: float, rng: np.random.Generator) -> Pair:
    """Fill `fraction` of the tumour with patches of `level` HU that do not enhance, more in the middle."""
    inside = relief.distance < -2
    if np.count_nonzero(inside) < 20:
        return pair
    depth = np.clip(-relief.distance / np.float32(relief.radius), 0, 1)
    field = relief.noise(rng, 24.0) + 0.5 * relief.noise(rng, 11.0) + 1.3 * depth
    threshold = np.quantile(field[inside][::3], 1 - fraction)
    share = sigmoid((field - threshold) / np.float32(0.22)) * sigmoid(-(relief.distance + 2.5))
    arterial, portal = pair
    return arterial + share * (level - arterial), portal + share * (level + 2 - portal)


def _capsule(present: bool, relief: Relief, pair: Pair, levels: Levels) -> tuple[Field, Field, Field]:
    """A thin smooth rim that enhances late, partly outside the tumour's surface."""
    arterial, portal = pair
    shell = np.zeros_like(relief.distance)
    if present:
        ring = np.exp(-0.5 * ((relief.distance - 0.3) / np.float32(1.5)) ** 2)
        portal = portal + ring * (levels.portal_venous + 34 - portal)
        arterial = arterial + ring * (levels.arterial - 4 - arterial)
        shell = np.where(relief.distance > 0, ring, 0)
    return arterial.astype(np.float32), portal.astype(np.float32), shell.astype(np.float32)
