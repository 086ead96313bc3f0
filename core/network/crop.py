"""What the network sees: both phases in a box fitted to the liver, everything outside the liver blanked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, sub_geometry
from core.imaging.resample import box_average, resample

SIDE = 96
MARGIN_MM = 6.0
"""A rim around the liver stays visible, so that its surface and bulging tumours are not cut."""
HU_WINDOW = (-50.0, 250.0)
CENTRE_HU = (70.0, 110.0)
SCALE_HU = 60.0
"""HU are clipped to the window, then (HU - centre) / scale: 0 is liver as usual in that phase, and blank."""
SMALLEST_PART = 0.05
"""Parts of the mask under this share of the largest one are stray: one of 3 mL would change the scale of everything."""


def liver_crop(
    arterial_hu: npt.NDArray[np.int16],
    portal_venous_hu: npt.NDArray[np.int16],
    liver: npt.NDArray[np.bool_],
    geometry: Geometry,
) -> tuple[npt.NDArray[np.float32], Geometry]:
    """The network's input and its grid, whose spacing differs by axis so that the liver fills it.

    Args:
        arterial_hu, portal_venous_hu: int16 (I, J, K) on the same grid. liver: bool on it.

    Returns:
        float32 (2, 96, 96, 96), 0 away from the liver, and the grid.
    """
    liver = main_parts(liver, geometry)
    box = bounding_box(liver, geometry, MARGIN_MM)
    grid = _fitted_grid(sub_geometry(geometry, box))
    wide = bounding_box(liver, geometry, 2 * MARGIN_MM)
    near = _on_grid(liver, wide, geometry, grid, 0.0)
    visible = _grow(near > 0.5, grid)
    phases = [
        (np.clip(_on_grid(hu, wide, geometry, grid, centre), *HU_WINDOW) - centre) / SCALE_HU
        for hu, centre in zip((arterial_hu, portal_venous_hu), CENTRE_HU, strict=True)
    ]
    return np.where(visible, np.stack(phases), 0.0).astype(np.float32), grid


def part_crop(part: npt.NDArray[np.bool_], geometry: Geometry, grid: Geometry) -> npt.NDArray[np.bool_]:
    """A part of the liver, bool (I, J, K), on the grid of `liver_crop`: bool (96, 96, 96)."""
    found = np.zeros(grid.shape, dtype=bool)
    if part.any():
        box = bounding_box(part, geometry, 2 * MARGIN_MM)
        found = _on_grid(part, box, geometry, grid, 0.0) > 0.5
    return found


def main_parts(liver: npt.NDArray[np.bool_], geometry: Geometry) -> npt.NDArray[np.bool_]:
    """The mask without its stray parts: its largest one and those of SMALLEST_PART of that at least.

    Raises:
        ValueError: if no voxel is set.
    """
    from scipy import ndimage

    box = bounding_box(liver, geometry)
    labels, count = ndimage.label(liver[box])
    if count == 1:
        return liver
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    kept = np.zeros_like(liver)
    kept[box] = (sizes >= SMALLEST_PART * sizes.max())[labels] & liver[box]
    return kept


def _fitted_grid(box: Geometry) -> Geometry:
    """SIDE voxels along each of the patient's axes over the box."""
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in box.shape], [1.0])).reshape(4, -1)
    lps = (box.affine_lps @ corners)[:3]
    low, high = lps.min(axis=1), lps.max(axis=1)
    affine = np.diag([*((high - low) / SIDE), 1.0])
    affine[:3, 3] = low + np.diag(affine)[:3] / 2
    return Geometry((SIDE, SIDE, SIDE), affine)


def _on_grid(
    values: npt.NDArray[np.generic], box: Box, geometry: Geometry, grid: Geometry, outside: float
) -> npt.NDArray[np.float32]:
    averaged, coarse = box_average(values[box], sub_geometry(geometry, box), min(grid.spacing_mm))
    return resample(averaged, coarse, grid, outside=outside)


def _grow(liver: npt.NDArray[np.bool_], grid: Geometry) -> npt.NDArray[np.bool_]:
    from scipy import ndimage

    away: npt.NDArray[np.float64] = ndimage.distance_transform_edt(~liver, sampling=grid.spacing_mm)
    return away <= MARGIN_MM
