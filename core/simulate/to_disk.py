"""A simulated cohort as a folder: cohort.csv, the images of each patient, and how it was made.

Patients are drawn at once and their images one by one, so that memory does not grow with the cohort. A patient's images
depend on the seed and the patient's number alone; every file takes its name only when whole, and the table is written
last. So a run that was killed goes on where it stopped, and the folder ends byte for byte as if it had not been.
"""

from __future__ import annotations

import hashlib
import json
import math
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from core import __version__
from core.case import Phase
from core.errors import InputError
from core.io.atomic import clear_partial, write_text
from core.io.bounded import read_bounded
from core.io.image_cohort import Patient, Truth, write_image_cohort
from core.io.masks import read_mask
from core.io.volumes import read_volume, write_mask, write_volume
from core.simulate.cohort import Latent, RealAnatomy, draw_patients, real_anatomy, simulate_patient
from core.simulate.phases import CENTRES

Progress = Callable[[str, float], None]

TABLE, MAKING, IMAGES = "cohort.csv", "simulate.json", "patients"
FILES = ("arterial.nii.gz", "portal_venous.nii.gz", "mask.nii.gz")
IN_PLANE_MM = 2.5
CT_ENDING, LABELS_ENDING = "_ct.nii.gz", "_labels.nii.gz"
MAKING_BYTES = 1 << 16


@dataclass(frozen=True)
class CohortPlan:
    """What is to be simulated.

    Attributes:
        patients: treated with HAIC.
        mtm_patients: resected.
        seed: same plan, same folder.
        anatomy: folder of labelled CT, NAME_ct.nii.gz with NAME_labels.nii.gz; None for procedural bodies.
        anatomy_share: of the patients over these CT, 0-1; the others have procedural bodies.
    """

    patients: int
    mtm_patients: int
    seed: int
    anatomy: Path | None = None
    anatomy_share: float = 1.0


@dataclass(frozen=True)
class _Scan:
    """A labelled CT as anatomy."""

    ct: Path
    labels: Path


@dataclass(frozen=True)
class _Job:
    """One patient's images still to be made, and where."""

    latent: Latent
    scan: _Scan | None
    folder: Path


def write_cohort(plan: CohortPlan, out: Path, progress: Progress, workers: int = 1) -> Path:
    """Simulate the cohort into the folder `out`, which must be there; returns the path of its table.

    Args:
        progress: told after each patient what was done and the share of the cohort.
        workers: processes; 1 to compute here.

    Raises:
        InputError: `out` holds another cohort, or the anatomy folder no pair of files.
    """
    scans = _scans(plan.anatomy)
    _claim(plan, scans, out)
    latents = draw_patients(plan.patients, plan.mtm_patients, plan.seed)
    jobs = [
        _Job(latent, _scan_of(latent, scans, plan.anatomy_share), out / IMAGES / latent.patient_id)
        for latent in latents
    ]
    todo = [job for job in jobs if not all((job.folder / name).is_file() for name in FILES)]
    # patients over the same scan come together: it is read once
    todo.sort(key=lambda job: (str(job.scan and job.scan.ct), job.latent.centre, job.latent.index))
    done = len(jobs) - len(todo)
    for _ in _made(todo, workers):
        done += 1
        progress(f"simulated {done} of {len(jobs)} patients", done / len(jobs))
    write_image_cohort((_row(job, number) for number, job in enumerate(jobs, start=2)), out / TABLE)
    return out / TABLE


def _claim(plan: CohortPlan, scans: list[_Scan], out: Path) -> None:
    """Say in the folder what is made in it, so that two cohorts never mix."""
    digests = [hashlib.sha256(_content(scan)).hexdigest() for scan in scans]
    making = {"version": __version__, "in_plane_mm": IN_PLANE_MM, **asdict(plan), "anatomy": digests or "procedural"}
    document = json.dumps(making, indent=1) + "\n"
    clear_partial(out)
    if (out / MAKING).exists():
        if read_bounded(out / MAKING, "output folder", MAKING_BYTES) != document.encode("utf-8"):
            raise InputError("--out: expected a folder with this very cohort begun in it, got one with another cohort")
    elif (out / TABLE).exists() or (out / IMAGES).exists():
        raise InputError("--out: expected a folder without a cohort, got one with a cohort from elsewhere")
    write_text(out / MAKING, document)


def _content(scan: _Scan) -> bytes:
    most = 1 << 31
    return read_bounded(scan.ct, "anatomy CT", most) + read_bounded(scan.labels, "anatomy labels", most)


def _scans(folder: Path | None) -> list[_Scan]:
    if folder is None:
        return []
    pairs = [
        _Scan(ct, labels)
        for ct in sorted(folder.glob(f"*{CT_ENDING}"))
        if (labels := ct.with_name(ct.name.removesuffix(CT_ENDING) + LABELS_ENDING)).is_file()
    ]
    if not pairs:
        raise InputError(f"--anatomy: expected pairs NAME{CT_ENDING} and NAME{LABELS_ENDING}, got none")
    return pairs


def _scan_of(latent: Latent, scans: list[_Scan], share: float) -> _Scan | None:
    """The last quarter of the scans is kept for external patients, so that no body is in training and external test."""
    before, after = (math.floor(number * share) for number in (latent.index, latent.index + 1))
    if not scans or before == after:
        return None
    external = max(1, round(len(scans) / 4))
    if len(scans) > 1:
        scans = scans[-external:] if latent.split == "external" else scans[:-external]
    return scans[before % len(scans)]


def _made(jobs: list[_Job], workers: int) -> Iterator[None]:
    """Make the images; yields after each patient."""
    if workers <= 1:
        yield from map(_make, jobs)
        return
    left = iter(jobs)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running: set[Future[None]] = {pool.submit(_make, job) for job in islice(left, workers + 1)}
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
                running |= {pool.submit(_make, job) for job in islice(left, 1)}
                yield


def _make(job: _Job) -> None:
    """Simulate and write one patient."""
    spacing = (IN_PLANE_MM, IN_PLANE_MM, CENTRES[job.latent.centre].thickness_mm)
    anatomy = None if job.scan is None else _anatomy(job.scan, spacing)
    case = simulate_patient(job.latent, spacing, anatomy)
    clear_partial(job.folder)
    write_volume(case.arterial, job.folder / FILES[0])
    write_volume(case.portal_venous, job.folder / FILES[1])
    write_mask(case.mask, job.folder / FILES[2])


@lru_cache(maxsize=1)
def _anatomy(scan: _Scan, spacing_mm: tuple[float, float, float]) -> RealAnatomy:
    volume, _ = read_volume(scan.ct, Phase.PORTAL_VENOUS, "anatomy CT")
    mask, _ = read_mask(scan.labels, volume.geometry)
    return real_anatomy(volume, mask, spacing_mm)


def _row(job: _Job, number: int) -> Patient:
    latent = job.latent
    return Patient(
        row=number,
        patient_id=latent.patient_id,
        centre=str(latent.centre),
        cohort=latent.cohort,
        split=latent.split,
        arterial=job.folder / FILES[0],
        portal_venous=job.folder / FILES[1],
        mask=job.folder / FILES[2],
        clinical=latent.clinical,
        mtm=latent.mtm if latent.cohort == "resection" else None,
        time_months=latent.time_months,
        event=latent.event,
        truth=Truth(latent.mtm, latent.true_mtm_logit, latent.dlr, latent.lp_post),
    )
