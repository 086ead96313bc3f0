"""Measures of a crop that need no learning: burden and spread of tumour, texture of the largest one and of the rest.

The network's heads see them beside what its trunk has learned, and the trunk learns to tell them, for every patient:
few labels go further so. What they bring was measured (docs/training.md). The largest tumour is where the lesion finder
says; small nodules all over the liver, which no finder outlines, are told by the share of bright and washed-out voxels
in each eighth of it, and carry most of what the measures say of the prognosis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.network.crop import SCALE_HU

Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

HOT_HU, WASHED_HU, DARK_HU, NECROSIS_HU = 20.0, 15.0, -12.0, -45.0
"""Against the median of what is visible in the phase."""
LOW_HU = (-35.0, -25.0)
"""Arterial and portal-venous voxels this far under the tumour's median are dark in it: necrosis, scars, mottling."""
FEWEST_VOXELS = 30
BANDS = ((0.0, 1.0), (1.0, 2.0), (2.0, 4.0))
"""Texture by scale: standard deviations, in voxels, of the two Gaussians whose difference is taken; 0 for no filter."""
BURDEN = 11
PER_PHASE = 18
COUNT = BURDEN + 2 * PER_PHASE + 3
SEEN_OF_EIGHTH = 0.011
"""Share of an eighth of the box that the liver beside the main tumour must fill for the eighth to count."""


@dataclass(frozen=True, eq=False)
class _Parts:
    """The largest tumour, its inside, rim, core and the shell around it, and the liver away from it."""

    main: Mask
    inner: Mask
    rim: Mask
    core: Mask
    shell: Mask
    rest: Mask


def image_measures(crop: npt.NDArray[np.floating], tumours: Mask) -> Values:
    """The measures (COUNT,) of a halved crop: logarithms, shares, HU; never NaN.

    Args:
        crop: (2, 48, 48, 48) or another even side. tumours: bool (48, 48, 48), may be empty.
    """
    from scipy import ndimage

    visible: Mask = ndimage.binary_erosion((crop != 0).any(axis=0))
    if np.count_nonzero(visible) < FEWEST_VOXELS:
        return np.zeros(COUNT, dtype=np.float32)
    arterial, portal = (_centred(phase.astype(np.float32) * SCALE_HU, visible) for phase in crop)
    hot = visible & (arterial > HOT_HU) & (portal < WASHED_HU)
    necrosis = visible & (portal < NECROSIS_HU) & (arterial < -5)
    main, count = _largest(tumours & visible)
    parts = _parts(main, tumours, visible)
    shares = [float(part[visible].mean()) for part in (hot, portal < DARK_HU, necrosis, tumours, main)]
    spread = _spread(hot & parts.rest, parts.rest)
    burden = [*shares, float(np.log1p(count)), *spread, _washout(arterial, portal, visible, parts.rest)]
    phases = [value for phase in (arterial, portal) for value in _phase_measures(phase, parts)]
    return np.array([*burden, *phases, *_both(arterial, portal, parts.inner)], dtype=np.float32)


def _centred(hu: Values, visible: Mask) -> Values:
    centred: Values = hu - np.median(hu[visible])
    return centred


def _largest(tumours: Mask) -> tuple[Mask, int]:
    """The largest connected part, and how many there are of more than three voxels."""
    from scipy import ndimage

    labels, count = ndimage.label(tumours)
    if count == 0:
        return tumours, 0
    sizes = np.bincount(labels.ravel())[1:]
    return labels == 1 + int(sizes.argmax()), int((sizes > 3).sum())


def _parts(main: Mask, tumours: Mask, visible: Mask) -> _Parts:
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(main)
    inner = ndimage.binary_erosion(main)
    return _Parts(
        main=main,
        inner=inner if np.count_nonzero(inner) >= FEWEST_VOXELS else main,
        rim=main & (depth <= max(2.0, 0.25 * depth.max())),
        core=main & (depth > 0.5 * depth.max()),
        shell=ndimage.binary_dilation(main) & ~main & visible,
        rest=visible & ~ndimage.binary_dilation(tumours, iterations=2),
    )


