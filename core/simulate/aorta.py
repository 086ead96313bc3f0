"""Finds the aorta in a contrast CT: the most even bright disc before the spine, followed from slice to slice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.simulate.fields import Field, Mask

RADIUS_MM = 8.0
LEAST_CONTRAST_HU = 25.0


def find_aorta(hu: Field, excluded: Mask, spine: tuple[float, float], spacing_mm: float) -> Mask:
    """Voxels of the aorta, bool (I, J, K); empty if nothing before the spine stands out.

    Args:
        hu: float32 (I, J, K) on a cubic axis-aligned LPS grid.
        excluded: bone and liver.
        spine: (I, J) of the front of the spine.
        spacing_mm: of the grid.
    """
    window = _window(hu.shape, spine, spacing_mm)
    if min(part.stop - part.start for part in window) < 8:
        return np.zeros(hu.shape, dtype=bool)
    score, disc, ring = _scores(hu[window], excluded[window], spacing_mm)
    left = (np.arange(window[0].start, window[0].stop) - spine[0])[:, None, None] * spacing_mm
    behind = (np.arange(window[1].start, window[1].stop) - spine[1])[None, :, None] * spacing_mm
    marrow = np.where(left < 15, np.clip(behind + 4, 0, None), np.clip(behind - 12, 0, None))
    score = score - np.float32(0.02) * (left - 11.0) ** 2 - 5 * marrow
    path = _best_path(score)
    slices = np.arange(hu.shape[2])
    inside, outside = disc[path[:, 0], path[:, 1], slices], ring[path[:, 0], path[:, 1], slices]
    if float(np.median(inside - outside)) < LEAST_CONTRAST_HU:
        return np.zeros(hu.shape, dtype=bool)
    return _around(
        hu, excluded, path + np.array([window[0].start, window[1].start]), (inside + outside) / 2, spacing_mm
    )


def _window(shape: tuple[int, ...], spine: tuple[float, float], spacing_mm: float) -> tuple[slice, slice, slice]:
    """From 18 mm right to 45 mm left of the spine's middle, from 18 mm behind its front to 45 mm before it."""
    i, j = spine
    first, second = (
        slice(max(0, round(centre - low / spacing_mm)), min(size, round(centre + high / spacing_mm)))
        for centre, low, high, size in ((i, 18, 45, shape[0]), (j, 45, 18, shape[1]))
    )
    return first, second, slice(0, shape[2])


def _scores(hu: Field, excluded: Mask, spacing_mm: float) -> tuple[Field, Field, Field]:
    """Score, mean in the disc and mean in the ring around it, at every place in the window."""
    from scipy.ndimage import correlate

    reach = int(np.ceil(18 / spacing_mm))
    offsets = np.arange(-reach, reach + 1) * spacing_mm
    distance = np.hypot(offsets[:, None], offsets[None, :])[:, :, None]
    disc, ring = distance < RADIUS_MM, (distance > RADIUS_MM + 5) & (distance < RADIUS_MM + 9)
    clipped = np.clip(hu, -120, 240)
    # bone and liver spoil a disc that holds them, and say little in the ring around it
    values, surroundings = (np.where(excluded, np.float32(level), clipped) for level in (40, 90))
    mean, around, squares = (
        correlate(field, (kernel / kernel.sum()).astype(np.float32), mode="nearest")
        for field, kernel in ((values, disc), (surroundings, ring), (values * values, disc))
    )
    spread = np.sqrt(np.maximum(squares - mean * mean, 0))
    return mean - np.float32(0.5) * around - spread, mean, around


def _best_path(score: Field) -> npt.NDArray[np.intp]:
    """The (I, J) of each slice with the best sum of scores, at most one voxel apart: dynamic programming."""
    ni, nj, nk = score.shape
    steps = [(di, dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)]
    total = score[:, :, 0].copy()
    origin = np.zeros((nk, ni, nj), dtype=np.int8)
    for k in range(1, nk):
        padded = np.pad(total, 1, constant_values=-1e9)
        candidates = np.stack([padded[1 + di : 1 + di + ni, 1 + dj : 1 + dj + nj] for di, dj in steps])
        origin[k] = candidates.argmax(axis=0)
        total = candidates.max(axis=0) + score[:, :, k]
    path = np.zeros((nk, 2), dtype=np.intp)
    path[-1] = np.unravel_index(int(total.argmax()), total.shape)
    for k in range(nk - 1, 0, -1):
        i, j = path[k]
        path[k - 1] = path[k] + steps[origin[k, i, j]]
    return path


def _around(
    hu: Field, excluded: Mask, path: npt.NDArray[np.intp], threshold: npt.NDArray[np.floating], spacing_mm: float
) -> Mask:
    """Voxels within 15 mm of the path that are brighter than half way to its surroundings."""
    i, j = np.arange(hu.shape[0])[:, None, None], np.arange(hu.shape[1])[None, :, None]
    distance = np.hypot(i - path[:, 0], j - path[:, 1]) * spacing_mm
    return np.asarray((distance < 15) & (hu > threshold) & ~excluded)
