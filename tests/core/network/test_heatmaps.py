"""What the maps mean, that the probes lie on the same cells, and that an untrained network's heatmaps fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.case import LiverMask, MaskOrigin
from core.findings import HEADS
from core.geometry import Geometry
from core.network.crop import SIDE, liver_crop
from core.network.ensemble import MobileNetEnsemble, build
from core.network.grad_cam import blank_activations, influence_maps
from core.network.heatmaps import HeatmapReader
from core.network.mobilenet import MobileNetArguments
from core.network.probes import UNTRAINED_SEEDS, averaged_voxels, mirrored, noisy, probe_inputs, untrained

GRID = Geometry.from_spacing((60, 56, 40), (3.0, 3.0, 4.0), (-90.0, -80.0, 10.0))
ARGUMENTS: MobileNetArguments = {"width": 0.25, "dropout": 0.2}
LEARNED = 32
"""Channels; what is appended is given, not learned, and has no influence."""


def random_network(seed: int = 7) -> MobileNetEnsemble:
    return untrained(build(ARGUMENTS).eval(), seed, SIDE)


@pytest.fixture(scope="module")
def mask() -> LiverMask:
    i, j, k = np.indices(GRID.shape)
    labels = (((i - 28) / 20) ** 2 + ((j - 28) / 18) ** 2 + ((k - 20) / 13) ** 2 < 1).astype(np.uint8)
    labels[(i - 34) ** 2 + (j - 28) ** 2 + (k - 22) ** 2 < 30] = 2
    return LiverMask(labels, GRID, MaskOrigin.GIVEN)


@pytest.fixture(scope="module")
def crop(mask: LiverMask) -> tuple[np.ndarray, Geometry]:
    hu = np.random.default_rng(2).normal(80, 20, GRID.shape) + 60 * (mask.labels == 2)
    return liver_crop(hu.astype(np.int16), (hu + 30).astype(np.int16), mask.liver, GRID)


def test_blank_voxels_have_no_influence_and_the_sum_is_the_slope(crop: tuple[np.ndarray, Geometry]) -> None:
    network = random_network().double()
    phases = torch.from_numpy(crop[0]).double()[None]
    blank = network.features(torch.zeros_like(phases)).detach()
    assert not influence_maps(network, torch.zeros_like(phases), blank).any()
    activations = network.features(phases).detach()
    blank[:, LEARNED:] = activations[:, LEARNED:]
    step = 1e-7
    with torch.no_grad():
        change = network.from_features(activations) - network.from_features(activations + step * (blank - activations))
    slope = change[0].numpy() / step
    found = influence_maps(network, phases, blank)[0].sum(axis=(1, 2, 3))
    assert np.allclose(found, slope, rtol=1e-4)


def test_maps_of_several_inputs_are_those_of_each_alone(crop: tuple[np.ndarray, Geometry]) -> None:
    network = random_network().double()
    inputs = torch.from_numpy(probe_inputs(crop[0], averaged_voxels(SIDE))[:2]).double()
    blank = network.features(torch.zeros_like(inputs[:1])).detach()
    together = influence_maps(network, inputs, blank)
    apart = np.concatenate([influence_maps(network, one[None], blank) for one in inputs])
    assert np.allclose(together, apart, atol=1e-9 * np.abs(apart).max())


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_network_without_sides_gives_the_same_map_when_mirrored(axis: int, crop: tuple[np.ndarray, Geometry]) -> None:
    """Kernels made symmetric along the axis: any difference left would be a mistake in where the cells lie."""
    network = random_network()
    with torch.no_grad():
        for values in network.parameters():
            if values.dim() == 5:
                values.copy_((values + values.flip(2 + axis)) / 2)
    averaged = averaged_voxels(SIDE)
    phases = crop[0].copy()
    edge = [slice(None)] * 4
    for part in (slice(0, 20), slice(SIDE - 20, SIDE)):  # zero padding is no mirror: keep away from it
        edge[1 + axis] = part
        phases[tuple(edge)] = 0
    inputs = torch.from_numpy(np.stack([phases, mirrored(phases, axis, averaged)]))
    with torch.no_grad():
        activations = network.features(inputs).numpy()[:, :LEARNED]
    back = mirrored(activations[1], axis)
    inner = [slice(None)] * 4
    inner[1 + axis] = slice(3, 10)
    assert np.allclose(activations[0][tuple(inner)], back[tuple(inner)], atol=1e-4 * np.abs(back).max())
    plain = np.flip(activations[1], 1 + axis)
    assert not np.allclose(activations[0][tuple(inner)], plain[tuple(inner)], atol=1e-2 * np.abs(back).max())


def test_probes_mirror_and_add_noise_where_something_is_visible(crop: tuple[np.ndarray, Geometry]) -> None:
    phases, _ = crop
    assert np.array_equal(mirrored(mirrored(phases, 1, 2), 1, 2), phases)
    probes = probe_inputs(phases, 1)
    assert np.array_equal(probes[0], phases)
    assert np.array_equal(probes, probe_inputs(phases, 1))
    added = noisy(phases, np.random.default_rng(0)) - phases
    assert not added[phases == 0].any()
    assert added[phases != 0].std() == pytest.approx(0.1, rel=0.02)


def test_untrained_networks_repeat_differ_by_seed_and_see_the_image(crop: tuple[np.ndarray, Geometry]) -> None:
    before = torch.random.get_rng_state()
    made = build(ARGUMENTS).eval()
    torch.random.set_rng_state(before)
    phases = torch.from_numpy(crop[0])[None]
    with torch.no_grad():
        first, again, other = (untrained(made, seed, SIDE)(phases).numpy() for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.isfinite(first).all()
    assert not np.allclose(first, 0)


def test_the_heatmaps_of_an_untrained_network_fail(crop: tuple[np.ndarray, Geometry], mask: LiverMask) -> None:
    reader = HeatmapReader(random_network(UNTRAINED_SEEDS[0]))
    phases, cube = crop
    found = reader.read(phases, cube, mask)
    assert set(found) == set(HEADS)
    for heatmap in found.values():
        untrained_check = next(c for c in heatmap.reliability.checks if c.name == "untrained")
        assert untrained_check.value is not None
        assert untrained_check.value > 0.9
        assert heatmap.reliability.verdict == "failed"
        assert heatmap.values.dtype == np.float16
        assert not heatmap.values[mask.labels == 0].any()
    assert found["mtm"].reliability.chance_in_tumour == pytest.approx((mask.labels == 2).sum() / mask.liver.sum())


class SeesTheTumour(MobileNetEnsemble):
    """Hand-made: each cell answers how much brighter than the liver its voxels are; every head is their sum."""

    def __init__(self) -> None:
        torch.nn.Module.__init__(self)
        self.weight = torch.nn.Parameter(torch.full((1, 2, 1, 1, 1), 0.5))

    def features(self, phases: torch.Tensor) -> torch.Tensor:
        padded = torch.nn.functional.pad(phases, (4, 3) * 3)
        cells = torch.nn.functional.avg_pool3d(padded, 8, stride=8)[:, :, :12, :12, :12]
        return torch.relu((cells * self.weight).sum(dim=1, keepdim=True))

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        return activations.sum(dim=(2, 3, 4)).expand(-1, len(HEADS))

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        return self.from_features(self.features(phases))


def test_a_network_that_sees_the_tumour_is_reliable(crop: tuple[np.ndarray, Geometry], mask: LiverMask) -> None:
    """Its random versions are left out: a single weight has no other pattern to show."""
    network = SeesTheTumour()
    reader = HeatmapReader(network)
    reader.__dict__["_untrained"] = [
        (other, blank_activations(other, SIDE)) for other in (random_network(seed) for seed in (1, 2))
    ]
    found = reader.read(*crop, mask)["mtm"]
    checks = {check.name: check for check in found.reliability.checks}
    assert found.reliability.verdict == "reliable", checks
    assert checks["tumour"].value is not None
    assert found.reliability.chance_in_tumour is not None
    assert checks["tumour"].value > 3 * found.reliability.chance_in_tumour
    empty = replace(mask, labels=(mask.labels > 0).astype(np.uint8))
    assert "tumour" not in {check.name for check in reader.read(*crop, empty)["mtm"].reliability.checks}