def _spread(hot: Mask, rest: Mask) -> list[float]:
    """Of the bright voxels beside the tumours: share, log number of parts, median and lower quartile by eighths."""
    from scipy import ndimage

    half = rest.shape[0] // 2
    bright, seen = (part.reshape(2, half, 2, half, 2, half).sum(axis=(1, 3, 5)).ravel() for part in (hot, rest))
    counted = seen > SEEN_OF_EIGHTH * half**3
    by_eighth = bright[counted] / seen[counted] if counted.any() else np.zeros(1)
    _, parts = ndimage.label(hot)
    share = float(bright.sum() / max(int(seen.sum()), 1))
    return [share, float(np.log1p(parts)), float(np.median(by_eighth)), float(np.quantile(by_eighth, 0.25))]


def _washout(arterial: Values, portal: Values, visible: Mask, rest: Mask) -> float:
    """Beside the tumours, how far small bright spots of the difference are dark in the portal phase: -1..1."""
    if np.count_nonzero(rest) < FEWEST_VOXELS:
        return 0.0
    from scipy import ndimage

    spots = []
    for values in (np.where(visible, arterial - portal, 0), np.where(visible, -portal, 0)):
        found = (ndimage.gaussian_filter(values, 0.6) - ndimage.gaussian_filter(values, 2.0))[rest]
        spots.append(found - found.mean())
    scale = float(np.sqrt((spots[0] ** 2).sum() * (spots[1] ** 2).sum()))
    return float((spots[0] * spots[1]).sum()) / scale if scale > 0 else 0.0


def _phase_measures(hu: Values, parts: _Parts) -> list[float]:
    """PER_PHASE of them: texture of the largest tumour, its rim, core and shell, and of the liver away from it."""
    from scipy import ndimage

    usual = float(np.median(hu[parts.rest])) if np.count_nonzero(parts.rest) >= FEWEST_VOXELS else 0.0
    middle = ndimage.gaussian_filter(hu, 0.7) - ndimage.gaussian_filter(hu, 2.0)
    around = [_of(np.mean, hu - usual, part) for part in (parts.rim, parts.core, parts.shell)]
    edges = [_of(_log_sd, hu, parts.rim), _of(_upper, hu - usual, parts.shell)]
    rest = [_of(_log_sd, hu, parts.rest), _of(_log_sd, middle, parts.rest), _of(_upper, hu, parts.rest)]
    return [*_texture(hu, usual, parts.inner), *around, *edges, *rest]


def _texture(hu: Values, usual: float, part: Mask) -> list[float]:
    """Ten: log deviation in all and by scale, quantiles about the median, the median over the liver's, skewness."""
    if np.count_nonzero(part) < FEWEST_VOXELS:
        return [0.0] * 10
    values = hu[part]
    away, median = values - values.mean(), float(np.median(values))
    bands = [_log_sd(_blurred(hu, low)[part] - _blurred(hu, high)[part]) for low, high in BANDS]
    quantiles = [float(value) - median for value in np.quantile(values, (0.05, 0.25, 0.75, 0.95))]
    skewness = float((away**3).mean()) / (float(values.std()) + 1.0) ** 3
    return [_log_sd(values), *bands, *quantiles, median - usual, skewness]


def _both(arterial: Values, portal: Values, part: Mask) -> list[float]:
    """Shares of the tumour that are dark in each phase, and the correlation of the phases in it."""
    if np.count_nonzero(part) < FEWEST_VOXELS:
        return [0.0] * 3
    early, late = arterial[part], portal[part]
    dark = [float((v - np.median(v) < low).mean()) for v, low in zip((early, late), LOW_HU, strict=True)]
    spread = float(early.std() * late.std())
    alike = float(((early - early.mean()) * (late - late.mean())).mean()) / spread if spread > 0 else 0.0
    return [*dark, alike]


def _blurred(hu: Values, sd: float) -> Values:
    from scipy import ndimage

    blurred: Values = ndimage.gaussian_filter(hu, sd) if sd else hu
    return blurred


def _of(statistic: Callable[[Values], Any], hu: Values, part: Mask) -> float:
    """The statistic over a part, 0 of too small a one."""
    return float(statistic(hu[part])) if np.count_nonzero(part) >= FEWEST_VOXELS else 0.0


def _log_sd(values: Values) -> float:
    return float(np.log(values.std() + 1.0))


def _upper(values: Values) -> float:
    return float(np.quantile(values, 0.95))
