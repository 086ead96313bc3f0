from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.jobs.settings import WorkerSettings
from core.models import load_models
from core.network import mobilenet
from core.train.cohort import trainings
from core.train.cohort.trainings import NetworkJob, curve_of, load_network, train_networks
from core.train.fit_lesion_finder import FinderTraining
from core.train.fit_network import NetworkTraining

HERE = WorkerSettings(workers=0)
SETTINGS = NetworkTraining(epochs=2, batch=4, warm_up=2, finder=FinderTraining(epochs=1, fewest=4))
PATIENTS, SIDE = 8, 16


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mobilenet.DEFAULT_ARGUMENTS, "width", 0.125)
    monkeypatch.setattr(trainings, "POLL_S", 0.01)


@pytest.fixture
def job(tmp_path: Path) -> NetworkJob:
    """Patients of noise, with lesions marked in all of them."""
    rng = np.random.default_rng(2)
    crops, lesions = [tmp_path / f"c{at}.npy" for at in range(PATIENTS)], [tmp_path / f"l{at}.npy" for at in range(8)]
    for crop, lesion in zip(crops, lesions, strict=True):
        np.save(crop, rng.normal(size=(2, SIDE, SIDE, SIDE)).astype(np.float16))
        np.save(lesion, rng.random((SIDE, SIDE, SIDE)) < 0.2)
    return NetworkJob(
        crops=tuple(crops),
        lesions=tuple(lesions),
        keys=tuple(str(at) for at in range(PATIENTS)),
        targets=(np.arange(PATIENTS)[:, None] % 2 * np.ones(5)).astype(np.float32),
        stops=np.arange(PATIENTS) % 4 == 3,
        settings=SETTINGS,
        work=tmp_path / "work",
        weights=None,
        resume=False,
    )


def test_networks_are_trained_once_told_in_order_and_nothing_else_is_left(job: NetworkJob) -> None:
    other = replace(job, settings=replace(SETTINGS, seed=5))
    said: list[str] = []
    folders = train_networks([job, other], HERE, said.append)
    assert len(set(folders)) == 2
    assert sorted(path.name for path in job.work.iterdir()) == sorted(path.name for path in folders)
    assert ["finder" in line for line in said[:3]] == [True, False, False]
    assert len(said) == 6
    assert [point.epoch for point in curve_of(folders[0])] == [1, 2]
    again: list[str] = []
    assert train_networks([job, other], HERE, again.append) == folders
    assert again == []


def test_without_marked_lesions_the_finder_in_use_is_carried_over(job: NetworkJob) -> None:
    unmarked = replace(job, lesions=(None,) * PATIENTS)
    own, carried = (load_network(path).finder.state_dict() for path in train_networks([job, unmarked], HERE, str))
    shipped = load_models().network.network.finder.state_dict()
    assert all(torch.allclose(carried[name].float(), shipped[name].float(), atol=1e-3) for name in shipped)
    assert any(not torch.allclose(own[name].float(), shipped[name].float(), atol=1e-3) for name in shipped)


def test_what_a_network_learned_from_decides_its_folder(job: NetworkJob) -> None:
    changed = [
        replace(job, keys=("x", *job.keys[1:])),
        replace(job, stops=~job.stops),
        replace(job, targets=1 - job.targets),
        replace(job, lesions=(None,) * PATIENTS),
        replace(job, settings=replace(SETTINGS, epochs=3)),
    ]
    assert len({one.folder for one in (job, *changed)}) == 6
    assert replace(job, resume=True).folder == job.folder


def test_a_failed_training_is_an_error(job: NetworkJob) -> None:
    with pytest.raises(InputError, match="network: "):
        train_networks([replace(job, stops=np.ones(PATIENTS, dtype=bool))], HERE, str)
