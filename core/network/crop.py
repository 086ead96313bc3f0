"""What the network sees: both phases in a cube of 288 mm around the liver, everything outside the liver blanked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, centre_lps, cube_grid, sub_geometry
from core.imaging.resample import box_average, resample

SIDE = 96
SPACING_MM = 3.0
HU_WINDOW = (-50.0, 250.0)
MARGIN_MM = 6.0
"""A rim around the liver stays visible, so that its surface and bulging tumours are not cut."""


def liver_crop(
    arterial_hu: npt.NDArray[np.int16],
    portal_venous_hu: npt.NDArray[np.int16],
    liver: npt.NDArray[np.bool_],
    geometry: Geometry,
) -> tuple[npt.NDArray[np.float32], Geometry]:
    """The network's input and its grid.

    Args:
        arterial_hu, portal_venous_hu: int16 (I, J, K) on the same grid. liver: bool on it.

    Returns:
        float32 (2, 96, 96, 96) in -1..1, -1 away from the liver, and the cube's grid.
    """
    grid = cube_grid(centre_lps(liver, geometry), SIDE, SPACING_MM)
    box = bounding_box(liver, geometry, 2 * SPACING_MM + MARGIN_MM)
    near = _on_cube(liver.astype(np.float32), box, geometry, grid, 0.0)
    visible = _grow(near > 0.5)
    phases = [_on_cube(hu, box, geometry, grid, HU_WINDOW[0]) for hu in (arterial_hu, portal_venous_hu)]
    low, high = HU_WINDOW
    scaled = (np.clip(np.stack(phases), low, high) - low) * (2 / (high - low)) - 1
    return np.where(visible, scaled, -1.0).astype(np.float32), grid


def _on_cube(
    values: npt.NDArray[np.generic], box: Box, geometry: Geometry, grid: Geometry, outside: float
) -> npt.NDArray[np.float32]:
    averaged, coarse = box_average(values[box], sub_geometry(geometry, box), SPACING_MM)
    return resample(averaged, coarse, grid, outside=outside)


def _grow(liver: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    from scipy import ndimage

    grown: npt.NDArray[np.bool_] = ndimage.binary_dilation(liver, iterations=round(MARGIN_MM / SPACING_MM))
    return grown
