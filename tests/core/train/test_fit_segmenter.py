from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.train import fit_segmenter
from core.train.fit_segmenter import SegmenterTraining, fit, segmentation_loss
from core.train.segmenter_augmentation import PATCH, TrainingScan, random_patch


@pytest.fixture(scope="module")
def scan() -> TrainingScan:
    x, y, z = np.indices((80, 70, 50))
    liver = ((x - 40) / 22) ** 2 + ((y - 35) / 20) ** 2 + ((z - 25) / 15) ** 2 < 1
    hu = np.where(liver, 110, 20).astype(np.float32)
    return TrainingScan(torch.from_numpy(hu), torch.from_numpy(liver.astype(np.float32)))


def test_a_patch_is_in_range_and_repeats_with_its_seed(scan: TrainingScan) -> None:
    for seed in range(12):
        hu, liver = random_patch(scan, np.random.default_rng(seed))
        again, _ = random_patch(scan, np.random.default_rng(seed))
        assert hu.shape == liver.shape == (1, *PATCH)
        assert float(hu.min()) >= -1
        assert float(hu.max()) <= 1
        assert set(np.unique(liver.numpy())) <= {0.0, 1.0}
        assert torch.equal(hu, again)


def test_a_scan_without_a_liver_is_drawn_from_too() -> None:
    hu, liver = random_patch(
        TrainingScan(torch.full((80, 70, 50), 40.0), torch.zeros(80, 70, 50)), np.random.default_rng(0)
    )
    assert not liver.any()
    assert hu.shape == (1, *PATCH)


def test_the_loss_is_small_where_the_answer_is_right() -> None:
    liver = torch.zeros(1, 1, 8, 8, 8)
    liver[..., 2:5] = 1
    assert float(segmentation_loss(20 * (2 * liver - 1), liver)) < 1e-3
    assert float(segmentation_loss(-20 * (2 * liver - 1), liver)) > 10


@pytest.mark.slow
def test_a_broken_training_resumes_to_the_same_weights(
    scan: TrainingScan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_segmenter, "DEFAULT_ARGUMENTS", {"channels": [4, 8, 8], "residual_units": 1})
    settings = SegmenterTraining(steps=4, batch=1, checkpoint_every=2)
    lines: list[str] = []
    whole = fit([scan], tmp_path / "whole", settings, lines.append)

    class KilledError(Exception):
        pass

    def kill(line: str) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        fit([scan], tmp_path / "broken", replace(settings), kill)
    resumed = fit([scan], tmp_path / "broken", settings, lines.append, resume=True)

    expected, found = load_file(whole), load_file(resumed)
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert lines[0].startswith("step 2/4")
