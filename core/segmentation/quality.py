"""Checks of a liver mask that speak: what is implausible, and whether image scores may be drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Notice
from core.segmentation.predict import CoarseLiver

SMALL_ML, LARGE_ML = 600.0, 5000.0
UNUSABLE_ML = 300.0
"""Adult livers, HCC included, are .6 to 5 L; below 300 mL too little is there for a score (assumed)."""
LIVER_LIKE_HU = (10.0, 220.0)
LOW_CONFIDENCE = 0.85
OTHER_COMPONENTS_SHARE = 0.1
CUT_SHARE = 0.5


@dataclass(frozen=True)
class MaskQuality:
    """Notices about a mask, and whether it may carry image scores."""

    notices: tuple[Notice, ...]
    usable: bool


def check_mask(mask: LiverMask, portal_venous_hu: npt.NDArray[np.int16], coarse: CoarseLiver | None) -> MaskQuality:
    """Look at volume, borders, HU and confidence.

    Args:
        portal_venous_hu: int16 on the mask's grid. coarse: the segmenter's answer, None for a given mask.
    """
    if not mask.labels.any():
        return MaskQuality((Notice("empty_mask", "The liver mask is empty."),), usable=False)
    unusable = [*_too_small(mask), *_not_liver_like(mask, portal_venous_hu), *_cut_off(mask)]
    notices = [*_volume(mask), *_borders(mask), *(_segmenter(coarse, mask) if coarse else ())]
    return MaskQuality((*unusable, *notices), usable=not unusable)


def _too_small(mask: LiverMask) -> list[Notice]:
    if mask.volume_ml >= UNUSABLE_ML:
        return []
    text = f"The liver mask holds {mask.volume_ml:.0f} mL; under {UNUSABLE_ML:.0f} mL no image score is drawn from it."
    return [Notice("liver_too_small", text)]


def _not_liver_like(mask: LiverMask, hu: npt.NDArray[np.int16]) -> list[Notice]:
    median = float(np.median(hu[mask.labels == 1])) if (mask.labels == 1).any() else float(np.median(hu[mask.liver]))
    low, high = LIVER_LIKE_HU
    if low <= median <= high:
        return []
    text = f"The masked tissue has a median of {median:.0f} HU; liver is expected between {low:.0f} and {high:.0f} HU."
    return [Notice("not_liver_like", text)]


def _cut_off(mask: LiverMask) -> list[Notice]:
    """Half of the liver or more may lie beyond the images when both cut faces are nearly the largest section."""
    sections = _sections(mask)
    ends = (sections[0] + sections[-1]) / (2 * sections.max())
    if ends < CUT_SHARE:
        return []
    text = "The images end within the liver at its full width on both sides: under half of it may be covered."
    return [Notice("liver_cut_off", text)]


def _volume(mask: LiverMask) -> list[Notice]:
    if mask.volume_ml < UNUSABLE_ML or SMALL_ML <= mask.volume_ml <= LARGE_ML:
        return []
    text = (
        f"A liver of {mask.volume_ml:.0f} mL is unusual; expected {SMALL_ML:.0f}-{LARGE_ML:.0f} mL. Check the outline."
    )
    return [Notice("liver_volume", text)]


def _borders(mask: LiverMask) -> list[Notice]:
    axis = mask.geometry.superior_axis
    notices = []
    if _sections(mask)[[0, -1]].any():
        notices.append(
            Notice("slab", "The liver touches the first or last slice: part of it may lie beyond the images.")
        )
    for other in (axis_index for axis_index in range(3) if axis_index != axis):
        faces = mask.labels.take([0, -1], axis=other)
        if faces.any():
            notices.append(
                Notice("liver_at_side", "The liver touches the side of the images: the field of view cuts it.")
            )
            break
    return notices


def _sections(mask: LiverMask) -> npt.NDArray[np.int64]:
    axis = mask.geometry.superior_axis
    counts: npt.NDArray[np.int64] = np.count_nonzero(
        mask.labels, axis=tuple(other for other in range(3) if other != axis)
    )
    return counts


def _segmenter(coarse: CoarseLiver, mask: LiverMask) -> list[Notice]:
    notices = []
    if coarse.confidence < LOW_CONFIDENCE:
        text = f"The segmenter is unsure: mean probability {coarse.confidence:.2f}, expected {LOW_CONFIDENCE}."
        notices.append(Notice("low_confidence", text))
    if coarse.other_components_ml > OTHER_COMPONENTS_SHARE * mask.volume_ml:
        text = f"Another {coarse.other_components_ml:.0f} mL away from the liver looked like liver and were left out."
        notices.append(Notice("several_components", text))
    return notices
