"""WAW-TACE as downloaded from Zenodo: a NIfTI file per patient and phase.

The phase is published as a code in the files' names, PATIENT_PHASE_scan.nii.gz with 0 native, 1 late arterial, 2
portal-venous, 3 delayed. Portal-venous and delayed cannot be told apart by enhancement alone, so the code chooses and
enhancement must not contradict it. The published masks are of tumours, not of the liver: none is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from core.case import Phase
from core.errors import InputError
from core.io.adapters.assemble import FindImages, PatientImages
from core.io.adapters.pairs import Candidate, doubts
from core.io.scan import is_silent
from core.io.series import ROLES, read_series

CENTRE = "WAW-TACE"
CODES = {Phase.ARTERIAL: 1, Phase.PORTAL_VENOUS: 2}
_SCAN = re.compile(r"(\d+)_([0-3])_scan\.nii(?:\.gz)?", re.IGNORECASE)


def waw_tace_images(folder: Path, progress: Callable[[str, float], None]) -> dict[str, FindImages]:
    """How to find the images of each patient in the folder, by patient id.

    Raises:
        InputError: no scan in it.
    """
    progress("looking for scans", 0.0)
    found: dict[str, dict[int, list[Path]]] = {}
    zips = 0
    for root, _, names in os.walk(folder):
        kept = [name for name in sorted(names) if not is_silent(Path(root).name, name)]
        zips += sum(name.lower().endswith(".zip") for name in kept)
        for name in kept:
            if scan := _SCAN.fullmatch(name):
                found.setdefault(scan[1], {}).setdefault(int(scan[2]), []).append(Path(root) / name)
    if not found:
        unpack = f", {zips} zips: unpack them first" if zips else ""
        raise InputError(f"image folder: expected scans named by patient and phase, got none{unpack}")
    return {patient: partial(_images, scans) for patient, scans in found.items()}


def _images(scans: Mapping[int, list[Path]]) -> PatientImages:
    chosen = {phase: _scan(scans.get(code, []), phase) for phase, code in CODES.items()}
    return PatientImages(chosen[Phase.ARTERIAL].path, chosen[Phase.PORTAL_VENOUS].path, None, doubts(chosen))


def _scan(paths: list[Path], phase: Phase) -> Candidate:
    """The one scan of a phase.

    Raises:
        InputError: none, several, one that cannot be read, or one that shows another phase for certain.
    """
    role = ROLES[phase]
    if len(paths) != 1:
        raise InputError(f"{role}: expected one scan with phase code {CODES[phase]}, got {len(paths)}")
    series = read_series(paths[0], role)[0]
    if series.proposal.certain and series.proposal.phase is not phase:
        seen = str(series.proposal.phase).replace("_", "-")
        raise InputError(f"{role}: expected that phase, got a scan that looks {seen} ({series.proposal.reason})")
    return Candidate(paths[0], series)
