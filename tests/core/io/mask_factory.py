"""Masks as other programs write them, for tests: segmentations and structure sets of a known label map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import generate_uid

from core.case import Phase
from core.io.series import Series, read_phase
from tests.core.io.dicom_factory import FRAME, STUDY, axial, phantom, save, write_series

SHAPE = (31, 23, 12)
"""Frames of 31 x 23 bits do not end with a byte."""
SERIES = generate_uid(entropy_srcs=["series"])
SEG_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
RTSTRUCT_STORAGE = "1.2.840.10008.5.1.4.1.1.481.3"
NAME = "DOE^JANE"
"""Stands in every free text of the files below; no message may show it."""


def turned(name: str) -> np.ndarray:
    """The affine of a stack: axial, oblique, coronal, or flipped (from head to feet, seen from above)."""
    affine = axial()
    a, b = np.radians(20), np.radians(-12)
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turn = {
        "axial": np.eye(3),
        "oblique": about_z @ about_x,
        "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
        "flipped": np.diag([1.0, -1.0, -1.0]),
    }[name]
    affine[:3, :3] = turn @ affine[:3, :3]
    return affine


STACKS = ("axial", "oblique", "coronal", "flipped")


def labels() -> np.ndarray:
    """Liver 1 in two parts on some slices, lesion 2 inside it; no symmetry under any turn."""
    values = np.zeros(SHAPE, np.uint8)
    values[4:20, 5:18, 2:10] = 1
    values[6:9, 5:8, 8:10] = 0
    values[22:26, 3:9, 4:6] = 1
    values[19:23, 6:8, 4:6] = 1
    values[8:13, 9:12, 5:8] = 2
    return values


def ct(folder: Path, affine: np.ndarray | None = None, **options: Any) -> Series:
    """A DICOM series on disk, as read."""
    write_series(folder, phantom(SHAPE), axial() if affine is None else affine, **options)
    return read_phase(folder, Phase.PORTAL_VENOUS)


def on_grid(values: np.ndarray, affine: np.ndarray, series: Series) -> np.ndarray:
    """Labels stored along `affine` as they must lie on the grid of the series: slices are stacked upwards there."""
    upwards = np.linalg.det(affine[:3, :3]) > 0
    assert series.volume.hu.shape == values.shape
    return values if upwards else values[:, :, ::-1]


def segmentation(
    affine: np.ndarray,
    segments: Sequence[tuple[str, np.ndarray]],
    code: tuple[str, str] = ("SCT", "85756007"),
    keep_empty: bool = False,
    seed: int = 5,
) -> Dataset:
    """A binary segmentation of bool arrays (I, J, K), frames in random order, empty ones omitted unless told."""
    dataset = _common(SEG_STORAGE, "SEG")
    columns, rows, depth = segments[0][1].shape
    dataset.SegmentationType = "BINARY"
    dataset.SegmentSequence = DicomSequence(
        [_segment(n, name, code) for n, (name, _) in enumerate(segments, start=1)],
    )
    every = [(n, k) for n in range(len(segments)) for k in range(depth) if keep_empty or segments[n][1][:, :, k].any()]
    order = [every[n] for n in np.random.default_rng(seed).permutation(len(every))]
    unit = affine[:3, :2] / np.linalg.norm(affine[:3, :2], axis=0)
    between_columns, between_rows = np.linalg.norm(affine[:3, :2], axis=0)
    dataset.SharedFunctionalGroupsSequence = _sequence(
        PlaneOrientationSequence=_sequence(ImageOrientationPatient=[float(n) for n in unit.T.ravel()]),
        PixelMeasuresSequence=_sequence(PixelSpacing=[float(between_rows), float(between_columns)]),
    )
    dataset.PerFrameFunctionalGroupsSequence = DicomSequence([_frame(affine, n + 1, k) for n, k in order])
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = len(order), rows, columns
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    bits = np.concatenate([segments[n][1][:, :, k].T.ravel() for n, k in order]) if order else np.zeros(0, bool)
    packed = np.packbits(bits, bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    return dataset


def structure_set(
    regions: Sequence[tuple[str, Sequence[np.ndarray]]],
    kind: str = "CLOSED_PLANAR",
    code: tuple[str, str] | None = None,
) -> Dataset:
    """A structure set of named regions, each with polygons (n, 3) in LPS mm; ROI numbers are not their positions."""
    dataset = _common(RTSTRUCT_STORAGE, "RTSTRUCT")
    del dataset.FrameOfReferenceUID, dataset.ReferencedSeriesSequence
    series = _sequence(SeriesInstanceUID=SERIES)
    study = _sequence(ReferencedSOPInstanceUID=STUDY, RTReferencedSeriesSequence=series)
    dataset.ReferencedFrameOfReferenceSequence = _sequence(FrameOfReferenceUID=FRAME, RTReferencedStudySequence=study)
    listed, drawn, seen = [], [], []
    for position, (name, polygons) in enumerate(regions, start=1):
        number = 70 - 3 * position
        listed.append(_item(ROINumber=number, ReferencedFrameOfReferenceUID=FRAME, ROIName=name))
        contours = [
            _item(
                ContourGeometricType=kind,
                NumberOfContourPoints=len(points),
                ContourData=[f"{value:.6f}" for value in points.ravel()],
            )
            for points in polygons
        ]
        drawn.insert(0, _item(ReferencedROINumber=number, ContourSequence=DicomSequence(contours)))
        seen.append(_item(ReferencedROINumber=number, ObservationNumber=position, RTROIInterpretedType="ORGAN"))
        if code is not None:
            seen[-1].RTROIIdentificationCodeSequence = _code(*code)
    dataset.StructureSetROISequence = DicomSequence(listed)
    dataset.ROIContourSequence = DicomSequence(drawn)
    dataset.RTROIObservationsSequence = DicomSequence(seen)
    return dataset


def outlines(values: np.ndarray, affine: np.ndarray) -> list[np.ndarray]:
    """The outlines of a bool array (I, J, K) on each slice K, half way to the next voxel, in LPS mm."""
    from skimage.measure import find_contours

    found = []
    for k in range(values.shape[2]):
        padded = np.pad(values[:, :, k], 1).astype(float)
        for contour in find_contours(padded, 0.5):
            index = np.column_stack([contour[:-1] - 1, np.full(len(contour) - 1, float(k)), np.ones(len(contour) - 1)])
            found.append((index @ affine.T)[:, :3])
    return found


def stored(dataset: Dataset, path: Path, **tags: Any) -> Path:
    """The data set as a file, with tags overridden."""
    for name, value in tags.items():
        setattr(dataset, name, value)
    save(dataset, path)
    return path


def _common(storage: str, modality: str) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = storage, generate_uid(), modality
    dataset.PatientName, dataset.PatientID = NAME, NAME
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, generate_uid()
    dataset.FrameOfReferenceUID = FRAME
    dataset.ReferencedSeriesSequence = _sequence(SeriesInstanceUID=SERIES)
    return dataset


def _segment(number: int, name: str, code: tuple[str, str]) -> Dataset:
    return _item(SegmentNumber=number, SegmentLabel=name, SegmentedPropertyTypeCodeSequence=_code(*code))


def _frame(affine: np.ndarray, number: int, k: int) -> Dataset:
    position = [float(value) for value in (affine @ [0, 0, k, 1])[:3]]
    return _item(
        PlanePositionSequence=_sequence(ImagePositionPatient=position),
        SegmentIdentificationSequence=_sequence(ReferencedSegmentNumber=number),
    )


def _code(scheme: str, value: str) -> DicomSequence:
    return _sequence(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=NAME)


def _sequence(**tags: Any) -> DicomSequence:
    return DicomSequence([_item(**tags)])


def _item(**tags: Any) -> Dataset:
    item = Dataset()
    for name, value in tags.items():
        setattr(item, name, value)
    return item
