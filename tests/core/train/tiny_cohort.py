"""A cohort of small computed images: bright or dark flecks tell MTM, a swollen liver tells a bad prognosis."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.case import ClinicalRecord, LiverMask, MaskOrigin, Phase, Volume
from core.findings import HEADS, Registration
from core.geometry import Geometry
from core.io.image_cohort import Patient, Truth, write_image_cohort
from core.io.volumes import write_mask, write_volume
from core.network import mobilenet
from core.radiomics.settings import RadiomicsSettings
from core.train.cohort import images, network, trainings
from core.train.cohort.presets import CohortPreset
from core.train.fit_lesion_finder import FinderTraining
from core.train.fit_network import NetworkTraining
from core.train.fit_radiomics import RadiomicsTraining

SHAPE, SPACING, SIDE = (28, 24, 18), 8.0, 32
FINDER = FinderTraining(epochs=1, fewest=4)
PRESET = CohortPreset(
    "tiny",
    folds=2,
    network=NetworkTraining(epochs=2, finder=FINDER),
    fold_network=NetworkTraining(epochs=2, finder=FINDER),
    radiomics=replace(
        RadiomicsSettings(), spacing_mm=8.0, log_sigma_mm=(), wavelet="", classes=("firstorder", "glcm", "glrlm")
    ),
    radiomics_training=RadiomicsTraining(folds=2),
    retested=0,
)


def tiny_cohort(folder: Path, resected: int = 24, treated: int = 24, simulated: bool = True) -> Path:
    """Write the images and cohort.csv; its path."""
    patients = []
    for index in range(resected + treated):
        rng = np.random.default_rng([7, index])
        patients.append(_patient(folder, index, index < resected, simulated, rng))
    write_image_cohort(patients, folder / "cohort.csv")
    return folder / "cohort.csv"


def without_registration(patch: pytest.MonkeyPatch) -> None:
    """Take the images as they are, and a network small enough for a test, which calibration does not silence."""

    def register(case: Any, mask: LiverMask, models: Any) -> Any:
        return case.arterial, Registration(0.0, 0.0, 1.0, np.eye(4)), ()

    patch.setattr(images, "register", register)

    def crop(arterial: Any, portal_venous: Any, liver: Any, geometry: Geometry) -> tuple[Any, Geometry]:
        scaled = np.where(liver, np.stack([arterial - 80, portal_venous - 115]) / 60, 0.0)
        return _padded(scaled.astype(np.float32)), geometry

    patch.setattr(images, "check_images", lambda *parts: ((), True))
    patch.setattr(images, "liver_crop", crop)
    patch.setattr(images, "part_crop", lambda part, geometry, grid: _padded(part))
    patch.setattr(network, "calibrate", lambda logits, targets: {h: {"slope": 1.0, "intercept": 0.0} for h in HEADS})
    patch.setattr(trainings, "POLL_S", 0.01)
    patch.setitem(mobilenet.DEFAULT_ARGUMENTS, "width", 0.125)


def _padded(values: np.ndarray) -> np.ndarray:
    whole = np.zeros((*values.shape[:-3], SIDE, SIDE, SIDE), dtype=values.dtype)
    whole[..., : SHAPE[0], : SHAPE[1], : SHAPE[2]] = values
    return whole


def files_of(folder: Path) -> dict[str, bytes]:
    """Bytes by name of every file below."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _patient(folder: Path, index: int, resected: bool, simulated: bool, rng: np.random.Generator) -> Patient:
    mtm = bool(rng.random() < 0.5)
    dlr = float(rng.uniform(0.2, 1.0))
    arterial, portal_venous, mask = _images(mtm, dlr, rng)
    paths = [folder / f"{index}_{name}.nii.gz" for name in ("a", "p", "m")]
    folder.mkdir(parents=True, exist_ok=True)
    write_volume(arterial, paths[0])
    write_volume(portal_venous, paths[1])
    write_mask(mask, paths[2])
    time = float(rng.exponential(60 * dlr)) + 0.1
    logit = float(2 * (2 * mtm - 1) + rng.standard_normal())
    return Patient(
        row=index + 2,
        patient_id=f"P{index:03d}",
        centre="0",
        cohort="resection" if resected else "haic",
        split=("train", "train", "train", "internal", "external")[index % 5],
        arterial=paths[0],
        portal_venous=paths[1],
        mask=paths[2],
        clinical=_record(mtm, rng, resected),
        mtm=mtm if resected else None,
        time_months=None if resected else min(time, 70.0),
        event=None if resected else time < 70,
        truth=Truth(mtm, logit, dlr, None if resected else 0.0) if simulated else None,
    )


def _record(mtm: bool, rng: np.random.Generator, resected: bool) -> ClinicalRecord:
    return ClinicalRecord(
        age_years=float(rng.integers(30, 75)),
        sex="male",
        afp_ng_ml=900.0 if rng.random() < (0.8 if mtm else 0.4) else 20.0,
        platelets_1e9_l=150.0,
        ast_u_l=30.0,
        alt_u_l=30.0,
        pvtt=bool(rng.random() < 0.5),
        response=None if resected else "PR",
        haic_sessions=None if resected else int(rng.integers(1, 5)),
    )


def _images(mtm: bool, dlr: float, rng: np.random.Generator) -> tuple[Volume, Volume, LiverMask]:
    geometry = Geometry(SHAPE, np.diag([SPACING, SPACING, SPACING, 1.0]))
    axes = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    liver = sum(axis**2 for axis in axes) < 0.75 - 0.2 * dlr
    volumes = []
    for phase, level in ((Phase.ARTERIAL, 80), (Phase.PORTAL_VENOUS, 115)):
        flecks = rng.standard_normal(SHAPE) * (30 if mtm else 12)
        hu = np.where(liver, level + flecks, -80 + 8 * rng.standard_normal(SHAPE)).astype(np.int16)
        volumes.append(Volume(hu, geometry, phase, "", simulated=True))
    lesion = sum(axis**2 for axis in axes) < 0.15
    labels = (liver.astype(np.uint8) + lesion).astype(np.uint8)
    return volumes[0], volumes[1], LiverMask(labels, geometry, MaskOrigin.GIVEN)


def _killed_run(table: Path, out: Path, line: int) -> None:
    """A training that kills itself, as SIGKILL does, when it reports for the `line`-th time."""
    import os
    import signal

    import torch

    from core.train.cohort.run import CohortTraining, train_cohort

    told = [0]
    torch.set_num_threads(1)

    def report(text: str) -> None:
        told[0] += 1
        if told[0] == line:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        without_registration(patch)
        train_cohort(CohortTraining(table, out, preset=PRESET, resume=True), report)


if __name__ == "__main__":
    _killed_run(*(Path(word) for word in sys.argv[1:3]), json.loads(sys.argv[3]))
