"""From the network's probabilities to one liver: its largest component with holes filled, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import NoLiverError
from core.geometry import Geometry
from core.segmentation.tissue import Tissue, look

SMALLEST_LIVER_ML = 100.0
LOWEST_CONFIDENCE = 0.91
LARGEST_UNSURE_SHARE = 0.45
UNSURE = (0.1, 0.9)
NEAR_VOXELS = 6
LARGEST_BONE_SHARE = 0.2
LARGEST_GOES_ON_SHARE = 0.25
SMALLEST_RIGHT_SHARE = 0.15
SMALLEST_LEFT_LIVER_ML, SMALL_RIGHT_SHARE = 500.0, 0.35
"""After a resection of the right lobe a liver may lie mostly on the left (.43 on the right in a TCGA-LIHC patient), but
then it is large; a heart is not.

What was measured on livers and on what is none: docs/segmenter.md."""


@dataclass(frozen=True, eq=False)
class CoarseLiver:
    """The segmenter's answer at 3 mm.

    Attributes:
        probability: float32 (I, J, K), 0 away from the largest component, holes filled with 1.
        grid: axis-aligned, 3 mm.
        other_components_ml: volume of what was found elsewhere and dropped, mL.
        confidence: mean probability inside the liver, 0..1.
    """

    probability: npt.NDArray[np.float32]
    grid: Geometry
    other_components_ml: float
    confidence: float


def keep_liver(probability: npt.NDArray[np.float32], hu: npt.NDArray[np.float32], grid: Geometry) -> CoarseLiver:
    """The liver among what looks like liver.

    Args:
        probability, hu: float32 (I, J, K) on `grid`: cubic voxels of 3 mm, axis-aligned.

    Raises:
        NoLiverError: if too little looks like liver, the network is unsure of it, or what it is and what lies around it
            are not as with a liver.
    """
    kept, others_ml = _largest(probability, grid)
    tissue = look(hu, kept, grid)
    _check_position(tissue, np.count_nonzero(kept) * grid.voxel_volume_ml)
    _check_certainty(probability, kept)
    _check_tissue(tissue)
    return CoarseLiver(_clean(probability, kept), grid, others_ml, float(probability[kept].mean()))


def _largest(probability: npt.NDArray[np.float32], grid: Geometry) -> tuple[npt.NDArray[np.bool_], float]:
    from scipy import ndimage

    components, count = ndimage.label(probability > 0.5)
    sizes = np.bincount(components.ravel(), minlength=count + 1)[1:]
    largest_ml = float(sizes.max(initial=0)) * grid.voxel_volume_ml
    if largest_ml < SMALLEST_LIVER_ML:
        raise NoLiverError(
            f"no liver found: expected at least {SMALLEST_LIVER_ML:.0f} mL of liver, got {largest_ml:.0f} mL"
        )
    kept = np.asarray(components == int(sizes.argmax()) + 1)
    return kept, float(sizes.sum()) * grid.voxel_volume_ml - largest_ml


def _check_certainty(probability: npt.NDArray[np.float32], kept: npt.NDArray[np.bool_]) -> None:
    from scipy import ndimage

    confidence = float(probability[kept].mean())
    if confidence < LOWEST_CONFIDENCE:
        raise NoLiverError(
            f"no liver found: expected a mean probability of {LOWEST_CONFIDENCE:.2f}, got {confidence:.2f}"
        )
    unsure = (probability > UNSURE[0]) & (probability < UNSURE[1])
    near = ndimage.binary_dilation(kept, iterations=NEAR_VOXELS)
    share = np.count_nonzero(unsure & near) / np.count_nonzero(kept)
    if share > LARGEST_UNSURE_SHARE:
        raise NoLiverError(
            f"no liver found: expected an outline, got doubt over {share:.0%} of the volume that looks like liver"
        )


def _check_position(tissue: Tissue, volume_ml: float) -> None:
    """A heart between the lungs has a liver's outline, and of a mirrored liver the network is often unsure."""
    if tissue.right_share < (SMALL_RIGHT_SHARE if volume_ml < SMALLEST_LEFT_LIVER_ML else SMALLEST_RIGHT_SHARE):
        raise NoLiverError(
            "no liver found: expected a liver on the patient's right, "
            f"got {1 - tissue.right_share:.0%} of what looks like it on the left (is the series stored mirrored?)"
        )


def _check_tissue(tissue: Tissue) -> None:
    """A brain is of the size and density of a liver, and water has no edge."""
    if tissue.bone_share > LARGEST_BONE_SHARE:
        raise NoLiverError(
            f"no liver found: expected soft tissue around a liver, got {tissue.bone_share:.0%} bone, as around a brain"
        )
    if tissue.goes_on_share > LARGEST_GOES_ON_SHARE:
        raise NoLiverError(
            "no liver found: expected an edge around a liver, "
            f"got the same tissue beyond {tissue.goes_on_share:.0%} of its surface"
        )


def _clean(probability: npt.NDArray[np.float32], kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    from scipy import ndimage

    # a rim of 2 voxels is kept, so that interpolation meets the network's own slope at the boundary
    cleaned = np.where(ndimage.binary_dilation(kept, iterations=2), probability, 0.0)
    cleaned[(probability > 0.5) & ~kept] = 0.0
    cleaned[ndimage.binary_fill_holes(kept) & ~kept] = 1.0
    return cleaned.astype(np.float32)
