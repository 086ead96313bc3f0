"""Radiomics features of one phase: all of them for training, or only the selected ones on the interactive path.

Both walk the same steps on the same crop, so a feature has the same value either way. The image is cropped and
resampled here (`region`), filtered (`images`), binned once (`grey_levels`); PyRadiomics' formulas do the rest
(`feature_classes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from core.errors import ArtefactError
from core.geometry import Geometry
from core.imaging.crop import bounding_box, sub_geometry
from core.radiomics.feature_classes import class_values, feature_names, prepared_image, shared_inside
from core.radiomics.grey_levels import Inside
from core.radiomics.images import filtered_images
from core.radiomics.region import Region, footprint, prepare
from core.radiomics.selected import SelectedFeatures, join_phases
from core.radiomics.settings import RadiomicsSettings

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
    shared = shared_inside(where.inside[bounding_box(where.inside, where.geometry)])
    arterial = features_of(prepare(phases[0], where, settings), settings, chosen.arterial, shared)
    venous = features_of(prepare(phases[1], where, settings), settings, chosen.portal_venous, shared)
    return join_phases(arterial, venous)


def all_features(settings: RadiomicsSettings) -> SelectedFeatures:
    """Every feature of both phases; shape, which does not depend on the phase, with the portal-venous one."""
    names = tuple(_known_names(settings))
    return SelectedFeatures(tuple(name for name in names if "_shape_" not in name), names)


def features_of(
    region: Region, settings: RadiomicsSettings, names: Sequence[str] | None = None, shared: Inside | None = None
) -> dict[str, float]:
    """Features of a region as it is, without cropping or resampling.

    Args:
        shared: what another image of the same region has worked out already.

    Raises:
        ArtefactError: if a name is unknown or a class does not yield what it must.
    """
    plan = _plan(settings, names)
    box = bounding_box(region.inside, region.geometry)
    grid = sub_geometry(region.geometry, box)
    inside = shared or shared_inside(region.inside[box])
    found: dict[str, float] = {}
    images = filtered_images(region.values, region.geometry, box, settings, plan)
    with np.errstate(divide="ignore", invalid="ignore"):  # undefined values are NaN, and looked at by the caller
        for image, values in images:
            prepared = prepared_image(values, grid, inside, settings.width_of(image))
            for class_name, wanted in plan[image].items():
                yielded = class_values(class_name, prepared, wanted)
                found |= {f"{image}_{class_name}_{feature}": value for feature, value in yielded.items()}
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
                    f"{image}_{class_name}_{name}": (image, class_name, name) for name in feature_names(class_name)
                }
    return known


def _complete(found: dict[str, float], settings: RadiomicsSettings, names: Sequence[str] | None) -> dict[str, float]:
    expected = list(_known_names(settings)) if names is None else list(names)
    missing = sum(name not in found for name in expected)
    if missing:
        raise ArtefactError(f"radiomics: expected {len(expected)} features, got {len(expected) - missing}")
    return {name: found[name] for name in expected}
