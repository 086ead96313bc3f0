"""A case from files."""

from __future__ import annotations

from pathlib import Path

from core.case import Case, ClinicalRecord, Phase
from core.io.clinical import read_clinical
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import check_one_patient, read_phase
from core.io.source import DicomSource


def read_case(
    *,
    arterial: Path,
    portal_venous: Path,
    clinical: Path | ClinicalRecord,
    mask: MaskFile | None = None,
    mtm: float | None = None,
    dlr: float | None = None,
) -> tuple[Case, DicomSource | None]:
    """Read one case, and which DICOM series its portal-venous phase is.

    The quick parts come first, so that a wrong record is told before the images are read.

    Args:
        arterial, portal_venous: a file (NIfTI, NRRD, MHA), a DICOM folder or a zip.
        clinical: a clinical.json, or the record itself.
        mask: on the portal-venous grid (or the arterial one, and said so), in any format of core.io.mask_files.
        mtm, dlr: scores by hand, 0..1.

    Raises:
        InputError: for any input that cannot be used.
    """
    record = clinical if isinstance(clinical, ClinicalRecord) else read_clinical(clinical)
    early = read_phase(arterial, Phase.ARTERIAL)
    late = read_phase(portal_venous, Phase.PORTAL_VENOUS)
    check_one_patient(early, late)
    notices = [*early.notices, *late.notices]
    liver = None
    if mask is not None:
        liver, found = read_mask_file(mask, late, early)
        notices.extend(found)
    return Case("case", early.volume, late.volume, record, liver, mtm, dlr, tuple(notices)), late.source
