"""Volumes as they are sent to the browser's viewer: cut to the body, turned to one orientation, eight bits a voxel.

Whatever way a series is stored, what is sent runs to the patient's right, anterior and superior (R, A, S), so that the
viewer needs to know nothing of orientations, and what it sends back is put in its place here.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.case import LiverMask, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box
from core.imaging.mask_edit import KEEP, put
from core.io.nifti import nifti_bytes
from dashboard.figures import slices

LOWEST_HU, STEP_HU = -160, 2
HIGHEST_HU = LOWEST_HU + 255 * STEP_HU
"""One grey level is 2 HU, a fraction of CT noise: no eye sees the step. Beyond lie only lung, air and dense bone."""
HEAT_MM = 2.0
_MARGIN = 2  # voxels around a mask that is larger than the body


@dataclass(frozen=True, eq=False)
class Sent:
    """What part of a grid is sent.

    Attributes:
        geometry: the whole grid, as stored.
        box: voxels of `view` that are sent, along R, A and S.
    """

    geometry: Geometry
    box: Box

    def view(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """`values` (I, J, K) along R, A and S; a view of the same voxels."""
        left, posterior, superior = slices.index_axes(self.geometry)
        turned = values.transpose(left[0], posterior[0], superior[0])
        return turned[:: -left[1], :: -posterior[1], :: superior[1]]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels sent along R, A and S."""
        i, j, k = (part.stop - part.start for part in self.box)
        return i, j, k

    @property
    def grid(self) -> Geometry:
        """The grid of what is sent."""
        axes = slices.index_axes(self.geometry)
        signs = (-axes[0][1], -axes[1][1], axes[2][1])
        affine = np.eye(4)
        start = np.zeros(3)
        for column, ((axis, _), sign, part) in enumerate(zip(axes, signs, self.box, strict=True)):
            affine[:3, column] = sign * self.geometry.affine_lps[:3, axis]
            start[axis] = part.start if sign > 0 else self.geometry.shape[axis] - 1 - part.start
        affine[:3, 3] = self.geometry.affine_lps[:3, :3] @ start + self.geometry.affine_lps[:3, 3]
        return Geometry(self.shape, affine)

    def numbers(self, plane: slices.Plane) -> tuple[int, int]:
        """Number on the page (from 1, as `slices.Section` counts) of the first slice sent, and the step to the next."""
        axis = _AXES[plane]
        start = self.box[axis].start
        return (start + 1, 1) if plane == "axial" else (slices.count(self.geometry, plane) - start, -1)


_AXES: dict[slices.Plane, int] = {"axial": 2, "coronal": 1, "sagittal": 0}


def part_to_send(volume: Volume, mask: LiverMask | None) -> Sent:
    """The body, and what the mask marks beyond it."""
    box = slices.body_box(volume)
    if mask is not None and mask.liver.any():
        marked = bounding_box(mask.liver, mask.geometry)
        box = tuple(_joined(*both) for both in zip(box, marked, volume.hu.shape, strict=True))  # type: ignore[assignment]
    whole = Sent(volume.geometry, (slice(0), slice(0), slice(0)))
    parts = []
    for (axis, sign), turn in zip(slices.index_axes(volume.geometry), (-1, -1, 1), strict=True):
        start, stop, _ = box[axis].indices(volume.hu.shape[axis])
        count = volume.hu.shape[axis]
        parts.append(slice(start, stop) if sign * turn > 0 else slice(count - stop, count - start))
    return Sent(whole.geometry, (parts[0], parts[1], parts[2]))


def ct(volume: Volume, sent: Sent) -> bytes:
    """A gzipped NIfTI, uint8 with slope 2 and intercept -160: HU from -160 to 350 to the nearest 2."""
    part = sent.view(volume.hu)[sent.box]
    levels = (np.clip(part, LOWEST_HU, HIGHEST_HU) - (LOWEST_HU - 1)) >> 1
    return nifti_bytes(levels.astype(np.uint8), sent.grid, slope=STEP_HU, intercept=LOWEST_HU)


@dataclass(frozen=True)
class Heat:
    """A heatmap as sent.

    Attributes:
        content: gzipped uint8 of `shape`, R fastest.
        low, size: its box, as shares of the box sent.
        hottest: voxels sent along R, A and S whose slices hold the most heat.
    """

    content: bytes
    shape: tuple[int, int, int]
    low: tuple[float, float, float]
    size: tuple[float, float, float]
    hottest: tuple[int, int, int]


