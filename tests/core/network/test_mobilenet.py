import numpy as np
import pytest
import torch

from core.artefacts import find_weights, read_artefact
from core.findings import HEADS
from core.network.crop import SIDE
from core.network.ensemble import MobileNetEnsemble, build, from_state
from core.network.grad_cam import grad_cam
from core.network.layers import moments
from core.network.measures import COUNT
from core.network.mobilenet import CODE, MobileNetArguments, MultitaskMobileNet, averaged, measured
from core.network.predict import VARIANTS, MultitaskNetwork

TINY: MobileNetArguments = {"width": 0.125, "dropout": 0.0}


@pytest.fixture(scope="module")
def network() -> MultitaskMobileNet:
    torch.manual_seed(0)
    made = MultitaskMobileNet(TINY).eval()
    torch.nn.init.normal_(made.heads[-1].weight)
    return made


def ensemble(members: int) -> MobileNetEnsemble:
    """One whose finder points somewhere and whose heads answer."""
    torch.manual_seed(1)
    made = build(TINY, members).eval()
    made.finder.begin()
    for member in made.members:
        torch.nn.init.normal_(member.heads[-1].weight)
    return made


def test_the_shipped_weights_load_and_give_what_their_card_says() -> None:
    artefact = read_artefact(find_weights(None), "network")
    made = MultitaskNetwork.load(artefact).network
    noise = np.random.default_rng(0).standard_normal((1, 2, SIDE, SIDE, SIDE), dtype=np.float32)
    with torch.inference_mode():
        logits = made(torch.from_numpy(noise))[0]
    assert len(made.members) == artefact.card.architecture["members"]
    assert logits.tolist() == pytest.approx([artefact.card.golden.expected[head] for head in HEADS], rel=0.02)


def test_survival_never_rises_whatever_the_code_says(network: MultitaskMobileNet) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = network.from_code(50 * torch.randn(400, CODE + COUNT, generator=generator)).detach()
    assert torch.isfinite(logits).all()
    assert (logits[:, 1:].diff(dim=1) <= 0).all()


def test_the_statistics_are_those_of_what_is_visible() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1, 65, 12, 12, 12, generator=generator)
    features[:, -1] = 0
    features[:, -1, :, :6] = 1
    moved = features.clone()
    moved[:, :-1, :, 6:] += 5  # where nothing is visible
    values = [m.detach() for m in moments(moved[:, :-1].flatten(2), moved[:, -1:].flatten(2))]
    plain = features[:, :-1, :, :6].flatten(2)
    assert torch.allclose(values[0], plain.mean(dim=2), atol=1e-5)
    assert torch.allclose(values[1], plain.std(dim=2, correction=0), atol=1e-3)
    assert torch.allclose(values[2], ((plain - values[0][:, :, None]) ** 3).mean(dim=2) / values[1] ** 3, atol=1e-3)


def test_an_ensemble_speaks_with_all_its_members() -> None:
    crop = np.random.default_rng(2).standard_normal((2, SIDE, SIDE, SIDE), dtype=np.float32)
    both = ensemble(2)
    again = from_state(TINY, {name: value.half() for name, value in both.state_dict().items()})
    rows = MultitaskNetwork(both, dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.0)).probabilities(crop)
    assert rows.shape == (2 * VARIANTS, len(HEADS))
    phases = torch.from_numpy(crop)[None]
    with torch.inference_mode():
        answers = both.answers(phases)[:, 0]
        assert torch.allclose(again(phases), both(phases), atol=0.05)
        assert torch.allclose(both.from_features(both.features(phases)), both(phases), atol=1e-5)
    assert np.allclose(rows[:2], 1 / (1 + np.exp(-answers.numpy())), atol=1e-5)
    assert len(again.members) == 2
    assert grad_cam(both, phases).shape == (5, 12, 12, 12)


def test_the_heads_hang_on_the_tumours_that_are_pointed_at(network: MultitaskMobileNet) -> None:
    phases = torch.randn(1, 2, 48, 48, 48, generator=torch.Generator().manual_seed(3))
    nowhere = torch.zeros(1, 1, 48, 48, 48)
    here = nowhere.clone()
    here[:, :, 10:30, 10:30, 10:30] = 1
    with torch.inference_mode():
        same = measured(phases, nowhere)
        one, other = (network.from_features(network.features(phases, found, same)) for found in (nowhere, here))
    assert not torch.allclose(one, other)


def test_the_network_is_its_parts(network: MultitaskMobileNet) -> None:
    made = ensemble(1)
    phases = torch.randn(2, 2, SIDE, SIDE, SIDE, generator=torch.Generator().manual_seed(4))
    member = made.members[0]
    assert isinstance(member, MultitaskMobileNet)
    with torch.inference_mode():
        seen = averaged(phases)
        lesions = made.finder.find(seen)
        by_hand = member.from_features(member.features(seen, lesions, measured(seen, lesions)))
        assert torch.allclose(made(phases), by_hand, atol=1e-5)


def test_measures_are_standardised_and_cut(network: MultitaskMobileNet) -> None:
    made = MultitaskMobileNet(TINY)
    made.standardise_by(torch.randn(500, COUNT, generator=torch.Generator().manual_seed(0)) * 3 + 5)
    found = made.standardised(torch.full((1, COUNT), 8.0))
    assert torch.allclose(found, torch.ones(1, COUNT), atol=0.25)
    assert made.standardised(torch.full((1, COUNT), 900.0)).max() == 4.0
