"""Simulated tumours in a real liver: a portal-venous CT with its mask as anatomy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.resample import box_average, resample
from core.simulate.arterial import simulate_arterial
from core.simulate.fields import Field, Mask
from core.simulate.latents import Latent
from core.simulate.phases import Scanner, finish
from core.simulate.tissues import ATTENUATION, Tissue
from core.simulate.tumour import Site, blend_lesions, grow_tumours, label_lesions
from core.simulate.tumour_texture import Levels
from core.simulate.vessels import Points, Segment, grow_tree

VEIN_CONTRAST_HU = 20.0
"""A vein stands out above the parenchyma by this much in the portal-venous phase."""
VEIN_REACH_MM = 20.0


@dataclass(frozen=True, eq=False)
class RealAnatomy:
    """A real liver, made ready once for many simulated patients.

    Attributes:
        arterial, portal_venous: float32 (I, J, K) HU on `geometry`; the arterial phase is simulated.
        geometry: axis-aligned LPS grid.
        site: where tumours grow.
    """

    arterial: Field
    portal_venous: Field
    geometry: Geometry
    site: Site


def real_anatomy(
    portal_venous: Volume, mask: LiverMask, spacing_mm: tuple[float, float, float] = (2.5, 2.5, 3.0)
) -> RealAnatomy:
    """`portal_venous` and its simulated arterial phase on a grid of `spacing_mm`, with what the tumours need to know.

    Lesions that the scan has (label 2) are painted over with parenchyma: nothing is in the liver but what is drawn.

    Raises:
        InputError: the mask holds no liver.
    """
    if not mask.liver.any():
        raise InputError("liver mask: expected some liver, got none")
    grid = _aligned_grid(portal_venous.geometry, spacing_mm)
    arterial = simulate_arterial(portal_venous, mask, displaced=False)
    phases = [_on_grid(volume, grid, min(spacing_mm)) for volume in (arterial, portal_venous)]
    labels = resample(mask.labels, mask.geometry, grid, interpolation="nearest", outside=0)
    liver = labels > 0
    if not liver.any():
        raise InputError("liver mask: expected some liver on the new grid, got none")
    parenchyma = labels == 1
    if not parenchyma.any():
        raise InputError("liver mask: expected some liver beside the lesions, got none")
    for hu in phases:
        _paint_over(hu, liver & ~parenchyma, parenchyma, grid)
    levels = Levels(*(float(np.median(hu[parenchyma])) for hu in phases))
    return RealAnatomy(phases[0], phases[1], grid, _site(liver, phases[1], grid, levels))


def render_on_real(
    latent: Latent, anatomy: RealAnatomy, scanner: Scanner, rng: np.random.Generator
) -> tuple[Volume, Volume, LiverMask]:
    """Arterial and portal-venous phase and mask of one patient over `anatomy`.

    The scanner's timing moves the attenuation of the liver; that of the other organs stays.
    """
    shift = _timing(scanner)
    site = replace(anatomy.site, levels=_shifted(anatomy.site.levels, shift))
    lesions = grow_tumours(latent.look, site, rng)
    tumour = label_lesions(lesions, anatomy.geometry.shape)
    volumes = []
    for phase, source in ((Phase.ARTERIAL, anatomy.arterial), (Phase.PORTAL_VENOUS, anatomy.portal_venous)):
        hu = source.copy()
        hu[anatomy.site.liver] += np.float32(shift[phase])
        blend_lesions(hu, lesions, arterial=phase is Phase.ARTERIAL)
        volumes.append(finish(hu, anatomy.geometry, phase, scanner, rng))
    labels = (anatomy.site.liver | tumour).astype(np.uint8) + tumour
    return volumes[0], volumes[1], LiverMask(labels.astype(np.uint8), anatomy.geometry, MaskOrigin.GIVEN)


def _timing(scanner: Scanner) -> dict[Phase, float]:
    """Change of the liver's attenuation by the scanner's delays, HU."""
    liver = ATTENUATION[Tissue.LIVER]
    return {
        Phase.ARTERIAL: liver.arterial_slope * scanner.arterial_delay_s,
        Phase.PORTAL_VENOUS: liver.portal_slope * scanner.portal_delay_s,
    }


def _shifted(levels: Levels, shift: dict[Phase, float]) -> Levels:
    return Levels(levels.arterial + shift[Phase.ARTERIAL], levels.portal_venous + shift[Phase.PORTAL_VENOUS])


def _paint_over(hu: Field, lesion: Mask, parenchyma: Mask, grid: Geometry) -> None:
    """Fill lesions, and 4 mm around them, with the mean and the grain of the parenchyma near them, in place."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    if not lesion.any():
        return
    reach = (distance_transform_edt(~lesion, sampling=grid.spacing_mm) < 4.0) & (parenchyma | lesion)
    clean = (parenchyma & ~reach).astype(np.float32)
    sigma = [15.0 / s for s in grid.spacing_mm]
    weight = gaussian_filter(clean, sigma) + np.float32(1e-6)
    overall = np.float32(np.median(hu[clean > 0] if clean.any() else hu[parenchyma]))
    mean = gaussian_filter((hu - overall) * clean, sigma) / weight + overall
    rest = np.abs(hu - mean)[clean > 0] if clean.any() else np.full(1, 5.0)
    spread = np.float32(1.48 * np.median(rest))  # vessels are no grain
    grain = np.random.default_rng(6).standard_normal(hu.shape, dtype=np.float32)
    hu[reach] = (mean + spread * grain)[reach]