def heat(values: npt.NDArray[Any], sent: Sent) -> Heat | None:
    """Heat 0..1 (I, J, K) where there is any, 255 the hottest, no finer than 2 mm; None where there is none."""
    from scipy import ndimage

    part = sent.view(values)[sent.box]
    marked = part.view(np.uint16) if part.dtype == np.float16 else part  # no number differs from 0 in one only
    if not marked.any():
        return None
    box = bounding_box(marked, sent.grid, HEAT_MM)
    spacing = sent.grid.spacing_mm
    inside = part[box].astype(np.float32)
    wanted = [max(1, min(n, round(n * mm / HEAT_MM))) / n for n, mm in zip(inside.shape, spacing, strict=True)]
    coarse = ndimage.zoom(inside, wanted, order=1, mode="nearest", grid_mode=True)
    levels = np.clip(np.rint(coarse * 255), 0, 255).astype(np.uint8)
    low = tuple(cut.start / n for cut, n in zip(box, sent.shape, strict=True))
    size = tuple((cut.stop - cut.start) / n for cut, n in zip(box, sent.shape, strict=True))
    hottest = tuple(start + int(n) for start, n in zip((cut.start for cut in box), _fullest(inside), strict=True))
    return Heat(packed(levels), levels.shape, low, size, hottest)  # type: ignore[arg-type]


def most_liver(mask: LiverMask, sent: Sent) -> tuple[int, int, int]:
    """Voxels sent along R, A and S whose slices hold the most liver."""
    return _fullest(sent.view(mask.labels)[sent.box] > 0)


def largest_lesion(mask: LiverMask, sent: Sent) -> tuple[int, int, int] | None:
    """Voxels sent along R, A and S whose slices hold the most of the largest lesion, None without lesions."""
    from scipy import ndimage

    found = sent.view(mask.labels)[sent.box] == 2
    if not found.any():
        return None
    box = bounding_box(found, sent.grid)
    numbered, _ = ndimage.label(found[box])
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    i, j, k = (cut.start + n for cut, n in zip(box, _fullest(numbered == sizes.argmax()), strict=True))
    return i, j, k


@dataclass(frozen=True)
class Labels:
    """A mask as sent: gzipped uint8, R fastest, of the smallest box that holds it; low and shape in voxels sent."""

    content: bytes
    low: tuple[int, int, int]
    shape: tuple[int, int, int]


def labels(mask: LiverMask, sent: Sent) -> Labels:
    """The mask's labels; a box of one voxel where it marks none."""
    part = sent.view(mask.labels)[sent.box]
    box = bounding_box(part, sent.grid) if part.any() else (slice(0, 1),) * 3
    i, j, k = (cut.start for cut in box)
    return Labels(packed(part[box]), (i, j, k), part[box].shape)  # type: ignore[arg-type]


def packed(values: npt.NDArray[np.uint8]) -> bytes:
    """Voxels gzipped, the first axis fastest."""
    return gzip.compress(values.tobytes(order="F"), 1, mtime=0)


def painted(mask: LiverMask, sent: Sent, stroke: object) -> LiverMask:
    """`mask` with a stroke of the viewer put into it, on the grid of the CT.

    Args:
        stroke: {"low": [3], "shape": [3], "runs": [label, count, ...]}: a box of the voxels sent and its labels, R
            fastest, run by run; label 255 leaves a voxel as it is.

    Raises:
        InputError: anything else.
    """
    low, shape, runs = (_whole_numbers(stroke, name) for name in ("low", "shape", "runs"))
    fits = len(low) == len(shape) == 3 and all(
        start >= 0 and count > 0 and start + count <= n for start, count, n in zip(low, shape, sent.shape, strict=True)
    )
    if not fits:
        raise InputError("stroke: expected a box of voxels within the images, got one that is not")
    values, counts = np.array(runs[::2], dtype=np.int64), np.array(runs[1::2], dtype=np.int64)
    if len(values) != len(counts) or (counts < 0).any() or counts.sum() != np.prod(shape):
        raise InputError(f"stroke: expected {np.prod(shape)} labels, got {counts.sum()}")
    if not np.isin(values, (0, 1, 2, KEEP)).all():
        raise InputError("stroke: expected the labels 0, 1 and 2, got another")
    change = np.full(mask.labels.shape, KEEP, dtype=np.uint8)
    box = tuple(
        slice(part.start + start, part.start + start + count)
        for part, start, count in zip(sent.box, low, shape, strict=True)
    )
    sent.view(change)[box] = np.repeat(values, counts).astype(np.uint8).reshape(shape, order="F")
    return put(mask, change)


def _fullest(values: npt.NDArray[Any]) -> tuple[int, int, int]:
    """Along each axis, where the sum over the slice is largest."""
    i, j, k = (int(values.sum(axis=others, dtype=np.float64).argmax()) for others in ((1, 2), (0, 2), (0, 1)))
    return i, j, k


def _whole_numbers(stroke: object, name: str) -> list[int]:
    found = stroke.get(name) if isinstance(stroke, dict) else None
    if not isinstance(found, list) or not all(isinstance(n, int) and 0 <= n < 2**31 for n in found):
        raise InputError(f"stroke: expected whole numbers under {name}, got something else")
    return found


def _joined(body: slice, marked: slice, count: int) -> slice:
    start, stop, _ = body.indices(count)
    return slice(max(0, min(start, marked.start - _MARGIN)), min(count, max(stop, marked.stop + _MARGIN)))
