"""Small changes of a patient's outline and noise, as another reader or another scan would have made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.geometry import FloatArray
from core.imaging.crop import Box, bounding_box
from core.train.radiomics_features import RadiomicsImages

WANDERING_MM = 12.0
"""Along an outline, how far its errors stay alike."""

Mask = npt.NDArray[np.bool_]


def perturbed(images: RadiomicsImages, change: str, seed: Sequence[int], amount_mm: float = 2.0) -> RadiomicsImages:
    """One patient after a change; the same seed gives the same change.

    Args:
        change: a key of PERTURBATIONS.
        amount_mm: how far an outline is changed: by so much, or with this standard deviation.
    """
    _, apply = PERTURBATIONS[change]
    return apply(images, np.random.default_rng(list(seed)), amount_mm)


def noise_sd(hu: npt.NDArray[np.int16], inside: Mask) -> float:
    """The standard deviation of the finest noise in a region, HU.

    Median absolute deviation of the diagonal details of each 2x2 voxels of a slice (D. Donoho, I. Johnstone, Biometrika
    1994;81:425): what is smooth within two voxels does not count.
    """
    values = hu.astype(np.float64)
    detail = (values[:-1, :-1] - values[1:, :-1] - values[:-1, 1:] + values[1:, 1:]) / 2
    whole = inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:]
    return float(np.median(np.abs(detail[whole])) / 0.6745) if whole.any() else 0.0


def _shrunk(images: RadiomicsImages, rng: np.random.Generator, amount_mm: float) -> RadiomicsImages:
    return _redrawn(images, amount_mm, lambda depth: depth > amount_mm)


def _grown(images: RadiomicsImages, rng: np.random.Generator, amount_mm: float) -> RadiomicsImages:
    return _redrawn(images, amount_mm, lambda depth: depth > -amount_mm)


def _moved(images: RadiomicsImages, rng: np.random.Generator, amount_mm: float) -> RadiomicsImages:
    """By whole voxels along one axis, one at least."""
    axis, sign = int(rng.integers(3)), int(rng.choice((-1, 1)))
    voxels = max(1, round(amount_mm / images.geometry.spacing_mm[axis]))
    padded = np.pad(images.liver, [(voxels, voxels) if axis == other else (0, 0) for other in range(3)])
    start, count = voxels * (1 - sign), images.liver.shape[axis]
    part = tuple(slice(start, start + count) if axis == other else slice(None) for other in range(3))
    return replace(images, liver=padded[part])


def _wandering(images: RadiomicsImages, rng: np.random.Generator, amount_mm: float) -> RadiomicsImages:
    """In and out by a smooth random field of this standard deviation."""
    from scipy.ndimage import gaussian_filter

    sigma = [WANDERING_MM / spacing for spacing in images.geometry.spacing_mm]

    def redraw(depth: FloatArray) -> Mask:
        field = gaussian_filter(rng.standard_normal(depth.shape), sigma)
        inside: Mask = depth > amount_mm * field / field.std()
        return inside

    return _redrawn(images, 3 * amount_mm, redraw)


def _noisier(images: RadiomicsImages, rng: np.random.Generator, amount_mm: float) -> RadiomicsImages:
    """White noise, as strong as each phase's own in the liver, is added once more."""
    noisy = []
    for hu in (images.arterial, images.portal_venous):
        sd = noise_sd(hu, images.liver)
        added = np.rint(hu + sd * rng.standard_normal(hu.shape, dtype=np.float32))
        noisy.append(np.clip(added, np.iinfo(np.int16).min, np.iinfo(np.int16).max).astype(np.int16))
    return replace(images, arterial=noisy[0], portal_venous=noisy[1])


def _redrawn(images: RadiomicsImages, reach_mm: float, redraw: Callable[[FloatArray], Mask]) -> RadiomicsImages:
    """The liver where `redraw` says so, from the depth under its outline in mm, negative outside."""
    box = bounding_box(images.liver, images.geometry, reach_mm)
    liver = images.liver.copy()
    liver[box] = redraw(_depth_mm(images, box))
    return replace(images, liver=liver)


def _depth_mm(images: RadiomicsImages, box: Box) -> FloatArray:
    """Signed distance from the outline, which lies half a voxel from the centres on either side of it."""
    from scipy.ndimage import distance_transform_edt

    inside, spacing = images.liver[box], images.geometry.spacing_mm
    padded = np.pad(inside, 1)
    centre = (slice(1, -1),) * 3
    within = distance_transform_edt(padded, sampling=spacing)[centre]
    beyond = distance_transform_edt(~padded, sampling=spacing)[centre]
    half = min(spacing) / 2
    depth: FloatArray = np.where(inside, within - half, half - beyond)
    return depth


Change = Callable[[RadiomicsImages, np.random.Generator, float], RadiomicsImages]
PERTURBATIONS: Mapping[str, tuple[str, Change]] = {
    "shrunk": ("margin", _shrunk),
    "grown": ("margin", _grown),
    "moved": ("outline", _moved),
    "wandering": ("outline", _wandering),
    "noisier": ("noise", _noisier),
}
"""Change by name: what kind it is, and how it is made."""
