"""From HU to a liver mask: sliding window at 3 mm, largest component, holes filled, back on the CT's own grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.artefacts import Artefact
from core.case import LiverMask, MaskOrigin
from core.errors import ArtefactError, NoLiverError
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, box_of_grid, sub_geometry
from core.imaging.resample import resample, to_isotropic
from core.segmentation.network import SPACING_MM, build, normalise

if TYPE_CHECKING:
    import torch

WINDOW = (96, 96, 64)
OVERLAP = 0.5
BODY_HU = -300.0
SMALLEST_LIVER_ML = 100.0
BONE_HU = 300.0
BONE_SHELL_VOXELS = 5
LARGEST_BONE_SHARE = 0.2
"""Of the 15 mm around a liver: ribs take up to .02 (measured on the demo and on real CT), a skull round a brain .45."""


@dataclass(frozen=True, eq=False)
class CoarseLiver:
    """The segmenter's answer at 3 mm.

    Attributes:
        probability: float32 (I, J, K), 0 away from the largest component, holes filled with 1.
        grid: axis-aligned, 3 mm.
        other_components_ml: volume of what was found elsewhere and dropped, mL.
        confidence: mean probability inside the liver, 0..1.
    """

    probability: npt.NDArray[np.float32]
    grid: Geometry
    other_components_ml: float
    confidence: float


@dataclass(frozen=True, eq=False)
class Segmenter:
    """A loaded 3D ResU-Net."""

    network: torch.nn.Module

    @classmethod
    def load(cls, artefact: Artefact) -> Segmenter:
        """Build from the card and load strictly.

        Raises:
            ArtefactError: if the weights do not fit the card.
        """
        from safetensors.torch import load

        network = build(artefact.card.architecture)  # type: ignore[arg-type]
        try:
            state = load(artefact.read_bytes("model.safetensors"))
            network.load_state_dict({name: value.float() for name, value in state.items()}, strict=True)
        except (RuntimeError, ValueError) as error:
            raise ArtefactError("segmenter: the weights do not fit their card") from error
        return cls(network.eval())

    def find(self, hu: npt.NDArray[np.int16], geometry: Geometry) -> CoarseLiver:
        """The liver at 3 mm.

        Args:
            hu: (I, J, K) of any spacing and orientation.

        Raises:
            NoLiverError: if less than 100 mL look like liver, or what does lies in a shell of bone.
        """
        coarse, grid = to_isotropic(hu, geometry, SPACING_MM)
        probability = np.zeros(coarse.shape, dtype=np.float32)
        body = _body_box(coarse, grid)
        probability[body] = _slide(self.network, normalise(coarse[body]))
        found = _largest(probability, grid)
        _check_surroundings(found.probability > 0.5, coarse)
        return found

    def segment(self, hu: npt.NDArray[np.int16], geometry: Geometry) -> tuple[LiverMask, CoarseLiver]:
        """The liver on the CT's own grid, and the coarse answer behind it."""
        coarse = self.find(hu, geometry)
        return on_grid(coarse, geometry), coarse


def on_grid(coarse: CoarseLiver, geometry: Geometry) -> LiverMask:
    """The coarse probability interpolated to `geometry` and cut at one half: a smooth boundary without 3 mm stairs."""
    near = bounding_box(coarse.probability > 0, coarse.grid)
    box = box_of_grid(sub_geometry(coarse.grid, near), geometry)
    labels = np.zeros(geometry.shape, dtype=np.uint8)
    inner = resample(coarse.probability, coarse.grid, sub_geometry(geometry, box), outside=0.0)
    labels[box] = inner > 0.5
    return LiverMask(labels, geometry, MaskOrigin.MODEL)


def _body_box(hu: npt.NDArray[np.float32], grid: Geometry) -> Box:
    body = hu > BODY_HU
    if not body.any():
        raise NoLiverError("no liver found: the series holds only air")
    return bounding_box(body, grid)


def _slide(network: torch.nn.Module, scaled: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import torch
    from monai.inferers.utils import sliding_window_inference

    image = torch.from_numpy(scaled)[None, None].to(memory_format=torch.channels_last_3d)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        logit = sliding_window_inference(
            image, WINDOW, 1, network, overlap=OVERLAP, mode="gaussian", padding_mode="constant", cval=-1.0
        )
    probability: npt.NDArray[np.float32] = torch.sigmoid(logit.float())[0, 0].numpy()  # type: ignore[union-attr]
    return probability


def _check_surroundings(liver: npt.NDArray[np.bool_], hu: npt.NDArray[np.float32]) -> None:
    """A brain is of the size and density of a liver; what lies around it tells them apart."""
    from scipy import ndimage

    around = ndimage.binary_dilation(liver, iterations=BONE_SHELL_VOXELS) & ~liver
    share = float((hu[around] > BONE_HU).mean()) if around.any() else 0.0
    if share > LARGEST_BONE_SHARE:
        raise NoLiverError(
            f"no liver found: expected soft tissue around a liver, got {share:.0%} bone, as around a brain"
        )


def _largest(probability: npt.NDArray[np.float32], grid: Geometry) -> CoarseLiver:
    from scipy import ndimage

    components, count = ndimage.label(probability > 0.5)
    sizes = np.bincount(components.ravel(), minlength=count + 1)[1:]
    largest_ml = float(sizes.max(initial=0)) * grid.voxel_volume_ml
    if largest_ml < SMALLEST_LIVER_ML:
        raise NoLiverError(
            f"no liver found: expected at least {SMALLEST_LIVER_ML:.0f} mL of liver, got {largest_ml:.0f} mL"
        )
    kept = components == int(sizes.argmax()) + 1
    confidence = float(probability[kept].mean())
    # a rim of 2 voxels is kept, so that interpolation meets the network's own slope at the boundary
    cleaned = np.where(ndimage.binary_dilation(kept, iterations=2), probability, 0.0)
    cleaned[(components > 0) & ~kept] = 0.0
    cleaned[ndimage.binary_fill_holes(kept) & ~kept] = 1.0
    others = float(sizes.sum()) * grid.voxel_volume_ml - largest_ml
    return CoarseLiver(cleaned.astype(np.float32), grid, others, confidence)
