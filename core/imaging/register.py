"""Bringing the arterial phase rigidly onto the portal-venous grid, over the liver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.case import Volume
from core.geometry import FloatArray
from core.imaging.crop import bounding_box, sub_geometry
from core.imaging.resample import resample, to_image, to_isotropic

if TYPE_CHECKING:
    import SimpleITK as sitk

SPACING_MM = 4.0
HU_WINDOW = (-100.0, 300.0)
MARGIN_MM = 25.0


def rigid_transform(arterial: Volume, portal_venous: Volume, liver: npt.NDArray[np.bool_]) -> FloatArray:
    """The 4x4 transform from portal-venous to arterial LPS mm that aligns the liver (Mattes mutual information).

    The identity where there is nothing to align: a mask of a few voxels, or phases that lie apart.

    Args:
        liver: bool (I, J, K) on the portal-venous grid.
    """
    box = bounding_box(liver, portal_venous.geometry, MARGIN_MM)
    fixed_hu, fixed_grid = to_isotropic(portal_venous.hu[box], sub_geometry(portal_venous.geometry, box), SPACING_MM)
    fixed = to_image(np.clip(fixed_hu, *HU_WINDOW), fixed_grid)
    moving_hu, moving_grid = to_isotropic(arterial.hu, arterial.geometry, SPACING_MM)
    moving = to_image(np.clip(moving_hu, *HU_WINDOW), moving_grid)
    mask, _ = to_isotropic(
        liver[box].astype(np.float32), sub_geometry(portal_venous.geometry, box), SPACING_MM, outside=0
    )
    if not (mask > 0.5).any():
        return np.eye(4)
    try:
        return _matrix(_register(fixed, moving, to_image((mask > 0.5).astype(np.uint8), fixed_grid)))
    except RuntimeError:  # ITK's word for "the two do not overlap"
        return np.eye(4)


def _register(fixed: sitk.Image, moving: sitk.Image, liver: sitk.Image) -> sitk.Transform:
    import SimpleITK as sitk

    near_liver = sitk.BinaryDilate(liver, [3, 3, 3])
    moments = sitk.LabelShapeStatisticsImageFilter()
    moments.Execute(liver)
    start = sitk.Euler3DTransform()
    start.SetCenter(moments.GetCentroid(1))
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricFixedMask(near_liver)
    method.SetMetricSamplingStrategy(method.NONE)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=4.0, minStep=0.02, numberOfIterations=60, relaxationFactor=0.6, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([4.0, 0.0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=False)
    # one thread: the same answer on every machine, whatever its number of cores
    method.SetNumberOfThreads(1)
    transform: sitk.Transform = method.Execute(fixed, moving)
    return transform


def _matrix(transform: sitk.Transform) -> FloatArray:
    origin = np.array(transform.TransformPoint((0.0, 0.0, 0.0)))
    columns = [np.array(transform.TransformPoint(unit)) - origin for unit in np.eye(3).tolist()]
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack(columns)
    matrix[:3, 3] = origin
    return np.round(matrix, 9)  # the last digits depend on the order in which threads add up


def shift_mm(transform_lps: FloatArray, centre_mm: FloatArray) -> float:
    """How far the transform moves a point, mm."""
    moved = transform_lps[:3, :3] @ centre_mm + transform_lps[:3, 3]
    return float(np.linalg.norm(moved - centre_mm))


def rotation_deg(transform_lps: FloatArray) -> float:
    """The transform's rotation angle, degrees."""
    cosine = (np.trace(transform_lps[:3, :3]) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def on_portal_venous_grid(arterial: Volume, portal_venous: Volume, transform_lps: FloatArray) -> Volume:
    """The arterial phase resampled by the transform; voxels outside its field of view are air."""
    hu = resample(arterial.hu, arterial.geometry, portal_venous.geometry, transform_lps=transform_lps)
    return Volume(hu, portal_venous.geometry, arterial.phase, arterial.source_sha256, arterial.simulated)


def dice(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Dice overlap of two masks, 0..1; 0 if both are empty."""
    total = int(np.count_nonzero(first) + np.count_nonzero(second))
    return 2.0 * int(np.count_nonzero(np.logical_and(first, second))) / total if total else 0.0
