"""The shipped weights: each artefact answers its golden input as its card says, and says what it was made from."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
import torch

from core.findings import HEADS
from core.models import ModelSet, load_models
from core.train.export import golden_noise

TEN_MB = 10_000_000


@pytest.fixture(scope="module")
def models() -> ModelSet:
    return load_models()


def test_every_file_is_small_enough_to_ship(models: ModelSet) -> None:
    sizes = {name: len(data) for artefact in models.artefacts.values() for name, data in artefact.files.items()}
    assert sizes
    assert max(sizes.values()) < TEN_MB


@pytest.mark.parametrize("name", ["network", "radiomics", "fusion"])
def test_what_was_trained_on_simulated_tumours_says_so(models: ModelSet, name: str) -> None:
    card = models.cards[name]
    assert card.simulated
    assert "simulated tumours; not valid for patients" in card.provenance.lower()
    assert card.training.n


def test_cards_carry_figures_with_n_and_interval(models: ModelSet) -> None:
    for name in ("segmenter", "network", "radiomics", "fusion"):
        metrics = models.cards[name].metrics
        assert metrics, name
        main = metrics[0]
        assert main.n is not None, name
        assert main.low is not None, name
        assert main.low <= main.value <= main.high, name


def test_the_segmenter_answers_its_golden_input(models: ModelSet) -> None:
    golden = models.cards["segmenter"].golden
    noise = golden_noise((1, 1, 48, 48, 48))
    assert sha256(noise.tobytes()).hexdigest() == golden.input_sha256
    with torch.inference_mode():
        found = float(models.segmenter.network(torch.from_numpy(noise)).mean())
    assert found == pytest.approx(golden.expected["mean_logit"], abs=1e-3)


def test_the_network_answers_its_golden_input(models: ModelSet) -> None:
    golden = models.cards["network"].golden
    noise = golden_noise((1, 2, 96, 96, 96))
    assert sha256(noise.tobytes()).hexdigest() == golden.input_sha256
    with torch.inference_mode():
        found = models.network.network(torch.from_numpy(noise))[0].numpy()
    assert np.allclose(found, [golden.expected[head] for head in HEADS], atol=1e-3)


def test_radiomics_answers_its_golden_input(models: ModelSet) -> None:
    card = models.cards["radiomics"]
    selected = card.architecture["selected"]
    assert (len(selected["ap"]), len(selected["pvp"])) == (10, 12)
    found = models.radiomics.predict(card.architecture["medians"]).value
    assert found == pytest.approx(card.golden.expected["mtm_radiomics"], abs=1e-6)
