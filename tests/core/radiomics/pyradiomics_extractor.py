"""The same features by PyRadiomics' own extractor, image type by image type with the bin width of each."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any

import numpy as np

from core.imaging.resample import to_image
from core.radiomics.region import Region
from core.radiomics.settings import RadiomicsSettings, log_image_name

KINDS = {
    "square": "Square",
    "squareroot": "SquareRoot",
    "logarithm": "Logarithm",
    "exponential": "Exponential",
    "gradient": "Gradient",
    "lbp-2D": "LBP2D",
}


def extractor_values(
    region: Region, settings: RadiomicsSettings, wanted: Collection[str] | None = None
) -> dict[str, float]:
    """Every feature of the settings, or the `wanted` ones, on a region that is already cropped and resampled."""
    from radiomics import featureextractor

    image, mask = (to_image(a, region.geometry) for a in (region.values, region.inside.astype(np.uint8)))
    found: dict[str, float] = {}
    for kind, options, width, images in _jobs(settings):
        extractor = featureextractor.RadiomicsFeatureExtractor(
            binWidth=width, additionalInfo=False, minimumROIDimensions=1
        )
        extractor.disableAllImageTypes()
        extractor.enableImageTypeByName(kind, customArgs=options)
        if wanted is not None and not _enable(extractor, [n for n in wanted if n.split("_")[0] in images]):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found |= {name: float(np.real(value)) for name, value in extractor.execute(image, mask).items()}
    return found if wanted is None else {name: found[name] for name in wanted}


def _jobs(settings: RadiomicsSettings) -> list[tuple[str, dict[str, Any], float, Collection[str]]]:
    """Image type, its options, the bin width, and the images that come of it."""
    logs = [log_image_name(sigma) for sigma in settings.log_sigma_mm]
    jobs: list[tuple[str, dict[str, Any], float, Collection[str]]] = [
        ("Original", {}, settings.bin_width, ["original"])
    ]
    if logs:
        jobs.append(("LoG", {"sigma": list(settings.log_sigma_mm)}, settings.filtered_bin_width, logs))
    if settings.wavelet:
        options = {"wavelet": settings.wavelet, "level": settings.wavelet_levels}
        jobs.append(("Wavelet", options, settings.filtered_bin_width, settings.wavelet_images))
    return jobs + [(KINDS[name], {}, width, [name]) for name, width in settings.further]


def _enable(extractor: Any, wanted: Collection[str]) -> bool:
    """Only these features, on every image of the type: the extractor cannot tell images apart."""
    by_class: dict[str, list[str]] = {}
    for name in wanted:
        _, kind, feature = name.split("_")
        by_class.setdefault(kind, []).append(feature)
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(**by_class)
    return bool(by_class)
