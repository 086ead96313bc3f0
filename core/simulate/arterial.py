"""The arterial phase computed from a real portal-venous CT and its liver mask."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Phase, Volume
from core.geometry import Geometry
from core.imaging.crop import bounding_box, sub_geometry
from core.imaging.resample import resample, to_isotropic
from core.io.hounsfield import sha256_of
from core.simulate.blood_pool import Pool, find_pools
from core.simulate.fields import Field, axes_mm, sigmoid, smooth_noise

PARENCHYMA_HU = 66.0
"""Late arterial liver, HU; see `core.simulate.tissues`."""


def simulate_arterial(portal_venous: Volume, mask: LiverMask, seed: int = 0, *, displaced: bool = True) -> Volume:
    """A late arterial CT that the same patient might have had, on the same grid with the content displaced by a few mm.

    The venous enhancement of parenchyma and vessels is taken back with the texture kept, lesions (label 2) are enhanced
    as a whole or as a rim, aorta and kidneys are brightened, fresh noise is added. Deterministic by `seed`.

    Args:
        portal_venous: HU may be clipped (the public LiTS volumes are, to -160..240).
        mask: labels 1 or 1 and 2 on the same grid.
        displaced: False to leave the content where it is.
    """
    rng = np.random.default_rng([seed, 3])
    hu = portal_venous.hu.astype(np.float32)
    liver_mean = _parenchyma_level(hu, mask)
    box = bounding_box(mask.liver, mask.geometry, margin_mm=2 * max(mask.geometry.spacing_mm))
    _take_back_liver(hu[box], mask.labels[box], portal_venous.geometry, liver_mean)
    _enhance_lesions(hu[box], mask.labels[box], sub_geometry(portal_venous.geometry, box), (liver_mean, rng))
    _enhance_pools(hu, portal_venous, mask, liver_mean)
    if displaced:
        hu = _breathe(hu, portal_venous.geometry, rng)
    _add_noise(hu, rng)
    rounded = np.clip(np.rint(hu, out=hu), -1024, 3071).astype(np.int16)
    key = sha256_of(rounded, portal_venous.geometry)
    return Volume(rounded, portal_venous.geometry, Phase.ARTERIAL, key, simulated=True)


def _parenchyma_level(hu: Field, mask: LiverMask) -> float:
    values = hu[mask.labels == 1] if (mask.labels == 1).any() else hu[mask.labels > 0]
    return float(np.median(values)) if len(values) else 110.0


def _take_back_liver(hu: Field, labels: npt.NDArray[np.uint8], geometry: Geometry, level: float) -> None:
    """Lower the parenchyma to its arterial level; veins, which stand out above it, lose most of what stands out."""
    from scipy.ndimage import uniform_filter

    fall = float(np.clip(level - PARENCHYMA_HU, 8.0, 52.0))
    width = [max(1, round(3.0 / s)) for s in geometry.spacing_mm]
    smooth = uniform_filter(hu, width, mode="nearest")
    parenchyma = labels == 1
    excess = np.clip(smooth[parenchyma] - (level + 8.0), 0, 80)
    # what lies below the parenchyma (fat, bile, unlabelled tumour) was less enhanced, so less is taken back
    share = sigmoid((smooth[parenchyma] - (level - 45.0)) / np.float32(8.0))
    hu[parenchyma] -= fall * share + 0.65 * excess


def _enhance_lesions(
    hu: Field, labels: npt.NDArray[np.uint8], geometry: Geometry, given: tuple[float, np.random.Generator]
) -> None:
    """Each lesion enhances as a whole or as a rim; what was dark in the portal-venous phase is necrosis and stays."""
    if not (labels == 2).any():
        return
    from scipy.ndimage import distance_transform_edt, label, uniform_filter

    level, rng = given
    grid = Geometry(geometry.shape, geometry.affine_lps)
    coarse, coarse_grid = to_isotropic((labels == 2).astype(np.uint8), grid, 2.5, outside=0)
    parts, count = label(coarse > 0.5)
    depth = distance_transform_edt(coarse > 0.5, sampling=2.5).astype(np.float32)
    lift = np.zeros_like(depth)
    uneven = smooth_noise(rng, axes_mm(coarse_grid), 16.0)
    for number in range(1, count + 1):
        here = parts == number
        rim = rng.random() < 0.4
        strength = float(rng.uniform(42, 58))
        profile = np.exp(-depth[here] / (7.0 + 2.0 * uneven[here])) if rim else np.float32(1.0)
        lift[here] = strength * np.clip(profile + 0.12 * uneven[here], 0.05, 1.3)
    fine = resample(lift, coarse_grid, grid, outside=0.0)
    smooth = uniform_filter(hu, [max(1, round(4.0 / s)) for s in geometry.spacing_mm], mode="nearest")
    lesion = labels == 2
    viable = sigmoid((smooth[lesion] - np.float32(0.28 * level)) / np.float32(8.0))
    # washed-out tumour keeps about 30 HU of venous enhancement, taken back before the arterial one is added
    hu[lesion] += viable * (np.maximum(fine[lesion], 8.0) - np.clip(smooth[lesion] - 0.6 * level, 0, 40))


def _enhance_pools(hu: Field, portal_venous: Volume, mask: LiverMask, level: float) -> None:
    """Aorta and renal cortex up, veins down."""
    for pool in find_pools(portal_venous, mask, level):
        view = hu[pool.box]
        view += _pool_change(pool, view)


def _pool_change(pool: Pool, hu: Field) -> Field:
    target = np.float32(pool.target_hu)
    return np.asarray(pool.share * (target + 0.5 * (hu - pool.level_hu) - hu), dtype=np.float32)


def _breathe(hu: Field, geometry: Geometry, rng: np.random.Generator) -> Field:
    """Displace the content: up to 1.5 mm in plane, 4 mm along the body; the border slices are repeated."""
    shift = np.array([rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5), rng.uniform(-4.0, 4.0)])
    voxels = geometry.direction_cosines.T @ shift / np.array(geometry.spacing_mm)
    for axis, amount in enumerate(voxels):
        hu = _shift(hu, float(amount), axis)
    return hu


def _shift(values: Field, amount: float, axis: int) -> Field:
    whole = int(np.floor(amount))
    part = np.float32(amount - whole)
    count = values.shape[axis]
    index = np.clip(np.arange(count) + whole, 0, count - 1)
    following = np.clip(index + 1, 0, count - 1)
    moved = np.take(values, index, axis=axis)
    moved *= 1 - part
    moved += np.float32(part) * np.take(values, following, axis=axis)
    return moved


def _add_noise(hu: Field, rng: np.random.Generator) -> None:
    """Noise of 6 HU, slightly correlated in plane, in tissue only: clipped air stays flat."""
    for k in range(hu.shape[2]):
        noise = rng.standard_normal((hu.shape[0] + 1, hu.shape[1] + 1), dtype=np.float32)
        grain = (noise[:-1, :-1] + noise[1:, :-1] + noise[:-1, 1:] + noise[1:, 1:]) * np.float32(3.0)
        view = hu[:, :, k]
        view += np.where(view > -150, grain, 0)
