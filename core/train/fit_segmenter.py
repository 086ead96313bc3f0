"""Training the liver segmenter on labelled CT: reproducible from a seed, resumable, the same on CPU and GPU."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional

from core.segmentation.network import DEFAULT_ARGUMENTS, build
from core.train.averaging import update_average
from core.train.checkpoint import load_checkpoint, save_checkpoint
from core.train.segmenter_augmentation import TrainingScan, random_patch


@dataclass(frozen=True)
class SegmenterTraining:
    """Settings; all of them go into the card."""

    steps: int = 4500
    batch: int = 2
    learning_rate: float = 1.5e-3
    weight_decay: float = 1e-4
    warm_up: int = 200
    average_decay: float = 0.998
    seed: int = 20
    checkpoint_every: int = 250


CONTINUED = SegmenterTraining(steps=5000, learning_rate=7e-4, warm_up=100, seed=22)
"""From trained weights on: a lower learning rate, other patches."""


def fit(
    scans: Sequence[TrainingScan],
    out: Path,
    settings: SegmenterTraining,
    report: Callable[[str], None],
    resume: bool = False,
    start: Mapping[str, torch.Tensor] | None = None,
) -> Path:
    """Train and write `model.safetensors` (the averaged weights, float16) into `out`.

    Args:
        scans: at 3 mm, each drawn equally often. report: told a line of progress now and then.
        resume: go on from the checkpoint in `out`.
        start: trained weights to begin with; None begins with random ones from the seed.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    network = build(DEFAULT_ARGUMENTS).to(device).train()
    if start is not None:
        network.load_state_dict(dict(start))
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    checkpoint = out / "checkpoint.safetensors"
    first = load_checkpoint(checkpoint, network, average, optimizer) if resume and checkpoint.exists() else 0
    started, recent = time.monotonic(), 0.0
    for step in range(first, settings.steps):
        loss = _step(network, optimizer, scans, settings, step)
        update_average(average, network, settings.average_decay, step)
        recent = loss if step == first else 0.98 * recent + 0.02 * loss
        if (step + 1) % settings.checkpoint_every == 0 or step + 1 == settings.steps:
            save_checkpoint(checkpoint, step + 1, network, average, optimizer)
            left = (time.monotonic() - started) / (step + 1 - first) * (settings.steps - step - 1)
            report(f"step {step + 1}/{settings.steps}  loss {recent:.4f}  {left / 60:.0f} min left")
    model = out / "model.safetensors"
    save_file({name: value.half().cpu().contiguous() for name, value in average.items()}, model)
    return model


def _step(
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    scans: Sequence[TrainingScan],
    settings: SegmenterTraining,
    step: int,
) -> float:
    # one generator per step: a resumed training draws what an unbroken one would have drawn
    rng = np.random.default_rng([settings.seed, step])
    chosen = rng.integers(len(scans), size=settings.batch)
    device = next(network.parameters()).device
    pairs = [random_patch(scans[index], rng) for index in chosen]
    hu = torch.stack([pair[0] for pair in pairs]).to(device, memory_format=torch.channels_last_3d)
    liver = torch.stack([pair[1] for pair in pairs]).to(device)
    for group in optimizer.param_groups:
        group["lr"] = settings.learning_rate * _schedule(step, settings)
    with torch.autocast(device.type, torch.bfloat16):
        logit = network(hu).float()
    loss = segmentation_loss(logit, liver)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step()
    return float(loss.detach())


def segmentation_loss(logit: torch.Tensor, liver: torch.Tensor) -> torch.Tensor:
    """Soft Dice over the batch plus binary cross-entropy."""
    probability = torch.sigmoid(logit)
    overlap = 2 * (probability * liver).sum() + 1
    dice = overlap / (probability.sum() + liver.sum() + 1)
    return 1 - dice + functional.binary_cross_entropy_with_logits(logit, liver)


def _schedule(step: int, settings: SegmenterTraining) -> float:
    warm = min(1.0, (step + 1) / settings.warm_up)
    return warm * (0.5 + 0.5 * math.cos(math.pi * step / settings.steps))
