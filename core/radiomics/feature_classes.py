"""PyRadiomics' feature classes, handed what they share instead of working it out each for itself.

The formulas of all features are PyRadiomics'. Only what goes into them is prepared elsewhere: grey levels once per
image (`grey_levels`), the matrices (`matrices`), the mesh without its search through all pairs of vertices (`mesh`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import ArtefactError
from core.geometry import FloatArray, Geometry
from core.imaging.layout import reversed_axes
from core.imaging.resample import to_image
from core.radiomics.grey_levels import GreyLevels, Inside, grey_levels
from core.radiomics.matrices import (
    dependences,
    neighbour_differences,
    run_lengths,
    size_zones,
)
from core.radiomics.mesh import Mesh
from core.radiomics.settings import FEATURES_PER_CLASS

if TYPE_CHECKING:
    import SimpleITK as sitk


@dataclass(frozen=True, eq=False)
class PreparedImage:
    """One filtered image of a region, in its bounding box.

    Attributes:
        image: the values, as ITK image.
        levels: its grey levels; arrays in ITK's order (K, J, I).
    """

    image: sitk.Image
    levels: GreyLevels


def shared_inside(inside: npt.NDArray[np.bool_]) -> Inside:
    """A region within its box (I, J, K), for `prepared_image`."""
    return Inside(reversed_axes(inside))


def prepared_image(values: FloatArray, geometry: Geometry, inside: Inside, width: float) -> PreparedImage:
    """Bin an image once for all classes.

    Args:
        values: float64 (I, J, K) in the region's box. geometry: of that box. width: of the grey levels.
    """
    turned = reversed_axes(values)
    return PreparedImage(to_image(turned.T, geometry), grey_levels(turned, inside, width))


def class_values(class_name: str, prepared: PreparedImage, wanted: Sequence[str]) -> Mapping[str, float]:
    """The wanted features of one class on one image.

    Raises:
        ArtefactError: if the class does not yield what it must.
    """
    computed = _prepared_class(class_name)(prepared.image, prepared.image, prepared=prepared)
    for feature in wanted:
        computed.enableFeatureByName(feature)
    # the maximal correlation coefficient is a root of eigenvalues, which rounding may make complex
    values = {name: float(np.real(value)) for name, value in computed.execute().items()}
    if len(values) != len(wanted):
        raise ArtefactError(f"radiomics: expected {len(wanted)} features of class {class_name}, got {len(values)}")
    return values


@cache
def feature_names(class_name: str) -> tuple[str, ...]:
    """All features of a class but the deprecated ones.

    Raises:
        ArtefactError: if the class has another number of features than it must.
    """
    listed = feature_class(class_name).getFeatureNames()
    names = tuple(sorted(name for name, deprecated in listed.items() if not deprecated))
    if len(names) != FEATURES_PER_CLASS[class_name]:
        raise ArtefactError(
            f"radiomics: expected {FEATURES_PER_CLASS[class_name]} features of class {class_name}, got {len(names)}"
        )
    return names


@cache
def feature_class(class_name: str) -> Any:
    """PyRadiomics' class, as it is."""
    import radiomics

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)  # it warns on stderr of what the card already says
    return radiomics.getFeatureClasses()[class_name]


@cache
def _prepared_class(class_name: str) -> Any:
    """PyRadiomics' class with the prepared parts in front."""
    original = feature_class(class_name)
    return type(original.__name__, (_PARTS[class_name], original), {"__module__": original.__module__})


class _Shared:
    """Takes region and grey levels as they were prepared; attributes are PyRadiomics' own."""

    settings: Mapping[str, Any]
    coefficients: dict[str, Any]
    maskArray: npt.NDArray[np.bool_]

    @property
    def prepared(self) -> PreparedImage:
        found: PreparedImage = self.settings["prepared"]
        return found

    def _initSegmentBasedCalculation(self) -> None:
        self.maskArray = self.prepared.levels.inside.mask

    def _applyBinning(self, matrix: FloatArray) -> npt.NDArray[np.int64]:
        levels = self.prepared.levels
        self.coefficients["grayLevels"] = levels.present
        self.coefficients["Ng"] = levels.highest
        return levels.matrix


