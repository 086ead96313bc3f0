"""Synthetic DICOM series for tests: a known CT, written slice by slice with pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2.1"
IDENTITY = "DOE^JANE"
STUDY, FRAME = generate_uid(entropy_srcs=["study"]), generate_uid(entropy_srcs=["frame"])


def phantom(shape: tuple[int, int, int] = (32, 24, 12)) -> np.ndarray:
    """HU (I, J, K) that differ in every voxel's neighbourhood: air around, a ramp of tissue within."""
    i, j, k = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    hu = -60 + 6 * i + 2 * j + 11 * k
    inside = (i > 2) & (i < shape[0] - 3) & (j > 2) & (j < shape[1] - 3)
    return np.where(inside, hu, -1000).astype(np.int16)


def axial(spacing: tuple[float, float, float] = (2.0, 2.5, 5.0)) -> np.ndarray:
    """An axial affine in LPS whose origin is no round number."""
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-31.25, -28.5, 102.0)
    return affine


def slice_dataset(hu: np.ndarray, affine: np.ndarray, k: int, **tags: Any) -> Dataset:
    """Slice `k` of `hu` (I, J, K) as a CT image; keyword arguments override or add tags."""
    dataset = _common(hu.shape, affine)
    dataset.SOPClassUID = CT_STORAGE
    dataset.SOPInstanceUID = generate_uid(
        entropy_srcs=[str(tags.get("SeriesInstanceUID", "series")), str(k), str(tags)]
    )
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber = k + 1
    dataset.AcquisitionTime = f"10{15 + k // 60:02d}{k % 60:02d}.250000"
    dataset.ImagePositionPatient = [float(n) for n in (affine @ [0, 0, k, 1])[:3]]
    dataset.ImageOrientationPatient = _orientation(affine)
    dataset.PixelSpacing = _spacing(affine)
    dataset.SliceThickness = 5.0
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    stored = (hu[:, :, k].T.astype(np.int32) + 1024).astype(np.uint16)
    dataset.PixelData = np.ascontiguousarray(stored).tobytes()
    for name, value in tags.items():
        setattr(dataset, name, value)
    return dataset


def write_series(
    folder: Path, hu: np.ndarray, affine: np.ndarray, skip: tuple[int, ...] = (), **tags: Any
) -> list[Path]:
    """Writes the slices of `hu` in a shuffled order of names; returns the paths in slice order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.random.default_rng(3).permutation(hu.shape[2])
    prefix = str(tags.get("SeriesInstanceUID", "1"))[-3:].replace(".", "_")
    paths = []
    for k in range(hu.shape[2]):
        if k not in skip:
            path = folder / f"{prefix}-{names[k]:03d}"
            save(slice_dataset(hu, affine, k, **tags), path)
            paths.append(path)
    return paths


def save(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> None:
    """A DICOM file of one transfer syntax; pixel data must fit it already."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, enforce_file_format=True)


def multiframe(hu: np.ndarray, affine: np.ndarray) -> Dataset:
    """All slices of `hu` as frames of one enhanced CT image, in reverse order."""
    dataset = _common(hu.shape, affine)
    dataset.SOPClassUID = ENHANCED_CT_STORAGE
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=["enhanced"])
    dataset.NumberOfFrames = hu.shape[2]
    dataset.InstanceNumber = 1
    shared = Dataset()
    shared.PlaneOrientationSequence = _sequence(ImageOrientationPatient=_orientation(affine))
    shared.PixelMeasuresSequence = _sequence(PixelSpacing=_spacing(affine), SliceThickness=5.0)
    shared.PixelValueTransformationSequence = _sequence(RescaleSlope=1, RescaleIntercept=-1024, RescaleType="HU")
    shared.CTImageFrameTypeSequence = _sequence(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    order = list(range(hu.shape[2]))[::-1]
    frames = []
    for k in order:
        frame = Dataset()
        frame.PlanePositionSequence = _sequence(ImagePositionPatient=[float(n) for n in (affine @ [0, 0, k, 1])[:3]])
        frame.FrameContentSequence = _sequence(FrameAcquisitionDateTime="20200102101500.5", TemporalPositionIndex=1)
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    stored = np.stack([hu[:, :, k].T.astype(np.int32) + 1024 for k in order]).astype(np.uint16)
    dataset.PixelData = np.ascontiguousarray(stored).tobytes()
    return dataset


def _sequence(**tags: Any) -> Sequence:
    item = Dataset()
    for name, value in tags.items():
        setattr(item, name, value)
    return Sequence([item])


def _common(shape: tuple[int, ...], affine: np.ndarray) -> Dataset:
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = IDENTITY, IDENTITY
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, generate_uid(entropy_srcs=["series"])
    dataset.FrameOfReferenceUID = FRAME
    dataset.Modality = "CT"
    dataset.StudyDate, dataset.AcquisitionDate = "20200102", "20200102"
    dataset.Columns, dataset.Rows = shape[0], shape[1]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    return dataset


def _orientation(affine: np.ndarray) -> list[float]:
    unit = affine[:3, :2] / np.linalg.norm(affine[:3, :2], axis=0)
    return [float(n) for n in unit.T.ravel()]


def _spacing(affine: np.ndarray) -> list[float]:
    between_columns, between_rows = np.linalg.norm(affine[:3, :2], axis=0)
    return [float(between_rows), float(between_columns)]
