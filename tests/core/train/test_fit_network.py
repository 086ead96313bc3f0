from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.train import fit_network, network_member
from core.train.fit_network import NetworkCohort, NetworkTraining, fit, fit_recorded, predict, survival_targets

TINY = {"width": 0.125, "dropout": 0.2}
SETTINGS = NetworkTraining(epochs=5, batch=8, warm_up=3, checkpoint_every=2)
PATIENTS, SIDE = 24, 16


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_network, "DEFAULT_ARGUMENTS", TINY)


@pytest.fixture(scope="module")
def cohort() -> NetworkCohort:
    """Bright, mottled livers have MTM and die; a third is kept aside to stop by; MTM is not known of all."""
    rng = np.random.default_rng(1)
    label = np.arange(PATIENTS) % 2
    sign = label[:, None, None, None, None]
    crops = (0.1 + 0.4 * sign) * rng.normal(size=(PATIENTS, 2, SIDE, SIDE, SIDE)) + 0.8 * sign - 0.4
    targets = np.repeat(label[:, None], 5, axis=1).astype(np.float32)
    targets[:, 1:] = 1 - targets[:, 1:]
    targets[::4, 0] = np.nan
    targets[2::6, 3:] = np.nan
    held_out = np.arange(PATIENTS) % 3 == 0
    return NetworkCohort(crops.astype(np.float16), targets, held_out, held_out)


def quiet(line: str) -> None:
    assert line


def weights(network: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in network.state_dict().items()}