class _Firstorder(_Shared):
    """Counts grey levels instead of sorting them, and multiplies where a power is whole."""

    imageArray: FloatArray
    targetVoxelArray: FloatArray

    def _initCalculation(self, voxelCoordinates: None = None) -> None:
        levels = self.prepared.levels
        self.targetVoxelArray = self.imageArray[self.maskArray].reshape((1, -1))
        counts = np.bincount(levels.position, minlength=len(levels.present)).reshape((1, -1))
        self.coefficients["p_i"] = counts / counts.sum()

    @staticmethod
    def _moment(values: FloatArray, moment: int = 1) -> FloatArray:
        centred = values - values.mean(axis=1, keepdims=True)
        raised = np.prod([centred] * moment, axis=0)
        mean: FloatArray = raised.mean(axis=1)
        return mean


class _Glrlm(_Shared):
    """Reads the runs from the sorted lines."""

    def _calculateMatrix(self, voxelCoordinates: None = None) -> FloatArray:
        runs = run_lengths(self.prepared.levels)
        self.coefficients["Nr"] = runs.sum(axis=(1, 2))
        return runs


class _Glszm(_Shared):
    """Has a column for each zone size that occurs, not for each that could."""

    def _calculateMatrix(self, voxelCoordinates: None = None) -> FloatArray:
        matrix, sizes = size_zones(self.prepared.levels)
        by_size = matrix.sum(axis=1)
        self.coefficients |= {
            "Np": by_size @ sizes,
            "Nz": matrix.sum(axis=(1, 2)),
            "ps": by_size,
            "pg": matrix.sum(axis=2),
            "ivector": self.prepared.levels.present.astype(np.float64),
            "jvector": sizes,
        }
        return matrix

    def _calculateCoefficients(self) -> None:
        """They stand already."""


class _Gldm(_Shared):
    """Has a column for each dependence that occurs."""

    def _calculateMatrix(self, voxelCoordinates: None = None) -> FloatArray:
        matrix, sizes = dependences(self.prepared.levels)
        self.coefficients |= {
            "Nz": matrix.sum(axis=(1, 2)),
            "pd": matrix.sum(axis=1),
            "pg": matrix.sum(axis=2),
            "ivector": self.prepared.levels.present.astype(np.float64),
            "jvector": sizes,
        }
        return matrix


class _Ngtdm(_Shared):
    """Sums neighbours axis by axis."""

    def _calculateMatrix(self, voxelCoordinates: None = None) -> FloatArray:
        return neighbour_differences(self.prepared.levels)


class _Shape(_Shared):
    """Measures of the mesh only as they are wanted; the axes are those of the voxels' scatter, as in PyRadiomics."""

    inputImage: sitk.Image

    def _initSegmentBasedCalculation(self) -> None:
        super()._initSegmentBasedCalculation()
        self.labelledVoxelCoordinates = np.nonzero(self.maskArray)
        across, along, upwards = self.inputImage.GetSpacing()
        self.pixelSpacing = np.array([upwards, along, across])
        self.mesh = Mesh(self.maskArray, (upwards, along, across))

    @cached_property
    def SurfaceArea(self) -> float:
        return self.mesh.area_mm2

    @cached_property
    def Volume(self) -> float:
        return self.mesh.volume_mm3

    @cached_property
    def diameters(self) -> tuple[float, float, float, float]:
        """Within a slice, a coronal and a sagittal plane, and in any direction."""
        slices, columns, rows = (self.mesh.diameter_mm(axis) for axis in range(3))
        return slices, columns, rows, self.mesh.largest_diameter_mm

    @cached_property
    def eigenValues(self) -> FloatArray:
        """Of the voxels' scatter, ascending."""
        at = np.stack(self.labelledVoxelCoordinates, axis=1) * self.pixelSpacing
        found: FloatArray = np.linalg.eigvalsh(np.cov(at, rowvar=False, bias=True))
        return np.maximum(found, 0.0)


_PARTS: Mapping[str, type[_Shared]] = {
    "firstorder": _Firstorder,
    "glcm": _Shared,
    "glrlm": _Glrlm,
    "glszm": _Glszm,
    "gldm": _Gldm,
    "ngtdm": _Ngtdm,
    "shape": _Shape,
}
