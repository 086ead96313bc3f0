"""What a CT slice's header says, as plain values.

Tag texts serve to group slices and to propose a phase; none is ever repeated in a text.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.geometry import FloatArray

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# A fresh key per process: equal keys mean one patient, and nothing can be looked up from them.
_SALT = secrets.token_bytes(16)
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

    @property
    def normal(self) -> FloatArray:
        """Unit vector along which slices are stacked."""
        return np.cross(self.row, self.column)


def words(value: Any) -> set[str]:
    """The values of a tag that may hold one or several."""
    if value is None:
        return set()
    return {value} if isinstance(value, str) else {str(word) for word in value}


def slices_of(dataset: Dataset, file: int, path: Path) -> Iterator[Slice]:
    """The slice in a CT object, or one slice for each frame that is no localizer.

    Raises:
        ValueError: no finite position, orientation or spacing.
    """
    shared = _item(dataset, "SharedFunctionalGroupsSequence")
    frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if not frames:
        yield _record(dataset, [dataset], file, path, 0)
        return
    for index, frame in enumerate(frames):
        parts = [_item(place, name) for place in (frame, shared) for name in _FRAME_PARTS]
        if "LOCALIZER" not in {word for part in parts for word in words(part.get("FrameType"))}:
            yield _record(dataset, [*parts, dataset], file, path, index)


def _item(place: Any, name: str) -> Any:
    """The first item of a sequence, or an empty mapping."""
    items = place.get(name) if place else None
    return items[0] if items else {}


def _record(dataset: Dataset, parts: list[Any], file: int, path: Path, frame: int) -> Slice:
    """A slice from the parts of a header, the more specific first.

    Raises:
        ValueError: no finite position, orientation or spacing.
    """
    orientation = _numbers(_first(parts, "ImageOrientationPatient"), 6)
    row, column = orientation[:3], orientation[3:]
    if abs(np.linalg.norm(row) - 1) > 0.01 or abs(np.linalg.norm(column) - 1) > 0.01 or abs(row @ column) > 0.01:
        raise ValueError("orientation is not two unit vectors at right angles")
    between_rows, between_columns = _numbers(_first(parts, "PixelSpacing"), 2)
    shape = int(dataset.Columns), int(dataset.Rows)
    study, series = str(dataset.get("StudyInstanceUID", "")), str(dataset.get("SeriesInstanceUID", ""))
    patient = _key(str(dataset.get("PatientID", "")))
    spacing = float(between_columns), float(between_rows)
    layout = (*np.round(orientation, 3) + 0.0, *shape, *np.round(spacing, 4))
    return Slice(
        file=file,
        path=path,
        frame=frame,
        position=_numbers(_first(parts, "ImagePositionPatient"), 3),
        row=row / np.linalg.norm(row),
        column=column / np.linalg.norm(column),
        spacing_mm=spacing,
        shape=shape,
        slope=float(_number(_first(parts, "RescaleSlope"), 1.0)),
        intercept=float(_number(_first(parts, "RescaleIntercept"), 0.0)),
        padding=_padding(dataset),
        group=(patient, study, series, *(float(n) for n in layout)),
        splits=tuple(str(_first(parts, name)) for name in ("AcquisitionNumber", "TemporalPositionIndex", "StackID")),
        instance=int(_number(dataset.get("InstanceNumber"), 0.0)),
        identity=(str(dataset.get("SOPInstanceUID", "")) or f"file {file}", frame),
        patient_key=patient,
        study_key=_key(study),
        time_s=_time(parts),
        description=str(dataset.get("SeriesDescription", "")),
        contrast_agent=str(dataset.get("ContrastBolusAgent", "")),
    )


def _first(parts: list[Any], name: str) -> Any:
    """The first value of that name that is not empty, None if there is none."""
    for part in parts:
        value = part.get(name)
        if value is not None and value != "":
            return value
    return None


def _numbers(value: Any, count: int) -> FloatArray:
    numbers = np.array([float(n) for n in value], dtype=np.float64)
    if numbers.shape != (count,) or not np.isfinite(numbers).all():
        raise ValueError("a geometry tag is not a list of finite numbers")
    return numbers


def _number(value: Any, default: float) -> float:
    number = default if value is None or value == "" else float(value)
    if not np.isfinite(number):
        raise ValueError("a number is not finite")
    return number


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    first = dataset.get("PixelPaddingValue")
    if first is None or first == "":
        return None
    last = dataset.get("PixelPaddingRangeLimit")
    ends = int(first), int(first if last is None or last == "" else last)
    return min(ends), max(ends)


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), key=_SALT, digest_size=16).hexdigest() if text.strip() else ""


def _time(parts: list[Any]) -> float | None:
    """Seconds, for order only: of the acquisition, else of the content."""
    whole = _first(parts, "FrameAcquisitionDateTime") or _first(parts, "AcquisitionDateTime")
    if whole:
        return _seconds(str(whole)[:8], str(whole)[8:])
    for kind in ("Acquisition", "Content", "Series"):
        time = _first(parts, f"{kind}Time")
        if time:
            return _seconds(str(_first(parts, f"{kind}Date") or ""), str(time))
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
