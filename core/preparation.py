"""Before the models look: the arterial phase onto the portal-venous grid, and whether the images can be scored.

One door for a single case and for every patient of a cohort, so that a network is shown in use what it was trained on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.case import Case, LiverMask, Notice, Volume
from core.errors import NoLiverError
from core.findings import Registration
from core.imaging.crop import centre_lps
from core.imaging.phase import check_enhancement
from core.imaging.register import dice, on_portal_venous_grid, rigid_transform, rotation_deg, shift_mm
from core.imaging.resample import isotropic_grid, resample
from core.models import ModelSet
from core.segmentation.quality import check_mask, check_overlap

if TYPE_CHECKING:
    from core.segmentation.components import CoarseLiver

LARGEST_SHIFT_MM = 10.0
SMALLEST_OVERLAP = 0.85
OVERLAP_SPACING_MM = 3.0
NO_SCORE_CODES = {"non_contrast", "phases_swapped", "same_phase"}
"""Phases the networks were not made for: their scores would be numbers without meaning."""


def register(case: Case, mask: LiverMask, models: ModelSet) -> tuple[Volume, Registration | None, tuple[Notice, ...]]:
    """The arterial phase moved rigidly onto the portal-venous grid, how, and what is to be said about it.

    Returns:
        The moved volume (int16 HU, portal-venous grid); None and the phase as it is where the mask is empty.
    """
    if not mask.labels.any():
        return case.arterial, None, ()
    transform = rigid_transform(case.arterial, case.portal_venous, mask.liver)
    arterial = on_portal_venous_grid(case.arterial, case.portal_venous, transform)
    shift = shift_mm(transform, centre_lps(mask.liver, mask.geometry))
    overlap, found = _liver_overlap(case, mask, transform, models)
    registration = Registration(shift, rotation_deg(transform), overlap, transform)
    moved = Notice(
        "registered", f"The arterial phase was moved rigidly by {shift:.1f} mm onto the portal-venous phase."
    )
    return arterial, registration, (moved, *found, *_mismatch(shift, overlap))


def check_images(
    case: Case, arterial: Volume, mask: LiverMask, registration: Registration | None, coarse: CoarseLiver | None
) -> tuple[tuple[Notice, ...], bool]:
    """Notices on mask and phases, and whether the image models may be asked.

    Args:
        arterial, registration: of `register`. coarse: of the segmenter, None for a mask that was given.
    """
    portal_venous = case.portal_venous
    quality = check_mask(mask, portal_venous.hu, coarse)
    if not mask.labels.any():
        return quality.notices, False
    same_liver = check_overlap(registration.liver_overlap if registration else None)
    phases = check_enhancement(arterial.hu, portal_venous.hu, mask.liver, mask.geometry)
    usable = quality.usable and same_liver.usable and NO_SCORE_CODES.isdisjoint(notice.code for notice in phases)
    notices = (*quality.notices, *same_liver.notices, *phases)
    if not usable:
        text = "No image score is drawn from these images; MTM and DLR can be given by hand."
        notices = (*notices, Notice("image_scores_stopped", text))
    return notices, usable


def _liver_overlap(
    case: Case, mask: LiverMask, transform: npt.NDArray[np.float64], models: ModelSet
) -> tuple[float | None, tuple[Notice, ...]]:
    """Dice of both phases' livers at 3 mm, the arterial one found by the segmenter and moved by the transform."""
    try:
        found = models.segmenter.find(case.arterial.hu, case.arterial.geometry)
    except NoLiverError:
        return None, (Notice("phase_mismatch", "No liver was found in the arterial phase."),)
    grid = isotropic_grid(mask.geometry, OVERLAP_SPACING_MM)
    liver = resample(mask.liver.astype(np.uint8), mask.geometry, grid, interpolation="nearest", outside=0)
    moved = resample(found.probability, found.grid, grid, outside=0.0, transform_lps=transform)
    return dice(liver, moved > 0.5), ()


def _mismatch(shift: float, overlap: float | None) -> tuple[Notice, ...]:
    if shift <= LARGEST_SHIFT_MM and (overlap is None or overlap >= SMALLEST_OVERLAP):
        return ()
    overlap_text = "unknown" if overlap is None else f"{overlap:.2f}"
    text = (
        f"The phases do not match well: shift {shift:.1f} mm (expected at most {LARGEST_SHIFT_MM:.0f}), "
        f"liver overlap {overlap_text} (expected at least {SMALLEST_OVERLAP})."
    )
    return (Notice("phase_mismatch", text),)
