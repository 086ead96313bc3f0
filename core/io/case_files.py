"""A case from files."""

from __future__ import annotations

from pathlib import Path

from core.case import Case, Phase
from core.io.clinical import read_clinical
from core.io.masks import read_mask
from core.io.series import check_one_patient, read_phase


def read_case(
    *,
    arterial: Path,
    portal_venous: Path,
    clinical: Path,
    mask: Path | None = None,
    mtm: float | None = None,
    dlr: float | None = None,
) -> Case:
    """Read one case; the quick parts first, so that a wrong record is told before the images are read.

    Args:
        arterial, portal_venous: a file (NIfTI, NRRD, MHA), a DICOM folder or a zip.
        mask: label map on the portal-venous grid (or the arterial one, and said so).
        mtm, dlr: scores by hand, 0..1.

    Raises:
        InputError: for any input that cannot be used.
    """
    record = read_clinical(clinical)
    early = read_phase(arterial, Phase.ARTERIAL)
    late = read_phase(portal_venous, Phase.PORTAL_VENOUS)
    check_one_patient(early, late)
    notices = [*early.notices, *late.notices]
    liver = None
    if mask is not None:
        liver, found = read_mask(mask, late.volume.geometry, early.volume.geometry)
        notices.extend(found)
    return Case("case", early.volume, late.volume, record, liver, mtm, dlr, tuple(notices))
