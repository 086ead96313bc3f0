"""Measuring what the mask marks as lesions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.case import LiverMask


def largest_lesion_mm(mask: LiverMask) -> float | None:
    """Longest in-plane diameter of any lesion on any slice, mm; None if the mask has no lesions."""
    if not mask.has_lesions:
        return None
    from scipy import ndimage

    axis = mask.geometry.superior_axis
    axes = mask.geometry.affine_lps[:3, [other for other in range(3) if other != axis]]
    slices = np.moveaxis(mask.labels == 2, axis, 0)
    longest = 0.0
    for section in slices[slices.any(axis=(1, 2))]:
        labelled, count = ndimage.label(section)
        for number in range(1, count + 1):
            longest = max(longest, _diameter_mm(np.argwhere(labelled == number) @ axes.T))
    return longest


def _diameter_mm(points_mm: npt.NDArray[np.float64]) -> float:
    """Largest distance along 90 directions: within .02 % of the largest distance between two points."""
    angles = np.linspace(0, np.pi, 90, endpoint=False)
    centred = points_mm - points_mm.mean(axis=0)
    _, _, basis = np.linalg.svd(centred.T @ centred)  # 3 axes even for a lesion of one voxel
    plane = centred @ basis[:2].T
    spread = plane @ np.stack([np.cos(angles), np.sin(angles)])
    return float((spread.max(axis=0) - spread.min(axis=0)).max())
