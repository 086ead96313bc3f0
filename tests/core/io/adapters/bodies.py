"""A drawn abdomen in three contrast phases, and public data sets' folders made of it; nobody in them is a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydicom.uid import generate_uid

from core.case import Phase, Volume
from core.geometry import Geometry
from core.io.volumes import write_volume
from tests.core.io.dicom_factory import save, slice_dataset
from tests.core.io.mask_factory import segmentation, stored

SHAPE, SPACING = (100, 80, 14), (3.0, 3.0, 8.0)
ORGANS = {Phase.NATIVE: (42, 55, 35), Phase.ARTERIAL: (300, 70, 180), Phase.PORTAL_VENOUS: (150, 110, 170)}
"""HU of aorta, liver and kidneys, as in tests/core/imaging/test_phase.py."""


def affine(spacing: tuple[float, float, float] = SPACING) -> np.ndarray:
    found = np.diag([*spacing, 1.0])
    found[:3, 3] = (-150.5, -120.25, 40.0)
    return found


def body(organs: tuple[int, int, int], shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    """HU int16: an elliptical body with spine, aorta, liver and kidneys."""
    aorta, liver, kidney = organs
    i, j, k = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    hu = np.full(shape, -1000.0)
    hu[((i - 50) / 46.0) ** 2 + ((j - 40) / 34.0) ** 2 < 1] = -90
    hu[((i - 50) / 43.0) ** 2 + ((j - 40) / 31.0) ** 2 < 1] = 55
    hu[(abs(i - 50) < 30) & (j > 22) & (j < 55)] = -90
    hu[liver_of(shape)] = liver
    for side in (30, 70):
        hu[((i - side) / 8.0) ** 2 + ((j - 56) / 6.0) ** 2 < 1] = kidney
    vertebra = np.hypot(i - 50, j - 54)
    hu[vertebra < 7.5] = 160
    hu[(vertebra >= 6.5) & (vertebra < 7.5)] = 500
    hu[(abs(i - 50) < 2) & (j > 60) & (j < 70)] = 500
    hu[np.hypot(i - 53, j - 42) < 4] = aorta
    rng = np.random.default_rng(int(k.size + sum(organs)))
    return np.rint(hu + 15.0 * rng.standard_normal(shape)).astype(np.int16)


def liver_of(shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    i, j, k = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    return ((i - 30) / 20.0) ** 2 + ((j - 32) / 20.0) ** 2 + (0 * k) < 1


class Study:
    """One DICOM study of a patient, written series by series; folder names are those of the archive's downloads."""

    def __init__(self, root: Path, patient: str, date: str, names: str = "descriptive") -> None:
        self.patient, self.date = patient, date
        self.uid, self.frame = (generate_uid(entropy_srcs=[patient, date, what]) for what in ("study", "frame"))
        self.folder = root / patient / (self.uid if names == "classic" else f"{date}-NA-LIVER PROTO-{self.uid[-5:]}")
        self.names, self.count = names, 0

    def ct(self, *phases: tuple[int, int, int], spacing: tuple[float, float, float] = SPACING, **tags: Any) -> str:
        """A series of one body, or of several at the same positions; returns its identifier."""
        self.count += 1
        uid = generate_uid(entropy_srcs=[self.uid, str(self.count)])
        folder = self.folder / (uid if self.names == "classic" else f"{self.count}.000000-ANY NAME-{uid[-5:]}")
        folder.mkdir(parents=True)
        for phase, organs in enumerate(phases):
            hu = body(organs)
            for k in range(hu.shape[2]):
                number = phase * hu.shape[2] + k + 1
                own = {"SeriesInstanceUID": uid, "InstanceNumber": number, "AcquisitionNumber": phase + 1}
                time = {"AcquisitionTime": f"{10 + phase}1500.250000"}
                dataset = slice_dataset(hu, affine(spacing), k, **(self._tags() | own | time | tags))
                save(dataset, folder / f"1-{number:03d}.dcm")
        return uid

    def seg(self, series: str, **segments: np.ndarray) -> Path:
        """A segmentation drawn on `series`, its segments by name."""
        folder = self.folder / f"300.000000-Segmentation-{series[-5:]}"
        folder.mkdir(parents=True, exist_ok=True)
        named = [(name.replace("_", " "), values) for name, values in segments.items()]
        dataset = segmentation(affine(), named)
        dataset.ReferencedSeriesSequence[0].SeriesInstanceUID = series
        return stored(dataset, folder / "1-1.dcm", **self._tags())

    def _tags(self) -> dict[str, Any]:
        return {
            "PatientID": self.patient,
            "PatientName": self.patient,
            "StudyInstanceUID": self.uid,
            "StudyDate": self.date,
            "FrameOfReferenceUID": self.frame,
        }


def waw_scan(root: Path, patient: int, code: int, organs: tuple[int, int, int]) -> Path:
    """A NIfTI file named by patient and phase code."""
    path = root / str(patient) / f"{patient}_{code}_scan.nii.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    hu = body(organs)
    write_volume(Volume(hu, Geometry(hu.shape, affine()), Phase.ARTERIAL, ""), path)
    return path


WAW_PATIENT: dict[str, Any] = {
    "PATPRI": 7,
    "age": 66,
    "gender_woman": 1,
    "death": 1,
    "survival_time": 730.5,
    "lab_albumin": 3.8,
    "lab_creatinine": 0.9,
    "lab_bilirubin": 1.0,
    "lab_afp": 50,
    "lab_inr": 1.1,
    "lab_alt": 40,
    "lesions_number": 2,
    "lesion1_diameter": 31,
    "lesion2_diameter": 64,
    "lesion3_diameter": 11,
    "bclc": 1,
}


def waw_table(path: Path, *changes: dict[str, Any]) -> Path:
    """A workbook in the layout of WAW-TACE, a row per change made to `WAW_PATIENT`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame([WAW_PATIENT | change for change in changes]).to_excel(path, index=False)
    return path
