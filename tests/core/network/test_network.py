import numpy as np
import pytest
import torch

from core.case import LiverMask, MaskOrigin
from core.findings import HEADS
from core.geometry import Geometry
from core.network.crop import SIDE, liver_crop
from core.network.ensemble import MobileNetEnsemble, build
from core.network.grad_cam import blank_activations, grad_cam
from core.network.mobilenet import APPENDED, DEFAULT_ARGUMENTS
from core.network.predict import VARIANTS, MultitaskNetwork

GEOMETRY = Geometry.from_spacing((90, 80, 40), (3.0, 3.0, 5.0), (-100.0, -50.0, 20.0))


@pytest.fixture(scope="module")
def network() -> MobileNetEnsemble:
    torch.manual_seed(0)
    made = build(DEFAULT_ARGUMENTS).train()
    with torch.no_grad():
        for _ in range(20):  # batch statistics of noise, so that signals neither vanish nor explode
            made(torch.randn(2, 2, 48, 48, 48))
        made.members[0].heads[-1].weight.normal_(std=0.02)  # heads begin at zero
    return made.eval()


@pytest.fixture(scope="module")
def loaded(network: MobileNetEnsemble) -> MultitaskNetwork:
    return MultitaskNetwork(network, dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.0))


@pytest.fixture(scope="module")
def liver() -> np.ndarray:
    x, y, z = np.indices(GEOMETRY.shape)
    return ((x - 40) / 25) ** 2 + ((y - 40) / 20) ** 2 + ((z - 20) / 12) ** 2 < 1


@pytest.fixture(scope="module")
def crop(liver: np.ndarray) -> tuple[np.ndarray, Geometry]:
    rng = np.random.default_rng(5)
    arterial = np.where(liver, 70 + 15 * rng.normal(size=liver.shape), 30).astype(np.int16)
    portal_venous = np.where(liver, 110 + 15 * rng.normal(size=liver.shape), 40).astype(np.int16)
    return liver_crop(arterial, portal_venous, liver, GEOMETRY)


def test_shapes_and_strides(network: MobileNetEnsemble) -> None:
    with torch.inference_mode():
        features = network.features(torch.zeros(1, 2, SIDE, SIDE, SIDE))
        assert features.shape == (1, 64 + APPENDED, 12, 12, 12)
        assert network.from_features(features).shape == (1, len(HEADS))


def test_the_crop_shows_the_liver_and_blanks_the_rest(crop: tuple[np.ndarray, Geometry], liver: np.ndarray) -> None:
    phases, cube = crop
    assert phases.shape == (2, SIDE, SIDE, SIDE)
    extent_mm = np.array(cube.spacing_mm) * SIDE
    assert np.allclose(extent_mm, [49 * 3 + 12, 39 * 3 + 12, 23 * 5 + 20])
    visible_ml = np.count_nonzero(phases[1]) * cube.voxel_volume_ml
    liver_ml = liver.sum() * GEOMETRY.voxel_volume_ml
    assert liver_ml < visible_ml < 1.7 * liver_ml
    around = phases[:, SIDE // 2 - 6 : SIDE // 2 + 6, SIDE // 2 - 6 : SIDE // 2 + 6, SIDE // 2 - 6 : SIDE // 2 + 6]
    assert np.allclose(around.mean(axis=(1, 2, 3)), 0, atol=0.15)


def test_grad_cam_equals_the_definition(network: MobileNetEnsemble, crop: tuple[np.ndarray, Geometry]) -> None:
    phases = torch.from_numpy(crop[0])[None]
    heat = grad_cam(network, phases)
    activations = network.features(phases).detach().requires_grad_(True)
    network.from_features(activations)[0, 3].backward()
    weights = activations.grad.mean(dim=(2, 3, 4))
    expected = torch.relu(torch.einsum("c,cijk->ijk", weights[0], activations[0])).detach().numpy()
    assert np.allclose(heat[3], expected, atol=1e-6)
    assert heat.shape == (5, 12, 12, 12)


class OneVoxel(torch.nn.Module):
    """A trunk whose only answer to anything visible is the stride-8 voxel (6, 5, 7)."""

    def features(self, phases: torch.Tensor) -> torch.Tensor:
        activations = torch.zeros(len(phases), 1, 12, 12, 12)
        activations[:, 0, 6, 5, 7] = phases.abs().amax(dim=(1, 2, 3, 4)).clamp(max=1)
        return activations

    def forward(self, phases: torch.Tensor) -> torch.Tensor:
        return self.from_features(self.features(phases))

    def from_features(self, activations: torch.Tensor) -> torch.Tensor:
        return activations.sum(dim=(2, 3, 4)).expand(-1, 5)


def test_heat_lands_on_the_ct_where_the_network_saw_it(crop: tuple[np.ndarray, Geometry], liver: np.ndarray) -> None:
    phases, cube = crop
    model = MultitaskNetwork(OneVoxel(), dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.0))
    others = [(network, blank_activations(network, SIDE)) for network in (OneVoxel(),)]
    model._heatmap_reader.__dict__["_untrained"] = others  # it has no weights to draw at random
    heat = model.heatmaps(phases, cube, LiverMask(liver.astype(np.uint8), GEOMETRY, MaskOrigin.GIVEN))["mtm"]
    expected_lps = cube.affine_lps @ [48.5, 40.5, 56.5, 1]
    index = np.unravel_index(int(heat.values.argmax()), heat.values.shape)
    found_lps = GEOMETRY.affine_lps @ [*index, 1]
    assert np.abs(found_lps - expected_lps)[:3].max() <= 5.0
    assert heat.values.max() == 1.0
    assert heat.values.min() >= 0.0
    assert not heat.values[~liver].any()
    assert 0.5 < heat.share_in_liver <= 1.0


def test_probabilities_spread_and_repeat(loaded: MultitaskNetwork, crop: tuple[np.ndarray, Geometry]) -> None:
    first, again = loaded.probabilities(crop[0]), loaded.probabilities(crop[0])
    assert first.shape == (VARIANTS, len(HEADS))
    assert ((first > 0) & (first < 1)).all()
    assert np.array_equal(first, again)
    assert first.std(axis=0).min() > 0


def test_calibration_is_applied_to_the_logit(network: MobileNetEnsemble, crop: tuple[np.ndarray, Geometry]) -> None:
    plain = MultitaskNetwork(network, dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.0)).probabilities(crop[0])
    bent = MultitaskNetwork(network, dict.fromkeys(HEADS, 2.0), dict.fromkeys(HEADS, 0.5)).probabilities(crop[0])
    logit = np.log(plain / (1 - plain))
    assert np.allclose(np.log(bent / (1 - bent)), 2 * logit + 0.5, atol=1e-6)
