"""The one fixed way in which radiomics features are computed; plain data, kept in the model card.

Where it follows the Image Biomarker Standardisation Initiative (IBSI 1, Zwanenburg et al., Radiology 2020) and where
it does not:

- Resampling: block means, then linear interpolation to cubic voxels; the mask likewise, cut at one half. IBSI allows
  linear interpolation.
- Intensities are clipped to `clip_hu` before any filter, because some scans come clipped. An IBSI range
  re-segmentation would drop those voxels; here they stay.
- Grey levels: fixed bin width counted from zero (PyRadiomics), not from the lowest value of the region (IBSI).
- GLCM and GLRLM: three-dimensional, distance 1, features averaged over the 13 directions (IBSI "3D, averaged").
- GLDM is IBSI's neighbouring grey level dependence matrix with coarseness 0 and distance 1.
- Axis lengths divide by the number of voxels N, the consensus by N - 1: half a per cent on 74 voxels, nothing here.
- Kurtosis is not reduced by 3, as PyRadiomics has it; IBSI's is.
- Volume and surface come from a mesh; the filters are PyRadiomics' own and outside IBSI 1.

docs/radiomics.md lists the differences on the consensus phantom with their figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import product
from typing import Any

from core.errors import ArtefactError

FEATURES_PER_CLASS: Mapping[str, int] = {
    "firstorder": 18,
    "glcm": 24,
    "glrlm": 16,
    "glszm": 16,
    "gldm": 14,
    "ngtdm": 5,
    "shape": 14,
}
"""How many features each class must yield; a class that yields another number is an error, never a silent gap."""

FURTHER_IMAGES = ("square", "squareroot", "logarithm", "exponential", "gradient", "lbp-2D")
"""Images beside the original, LoG and wavelets, as PyRadiomics spells them."""

_LATER = {"wavelet_levels", "further"}
"""Settings that older cards lack; their defaults are what those models were made with."""


@dataclass(frozen=True)
class RadiomicsSettings:
    """How features are computed. The region is the whole liver parenchyma with its tumours, as in the paper.

    Attributes:
        spacing_mm: side of the cubic voxels.
        clip_hu: intensities are clipped to this closed range.
        margin_mm: what is kept around the liver before resampling, so that no filter sees an edge near it.
        bin_width: of grey levels of the unfiltered image, HU.
        filtered_bin_width: of grey levels of LoG and wavelet images.
        log_sigma_mm: widths of the Laplacian-of-Gaussian filters.
        wavelet: mother wavelet, "" for none; seven images a level, and the approximation of the last.
        wavelet_levels: how often the approximation is split again, 1 or more.
        further: images of FURTHER_IMAGES with the bin width of each. Square to exponential keep the range of the
            original; local binary patterns are the whole numbers 0-9, counted slice by slice.
        classes: feature classes, keys of FEATURES_PER_CLASS; shape is computed once, on the mask.
    """

    spacing_mm: float = 3.0
    clip_hu: tuple[float, float] = (-160.0, 240.0)
    margin_mm: float = 24.0
    bin_width: float = 25.0
    filtered_bin_width: float = 10.0
    log_sigma_mm: tuple[float, ...] = (3.0, 5.0)
    wavelet: str = "coif1"
    wavelet_levels: int = 1
    further: tuple[tuple[str, float], ...] = ()
    classes: tuple[str, ...] = tuple(FEATURES_PER_CLASS)

    def __post_init__(self) -> None:
        unknown = sum(name not in FEATURES_PER_CLASS for name in self.classes)
        if unknown:
            raise ArtefactError(f"radiomics settings: expected known feature classes, got {unknown} unknown")
        strange = sum(name not in FURTHER_IMAGES for name, _ in self.further)
        if strange:
            raise ArtefactError(f"radiomics settings: expected known images, got {strange} unknown")
        if self.wavelet_levels < 1:
            raise ArtefactError(f"radiomics settings: expected a wavelet level or more, got {self.wavelet_levels}")

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the images that features are computed on, as PyRadiomics spells them."""
        logs = tuple(log_image_name(sigma) for sigma in self.log_sigma_mm)
        return ("original", *logs, *self.wavelet_images, *(name for name, _ in self.further))

    @property
    def wavelet_images(self) -> tuple[str, ...]:
        """Names of the wavelet images by level: all bands of a level but "LLL", which is split again by the next."""
        if not self.wavelet:
            return ()
        names: list[str] = []
        for level in range(1, self.wavelet_levels + 1):
            bands = ["".join(band) for band in product("LH", repeat=3)]
            prefix = wavelet_prefix(level)
            names += [prefix + band for band in bands if band != "LLL" or level == self.wavelet_levels]
        return tuple(names)

    def width_of(self, image: str) -> float:
        """Width of the grey levels of an image."""
        return self.bin_width if image == "original" else dict(self.further).get(image, self.filtered_bin_width)

    @property
    def feature_count(self) -> int:
        """How many features a full extraction yields for one phase."""
        textures = sum(FEATURES_PER_CLASS[name] for name in self.classes if name != "shape")
        return textures * len(self.images) + ("shape" in self.classes) * FEATURES_PER_CLASS["shape"]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the card."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return plain | {"further": dict(self.further)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RadiomicsSettings:
        """Read the card's settings strictly; older cards lack the wavelet levels and the further images.

        Raises:
            ArtefactError: if a setting is missing, unknown or mistyped.
        """
        names = {field.name for field in fields(cls)}
        if not names - _LATER <= set(data) <= names:
            raise ArtefactError(f"radiomics settings: expected the {len(names)} known settings, got others")
        try:
            low, high = (float(value) for value in data["clip_hu"])
            return cls(
                spacing_mm=float(data["spacing_mm"]),
                clip_hu=(low, high),
                margin_mm=float(data["margin_mm"]),
                bin_width=float(data["bin_width"]),
                filtered_bin_width=float(data["filtered_bin_width"]),
                log_sigma_mm=tuple(float(value) for value in data["log_sigma_mm"]),
                wavelet=str(data["wavelet"]),
                wavelet_levels=int(data.get("wavelet_levels", 1)),
                further=tuple((str(name), float(width)) for name, width in dict(data.get("further", {})).items()),
                classes=tuple(str(value) for value in data["classes"]),
            )
        except (TypeError, ValueError) as error:
            raise ArtefactError("radiomics settings: expected numbers and words, got something else") from error


def log_image_name(sigma_mm: float) -> str:
    """PyRadiomics' name of a Laplacian-of-Gaussian image."""
    return f"log-sigma-{str(float(sigma_mm)).replace('.', '-')}-mm-3D"


def wavelet_prefix(level: int) -> str:
    """What PyRadiomics writes before a band; the first level is not numbered."""
    return "wavelet-" if level == 1 else f"wavelet{level}-"


QUICK = RadiomicsSettings()
"""What the shipped demonstration model reads: 11 images a phase at 3 mm."""

FULL = RadiomicsSettings(
    spacing_mm=2.0,
    log_sigma_mm=(1.0, 2.0, 3.0, 4.0, 5.0),
    wavelet_levels=2,
    further=(
        ("square", 10.0),
        ("squareroot", 10.0),
        ("logarithm", 10.0),
        ("exponential", 10.0),
        ("gradient", 5.0),
        ("lbp-2D", 1.0),
    ),
)
"""For a centre's own cohort: 27 images a phase at 2 mm, over 2500 features."""

NAMED: Mapping[str, RadiomicsSettings] = {"quick": QUICK, "full": FULL}
