"""From HU to a liver mask: the whole body at 3 mm, a closer look at the liver at 2.5 mm, back on the CT's own grid."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.artefacts import Artefact
from core.case import LiverMask, MaskOrigin
from core.errors import ArtefactError, NoLiverError
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, box_of_grid, sub_geometry
from core.imaging.resample import isotropic_grid, onto, resample, to_isotropic
from core.segmentation.components import CoarseLiver, keep_liver
from core.segmentation.network import SPACING_MM, build, normalise
from core.segmentation.tissue import body

if TYPE_CHECKING:
    import torch

WINDOW = (96, 96, 64)
OVERLAP = 0.5
CLOSER_SPACING_MM = 2.5
CLOSER_MARGIN_MM = 24.0
RIM_VOXELS = 2
"""The closer look moves the boundary within 6 mm, and decides nothing beyond."""
LEAST_CONTRAST_HU = 50.0


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
        _share_the_cores()
        from safetensors import SafetensorError
        from safetensors.torch import load

        network = build(artefact.card.architecture)  # type: ignore[arg-type]
        try:
            state = load(artefact.read_bytes("model.safetensors"))
            network.load_state_dict({name: value.float() for name, value in state.items()}, strict=True)
        except (RuntimeError, ValueError, SafetensorError) as error:
            raise ArtefactError("segmenter: the weights do not fit their card") from error
        return cls(network.eval())

    def find(self, hu: npt.NDArray[np.int16], geometry: Geometry) -> CoarseLiver:
        """The liver at 3 mm.

        Args:
            hu: (I, J, K) of any spacing and orientation.

        Raises:
            NoLiverError: if less than 100 mL look like liver, or what does is not one (see `keep_liver`).
        """
        lowest = _lowest(hu)
        coarse, grid = to_isotropic(hu, geometry, SPACING_MM, outside=lowest)
        probability = np.zeros(coarse.shape, dtype=np.float32)
        within = _body_box(coarse, grid)
        probability[within] = _slide(self.network, normalise(coarse[within]))
        return keep_liver(probability, coarse, grid)

    def segment(self, hu: npt.NDArray[np.int16], geometry: Geometry) -> tuple[LiverMask, CoarseLiver]:
        """The liver on the CT's own grid, and the coarse answer behind it."""
        coarse = self.find(hu, geometry)
        return on_grid(coarse, geometry, self._closer(hu, geometry, coarse)), coarse

    def _closer(self, hu: npt.NDArray[np.int16], geometry: Geometry, coarse: CoarseLiver) -> CoarseLiver:
        """The rim of the liver seen again on a finer grid around it; what lies deeper stays as `coarse` has it."""
        from scipy import ndimage

        liver = coarse.probability > 0.5
        grid = isotropic_grid(
            sub_geometry(coarse.grid, bounding_box(liver, coarse.grid, CLOSER_MARGIN_MM)), CLOSER_SPACING_MM
        )
        scaled = normalise(onto(grid, hu, geometry, outside=_lowest(hu)))
        deep, near = (
            resample(part.astype(np.float32), coarse.grid, grid, outside=0.0) > 0.5
            for part in (
                ndimage.binary_erosion(liver, iterations=RIM_VOXELS, border_value=1),
                ndimage.binary_dilation(liver, iterations=RIM_VOXELS),
            )
        )
        probability = np.where(deep, 1.0, np.where(near, _slide(self.network, scaled), 0.0))
        return CoarseLiver(probability.astype(np.float32), grid, coarse.other_components_ml, coarse.confidence)


def on_grid(coarse: CoarseLiver, geometry: Geometry, closer: CoarseLiver | None = None) -> LiverMask:
    """The probability interpolated to `geometry` and cut at one half: a smooth boundary without 3 mm stairs.

    Args:
        closer: the same liver on a finer grid; the mean of both is cut.
    """
    near = bounding_box(coarse.probability > 0, coarse.grid)
    box = box_of_grid(sub_geometry(coarse.grid, near), geometry)
    target = sub_geometry(geometry, box)
    inner = resample(coarse.probability, coarse.grid, target, outside=0.0)
    if closer is not None:
        inner = 0.5 * (inner + resample(closer.probability, closer.grid, target, outside=0.0))
    labels = np.zeros(geometry.shape, dtype=np.uint8)
    labels[box] = inner > 0.5
    return LiverMask(labels, geometry, MaskOrigin.MODEL)


def _share_the_cores() -> None:
    """Threads that wait for each other give their core away before long instead of spinning on it.

    Beside other busy processes on two cores a CT takes 2 s for 2 to 15; with nothing beside it as long as before. GNU
    OpenMP reads this once, when torch is first imported; what the user has set stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def _lowest(hu: npt.NDArray[np.int16]) -> float:
    """HU of what lies outside of the images: their air, also where it was clipped."""
    lowest, highest = int(hu.min()), int(hu.max())
    if highest - lowest < LEAST_CONTRAST_HU:
        raise NoLiverError(
            f"no liver found: expected tissues of different density, got only {lowest:d} to {highest:d} HU"
        )
    return float(lowest)


def _body_box(hu: npt.NDArray[np.float32], grid: Geometry) -> Box:
    tissue = body(hu)
    if not tissue.any():
        raise NoLiverError("no liver found: the series holds only air")
    return bounding_box(tissue, grid)


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
