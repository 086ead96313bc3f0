"""HCC-TACE-Seg as downloaded from The Cancer Imaging Archive: DICOM before and after TACE, with a segmentation.

Layouts of the archive's downloads differ in the names of folders only (identifiers, or dates with descriptions), and
names are not used. A patient has about two studies; the one that holds a segmentation is the one before TACE (Moawad et
al., Sci Data 2023;10:33). One series may hold two phases at the same positions; both are then told apart on reading.
The segments are liver without mass, mass, in some patients necrosis, portal vein and aorta: liver, mass and necrosis
are joined when the mask is read (`core.io.mask_segments`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.case import Phase
from core.errors import InputError
from core.io.adapters.assemble import FindImages, PatientImages
from core.io.adapters.dicom_index import IndexedSeries, index_dicom, referenced_series
from core.io.adapters.pairs import Candidate, choose_pair, doubts
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import read_series
from core.io.source import key_of

CENTRE = "HCC-TACE-Seg"
LEAST_LIVER_ML = 300.0
"""Assumed: a smaller liver is a segmentation that was not finished."""
_ROLE = "image series"


def hcc_tace_seg_images(folder: Path, progress: Callable[[str, float], None]) -> dict[str, FindImages]:
    """How to find the images of each patient in the folder, by patient id.

    Raises:
        InputError: no DICOM series in it.
    """
    index = index_dicom(folder, progress)
    by_patient: dict[str, list[IndexedSeries]] = {}
    for one in index.series:
        by_patient.setdefault(one.patient_id, []).append(one)
    if not by_patient:
        unpack = f", {index.zips} of them zips: unpack them first" if index.zips else ""
        raise InputError(f"image folder: expected DICOM series, got {index.others} other files{unpack}")
    return {patient: partial(_images, series) for patient, series in by_patient.items()}


def _images(series: Sequence[IndexedSeries]) -> PatientImages:
    study, notes = _before_treatment(series)
    drawn = [one for one in study if one.modality == "SEG"]
    segmented = frozenset(key_of(uid) for one in drawn for path in one.files for uid in referenced_series(path))
    candidates, unreadable = _candidates([one for one in study if one.modality == "CT"])
    notes += [f"{unreadable} folders hold no series that can be read"] if unreadable else []
    pair = choose_pair(candidates, segmented)
    arterial, portal_venous = pair[Phase.ARTERIAL], pair[Phase.PORTAL_VENOUS]
    files = [path for one in drawn for path in one.files]
    mask, said = _mask(files, arterial, portal_venous)
    return PatientImages(arterial.path, portal_venous.path, mask, (*notes, *doubts(pair), *said))


def _before_treatment(series: Sequence[IndexedSeries]) -> tuple[list[IndexedSeries], list[str]]:
    """The series of the study before TACE: the earliest that is segmented, else the earlier of two dated ones."""
    studies: dict[tuple[str, str], list[IndexedSeries]] = {}
    for one in series:
        studies.setdefault((one.date, one.study), []).append(one)
    in_order = sorted(studies)
    segmented = [key for key in in_order if any(one.modality == "SEG" for one in studies[key])]
    if segmented:
        return studies[segmented[0]], []
    dates = [date for date, _ in in_order]
    if len(in_order) > 1 and dates[0] and dates[0] < dates[1]:
        return studies[in_order[0]], ["no study is segmented; the earliest is taken for the one before TACE"]
    raise InputError(f"studies: expected a segmented one or an earliest of several, got {len(in_order)} without either")


def _candidates(series: Sequence[IndexedSeries]) -> tuple[list[Candidate], int]:
    """Every CT series of the study, and how many folders hold none that can be read."""
    wanted = frozenset(key_of(one.series) for one in series)
    found: list[Candidate] = []
    unreadable = 0
    for folder in sorted({folder for one in series for folder in one.folders}):
        try:
            candidates = [Candidate(folder, one) for one in read_series(folder, _ROLE)]
        except InputError:  # a scout or a broken series; counted and told of by the caller
            unreadable += 1
            continue
        found += [one for one in candidates if one.is_one_of(wanted)]
    return found, unreadable


def _mask(files: Sequence[Path], arterial: Candidate, portal_venous: Candidate) -> tuple[Path | None, tuple[str, ...]]:
    """The segmentation, if it is the only one and holds a liver on these series, and what to say of it."""
    if len(files) != 1:
        return None, (f"liver mask: expected one segmentation, got {len(files)}; none is used",)
    try:
        mask, notices = read_mask_file(MaskFile(files[0]), portal_venous.series, arterial.series)
    except InputError as error:
        return None, (f"{error}; it is not used",)
    if mask.volume_ml < LEAST_LIVER_ML:
        return None, (
            f"liver mask: expected at least {LEAST_LIVER_ML:.0f} mL, got {mask.volume_ml:.0f}; it is not used",
        )
    return files[0], tuple(notice.text for notice in notices if notice.code != "mask_segment")
