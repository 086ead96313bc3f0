"""Contours of a DICOM radiotherapy structure set, filled on the slices of a CT.

Layout: DICOM PS3.3, C.8.8.5 Structure Set, C.8.8.6 ROI Contour, C.8.8.8 RT ROI Observations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import Notice
from core.errors import InputError
from core.geometry import FloatArray
from core.imaging.polygon import even_odd
from core.io.dicom_values import item
from core.io.mask_planes import Labels, Laid, nearest_scanned, spread
from core.io.mask_segments import Segment, choose
from core.io.mask_target import References, Target
from core.io.masks import CORNER_TOLERANCE, ROLE
from core.io.source import key_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

FARTHEST_MM = 1e6
_CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})


@dataclass(frozen=True, eq=False)
class StructureSet:
    """The closed contours of the chosen regions.

    Attributes:
        contours: by label (1 liver, 2 lesion), of each region its polygons, each (n, 3) in LPS mm.
        references: what they were drawn on.
        notices: what was chosen.
    """

    contours: dict[int, list[list[FloatArray]]]
    references: References
    notices: tuple[Notice, ...]

    def on(self, target: Target) -> Laid:
        """The voxels of `target.grid` whose centres lie inside."""
        points = [polygon for regions in self.contours.values() for region in regions for polygon in region]
        axis, off = _slice_axis(points, target)
        if off > CORNER_TOLERANCE * target.grid.spacing_mm[axis]:
            return Laid(None, off)
        return _filled(self.contours, target, axis, off)


def read_rtstruct(dataset: Dataset, wanted: int | None) -> StructureSet:
    """The liver and its lesions in a structure set; `wanted` is the position of the liver in its list, from 1.

    Regions without closed contours (points, open lines) are not counted when the liver is looked for.

    Raises:
        InputError: no closed contours, not clear which region is the liver, or a damaged file.
    """
    try:
        polygons = _polygons(dataset)
        segments = [one for one in _segments(dataset) if polygons.get(one.number) or one.number == wanted]
        references = _references(dataset)
    except Exception as error:  # pydicom raises many kinds for damaged files
        raise InputError(f"{ROLE}: expected a whole DICOM structure set, got a damaged or truncated one") from error
    if not segments:
        raise InputError(f"{ROLE}: expected at least one region with closed contours, got none")
    chosen = choose(segments, wanted)
    if not polygons.get(chosen.liver):
        raise InputError(f"{ROLE}: expected closed contours in region {chosen.liver}, got none")
    contours: dict[int, list[list[FloatArray]]] = {1: [polygons[chosen.liver]]}
    contours[2] = [polygons[number] for number in chosen.lesions]
    return StructureSet(contours, references, chosen.notices)


def _segments(dataset: Dataset) -> list[Segment]:
    observed = {int(one.ReferencedROINumber): one for one in dataset.get("RTROIObservationsSequence") or []}
    found = []
    for position, one in enumerate(dataset.get("StructureSetROISequence") or [], start=1):
        kind = item(observed.get(int(one.ROINumber)), "RTROIIdentificationCodeSequence")
        code = str(kind.get("CodingSchemeDesignator", "")), str(kind.get("CodeValue", ""))
        texts = str(one.get("ROIName", "")), str(kind.get("CodeMeaning", ""))
        found.append(Segment(position, texts, frozenset({code})))
    return found


def _polygons(dataset: Dataset) -> dict[int, list[FloatArray]]:
    """The closed contours by position of their region in the list; the same contour twice counts once."""
    positions = {int(one.ROINumber): n for n, one in enumerate(dataset.get("StructureSetROISequence") or [], start=1)}
    found: dict[int, list[FloatArray]] = {}
    for one in dataset.get("ROIContourSequence") or []:
        distinct = {}
        for contour in one.get("ContourSequence") or []:
            if str(contour.get("ContourGeometricType", "")) in _CLOSED:
                points = _points(contour)
                distinct.update({points.tobytes(): points} if len(points) >= 3 else {})
        position = positions.get(int(one.ReferencedROINumber))
        if position is not None:
            found.setdefault(position, []).extend(distinct.values())
    return found


def _points(contour: Any) -> FloatArray:
    """LPS mm (n, 3).

    Raises:
        ValueError: not three finite numbers a point, or another count than the contour declares.
    """
    points = np.array([float(n) for n in contour.get("ContourData") or []], dtype=np.float64).reshape(-1, 3)
    declared = int(contour.get("NumberOfContourPoints", len(points)) or len(points))
    if len(points) != declared or not (np.abs(points) <= FARTHEST_MM).all():  # false for NaN, too
        raise ValueError("contour points are missing, not finite or far from any patient")
    return points


def _slice_axis(polygons: Sequence[FloatArray], target: Target) -> tuple[int, float]:
    """The index axis whose slices hold all polygons, and how far the farthest point is off them, mm."""
    index = _index(np.vstack(polygons), target)
    starts = np.cumsum([0, *(len(polygon) for polygon in polygons)])[:-1]
    best = (2, np.inf)
    for axis in (2, 1, 0):
        along = index[:, axis]
        low, high = np.minimum.reduceat(along, starts), np.maximum.reduceat(along, starts)
        middle = (low + high) / 2
        far = nearest_scanned(middle, target, axis)[1] + (high - low) / 2
        off = float(far.max()) * target.grid.spacing_mm[axis]
        if off < best[1]:
            best = (axis, off)
    return best


def _filled(contours: dict[int, list[list[FloatArray]]], target: Target, axis: int, off: float) -> Laid:
    scanned = target.places if axis == 2 else None
    depth = target.grid.shape[axis] if scanned is None else len(scanned)
    shape = tuple(n for other, n in enumerate(target.grid.shape) if other != axis)
    slices = np.zeros((depth, *shape), np.uint8)
    outside, drawn = 0, np.zeros(depth, bool)
    for label, regions in sorted(contours.items()):
        for region in regions:
            for slot, polygons in _by_slice(region, target, axis).items():
                inside = even_odd(polygons, (shape[0], shape[1]))
                if not 0 <= slot < depth:
                    outside += int(inside.sum())
                    continue
                slices[slot][inside] = label
                drawn[slot] |= label == 1
    labels: Labels = np.ascontiguousarray(np.moveaxis(slices, 0, axis))
    marked = np.flatnonzero(drawn)
    gaps = int(marked[-1] - marked[0] + 1 - len(marked)) if len(marked) else 0
    return Laid(labels if scanned is None else spread(labels, target), off, outside, gaps)


def _by_slice(region: Sequence[FloatArray], target: Target, axis: int) -> dict[int, list[FloatArray]]:
    """Polygons in the two other index axes, by the slice they lie on."""
    found: dict[int, list[FloatArray]] = {}
    for polygon in region:
        index = _index(polygon, target)
        slot = int(nearest_scanned(np.array([index[:, axis].mean()]), target, axis)[0][0])
        found.setdefault(slot, []).append(np.delete(index, axis, axis=1))
    return found


def _index(points: npt.NDArray[np.float64], target: Target) -> FloatArray:
    """Voxel index of points (n, 3) in LPS mm."""
    finder = np.linalg.inv(target.grid.affine_lps)
    index: FloatArray = points @ finder[:3, :3].T + finder[:3, 3]
    return index


def _references(dataset: Dataset) -> References:
    frames, series = {str(dataset.get("FrameOfReferenceUID", ""))}, set()
    for frame in dataset.get("ReferencedFrameOfReferenceSequence") or []:
        frames.add(str(frame.get("FrameOfReferenceUID", "")))
        for study in frame.get("RTReferencedStudySequence") or []:
            for one in study.get("RTReferencedSeriesSequence") or []:
                series.add(str(one.get("SeriesInstanceUID", "")))
    frames |= {
        str(one.get("ReferencedFrameOfReferenceUID", "")) for one in dataset.get("StructureSetROISequence") or []
    }
    return References(frozenset(map(key_of, frames)) - {""}, frozenset(map(key_of, series)) - {""})
