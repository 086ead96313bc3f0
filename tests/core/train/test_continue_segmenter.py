"""Training on from weights that are there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.segmentation.network import DEFAULT_ARGUMENTS, build
from core.train.fit_segmenter import SegmenterTraining, fit
from core.train.segmenter_augmentation import TrainingScan


@pytest.mark.slow
def test_training_begins_with_the_weights_given(tmp_path: Path) -> None:
    torch.manual_seed(3)
    start = build(DEFAULT_ARGUMENTS).state_dict()
    liver = torch.zeros(96, 96, 64)
    liver[30:70, 30:70, 20:50] = 1
    scan = TrainingScan(liver * 100 - 20, liver)
    settings = SegmenterTraining(steps=1, batch=1, warm_up=1000, checkpoint_every=1)
    lines: list[str] = []
    near = load_file(fit([scan], tmp_path / "on", settings, lines.append, start=start))
    far = load_file(fit([scan], tmp_path / "new", settings, lines.append))
    moved = max(float((near[name].float() - start[name]).abs().max()) for name in start)
    other = max(float((far[name].float() - start[name]).abs().max()) for name in start)
    assert moved < 0.01 < other
