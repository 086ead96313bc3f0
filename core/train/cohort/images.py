"""Stage images: read both phases, take or find the liver, register, check, and keep what the network sees.

Radiomics reads the images again: the transform is kept, not the moved volumes, which would fill a disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.case import Case, LiverMask, MaskOrigin, Phase
from core.errors import InputError
from core.imaging.register import on_portal_venous_grid
from core.io.image_cohort import Patient, Problem
from core.io.mask_files import MaskFile, read_mask_file
from core.io.series import check_one_patient, read_phase
from core.jobs.engine import open_workers
from core.jobs.settings import WorkerSettings
from core.models import ModelSet, load_models
from core.network.crop import liver_crop, part_crop
from core.preparation import check_images, register
from core.train.cohort.check import CheckedPatient
from core.train.cohort.store import key_of, made_once, read_json, write_json
from core.train.radiomics_features import RadiomicsImages

SCHEMA = 2
CROP, LESIONS, FOUND_MASK, RECORD = "crop.npy", "lesions.npy", "found_liver.npz", "record.json"


@dataclass(frozen=True)
class Member:
    """A patient whose images can be used.

    Attributes:
        key: sha256 of all his images were made from; his name in every cache.
        folder: where they are kept.
        record: shift_mm, liver_overlap, liver_ml, transform, notices (codes), seconds, voxels (sha256 by phase).
    """

    patient: Patient
    key: str
    folder: Path
    record: dict[str, Any]

    @property
    def crop(self) -> Path:
        """float16 (2, 96, 96, 96) of `core.network.crop.liver_crop`."""
        return self.folder / CROP

    @property
    def lesions(self) -> Path | None:
        """Bool (96, 96, 96), lesions on the grid of the crop; None where the mask marks none."""
        return self.folder / LESIONS if (self.folder / LESIONS).is_file() else None


@dataclass(frozen=True)
class LeftOut:
    """A patient who could not be used: row of the table, the stage, and why in one sentence."""

    row: int
    stage: str
    reason: str


@dataclass(frozen=True)
class _Task:
    patient: Patient
    folder: Path
    weights: Path | None


def prepare_images(
    patients: Sequence[CheckedPatient],
    work: Path,
    weights: Path | None,
    workers: WorkerSettings,
    report: Callable[[str], None],
) -> tuple[tuple[Member, ...], tuple[LeftOut, ...]]:
    """Everybody's images, those kept before taken from disk.

    Args:
        weights: whose segmenter finds livers and measures the overlap; None for the usual ones.

    Raises:
        InputError: if no patient is left, or one image, voxel by voxel, is in two rows.
    """
    segmenter = _segmenter_key(weights)
    keys = {one.patient.row: key_of(SCHEMA, one.arterial, one.portal_venous, one.mask, segmenter) for one in patients}
    folders = {row: work / "images" / key for row, key in keys.items()}
    tasks = [_Task(one.patient, folders[one.patient.row], weights) for one in patients]
    todo = [task for task in tasks if not task.folder.is_dir()]
    failed = failures(prepare_patient, [(str(task.patient.row), task) for task in todo], workers, "images", report)
    left_out = tuple(
        LeftOut(task.patient.row, "images", failed[str(task.patient.row)])
        for task in todo
        if str(task.patient.row) in failed
    )
    kept = [task for task in tasks if str(task.patient.row) not in failed]
    members = tuple(Member(t.patient, keys[t.patient.row], t.folder, read_json(t.folder / RECORD)) for t in kept)
    if not members:
        raise InputError(f"cohort: expected patients with usable images, got none of {len(tasks)}")
    return members, left_out


def same_voxels(members: Sequence[Member]) -> list[Problem]:
    """Images equal voxel by voxel, whatever files they came in."""
    first: dict[str, Member] = {}
    found = []
    for member in members:
        for phase, digest in member.record["voxels"].items():
            other = first.setdefault(digest, member)
            if other is not member:
                text = f"expected an image of this patient alone, got the voxels of row {other.patient.row}"
                found.append(Problem(member.patient.row, phase, text))
    return found


def prepare_patient(task: _Task) -> None:
    """Fill the patient's folder; runs in a worker, which answers for its faults."""
    made_once(task.folder, lambda folder: _prepare(task, folder))