def _aligned_grid(geometry: Geometry, spacing_mm: tuple[float, float, float]) -> Geometry:
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in geometry.shape], [1.0])).reshape(4, -1)
    lps = (geometry.affine_lps @ corners)[:3]
    low, high = lps.min(axis=1), lps.max(axis=1)
    shape = np.maximum(np.floor((high - low) / spacing_mm + 1e-6), 1).astype(int)
    x, y, z = low + np.array(spacing_mm) / 2
    return Geometry.from_spacing(
        (int(shape[0]), int(shape[1]), int(shape[2])), spacing_mm, (float(x), float(y), float(z))
    )


def _on_grid(volume: Volume, grid: Geometry, spacing_mm: float) -> Field:
    averaged, coarse = box_average(volume.hu, volume.geometry, spacing_mm)
    edge = float(np.percentile(averaged, 1))
    return np.asarray(resample(averaged, coarse, grid, outside=edge), dtype=np.float32)


def _site(liver: Mask, portal_venous: Field, grid: Geometry, levels: Levels) -> Site:
    from scipy.ndimage import distance_transform_edt

    spacing = grid.spacing_mm
    outside = distance_transform_edt(~liver, sampling=spacing)
    distance = (outside - distance_transform_edt(liver, sampling=spacing)).astype(np.float32)
    # a tumour displaces fat and hollow organs, not bone, and keeps within the body
    soft = (portal_venous > -140) & (portal_venous < 150)
    x, y, z = (
        (origin + s * np.arange(n)).astype(np.float32)
        for origin, s, n in zip(grid.origin_mm, spacing, grid.shape, strict=True)
    )
    shape = grid.shape
    coordinates = (
        np.broadcast_to(x[:, None, None], shape),
        np.broadcast_to(y[None, :, None], shape),
        np.broadcast_to(z[None, None, :], shape),
    )
    rng = np.random.default_rng(5)
    sample = rng.choice(np.flatnonzero(liver), size=700)
    points = np.stack([c.flat[sample] for c in coordinates], axis=1).astype(float)
    veins = liver & (portal_venous > levels.portal_venous + VEIN_CONTRAST_HU) & (distance < -4)
    at = np.stack([c[veins] for c in coordinates], axis=1).astype(float)
    tree = _through_veins(grow_tree(_hilum(points), points, 7.4, rng), at)
    return Site(liver, distance, liver | (soft & (distance < 8)), coordinates, (x, y, z), tree, levels)


def _hilum(points: Points) -> Points:
    """Where the portal vein enters, roughly: left of the liver's centre and behind it."""
    centre = points.mean(axis=0)
    return np.asarray(centre + np.array([18.0, 22.0, -8.0]))


def _through_veins(tree: list[Segment], veins: Points) -> list[Segment]:
    """The tree with its forks moved to the nearest place in a vein, (n, 3) mm, where there is one near."""
    from scipy.spatial import cKDTree

    if not len(veins):
        return tree
    near = cKDTree(veins)

    def moved(node: Points) -> Points:
        distance, index = near.query(node)
        return np.asarray(veins[index] if distance < VEIN_REACH_MM else node)

    return [replace(segment, start=moved(segment.start), end=moved(segment.end)) for segment in tree]
