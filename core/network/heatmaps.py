"""The heatmaps of one patient on the CT grid, each with what is known of its reliability."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from core.case import LiverMask
from core.findings import HEADS, Heatmap
from core.geometry import Geometry
from core.imaging.crop import Box, bounding_box, box_of_grid, sub_geometry
from core.imaging.interpolate import interpolate
from core.network.crop import SIDE
from core.network.ensemble import MobileNetEnsemble
from core.network.grad_cam import Maps, blank_activations, influence_maps
from core.network.probes import MIRROR_AXES, UNTRAINED_SEEDS, averaged_voxels, mirrored, probe_inputs, untrained
from core.network.reliability import Repeats, Shares, judge, share_inside
from core.network.threads import one_thread


@dataclass(frozen=True, eq=False)
class HeatmapReader:
    """Draws and judges the heatmaps of one network; what does not depend on the patient is computed once.

    Attributes:
        network: in evaluation mode.
    """

    network: MobileNetEnsemble

    def read(self, phases: npt.NDArray[np.float32], cube: Geometry, mask: LiverMask) -> dict[str, Heatmap]:
        """The heatmap of every head on the grid of `mask`, by head.

        Args:
            phases, cube: of `liver_crop`.
        """
        averaged = averaged_voxels(cube.shape[0])
        probes = torch.from_numpy(probe_inputs(phases, averaged))
        with one_thread():
            heat = influence_maps(self.network, probes, self._blank).clip(min=0)
            random = self._random_maps(probes[:1])
        grid = map_grid(cube, heat.shape[2], averaged)
        liver = at_centres(mask, grid)
        found = {}
        for index, head in enumerate(HEADS):
            values, shares, hottest = _on_ct(heat[0, index], grid, cube, mask)
            result = judge(head, shares, _repeats(heat[:, index], random[:, index]), liver)
            found[head] = Heatmap(values, shares.liver or 0.0, hottest, result)
        return found

    @cached_property
    def _blank(self) -> torch.Tensor:
        return blank_activations(self.network, SIDE)

    @cached_property
    def _untrained(self) -> list[tuple[MobileNetEnsemble, torch.Tensor]]:
        networks = [untrained(self.network, seed, SIDE) for seed in UNTRAINED_SEEDS]
        return [(network, blank_activations(network, SIDE)) for network in networks]

    def _random_maps(self, phases: torch.Tensor) -> Maps:
        """Maps (2 * networks, 5, ...) in both signs: that of an untrained head is the toss of a coin."""
        signed = np.concatenate([influence_maps(network, phases, blank) for network, blank in self._untrained])
        return np.concatenate([signed, -signed]).clip(min=0)


def _repeats(heat: Maps, random: Maps) -> Repeats:
    """The maps (1 + 3 + noises, ...) of one head in the order of `probe_inputs`, and its untrained ones."""
    mirrors = [mirrored(heat[1 + axis], axis) for axis in MIRROR_AXES]
    return Repeats(heat[0], list(heat[1 + len(MIRROR_AXES) :]), mirrors, list(random))


def map_grid(cube: Geometry, cells: int, averaged: int) -> Geometry:
    """The grid of the map's cells.

    A 3-wide convolution of stride 2 with padding 1 is centred on every second voxel: the first cell lies on the first
    voxel, or amid the first voxels where several are averaged before.
    """
    affine = cube.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3].sum(axis=1) * (averaged - 1) / 2
    affine[:3, :3] *= cube.shape[0] // cells
    return Geometry((cells, cells, cells), affine)


def at_centres(mask: LiverMask, grid: Geometry) -> npt.NDArray[np.bool_]:
    """Whether the centre of each cell of `grid` lies in the liver."""
    index = np.stack([*np.indices(grid.shape), np.ones(grid.shape)]).reshape(4, -1)
    nearest = np.rint(np.linalg.inv(mask.geometry.affine_lps) @ grid.affine_lps @ index)[:3].astype(np.intp)
    limits = np.array(mask.geometry.shape)[:, None]
    within = ((nearest >= 0) & (nearest < limits)).all(axis=0)
    i, j, k = np.clip(nearest, 0, limits - 1)
    inside: npt.NDArray[np.bool_] = within & (mask.labels[i, j, k] > 0)
    return inside.reshape(grid.shape)


def _on_ct(heat: Maps, grid: Geometry, cube: Geometry, mask: LiverMask) -> tuple[npt.NDArray[np.float16], Shares, int]:
    """Heat is drawn in the liver only: around it the network was shown nothing, so heat there means nothing."""
    geometry = mask.geometry
    box = box_of_grid(cube, geometry)
    everywhere = np.clip(interpolate(heat, grid, sub_geometry(geometry, box)), 0.0, None)
    labels = mask.labels[box]
    inner = everywhere * (labels > 0)
    top = float(inner.max(initial=0.0))
    values = np.zeros(geometry.shape, dtype=np.float16)
    if top > 0:
        values[box] = inner / top
    return values, _shares(everywhere, inner, labels), _hottest_slice(inner, box, mask)


def _shares(everywhere: Maps, inner: Maps, labels: npt.NDArray[np.uint8]) -> Shares:
    liver = int(np.count_nonzero(labels))
    tumour = labels == 2
    in_liver = share_inside(everywhere, labels > 0)
    if not tumour.any():
        return Shares(in_liver, liver / labels.size)
    return Shares(in_liver, liver / labels.size, share_inside(inner, tumour), int(tumour.sum()) / liver)


def _hottest_slice(inner: Maps, box: Box, mask: LiverMask) -> int:
    axis = mask.geometry.superior_axis
    by_slice = inner.sum(axis=tuple(other for other in range(3) if other != axis))
    if by_slice.any():
        return int(box[axis].start + by_slice.argmax())
    part = bounding_box(mask.labels, mask.geometry)[axis]
    return int(part.start + part.stop) // 2