def failures(
    function: Callable[[Any], None],
    jobs: Sequence[tuple[str, Any]],
    workers: WorkerSettings,
    stage: str,
    report: Callable[[str], None],
) -> dict[str, str]:
    """Run the jobs, which keep their own results; why some failed, by name. One patient never stops the others."""
    failed: dict[str, str] = {}
    if not jobs:
        return failed
    with open_workers(workers) as pool:
        for number, outcome in enumerate(pool.run(function, jobs), start=1):
            if outcome.failure is not None:
                failed[outcome.name] = outcome.failure.text
            report(f"{stage}: {number} of {len(jobs)} patients, {len(failed)} left out")
    return failed


def load_images(member: Member) -> RadiomicsImages:
    """Both phases on the portal-venous grid, as `assess` has them; runs in a worker."""
    case, _ = _read(member.patient)
    mask = case.liver_mask
    if mask is None:
        with np.load(member.folder / FOUND_MASK, allow_pickle=False) as file:
            mask = LiverMask(file["labels"], case.portal_venous.geometry, MaskOrigin.MODEL)
    moved = on_portal_venous_grid(case.arterial, case.portal_venous, np.array(member.record["transform"]))
    return RadiomicsImages(moved.hu, case.portal_venous.hu, mask.liver, mask.geometry)


def _read(patient: Patient) -> tuple[Case, tuple[str, ...]]:
    early = read_phase(patient.arterial, Phase.ARTERIAL)
    late = read_phase(patient.portal_venous, Phase.PORTAL_VENOUS)
    check_one_patient(early, late)
    notices = [*early.notices, *late.notices]
    mask = None
    if patient.mask is not None:
        mask, more = read_mask_file(MaskFile(patient.mask), late, early)
        notices += more
    case = Case("case", early.volume, late.volume, patient.clinical, mask)
    return case, tuple(notice.code for notice in notices)


def _prepare(task: _Task, folder: Path) -> None:
    started = time.monotonic()
    case, codes = _read(task.patient)
    models = _models(task.weights)
    mask, coarse = case.liver_mask, None
    if mask is None:
        mask, coarse = models.segmenter.segment(case.portal_venous.hu, case.portal_venous.geometry)
        np.savez_compressed(folder / FOUND_MASK, labels=mask.labels)
    arterial, registration, notices = register(case, mask, models)
    checks, usable = check_images(case, arterial, mask, registration, coarse)
    if not usable or registration is None:
        raise InputError("images: " + next((n.text for n in checks), "expected a liver, got an empty mask"))
    crop, cube = liver_crop(arterial.hu, case.portal_venous.hu, mask.liver, mask.geometry)
    np.save(folder / CROP, crop.astype(np.float16), allow_pickle=False)
    if mask.has_lesions:
        np.save(folder / LESIONS, part_crop(mask.labels == 2, mask.geometry, cube), allow_pickle=False)
    record = {
        "shift_mm": registration.shift_mm,
        "liver_overlap": registration.liver_overlap,
        "liver_ml": mask.volume_ml,
        "transform": registration.transform_lps.tolist(),
        "notices": sorted({*codes, *(notice.code for notice in (*notices, *checks))}),
        "seconds": round(time.monotonic() - started, 3),
        "voxels": {"arterial": case.arterial.source_sha256, "portal_venous": case.portal_venous.source_sha256},
    }
    write_json(folder / RECORD, record)


@cache
def _models(weights: Path | None) -> ModelSet:
    return load_models(weights)


def _segmenter_key(weights: Path | None) -> str:
    """The segmenter's card says which it is: version, training, golden output."""
    return key_of(_models(weights).cards["segmenter"].to_json().decode())
