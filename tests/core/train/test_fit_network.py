from pathlib import Path

import numpy as np
import pytest
import torch

from core.findings import HEADS
from core.train import fit_network
from core.train.fit_network import NetworkCohort, NetworkTraining, augment, calibrate, masked_loss, survival_targets


def test_targets_are_masked_where_follow_up_ended_before_the_horizon() -> None:
    time = np.array([30.0, 30.0, 60.0, np.nan])
    event = np.array([True, False, False, False])
    mtm = np.array([np.nan, np.nan, np.nan, 1.0])
    targets = survival_targets(time, event, mtm)
    n = np.nan
    expected = [[n, 1, 1, 0, 0], [n, 1, 1, n, n], [n, 1, 1, 1, 1], [1, n, n, n, n]]
    assert np.array_equal(targets, np.array(expected, np.float32), equal_nan=True)


def test_unknown_targets_carry_no_gradient() -> None:
    logits = torch.zeros(2, 5, requires_grad=True)
    targets = torch.tensor([[1.0, *[float("nan")] * 4], [float("nan"), 0.0, *[float("nan")] * 3]])
    loss = masked_loss(logits, targets)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(np.log(2))
    assert (logits.grad != 0).tolist() == [[True, *[False] * 4], [False, True, *[False] * 3]]


def test_blank_voxels_stay_blank_under_augmentation() -> None:
    crop = np.zeros((2, 24, 24, 24), np.float16)
    crop[:, 8:16, 8:16, 8:16] = 0.2
    for seed in range(8):
        out = augment(crop, np.random.default_rng(seed))
        assert np.count_nonzero(out) == np.count_nonzero(crop)


def test_calibration_makes_the_mean_right() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 2, (4000, 5))
    truth = rng.random((4000, 5)) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    targets = truth.astype(np.float32)
    targets[:1000, 0] = np.nan
    for head, fitted in calibrate(logits, targets).items():
        assert head in HEADS
        assert fitted["slope"] == pytest.approx(0.5, abs=0.06)
        assert fitted["intercept"] == pytest.approx(-1, abs=0.12)


@pytest.mark.slow
def test_the_network_learns_a_difference_that_is_there_and_resumes_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_network, "DEFAULT_ARGUMENTS", {"width": 0.25, "dropout": 0.0})
    rng = np.random.default_rng(1)
    label = np.arange(24) % 2
    crops = (rng.normal(0, 0.1, (24, 2, 48, 48, 48)) + label[:, None, None, None, None] * 0.5 - 0.25).astype(np.float16)
    targets = np.repeat(label[:, None], 5, axis=1).astype(np.float32)
    cohort = NetworkCohort(crops, targets, np.zeros(24, bool))
    settings = NetworkTraining(epochs=12, coarse_epochs=4, batch=8)
    network = fit_network.fit(cohort, tmp_path / "a", settings, lambda line: None)
    logits = fit_network.predict(network, crops)
    assert logits[label == 1].min() > logits[label == 0].max()

    class KilledError(Exception):
        pass

    def kill(line: str) -> None:
        if line.startswith("epoch 7/"):
            raise KilledError

    with pytest.raises(KilledError):
        fit_network.fit(cohort, tmp_path / "b", settings, kill)
    resumed = fit_network.fit(cohort, tmp_path / "b", settings, lambda line: None, resume=True)
    assert np.array_equal(fit_network.predict(resumed, crops), logits)
