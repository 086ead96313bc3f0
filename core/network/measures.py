"""Measures of a crop that need no learning: burden and spread of what looks like tumour, and its texture.

The network's heads see them beside what its trunk has learned, and the trunk learns to tell them, for every patient:
few labels go further so. What they bring was measured (docs/training.md): small nodules all over the liver, told by the
share of bright and washed-out voxels in each eighth of it, carry most of what the measures say of the prognosis.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.network.crop import SCALE_HU

Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

HOT_HU, WASHED_HU, DARK_HU, NECROSIS_HU, SUSPICIOUS_HU = 20.0, 15.0, -12.0, -45.0, 30.0
"""Against the median of what is visible in the phase; suspicious: arterial minus portal-venous difference."""
FEWEST_VOXELS = 30
PER_PHASE = 9
BURDEN = 10
COUNT = BURDEN + 2 * PER_PHASE
SEEN_OF_EIGHTH = 0.011
"""Share of an eighth of the box that the liver beside the main tumour must fill for the eighth to count."""


def image_measures(crop: npt.NDArray[np.floating]) -> Values:
    """The measures (COUNT,) of a halved crop (2, 48, 48, 48), of an even side: logarithms, shares, HU; never NaN."""
    from scipy import ndimage

    visible: Mask = ndimage.binary_erosion((crop != 0).any(axis=0))
    if np.count_nonzero(visible) < FEWEST_VOXELS:
        return np.zeros(COUNT, dtype=np.float32)
    arterial, portal = (_centred(phase.astype(np.float32) * SCALE_HU, visible) for phase in crop)
    hot = visible & (arterial > HOT_HU) & (portal < WASHED_HU)
    necrosis = visible & (portal < NECROSIS_HU) & (arterial < -5)
    difference = ndimage.gaussian_filter(np.where(visible, arterial - portal, 0), 1.0)
    main, parts = _largest(ndimage.binary_closing((difference > SUSPICIOUS_HU) | necrosis, iterations=2) & visible)
    rest = visible & ~ndimage.binary_dilation(main, iterations=3)
    shares = [float(part[visible].mean()) for part in (hot, visible & (portal < DARK_HU), necrosis, main)]
    burden = [*shares, float(np.log1p(parts)), *_spread(hot & rest, rest), _washout(arterial, portal, visible, rest)]
    phases = [value for phase in (arterial, portal) for value in _phase_measures(phase, main, rest)]
    return np.array([*burden, *phases], dtype=np.float32)


def _centred(hu: Values, visible: Mask) -> Values:
    centred: Values = hu - np.median(hu[visible])
    return centred


def _largest(suspicious: Mask) -> tuple[Mask, int]:
    """The largest connected part, and how many there are of more than three voxels."""
    from scipy import ndimage

    labels, count = ndimage.label(ndimage.binary_opening(suspicious))
    if count == 0:
        return suspicious, 0
    sizes = np.bincount(labels.ravel())[1:]
    return labels == 1 + int(sizes.argmax()), int((sizes > 3).sum())


def _spread(hot: Mask, rest: Mask) -> list[float]:
    """Of the bright voxels beside the main tumour: share, log number of parts, median and lower quartile by eighths."""
    from scipy import ndimage

    half = rest.shape[0] // 2
    bright, seen = (part.reshape(2, half, 2, half, 2, half).sum(axis=(1, 3, 5)).ravel() for part in (hot, rest))
    counted = seen > SEEN_OF_EIGHTH * half**3
    by_eighth = bright[counted] / seen[counted] if counted.any() else np.zeros(1)
    _, parts = ndimage.label(hot)
    share = float(bright.sum() / max(int(seen.sum()), 1))
    return [share, float(np.log1p(parts)), float(np.median(by_eighth)), float(np.quantile(by_eighth, 0.25))]


def _washout(arterial: Values, portal: Values, visible: Mask, rest: Mask) -> float:
    """Beside the main tumour, how far small bright spots of the difference are dark in the portal phase: -1..1."""
    if np.count_nonzero(rest) < FEWEST_VOXELS:
        return 0.0
    from scipy import ndimage

    spots = []
    for values in (np.where(visible, arterial - portal, 0), np.where(visible, -portal, 0)):
        found = (ndimage.gaussian_filter(values, 0.6) - ndimage.gaussian_filter(values, 2.0))[rest]
        spots.append(found - found.mean())
    scale = float(np.sqrt((spots[0] ** 2).sum() * (spots[1] ** 2).sum()))
    return float((spots[0] * spots[1]).sum()) / scale if scale > 0 else 0.0


def _phase_measures(hu: Values, main: Mask, rest: Mask) -> list[float]:
    from scipy import ndimage

    middle = ndimage.gaussian_filter(hu, 0.7) - ndimage.gaussian_filter(hu, 2.0)
    return [*_texture(hu, middle, main), *_texture(hu, middle, rest)[:2], _upper(hu, rest)]


def _texture(hu: Values, middle: Values, part: Mask) -> list[float]:
    """Log deviation, the same of the middle scale, mean, skewness, 5 % and 95 % quantile; zeros of too small a part."""
    if np.count_nonzero(part) < FEWEST_VOXELS:
        return [0.0] * 6
    values = hu[part]
    away, spread = values - values.mean(), float(values.std()) + 1.0
    low, high = np.quantile(values, (0.05, 0.95))
    scales = [float(np.log(spread)), float(np.log(middle[part].std() + 1.0))]
    return [*scales, float(values.mean()), float((away**3).mean()) / spread**3, float(low), float(high)]


def _upper(hu: Values, part: Mask) -> float:
    return float(np.quantile(hu[part], 0.98)) if np.count_nonzero(part) >= FEWEST_VOXELS else 0.0
