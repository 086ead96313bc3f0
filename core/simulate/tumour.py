"""Hepatocellular carcinoma drawn from what is known of it: size, number, signs, texture, invasion.

The signs are those of Li et al., Radiology 2023;308:e230255; the continuous texture is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.simulate.fields import Box, Field, Mask, ellipsoid_distance, sigmoid, smooth_noise
from core.simulate.tumour_texture import Levels, Relief, Signs, main_texture, nodule_texture
from core.simulate.vessels import Segment, distance_to_segment

__all__ = ["Lesion", "Signs", "Site", "TumourLook", "blend_lesions", "grow_tumours", "label_lesions"]


@dataclass(frozen=True)
class TumourLook:
    """Everything that decides how a patient's tumours look.

    Attributes:
        size_cm: largest diameter of the largest tumour.
        count: number of tumours, 1 or more.
        signs: see `Signs`.
        texture: 0..1, from homogeneous to heterogeneous with an irregular rim and more necrosis.
        infiltration: 0..1, from well defined to ill defined with small nodules throughout the liver.
        pvtt: tumour in a branch of the portal vein.
    """

    size_cm: float
    count: int
    signs: Signs
    texture: float
    infiltration: float
    pvtt: bool


@dataclass(frozen=True, eq=False)
class Site:
    """The liver in which a tumour grows.

    Attributes:
        liver: bool (I, J, K).
        distance: signed distance to the liver's surface, mm, negative inside.
        allowed: bool, where tumour may bulge to (liver included).
        coordinates: float32 (I, J, K) x 3, mm.
        axes: coordinates along each index axis, mm, without deformation.
        portal_tree: segments in `coordinates`, root first.
        levels: attenuation of the parenchyma.
    """

    liver: Mask
    distance: Field
    allowed: Mask
    coordinates: tuple[Field, Field, Field]
    axes: tuple[Field, Field, Field]
    portal_tree: list[Segment]
    levels: Levels


@dataclass(frozen=True, eq=False)
class Lesion:
    """One tumour in its box.

    Attributes:
        box: where it lies on the grid.
        share: float32, 0..1, share of tumour in each voxel; between 0 and 1 at an ill-defined margin.
        inside: bool, the tumour itself (label 2).
        arterial, portal_venous: float32 HU of the tumour.
    """

    box: Box
    share: Field
    inside: Mask
    arterial: Field
    portal_venous: Field


def grow_tumours(look: TumourLook, site: Site, rng: np.random.Generator) -> list[Lesion]:
    """The tumours of one patient: the largest first, then satellites, small nodules, and the thrombus."""
    centre, radii = _place_main(look, site, rng)
    lesions = [_main(look, site, centre, radii, rng)]
    taken = np.zeros(site.liver.shape, dtype=bool)
    taken[lesions[0].box] = lesions[0].inside
    for _ in range(min(look.count - 1, 14)):
        lesions.append(_satellite(look, site, taken, rng))
    lesions.extend(_micronodules(look, site, rng))
    if look.pvtt:
        lesions.extend(_thrombus(site, centre, rng))
    return lesions


def label_lesions(lesions: list[Lesion], shape: tuple[int, int, int]) -> Mask:
    """Voxels of tumour, bool."""
    tumour = np.zeros(shape, dtype=bool)
    for lesion in lesions:
        tumour[lesion.box] |= lesion.inside
    return tumour


def blend_lesions(hu: Field, lesions: list[Lesion], *, arterial: bool) -> None:
    """Draw the tumours into `hu`, in place."""
    for lesion in lesions:
        view = hu[lesion.box]
        view += lesion.share * ((lesion.arterial if arterial else lesion.portal_venous) - view)


def _place_main(
    look: TumourLook, site: Site, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], tuple[float, float, float]]:
    """Centre and semi-axes: of several places, the one where most of the tumour lies in the liver."""
    half = look.size_cm * 4.7  # the uneven surface adds the rest
    short = rng.uniform(0.74, 0.95, 2)
    radii = (half * short[0], half * short[1], half) if rng.random() < 0.6 else (half, half * short[0], half * short[1])
    coarse = (slice(None, None, 3),) * 3
    free = np.stack([c[coarse][site.liver[coarse]] for c in site.coordinates], axis=1).astype(np.float64)
    tries = free[rng.choice(len(free), size=24, replace=len(free) < 24)]
    within = [np.count_nonzero((((free - c) / radii) ** 2).sum(axis=1) < 1) for c in tries]
    best = np.argsort(within)[-6:]
    return tries[rng.choice(best)], (float(radii[0]), float(radii[1]), float(radii[2]))


def _window(site: Site, centre: npt.NDArray[np.float64], reach: float) -> Box:
    parts = []
    for axis, middle in zip(site.axes, centre, strict=True):
        start, stop = np.searchsorted(axis, (middle - reach, middle + reach))
        start = min(int(start), len(axis) - 2)
        parts.append(slice(start, max(int(stop), start + 2)))
    return parts[0], parts[1], parts[2]


def _local_axes(site: Site, box: Box) -> tuple[Field, Field, Field]:
    return site.axes[0][box[0]], site.axes[1][box[1]], site.axes[2][box[2]]


def _offsets(site: Site, box: Box, centre: npt.NDArray[np.float64]) -> tuple[Field, Field, Field]:
    u, v, w = (c[box] - np.float32(m) for c, m in zip(site.coordinates, centre, strict=True))
    return u, v, w


def _main(
    look: TumourLook,
    site: Site,
    centre: npt.NDArray[np.float64],
    radii: tuple[float, float, float],
    rng: np.random.Generator,
) -> Lesion:
    box = _window(site, centre, max(radii) + 26)
    axes, offsets = _local_axes(site, box), _offsets(site, box, centre)
    rough = 5.5 if look.signs.non_smooth_margin else 1.0
    distance = ellipsoid_distance(offsets, radii) + 3.0 * smooth_noise(rng, axes, 45.0)
    distance = distance + (rough + 2.5 * look.infiltration) * smooth_noise(rng, axes, 16.0)
    bulge = np.float32(5 + 0.12 * max(radii))
    inside = (distance < 0) & site.allowed[box] & (site.distance[box] < bulge)
    softness = 0.7 + 3.2 * look.infiltration
    reach = site.allowed[box] & (site.distance[box] < bulge)
    share = sigmoid(-distance / np.float32(softness)) * reach
    share = np.where(site.liver[box] | inside, share, 0).astype(np.float32)
    relief = Relief(distance, offsets, site.axes, box, min(radii))
    arterial, portal, shell = main_texture(look.signs, look.texture, relief, site.levels, rng)
    return Lesion(box, np.maximum(share, shell * (site.liver[box] | inside)), inside, arterial, portal)


def _satellite(look: TumourLook, site: Site, taken: Mask, rng: np.random.Generator) -> Lesion:
    largest = min(26.0, 2.2 * look.size_cm)
    radius = float(rng.uniform(4.0, 8.0) if rng.random() < 0.55 else rng.uniform(8.0, max(9.0, largest / 1.6)))
    inner = np.flatnonzero((site.distance < -0.5 * radius) & site.liver & ~taken)
    if not len(inner):
        inner = np.flatnonzero(site.liver)
    at = int(rng.choice(inner))
    centre = np.array([c.reshape(-1)[at] for c in site.coordinates], dtype=np.float64)
    box = _window(site, centre, radius * 1.3 + 16)
    radii = radius * rng.uniform(0.85, 1.1, 3)
    distance = ellipsoid_distance(_offsets(site, box, centre), radii)
    distance = distance + (0.8 + look.infiltration) * smooth_noise(rng, _local_axes(site, box), 9.0)
    inside = (distance < 0) & site.liver[box]
    share = (sigmoid(-distance / np.float32(0.8 + 1.2 * look.infiltration)) * site.liver[box]).astype(np.float32)
    arterial, portal = nodule_texture(distance, look.texture, site.levels, rng)
    return Lesion(box, share, inside, arterial, portal)


def _micronodules(look: TumourLook, site: Site, rng: np.random.Generator) -> list[Lesion]:
    """Diffuse small nodules: the peaks of a smooth field, up to a sixth of the liver at full infiltration."""
    fraction = 0.17 * max(0.0, look.infiltration - 0.20) / 0.80
    if fraction < 0.002:
        return []
    corners = np.argwhere(site.liver)
    low, high = corners.min(axis=0), corners.max(axis=0) + 1
    box = (slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2]))
    liver = site.liver[box]
    field = smooth_noise(rng, _local_axes(site, box), 9.0) + 0.6 * smooth_noise(rng, _local_axes(site, box), 48.0)
    threshold = np.quantile(field[liver][::7], 1 - fraction)
    distance = (threshold - field) * np.float32(
        3.5
    )  # about mm: the field changes by its own size over a third of its scale
    inside = (distance < 0) & liver
    share = (0.85 * sigmoid(-distance / np.float32(1.2)) * liver).astype(np.float32)
    arterial, portal = nodule_texture(distance, look.texture, site.levels, rng)
    return [Lesion(box, share, inside, arterial, portal)]


def _thrombus(site: Site, centre: npt.NDArray[np.float64], rng: np.random.Generator) -> list[Lesion]:
    """Tumour that fills and widens the portal branch nearest the largest tumour."""
    branches = [s for s in site.portal_tree if s.level in (1, 2, 3)]
    near = min(branches, key=lambda s: float(np.linalg.norm(s.end - centre)))
    filled = [s for s in branches if s.branch == near.branch]
    lesions = []
    for segment in filled:
        wide = Segment(segment.start, segment.end, segment.radius_mm * 1.45 + 0.8, segment.end_radius_mm * 1.45 + 0.8)
        middle, reach = (
            (wide.start + wide.end) / 2,
            float(np.linalg.norm(wide.end - wide.start)) / 2 + wide.radius_mm + 14,
        )
        box = _window(site, middle, reach)
        x, y, z = (c[box] for c in site.coordinates)
        distance = distance_to_segment((x, y, z), wide)
        near_liver = site.distance[box] < 6
        inside = (distance < 0) & site.allowed[box] & near_liver
        share = np.where(site.allowed[box] & near_liver, sigmoid(-distance / np.float32(0.7)), 0).astype(np.float32)
        grain = smooth_noise(rng, _local_axes(site, box), 7.0)
        portal = (site.levels.portal_venous - 38 + 7 * grain).astype(np.float32)
        arterial = (site.levels.arterial + 22 + 12 * grain).astype(np.float32)
        lesions.append(Lesion(box, share, inside, arterial, portal))
    return lesions