def alike(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def test_targets_are_masked_where_follow_up_ended_before_the_horizon() -> None:
    time = np.array([30.0, 30.0, 60.0, np.nan])
    event = np.array([True, False, False, False])
    mtm = np.array([np.nan, np.nan, np.nan, 1.0])
    targets = survival_targets(time, event, mtm)
    n = np.nan
    expected = [[n, 1, 1, 0, 0], [n, 1, 1, n, n], [n, 1, 1, 1, 1], [1, n, n, n, n]]
    assert np.array_equal(targets, np.array(expected, np.float32), equal_nan=True)


def test_a_difference_that_is_there_is_learned_and_survival_never_rises(tmp_path: Path, cohort: NetworkCohort) -> None:
    settings = replace(SETTINGS, epochs=12, learning_rate=1e-2, average_decay=0.8)
    network = fit(cohort, tmp_path, settings, quiet)
    logits = predict(network, cohort.crops)
    bright = np.arange(PATIENTS) % 2 == 1
    assert logits[bright, 0].min() > logits[~bright, 0].max()
    assert logits[bright, 4].max() < logits[~bright, 4].min()
    assert (np.diff(logits[:, 1:], axis=1) <= 0).all()
    assert not network.training


class KilledError(Exception):
    pass


def cut_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Raise in the step after `after` further ones."""
    left = iter(range(after))
    augment: Callable[..., torch.Tensor] = network_member.augment_with

    def augment_or_die(*arguments: object) -> torch.Tensor:
        if next(left, None) is None:
            raise KilledError
        return augment(*arguments)

    monkeypatch.setattr(network_member, "augment_with", augment_or_die)


def test_a_training_cut_off_three_times_ends_with_the_same_bits(
    tmp_path: Path, cohort: NetworkCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, members=2, epochs=3)
    whole = fit_recorded(cohort, tmp_path / "whole", settings, quiet)
    for steps in (1, 3, 5):
        with monkeypatch.context() as patch:
            cut_off(patch, steps)
            with pytest.raises(KilledError):
                fit(cohort, tmp_path / "cut", settings, quiet, resume=True)
    resumed = fit_recorded(cohort, tmp_path / "cut", settings, quiet, resume=True)
    assert alike(resumed.network, whole.network)
    assert resumed.curves == whole.curves
    assert [len(curve) for curve in whole.curves] == [3, 3]


def test_the_state_of_another_cohort_or_of_other_settings_is_not_gone_on_from(
    tmp_path: Path, cohort: NetworkCohort
) -> None:
    fit(cohort, tmp_path / "a", replace(SETTINGS, epochs=1), quiet)
    again = fit(cohort, tmp_path / "a", replace(SETTINGS, epochs=2), quiet, resume=True)
    fresh = fit(cohort, tmp_path / "b", replace(SETTINGS, epochs=2), quiet)
    assert alike(again, fresh)


def test_the_best_epoch_is_kept_and_the_training_stops(
    tmp_path: Path, cohort: NetworkCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([0.9, 0.5, 0.7, 0.6, 0.8, 0.1])
    kept = []

    def loss(training: network_member.MemberTraining) -> float:
        kept.append({name: value.clone() for name, value in training.judge.state_dict().items()})
        return next(losses)

    monkeypatch.setattr(network_member.MemberTraining, "_stopping_loss", loss)
    found = fit_recorded(cohort, tmp_path, replace(SETTINGS, epochs=9, patience=3), quiet)
    assert [point.stopping_loss for point in found.curves[0]] == [0.9, 0.5, 0.7, 0.6, 0.8]
    state = weights(found.network)
    assert all(np.array_equal(state[f"members.0.{name}"], value.numpy()) for name, value in kept[1].items())
    assert any(not np.array_equal(state[f"members.0.{name}"], value.numpy()) for name, value in kept[4].items())


def test_patients_held_out_without_a_say_change_nothing(tmp_path: Path, cohort: NetworkCohort) -> None:
    rng = np.random.default_rng(5)
    crops = np.concatenate([cohort.crops, rng.normal(size=(4, 2, SIDE, SIDE, SIDE)).astype(np.float16)])
    targets = np.concatenate([cohort.targets, rng.integers(0, 2, (4, 5)).astype(np.float32)])
    assert cohort.stopping is not None
    held_out, stopping = (
        np.concatenate([part, np.full(4, value)]) for part, value in ((cohort.held_out, True), (cohort.stopping, False))
    )
    settings = replace(SETTINGS, epochs=2)
    with_external = fit(NetworkCohort(crops, targets, held_out, stopping), tmp_path / "a", settings, quiet)
    assert alike(with_external, fit(cohort, tmp_path / "b", settings, quiet))


def test_members_differ_and_their_mean_is_the_answer(tmp_path: Path, cohort: NetworkCohort) -> None:
    network = fit(cohort, tmp_path, replace(SETTINGS, epochs=2, members=2), quiet)
    crops = torch.from_numpy(cohort.crops[:3].astype(np.float32))
    with torch.inference_mode():
        answers = network.answers(crops)
        by_features = network.from_features(network.features(crops))
    assert answers.shape == (2, 3, 5)
    assert (answers[0] - answers[1]).abs().min() > 0
    assert torch.allclose(answers.mean(dim=0), by_features, atol=1e-5)
    assert np.allclose(predict(network, cohort.crops[:3]), by_features.numpy(), atol=1e-5)


def test_progress_tells_epochs_and_time_left(tmp_path: Path, cohort: NetworkCohort) -> None:
    lines: list[str] = []
    fit(cohort, tmp_path, replace(SETTINGS, epochs=2, members=2), lines.append)
    assert [line.split("  ")[0] for line in lines] == [
        f"network {member}/2, epoch {epoch}/2" for member in (1, 2) for epoch in (1, 2)
    ]
    assert all(line.endswith("min left") and "stopping patients" in line for line in lines)


def test_a_cohort_that_cannot_be_trained_on_is_refused(cohort: NetworkCohort) -> None:
    everybody = np.ones(PATIENTS, dtype=bool)
    with pytest.raises(InputError, match="stopping patients"):
        NetworkCohort(cohort.crops, cohort.targets, cohort.held_out, everybody)
    with pytest.raises(InputError, match="at least 2 patients"):
        NetworkCohort(cohort.crops, cohort.targets, everybody)
