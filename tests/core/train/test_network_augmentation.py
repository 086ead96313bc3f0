import numpy as np
import torch

from core.train import network_augmentation
from core.train.network_augmentation import augment, halve


def liver(side: int = 24) -> torch.Tensor:
    crops = torch.zeros(3, 2, side, side, side)
    crops[:, :, 6:18, 6:18, 6:18] = 0.2
    return crops


def test_blank_voxels_stay_blank_and_most_of_the_liver_stays_seen() -> None:
    for seed in range(6):
        out = augment(liver(), np.random.default_rng(seed))
        seen = (out != 0).sum(dim=(1, 2, 3, 4)) / (2 * 12**3)
        assert ((seen > 0.5) & (seen < 1.6)).all()
        assert (out[:, 0] != 0).eq(out[:, 1] != 0).all()


def test_the_rim_is_not_mixed_with_blank() -> None:
    rng = np.random.default_rng(3)
    values = augment(liver(), rng)
    inside = values[values != 0]
    # contrast and noise move the level, blank would pull the rim to 0
    assert abs(float(inside.mean()) - 0.2) < 0.2
    for patient in values:
        core = patient[0, 10:14, 10:14, 10:14].mean()
        whole = patient[0][patient[0] != 0].mean()
        assert abs(float(core - whole)) < 0.05


def test_the_same_generator_gives_the_same_crops_and_patients_differ() -> None:
    first, again = (augment(liver(), np.random.default_rng(4)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])


def test_without_shifts_nothing_changes(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    for name, value in {"SCALE": (1.0, 1.0), "SHIFT": 0.0, "TURN": 0.0, "FLIP": 0.0, "BLUR": (0.0, 0.0)}.items():
        monkeypatch.setattr(network_augmentation, name, value)
    for name, value in {"GAIN": (1.0, 1.0), "OFFSET_SD": 0.0, "NOISE": 0.0}.items():
        monkeypatch.setattr(network_augmentation, name, value)
    crops = liver() * torch.rand(3, 2, 24, 24, 24)
    assert torch.allclose(augment(crops, np.random.default_rng(0)), crops, atol=1e-5)


def test_halving_is_the_mean_of_eight() -> None:
    crop = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype(np.float16)
    assert np.allclose(halve(crop)[1, 2, 0, 3], crop[1, 4:6, 0:2, 6:8].astype(np.float32).mean(), atol=2e-3)
