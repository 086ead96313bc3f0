"""Measuring and sorting what the mask marks as lesions."""

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


def connected_lesions(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Labels (0 background, 1 liver, 2 lesion) without the lesions that no chain of marked voxels joins to the liver.

    Voxels are joined by faces, edges and corners. Where there is no liver at all, nothing is taken away.
    """
    if not (labels == 2).any() or not (labels == 1).any():
        return labels
    from scipy import ndimage

    box = ndimage.find_objects((labels > 0).view(np.uint8))[0]
    marked = labels[box]
    parts, count = ndimage.label(marked > 0, structure=np.ones((3, 3, 3)))
    with_liver = np.zeros(count + 1, bool)
    with_liver[np.unique(parts[marked == 1])] = True
    kept: npt.NDArray[np.uint8] = labels.copy()
    kept[box][~with_liver[parts]] = 0
    return kept


def _diameter_mm(points_mm: npt.NDArray[np.float64]) -> float:
    """Largest distance along 90 directions: within .02 % of the largest distance between two points."""
    angles = np.linspace(0, np.pi, 90, endpoint=False)
    centred = points_mm - points_mm.mean(axis=0)
    _, _, basis = np.linalg.svd(centred.T @ centred)  # 3 axes even for a lesion of one voxel
    plane = centred @ basis[:2].T
    spread = plane @ np.stack([np.cos(angles), np.sin(angles)])
    return float((spread.max(axis=0) - spread.min(axis=0)).max())
