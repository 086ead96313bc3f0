"""The pictures of a report: both phases at a head's hottest slice, cut to the body, sharp at print size.

Radiological convention: the patient's right on the picture's left, anterior up. Letters, titles and the scale bar are
drawn by the report, as text and lines.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.findings import Assessment, Heatmap
from core.io.key_slices import WINDOW_HU, axial_view
from core.io.report_content import KeySlice

if TYPE_CHECKING:
    from core.case import Volume
    from core.geometry import Geometry

HEADS_SHOWN = ("mtm", "os3")
"""The heads with a picture: the subtype, and survival at the horizon of the sentence."""
PHASES = ("arterial", "portal_venous")
PIXELS = 840  # across a picture: over 300 dpi at a third of an A4 page
BODY_HU, BODY_SHARE, MARGIN_MM = -300, 0.02, 6.0
LIVER_RGB, LESION_RGB = (79, 195, 247), (255, 179, 0)
OUTLINE_PIXELS = 2  # to each side of the edge
FAINTEST_HEAT, LEAST_OPACITY, MORE_OPACITY = 0.1, 0.15, 0.4

Pixels = npt.NDArray[np.uint8]
Pictures = dict[tuple[str, str], Pixels]
"""RGB (rows, columns, 3) by head and phase."""


@dataclass(frozen=True)
class _Window:
    """The part of a slice that is shown, and the size of its picture in pixels."""

    rows: slice
    columns: slice
    size: tuple[int, int]
    width_mm: float


def report_pictures(assessment: Assessment) -> tuple[tuple[KeySlice, ...], Pictures]:
    """The key slices and their pictures; nothing of heads without a heatmap."""
    slices, pictures = [], Pictures()
    for head in HEADS_SHOWN:
        if (heatmap := assessment.heatmaps.get(head)) is None:
            continue
        found, width_mm = _both_phases(assessment, heatmap)
        pictures |= {(head, phase): pixels for phase, pixels in found.items()}
        geometry = assessment.portal_venous.geometry
        hashes = {phase: pixels_sha256(pixels) for phase, pixels in found.items()}
        count = geometry.shape[geometry.superior_axis]
        slices.append(KeySlice(head, int(heatmap.hottest_slice) + 1, count, width_mm, hashes))
    return tuple(slices), pictures


def pixels_sha256(pixels: Pixels) -> str:
    """Of size and pixels."""
    rows, columns, _ = pixels.shape
    return hashlib.sha256(f"{rows}x{columns}:".encode() + pixels.tobytes()).hexdigest()


def heat_rgb(heat: npt.NDArray[Any], *, grey: bool) -> npt.NDArray[np.float32]:
    """Colours (..., 3), 0..255, of heat 0..1: those of the key slices; without colour where the map failed."""
    import matplotlib

    table = matplotlib.colormaps["gray" if grey else "inferno"]
    return np.asarray(table(np.asarray(heat, np.float64))[..., :3] * 255, np.float32)


def _both_phases(assessment: Assessment, heatmap: Heatmap) -> tuple[dict[str, Pixels], float]:
    geometry, index = assessment.portal_venous.geometry, heatmap.hottest_slice
    window = _window(assessment.portal_venous, index)
    heat = _enlarged(axial_view(heatmap.values, geometry, index)[0], window)
    mask = assessment.liver_mask
    labels = None if mask is None else axial_view(mask.labels, geometry, index)[0]
    grey = heatmap.reliability.verdict == "failed"
    drawn = {}
    for phase, volume in zip(PHASES, (assessment.arterial, assessment.portal_venous), strict=True):
        rgb = _grey_levels(volume, index, window)
        _lay_heat(rgb, heat, grey=grey)
        if labels is not None:
            _draw_outline(rgb, labels > 0, window, LIVER_RGB)
            _draw_outline(rgb, labels == 2, window, LESION_RGB)
        drawn[phase] = rgb.round().astype(np.uint8)
    return drawn, window.width_mm


def _window(volume: Volume, index: int) -> _Window:
    """The body with a small margin; the whole slice where there is no air to tell it from."""
    geometry = volume.geometry
    plane, aspect = axial_view(volume.hu, geometry, index)
    column_mm = _column_mm(geometry)
    row_mm = aspect * column_mm
    body = plane > BODY_HU
    rows = _extent(body.mean(axis=1), MARGIN_MM / row_mm)
    columns = _extent(body.mean(axis=0), MARGIN_MM / column_mm)
    width_mm = (columns.stop - columns.start) * column_mm
    height = round(PIXELS * (rows.stop - rows.start) * row_mm / width_mm)
    return _Window(rows, columns, (PIXELS, max(1, height)), width_mm)


def _column_mm(geometry: Geometry) -> float:
    """Spacing along the axis that runs most nearly to the patient's left."""
    across = [axis for axis in range(3) if axis != geometry.superior_axis]
    return geometry.spacing_mm[max(across, key=lambda axis: abs(geometry.direction_cosines[0, axis]))]


def _extent(shares: npt.NDArray[np.float64], margin: float) -> slice:
    """From the first to the last line that holds more of the body than stray voxels of the table."""
    hits = np.flatnonzero(shares > BODY_SHARE)
    if not hits.size:
        return slice(0, shares.size)
    around = int(margin) + 1
    return slice(max(0, int(hits[0]) - around), min(shares.size, int(hits[-1]) + around + 1))


def _enlarged(plane: npt.NDArray[Any], window: _Window, *, smooth: bool = False) -> npt.NDArray[np.float32]:
    """The shown part at the picture's size; `smooth` is for CT, straight lines between voxels for all else."""
    from PIL import Image

    part = Image.fromarray(np.ascontiguousarray(plane[window.rows, window.columns], np.float32))
    method = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
    return np.asarray(part.resize(window.size, method))


def _grey_levels(volume: Volume, index: int, window: _Window) -> npt.NDArray[np.float32]:
    low, high = WINDOW_HU
    plane = axial_view(volume.hu, volume.geometry, index)[0]
    levels = np.clip((_enlarged(plane, window, smooth=True) - low) * (255 / (high - low)), 0, 255)
    return np.repeat(levels[:, :, None], 3, axis=2)


def _lay_heat(rgb: npt.NDArray[np.float32], heat: npt.NDArray[np.float32], *, grey: bool) -> None:
    shown = np.clip(heat, 0, 1)
    opacity = np.where(shown > FAINTEST_HEAT, LEAST_OPACITY + MORE_OPACITY * shown, 0)[:, :, None]
    rgb *= 1 - opacity
    rgb += opacity * heat_rgb(shown, grey=grey)


def _draw_outline(
    rgb: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_], window: _Window, colour: tuple[int, int, int]
) -> None:
    if not inside.any():
        return
    from scipy import ndimage

    large = _enlarged(inside, window) > 0.5
    thick = ndimage.binary_dilation(large, iterations=OUTLINE_PIXELS)
    thin = ndimage.binary_erosion(large, iterations=OUTLINE_PIXELS, border_value=1)
    rgb[thick & ~thin] = colour
