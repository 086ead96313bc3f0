"""Radiomics features of one phase: all of them for training, or only the selected ones on the interactive path.

Both walk the same steps on the same crop, so a feature has the same value either way. The image is cropped and
resampled here, before PyRadiomics, which is faster than its own resampling of the whole grid; its filters and feature
classes do the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import ArtefactError
from core.geometry import Geometry
from core.imaging.crop import bounding_box
from core.imaging.resample import to_image
from core.radiomics.region import Region, footprint, prepare
from core.radiomics.selected import SelectedFeatures, join_phases
from core.radiomics.settings import FEATURES_PER_CLASS, RadiomicsSettings, log_image_name

if TYPE_CHECKING:
    import SimpleITK as sitk

Plan = dict[str, dict[str, list[str]]]
"""Image name -> feature class -> feature names."""


def extract(
    hu: npt.NDArray[np.int16],
    liver: npt.NDArray[np.bool_],
    geometry: Geometry,
    settings: RadiomicsSettings,
    names: Sequence[str] | None = None,
) -> dict[str, float]:
    """Features of one phase in the whole liver.

    Args:
        hu: int16 (I, J, K) on `geometry` (the portal-venous grid, for both phases).
        liver: bool (I, J, K), liver with its tumours.
        names: only these features, such as "original_glcm_Contrast"; None for all.

    Returns:
        Feature name -> value, in the order of `names`; a value that is not defined for this region is NaN.

    Raises:
        InputError: if the liver is too small.
        ArtefactError: if a name is unknown or a class does not yield what it must.
    """
    return features_of(prepare(hu, footprint(liver, geometry, settings), settings), settings, names)


def extract_phases(
    phases: tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]],
    liver: npt.NDArray[np.bool_],
    geometry: Geometry,
    settings: RadiomicsSettings,
    selected: SelectedFeatures | None = None,
) -> dict[str, float]:
    """Features of both phases by prefixed name: "ap_..." and "pvp_...".

    Args:
        phases: arterial and portal-venous int16 (I, J, K), both on the portal-venous grid `geometry`.
        liver: bool (I, J, K), liver with its tumours.
        selected: only these; None for all, where shape is given once, with the portal-venous phase.

    Raises:
        InputError: if the liver is too small.
        ArtefactError: if a name is unknown or a class does not yield what it must.
    """
    where = footprint(liver, geometry, settings)
    chosen = selected or all_features(settings)
    arterial = features_of(prepare(phases[0], where, settings), settings, chosen.arterial)
    venous = features_of(prepare(phases[1], where, settings), settings, chosen.portal_venous)
    return join_phases(arterial, venous)


def all_features(settings: RadiomicsSettings) -> SelectedFeatures:
    """Every feature of both phases; shape, which does not depend on the phase, with the portal-venous one."""
    names = tuple(_known_names(settings))
    return SelectedFeatures(tuple(name for name in names if "_shape_" not in name), names)


def features_of(region: Region, settings: RadiomicsSettings, names: Sequence[str] | None = None) -> dict[str, float]:
    """Features of a region as it is, without cropping or resampling.

    Raises:
        ArtefactError: if a name is unknown or a class does not yield what it must.
    """
    plan = _plan(settings, names)
    mask = to_image(region.inside.astype(np.uint8), region.geometry)
    image = to_image(region.values, region.geometry)
    box = bounding_box(region.inside, region.geometry)
    cropped_mask = mask[box]
    found: dict[str, float] = {}
    with np.errstate(divide="ignore", invalid="ignore"):  # undefined values are NaN, and looked at by the caller
        for image_name, filtered in _filtered_images(image, settings, plan):
            width = settings.bin_width if image_name == "original" else settings.filtered_bin_width
            for class_name, wanted in plan[image_name].items():
                values = _class_values(class_name, filtered[box], cropped_mask, width, wanted)
                found |= {f"{image_name}_{class_name}_{feature}": value for feature, value in values.items()}
    return _complete(found, settings, names)


def _plan(settings: RadiomicsSettings, names: Sequence[str] | None) -> Plan:
    """What to compute on which image, in the settings' order."""
    known = _known_names(settings)
    wanted = known if names is None else {name: known[name] for name in names if name in known}
    if names is not None and len(wanted) != len(set(names)):
        raise ArtefactError(f"radiomics: expected known features, got {len(set(names)) - len(wanted)} unknown")
    plan: Plan = {}
    for image, class_name, feature in wanted.values():
        plan.setdefault(image, {}).setdefault(class_name, []).append(feature)
    return plan


@cache
def _known_names(settings: RadiomicsSettings) -> dict[str, tuple[str, str, str]]:
    """Every feature of the settings: name -> image, class, feature."""
    known: dict[str, tuple[str, str, str]] = {}
    for image in settings.images:
        for class_name in settings.classes:
            if class_name != "shape" or image == "original":
                known |= {
                    f"{image}_{class_name}_{name}": (image, class_name, name) for name in _feature_names(class_name)
                }
    return known


@cache
def _feature_names(class_name: str) -> tuple[str, ...]:
    listed = _feature_class(class_name).getFeatureNames()
    names = tuple(sorted(name for name, deprecated in listed.items() if not deprecated))
    if len(names) != FEATURES_PER_CLASS[class_name]:
        raise ArtefactError(
            f"radiomics: expected {FEATURES_PER_CLASS[class_name]} features of class {class_name}, got {len(names)}"
        )
    return names


@cache
def _feature_class(class_name: str) -> Any:
    import radiomics

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)  # it warns on stderr of what the card already says
    return radiomics.getFeatureClasses()[class_name]


def _filtered_images(image: sitk.Image, settings: RadiomicsSettings, plan: Plan) -> Iterator[tuple[str, sitk.Image]]:
    """The wanted images, each filtered over the whole crop."""
    from radiomics import imageoperations

    if "original" in plan:
        yield "original", image
    sigmas = [sigma for sigma in settings.log_sigma_mm if log_image_name(sigma) in plan]
    filters: list[Callable[[], Iterator[Any]]] = []
    if sigmas:
        filters.append(lambda: imageoperations.getLoGImage(image, None, sigma=sigmas))
    if any(name.startswith("wavelet") for name in plan):
        filters.append(lambda: imageoperations.getWaveletImage(image, None, wavelet=settings.wavelet))
    for apply in filters:
        yield from ((name, filtered) for filtered, name, _ in apply() if name in plan)


def _class_values(
    class_name: str, image: sitk.Image, mask: sitk.Image, bin_width: float, wanted: Sequence[str]
) -> Mapping[str, float]:
    computed = _feature_class(class_name)(image, mask, binWidth=bin_width, label=1)
    for feature in wanted:
        computed.enableFeatureByName(feature)
    # the maximal correlation coefficient is a root of eigenvalues, which rounding may make complex
    values = {name: float(np.real(value)) for name, value in computed.execute().items()}
    if len(values) != len(wanted):
        raise ArtefactError(f"radiomics: expected {len(wanted)} features of class {class_name}, got {len(values)}")
    return values


def _complete(found: dict[str, float], settings: RadiomicsSettings, names: Sequence[str] | None) -> dict[str, float]:
    expected = list(_known_names(settings)) if names is None else list(names)
    missing = sum(name not in found for name in expected)
    if missing:
        raise ArtefactError(f"radiomics: expected {len(expected)} features, got {len(expected) - missing}")
    return {name: found[name] for name in expected}
