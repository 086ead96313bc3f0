"""The filtered images of a region, each cut to the box that features are computed in.

Every filter sees the whole surroundings of the region, so that the values inside the box do not depend on the box. The
images equal PyRadiomics' own; only the wanted wavelet bands are computed, and each only where it is looked at.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ArtefactError
from core.geometry import FloatArray, Geometry
from core.imaging.crop import Box
from core.imaging.resample import from_image, to_image
from core.radiomics.settings import RadiomicsSettings, log_image_name
from core.radiomics.wavelets import wavelet_images

if TYPE_CHECKING:
    import SimpleITK as sitk

LBP_RADIUS_VOXELS = 1
LBP_SAMPLES = 8


def filtered_images(
    values: FloatArray, geometry: Geometry, box: Box, settings: RadiomicsSettings, wanted: Collection[str]
) -> Iterator[tuple[str, FloatArray]]:
    """Each wanted image, in the settings' order.

    Args:
        values: float64 (I, J, K) on `geometry`, the region with the margin that filters need.
        box: the part of it to return.
        wanted: names of `settings.images`.

    Yields:
        (name, float64 of the box's shape).

    Raises:
        ArtefactError: if the surroundings are too small for a filter.
    """
    surroundings = _Surroundings(values, geometry, box)
    if "original" in wanted:
        yield "original", values[box]
    for sigma in settings.log_sigma_mm:
        if (name := log_image_name(sigma)) in wanted:
            yield name, surroundings.laplacian_of_gaussian(sigma)
    bands = [name for name in settings.wavelet_images if name in wanted]
    if bands:
        yield from wavelet_images(values, box, settings, bands)
    for name, _ in settings.further:
        if name in wanted:
            yield name, _FURTHER[name](surroundings)


class _Surroundings:
    """The unfiltered values, as array and as ITK image."""

    def __init__(self, values: FloatArray, geometry: Geometry, box: Box) -> None:
        self.values, self.geometry, self.box = values, geometry, box

    @cached_property
    def image(self) -> sitk.Image:
        return to_image(self.values, self.geometry)

    @cached_property
    def largest(self) -> float:
        """Of the absolute values; 1 where there is nothing but 0, which every scaling then leaves as it is."""
        return float(np.abs(self.values).max()) or 1.0

    @property
    def inner(self) -> FloatArray:
        return self.values[self.box]

    def laplacian_of_gaussian(self, sigma_mm: float) -> FloatArray:
        import SimpleITK as sitk

        needed = max(4, *(int(np.ceil(sigma_mm / spacing)) + 1 for spacing in self.geometry.spacing_mm))
        if min(self.values.shape) < needed:
            raise ArtefactError(f"radiomics: expected {needed} voxels along each side for a filter, got fewer")
        apply = sitk.LaplacianRecursiveGaussianImageFilter()
        apply.SetNormalizeAcrossScale(True)
        apply.SetSigma(sigma_mm)
        return _inner(apply.Execute(self.image), self.box)


def _inner(image: sitk.Image, box: Box) -> FloatArray:
    values: FloatArray = from_image(image)[box].astype(np.float64)
    return values


def _square(around: _Surroundings) -> FloatArray:
    squared: FloatArray = np.square(1 / np.sqrt(around.largest) * around.inner)
    return squared


def _squareroot(around: _Surroundings) -> FloatArray:
    return np.sign(around.inner) * np.sqrt(np.abs(around.inner) * around.largest)


def _logarithm(around: _Surroundings) -> FloatArray:
    scale = around.largest / np.log(around.largest + 1)
    scaled: FloatArray = np.sign(around.inner) * np.log(np.abs(around.inner) + 1) * scale
    return scaled


def _exponential(around: _Surroundings) -> FloatArray:
    risen: FloatArray = np.exp(np.log(around.largest) / around.largest * around.inner)
    return risen


def _gradient(around: _Surroundings) -> FloatArray:
    """Magnitude of the gradient, HU per mm."""
    import SimpleITK as sitk

    apply = sitk.GradientMagnitudeImageFilter()
    apply.SetUseImageSpacing(True)
    return _inner(apply.Execute(around.image), around.box)


def _local_binary_patterns(around: _Surroundings) -> FloatArray:
    """Uniform patterns of the 8 neighbours in each axial slice (T. Ojala et al., IEEE PAMI 2002;24:971)."""
    from skimage.feature import local_binary_pattern

    found = np.empty(around.inner.shape)
    across, along, slices = around.box
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Applying `local_binary_pattern` to floating-point", UserWarning)
        for position, k in enumerate(range(slices.start, slices.stop)):
            pattern = local_binary_pattern(around.values[:, :, k].T, LBP_SAMPLES, LBP_RADIUS_VOXELS, "uniform")
            found[:, :, position] = pattern.T[across, along]
    return found


_FURTHER: Mapping[str, Callable[[_Surroundings], FloatArray]] = {
    "square": _square,
    "squareroot": _squareroot,
    "logarithm": _logarithm,
    "exponential": _exponential,
    "gradient": _gradient,
    "lbp-2D": _local_binary_patterns,
}
