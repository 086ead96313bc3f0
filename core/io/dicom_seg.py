"""DICOM segmentations of any tool: binary, fractional or label map, frames in any order, empty frames omitted.

Layout: DICOM PS3.3, C.8.20 Segmentation Image and A.51, A.93 for its functional groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import Notice
from core.errors import InputError
from core.geometry import FloatArray
from core.io.dicom_values import first, item, numbers, unit_axes
from core.io.mask_planes import Laid, Plane, lay_planes
from core.io.mask_segments import Segment, choose
from core.io.mask_target import References, Target
from core.io.masks import ROLE
from core.io.raw import MAX_AXIS, MAX_VOXELS
from core.io.source import key_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.7"
AT_LEAST = 0.5
"""The share of the maximum from which a voxel of a fractional segmentation is taken."""

_FRAME_PARTS = ("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence")


@dataclass(frozen=True, eq=False)
class DicomSeg:
    """The chosen segments of a DICOM segmentation.

    Attributes:
        planes: their frames that mark anything, liver 1 and lesions 2.
        references: what it was drawn on.
        notices: what was chosen.
    """

    planes: Sequence[Plane]
    references: References
    notices: tuple[Notice, ...]

    def on(self, target: Target) -> Laid:
        """Its labels on `target.grid`."""
        return lay_planes(self.planes, target)


def read_dicom_seg(dataset: Dataset, wanted: int | None) -> DicomSeg:
    """The liver and its lesions in a segmentation; `wanted` is the SegmentNumber of the liver, None to find it.

    Raises:
        InputError: not clear which segment is the liver, the chosen one empty, or a damaged or truncated file.
    """
    try:
        chosen = choose(_segments(dataset), wanted)
        planes = list(_planes(dataset, chosen.labels))
        references = _references(dataset)
    except InputError:
        raise
    except Exception as error:  # pydicom and its decoders raise many kinds for damaged files
        raise InputError(f"{ROLE}: expected a whole DICOM segmentation, got a damaged or truncated one") from error
    if not any(plane.label == 1 for plane in planes):
        raise InputError(f"{ROLE}: expected liver in segment {chosen.liver}, got an empty segment")
    return DicomSeg(planes, references, chosen.notices + _fractional_notice(dataset))


def _segments(dataset: Dataset) -> list[Segment]:
    found = []
    for position, one in enumerate(dataset.get("SegmentSequence") or [], start=1):
        kind = item(one, "SegmentedPropertyTypeCodeSequence")
        segment_number = int(one.get("SegmentNumber", position))
        texts = str(one.get("SegmentLabel", "")), str(kind.get("CodeMeaning", ""))
        codes = frozenset({(str(kind.get("CodingSchemeDesignator", "")), str(kind.get("CodeValue", "")))})
        if segment_number > 0:  # a label map may describe its background as 0
            found.append(Segment(segment_number, texts, codes))
    return found


def _planes(dataset: Dataset, labels: dict[int, int]) -> Iterator[Plane]:
    """The frames of the labelled segments that mark anything."""
    frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    is_map = str(dataset.SOPClassUID) == LABEL_MAP_SEGMENTATION
    numbered = [None if is_map else _segment_number(frame, shared) for frame in frames]
    wanted = [index for index, number in enumerate(numbered) if number is None or number in labels]
    _check_size(dataset, len(frames), len(wanted))
    for index, pixels in _pixels(dataset, wanted):
        number = numbered[index]
        for label in {1, 2} if number is None else {labels[number]}:
            of_label = [segment for segment in labels if labels[segment] == label]
            marked = np.isin(pixels, of_label) if number is None else _marked(dataset, pixels)
            if marked.any():
                yield Plane(marked.T, _affine_lps(frames[index], shared), label)


def _check_size(dataset: Dataset, frames: int, wanted: int) -> None:
    """Decoders allocate what the header declares: judge it before they do."""
    rows, columns = int(dataset.get("Rows", 0) or 0), int(dataset.get("Columns", 0) or 0)
    declared = int(dataset.get("NumberOfFrames", 1) or 1)
    if declared != frames:
        raise InputError(f"{ROLE}: expected a position for each frame, got {declared} frames and {frames} positions")
    if not (0 < rows <= MAX_AXIS and 0 < columns <= MAX_AXIS and wanted * rows * columns <= MAX_VOXELS):
        raise InputError(
            f"{ROLE}: expected at most {MAX_VOXELS} voxels and {MAX_AXIS} on an axis, got {columns} x {rows} x {wanted}"
        )


def _segment_number(frame: Any, shared: Any) -> int:
    parts = [item(place, "SegmentIdentificationSequence") for place in (frame, shared)]
    return int(first(parts, "ReferencedSegmentNumber"))


def _affine_lps(frame: Any, shared: Any) -> FloatArray:
    parts = [item(place, name) for place in (frame, shared) for name in _FRAME_PARTS]
    row, column = unit_axes(first(parts, "ImageOrientationPatient"))
    between_rows, between_columns = numbers(first(parts, "PixelSpacing"), 2)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = row * between_columns, column * between_rows
    affine[:3, 2] = np.cross(row, column)
    affine[:3, 3] = numbers(first(parts, "ImagePositionPatient"), 3)
    return affine


def _pixels(dataset: Dataset, wanted: list[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """The stored values (rows, columns) of the wanted frames."""
    from pydicom.pixels.utils import iter_pixels

    if int(dataset.BitsAllocated) == 1 and not dataset.file_meta.TransferSyntaxUID.is_compressed:
        yield from _bits(dataset, wanted)
    elif wanted:
        yield from zip(wanted, iter_pixels(dataset, indices=wanted, raw=True), strict=True)


def _bits(dataset: Dataset, wanted: list[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Bits in a row, the first in the lowest place of its byte; frames need not begin with a byte (PS3.5, 8.1.1)."""
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    stored = np.frombuffer(dataset.PixelData, dtype=np.uint8)
    if stored.size * 8 < int(dataset.get("NumberOfFrames", 1) or 1) * rows * columns:
        raise ValueError("the pixel data are truncated")
    for index in wanted:
        begin = index * rows * columns
        part = stored[begin // 8 : (begin + rows * columns + 7) // 8]
        bits = np.unpackbits(part, bitorder="little")[begin % 8 :][: rows * columns]
        yield index, bits.reshape(rows, columns)


def _marked(dataset: Dataset, pixels: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if not _is_fractional(dataset):
        return pixels > 0
    marked: npt.NDArray[np.bool_] = pixels >= max(AT_LEAST * float(dataset.get("MaximumFractionalValue", 255)), 1.0)
    return marked


def _is_fractional(dataset: Dataset) -> bool:
    return str(dataset.get("SegmentationType", "")) == "FRACTIONAL"


def _fractional_notice(dataset: Dataset) -> tuple[Notice, ...]:
    if not _is_fractional(dataset):
        return ()
    text = f"{ROLE}: a fractional segmentation; voxels of at least {AT_LEAST:g} of its maximum are taken"
    return (Notice("mask_fractional", text),)


def _references(dataset: Dataset) -> References:
    series = [str(one.get("SeriesInstanceUID", "")) for one in dataset.get("ReferencedSeriesSequence") or []]
    frame = key_of(str(dataset.get("FrameOfReferenceUID", "")))
    return References(frozenset({frame} - {""}), frozenset(key_of(one) for one in series) - {""})
