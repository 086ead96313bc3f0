from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.train import fit_lesion_finder as fitting
from core.train.fit_lesion_finder import FinderTraining, Marked, finder_of, fit_lesion_finder, loss_of

SETTINGS = FinderTraining(epochs=12, batch=4, learning_rate=1e-2, warm_up=3)
SIDE = 16


@pytest.fixture(scope="module")
def marked() -> Marked:
    """Bright balls anywhere in a noisy box."""
    rng = np.random.default_rng(3)
    grid = np.indices((SIDE, SIDE, SIDE)).astype(float)
    centres = rng.uniform(4, 12, (16, 3))
    lesions = np.stack([((grid - c[:, None, None, None]) ** 2).sum(axis=0) < 9 for c in centres])
    crops = 0.2 * rng.normal(size=(16, 2, SIDE, SIDE, SIDE)) + 1.0 * lesions[:, None]
    return Marked(crops.astype(np.float16), lesions.astype(np.float16), "these")


def quiet(line: str) -> None:
    assert line.startswith("lesion finder, epoch ")


def alike(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_marked_lesions_are_found_where_they_are(tmp_path: Path, marked: Marked) -> None:
    finder = finder_of(fit_lesion_finder(marked, tmp_path, SETTINGS, quiet, resume=False))
    found = finder.find(torch.from_numpy(marked.crops.astype(np.float32)))[:, 0].numpy() > 0.5
    true = marked.lesions > 0.5
    dice = 2 * (found & true).sum() / (found.sum() + true.sum())
    assert dice > 0.8


def test_a_training_cut_off_ends_with_the_same_bits(
    tmp_path: Path, marked: Marked, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, epochs=2)
    monkeypatch.setattr(fitting, "CHECKPOINT_EVERY", 3)
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    whole = fit_lesion_finder(marked, tmp_path / "whole", settings, quiet, resume=False)
    step: Callable[..., float] = fitting._step

    def step_or_die(*arguments: object) -> float:
        if arguments[-1] == 5:
            raise KeyboardInterrupt
        return step(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(fitting, "_step", step_or_die)
        with pytest.raises(KeyboardInterrupt):
            fit_lesion_finder(marked, tmp_path / "cut", settings, quiet, resume=True)
    resumed = fit_lesion_finder(marked, tmp_path / "cut", settings, quiet, resume=True)
    assert alike(resumed, whole)
    other = replace(marked, fingerprint="others")
    assert not alike(fit_lesion_finder(other, tmp_path / "cut", replace(settings, seed=1), quiet, True), whole)


def test_the_loss_falls_with_overlap() -> None:
    lesions = torch.zeros(1, 1, 4, 4, 4)
    lesions[..., :2] = 1
    right, wrong = 10 * (2 * lesions - 1), -10 * (2 * lesions - 1)
    assert loss_of(right, lesions) < 0.01
    assert loss_of(wrong, lesions) > 10
    assert float(loss_of(torch.zeros_like(lesions), lesions)) == pytest.approx(2 * np.log(2) + 1 - 33 / 65)


def test_a_finder_without_weights_finds_nothing() -> None:
    assert finder_of(None).find(torch.randn(1, 2, SIDE, SIDE, SIDE)).max() < 0.001
