"""What a CT slice's header says, as plain values.

Tag texts serve to group slices and to propose a phase; none is ever repeated in a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.geometry import FloatArray
from core.io.dicom_values import first, item, number, numbers, unit_axes, words
from core.io.source import key_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_FRAME_PARTS = (
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelMeasuresSequence",
    "PixelValueTransformationSequence",
    "FrameContentSequence",
    "CTImageFrameTypeSequence",
)


@dataclass(frozen=True, eq=False)
class Slice:
    """One CT slice: a file, or one frame of a multiframe file.

    Attributes:
        file: position of its file among all files.
        frame: index within a multiframe file, 0 otherwise.
        position: LPS mm of the first voxel's centre.
        row, column: unit vectors along which the column index and the row index grow.
        spacing_mm: between columns, between rows.
        shape: columns, rows.
        slope, intercept: stored value -> HU.
        padding: stored values that mean "no data", as a closed range.
        group: what slices of one series have in common.
        splits: values that may tell phases within one series apart, best first.
        instance: number within the series.
        frame_of_reference_key, series_key, instance_key: see core.io.source.
        burned_in: the header says that text is burned into the pixels.
    """

    file: int
    path: Path
    frame: int
    position: FloatArray
    row: FloatArray
    column: FloatArray
    spacing_mm: tuple[float, float]
    shape: tuple[int, int]
    slope: float
    intercept: float
    padding: tuple[int, int] | None
    group: tuple[Any, ...]
    splits: tuple[str, ...]
    instance: int
    identity: tuple[str, int]
    patient_key: str
    study_key: str
    time_s: float | None
    description: str
    contrast_agent: str
    frame_of_reference_key: str
    series_key: str
    instance_key: str
    burned_in: bool

    @property
    def normal(self) -> FloatArray:
        """Unit vector along which slices are stacked."""
        return np.cross(self.row, self.column)


def slices_of(dataset: Dataset, file: int, path: Path) -> Iterator[Slice]:
    """The slice in a CT object, or one slice for each frame that is no localizer.

    Raises:
        ValueError: no finite position, orientation or spacing.
    """
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if not frames:
        yield _record(dataset, [dataset], file, path, 0)
        return
    for index, frame in enumerate(frames):
        parts = [item(place, name) for place in (frame, shared) for name in _FRAME_PARTS]
        if "LOCALIZER" not in {word for part in parts for word in words(part.get("FrameType"))}:
            yield _record(dataset, [*parts, dataset], file, path, index)


def _record(dataset: Dataset, parts: list[Any], file: int, path: Path, frame: int) -> Slice:
    """A slice from the parts of a header, the more specific first.

    Raises:
        ValueError: no finite position, orientation or spacing.
    """
    row, column = unit_axes(first(parts, "ImageOrientationPatient"))
    between_rows, between_columns = numbers(first(parts, "PixelSpacing"), 2)
    shape = int(dataset.Columns), int(dataset.Rows)
    study, series = str(dataset.get("StudyInstanceUID", "")), str(dataset.get("SeriesInstanceUID", ""))
    patient = key_of(str(dataset.get("PatientID", "")))
    spacing = float(between_columns), float(between_rows)
    layout = (*np.round([*row, *column], 3) + 0.0, *shape, *np.round(spacing, 4))
    return Slice(
        file=file,
        path=path,
        frame=frame,
        position=numbers(first(parts, "ImagePositionPatient"), 3),
        row=row,
        column=column,
        spacing_mm=spacing,
        shape=shape,
        slope=float(number(first(parts, "RescaleSlope"), 1.0)),
        intercept=float(number(first(parts, "RescaleIntercept"), 0.0)),
        padding=_padding(dataset),
        group=(patient, study, series, *(float(n) for n in layout)),
        splits=tuple(str(first(parts, name)) for name in ("AcquisitionNumber", "TemporalPositionIndex", "StackID")),
        instance=int(number(dataset.get("InstanceNumber"), 0.0)),
        identity=(str(dataset.get("SOPInstanceUID", "")) or f"file {file}", frame),
        patient_key=patient,
        study_key=key_of(study),
        time_s=_time(parts),
        description=str(dataset.get("SeriesDescription", "")),
        contrast_agent=str(dataset.get("ContrastBolusAgent", "")),
        frame_of_reference_key=key_of(str(dataset.get("FrameOfReferenceUID", ""))),
        series_key=key_of(series),
        instance_key=key_of(str(dataset.get("SOPInstanceUID", ""))),
        burned_in=str(dataset.get("BurnedInAnnotation", "")).strip().upper() == "YES",
    )


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    first = dataset.get("PixelPaddingValue")
    if first is None or first == "":
        return None
    last = dataset.get("PixelPaddingRangeLimit")
    ends = int(first), int(first if last is None or last == "" else last)
    return min(ends), max(ends)


def _time(parts: list[Any]) -> float | None:
    """Seconds, for order only: of the acquisition, else of the content."""
    whole = first(parts, "FrameAcquisitionDateTime") or first(parts, "AcquisitionDateTime")
    if whole:
        return _seconds(str(whole)[:8], str(whole)[8:])
    for kind in ("Acquisition", "Content", "Series"):
        time = first(parts, f"{kind}Time")
        if time:
            return _seconds(str(first(parts, f"{kind}Date") or ""), str(time))
    return None


def _seconds(date: str, time: str) -> float | None:
    digits = time.split(".")[0].split("+")[0].split("-")[0].replace(":", "").ljust(6, "0")[:6]
    fraction = time.partition(".")[2][:6].split("+")[0].split("-")[0]
    try:
        clock = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6]) + float(f"0.{fraction or 0}")
        day = datetime.strptime(date, "%Y%m%d").toordinal() if len(date) == 8 else 0
    except ValueError:
        return None
    return day * 86400.0 + clock
