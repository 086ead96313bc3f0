"""Checks of a liver mask that speak: what is implausible, and whether image scores may be drawn from it.

Limits were set between what was measured on livers outlined by experts and by the segmenter, and on planted failures
(another organ, half a liver, a shifted one, another patient's); docs/segmenter.md gives the values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Notice
from core.imaging.crop import bounding_box, box_of_grid, sub_geometry
from core.imaging.resample import isotropic_grid, onto
from core.segmentation.components import CoarseLiver
from core.segmentation.network import SPACING_MM
from core.segmentation.tissue import MARGIN_MM, Tissue, look

UNUSABLE_ML = (300.0, 8000.0)
"""Below, too little is there for a score; above, more than a liver was outlined (assumed)."""
LIVER_LIKE_HU = (10.0, 220.0)
LARGEST_SPREAD_HU = 75.0
"""Interquartile range: 6 to 11 HU, 53 with a litre of necrotic tumour."""
LOW_CONFIDENCE = 0.94
OTHER_COMPONENTS_SHARE = 0.1
SMALLEST_PART_SHARE = 0.6
CUT_SHARE = 0.5
FOREIGN = (0.02, 0.06)
GOES_ON = (0.02, 0.06)
RIGHT = (0.45, 0.3)
"""Told from the first on, unusable from the second on."""
THIN_SHARE = 0.5
SMALLEST_OVERLAP = 0.7


@dataclass(frozen=True)
class MaskQuality:
    """Notices about a mask, and whether it may carry image scores."""

    notices: tuple[Notice, ...]
    usable: bool


@dataclass(frozen=True)
class _Finding:
    """A notice, and whether it forbids image scores."""

    notice: Notice
    stops: bool = False


def check_mask(mask: LiverMask, portal_venous_hu: npt.NDArray[np.int16], coarse: CoarseLiver | None) -> MaskQuality:
    """Look at size, tissue, position, shape, borders and confidence.

    Args:
        portal_venous_hu: int16 on the mask's grid. coarse: the segmenter's answer, None for a given mask.
    """
    if not mask.labels.any():
        return MaskQuality((Notice("empty_mask", "The liver mask is empty."),), usable=False)
    findings = [*_size(mask), *_hu(mask, portal_venous_hu), *_cut_off(mask), *_borders(mask)]
    tissue = _tissue(mask, portal_venous_hu)
    if tissue is not None:
        findings += [*_mixed(tissue), *_goes_on(tissue), *_position(tissue), *_shape(tissue), *_parts(tissue)]
    findings += _segmenter(coarse, mask) if coarse else ()
    return _quality(findings)


def check_overlap(overlap: float | None) -> MaskQuality:
    """Whether the liver found in the arterial phase and brought over is the masked one.

    Args:
        overlap: Dice, 0..1; None if no liver was found in the arterial phase.
    """
    if overlap is not None and overlap >= SMALLEST_OVERLAP:
        return MaskQuality((), usable=True)
    got = "no liver in the arterial phase" if overlap is None else f"an overlap of {overlap:.2f}"
    text = f"Mask and arterial phase disagree on the liver: expected an overlap of {SMALLEST_OVERLAP}, got {got}."
    return MaskQuality((Notice("livers_disagree", text),), usable=False)


def _quality(findings: list[_Finding]) -> MaskQuality:
    stopping = [finding.notice for finding in findings if finding.stops]
    telling = [finding.notice for finding in findings if not finding.stops]
    return MaskQuality((*stopping, *telling), usable=not stopping)


def _tissue(mask: LiverMask, hu: npt.NDArray[np.int16]) -> Tissue | None:
    """Measured at the height of the mask; None for a mask too small to be seen at 3 mm."""
    whole = isotropic_grid(mask.geometry, SPACING_MM)
    masked = sub_geometry(mask.geometry, bounding_box(mask.labels, mask.geometry))
    height = box_of_grid(masked, whole, margin=int(np.ceil(MARGIN_MM / SPACING_MM)))[2]
    grid = sub_geometry(whole, (slice(0, whole.shape[0]), slice(0, whole.shape[1]), height))
    liver = onto(grid, mask.labels > 0, mask.geometry, outside=0.0) > 0.5
    return look(onto(grid, hu, mask.geometry, outside=float(hu.min())), liver, grid) if liver.any() else None


def _size(mask: LiverMask) -> list[_Finding]:
    low, high = UNUSABLE_ML
    if mask.volume_ml < low:
        text = f"The liver mask holds {mask.volume_ml:.0f} mL; under {low:.0f} mL no image score is drawn from it."
        return [_Finding(Notice("liver_too_small", text), stops=True)]
    if mask.volume_ml > high:
        text = f"The liver mask holds {mask.volume_ml:.0f} mL; over {high:.0f} mL it cannot be a liver alone."
        return [_Finding(Notice("liver_too_large", text), stops=True)]
    return []


def _hu(mask: LiverMask, hu: npt.NDArray[np.int16]) -> list[_Finding]:
    parenchyma = mask.labels == 1
    median = float(np.median(hu[parenchyma if parenchyma.any() else mask.liver]))
    low, high = LIVER_LIKE_HU
    if low <= median <= high:
        return []
    text = f"The masked tissue has a median of {median:.0f} HU; liver is expected between {low:.0f} and {high:.0f} HU."
    return [_Finding(Notice("not_liver_like", text), stops=True)]


def _mixed(tissue: Tissue) -> list[_Finding]:
    wide = tissue.spread_hu > LARGEST_SPREAD_HU
    if tissue.foreign_share < FOREIGN[0] and not wide:
        return []
    text = (
        f"The mask holds {tissue.foreign_share:.0%} fat, gas or lung (expected under {FOREIGN[0]:.0%}), and the middle "
        f"half of its HU spreads over {tissue.spread_hu:.0f} HU (expected under {LARGEST_SPREAD_HU:.0f}). "
        "Is the mask in place?"
    )
    return [_Finding(Notice("mixed_tissue", text), stops=wide or tissue.foreign_share >= FOREIGN[1])]


def _goes_on(tissue: Tissue) -> list[_Finding]:
    if tissue.goes_on_share < GOES_ON[0]:
        return []
    text = (
        f"The same tissue goes on beyond {tissue.goes_on_share:.0%} of the mask's surface, expected under "
        f"{GOES_ON[0]:.0%}: part of the liver may not be masked."
    )
    return [_Finding(Notice("liver_goes_on", text), stops=tissue.goes_on_share >= GOES_ON[1])]


def _position(tissue: Tissue) -> list[_Finding]:
    if tissue.right_share >= RIGHT[0]:
        return []
    text = (
        f"Only {tissue.right_share:.0%} of the mask lies on the patient's right, expected over {RIGHT[0]:.0%}: "
        "is it another organ, or is the series stored mirrored?"
    )
    return [_Finding(Notice("liver_position", text), stops=tissue.right_share < RIGHT[1])]


def _shape(tissue: Tissue) -> list[_Finding]:
    if tissue.thin_share <= THIN_SHARE:
        return []
    text = f"{tissue.thin_share:.0%} of the mask is under 2 cm thick: is it an outline that was not filled?"
    return [_Finding(Notice("liver_shape", text), stops=True)]


def _parts(tissue: Tissue) -> list[_Finding]:
    if tissue.second_share < OTHER_COMPONENTS_SHARE:
        return []
    text = (
        f"The mask is in parts: the largest holds {tissue.largest_share:.0%} of it, "
        f"the second {tissue.second_share:.0%}. Is there another organ in it?"
    )
    return [_Finding(Notice("several_components", text), stops=tissue.largest_share < SMALLEST_PART_SHARE)]


def _cut_off(mask: LiverMask) -> list[_Finding]:
    """Half of the liver or more may lie beyond the images when both cut faces are nearly the largest section."""
    sections = _sections(mask)
    ends = (sections[0] + sections[-1]) / (2 * sections.max())
    if ends < CUT_SHARE:
        return []
    text = "The images end within the liver at its full width on both sides: under half of it may be covered."
    return [_Finding(Notice("liver_cut_off", text), stops=True)]


def _borders(mask: LiverMask) -> list[_Finding]:
    axis = mask.geometry.superior_axis
    findings = []
    if _sections(mask)[[0, -1]].any():
        text = "The liver touches the first or last slice: part of it may lie beyond the images."
        findings.append(_Finding(Notice("slab", text)))
    sides = (other for other in range(3) if other != axis)
    if any(mask.labels.take([0, -1], axis=side).any() for side in sides):
        text = "The liver touches the side of the images: the field of view cuts it."
        findings.append(_Finding(Notice("liver_at_side", text)))
    return findings


def _sections(mask: LiverMask) -> npt.NDArray[np.int64]:
    axis = mask.geometry.superior_axis
    counts: npt.NDArray[np.int64] = np.count_nonzero(
        mask.labels, axis=tuple(other for other in range(3) if other != axis)
    )
    return counts


def _segmenter(coarse: CoarseLiver, mask: LiverMask) -> list[_Finding]:
    findings = []
    if coarse.confidence < LOW_CONFIDENCE:
        text = f"The segmenter is unsure: mean probability {coarse.confidence:.2f}, expected {LOW_CONFIDENCE}."
        findings.append(_Finding(Notice("low_confidence", text)))
    if coarse.other_components_ml > OTHER_COMPONENTS_SHARE * mask.volume_ml:
        text = f"Another {coarse.other_components_ml:.0f} mL away from the liver looked like liver and were left out."
        findings.append(_Finding(Notice("several_components", text)))
    return findings
