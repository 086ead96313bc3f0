"""Images that may show burned-in text. Nothing here proves that there is none.

Two signs: the header says so (BurnedInAnnotation); and thin bright strokes that stand in air at the same place of
several slices. Bone and contrast lie in tissue; a wire or tube around the body crosses a slice as a dot.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.case import Notice

BRIGHT_HU, AIR_HU = 500, -800
WIDEST_STROKE = 3
"""Voxels; letters of viewers and scanners are drawn with strokes of 1 to 3."""
LEAST_VOXELS, LEAST_SLICES = 40, 3
PIXELS_UNPROVEN = "Cleaning the headers proves nothing about the pixels: look at the images themselves."


def burned_in_notices(marked: int, count: int, hu: npt.NDArray[np.int16], role: str) -> tuple[Notice, ...]:
    """What must be told of a series.

    Args:
        marked: how many of its `count` slices say that text is burned into them.
        hu: (I, J, K).
        role: for the text.
    """
    signs = []
    if marked:
        signs.append(f"{marked} of {count} slices are marked so")
    if has_strokes(hu):
        signs.append("strokes like those of letters stand in the air around the body")
    if not signs:
        return ()
    return (Notice("burned_in_text", f"{role}: may show burned-in text ({'; '.join(signs)}). {PIXELS_UNPROVEN}"),)


def has_strokes(hu: npt.NDArray[np.int16]) -> bool:
    """True if at least 40 bright voxels of thin strokes in air lie at the same place in at least 3 slices."""
    counts = np.zeros(hu.shape[:2], dtype=np.int32)
    for k in range(hu.shape[2]):
        plane = hu[:, :, k]
        if np.count_nonzero(plane >= BRIGHT_HU) >= LEAST_VOXELS:
            counts += strokes(plane)
    return int(np.count_nonzero(counts >= LEAST_SLICES)) >= LEAST_VOXELS


def strokes(plane: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """The bright voxels (I, J) with air on both sides, at most 3 voxels apart, along I or along J."""
    bright, air = plane >= BRIGHT_HU, plane <= AIR_HU
    found = np.zeros_like(bright)
    for axis in (0, 1):
        found |= bright & _near(air, axis, 1) & _near(air, axis, -1)
    return found


def _near(air: npt.NDArray[np.bool_], axis: int, way: int) -> npt.NDArray[np.bool_]:
    """Where air begins within a stroke's width on one side."""
    found = np.zeros_like(air)
    for step in range(1, WIDEST_STROKE + 1):
        shifted = np.roll(air, way * step, axis)
        edge = [slice(None)] * air.ndim
        edge[axis] = slice(0, step) if way > 0 else slice(-step, None)
        shifted[tuple(edge)] = False
        found |= shifted
    return found
