"""Training the multitask network: five heads, unknown targets masked, Platt calibration on patients it has not seen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from core.findings import HEADS
from core.network.mobilenet import DEFAULT_ARGUMENTS, MultitaskMobileNet, build
from core.train.averaging import update_average
from core.train.calibration import fit_platt
from core.train.checkpoint import load_checkpoint, save_checkpoint

HORIZON_MONTHS = {"os1": 12.0, "os2": 24.0, "os3": 36.0, "os_gt3": 48.0}
STATISTICS_PATIENTS = 240


@dataclass(frozen=True, eq=False)
class NetworkCohort:
    """Crops and targets of N patients.

    Attributes:
        crops: float16 (N, 2, 96, 96, 96) of `core.network.crop.liver_crop`.
        targets: float32 (N, 5), 0, 1 or NaN where unknown, columns as HEADS.
        held_out: bool (N,), patients kept for calibration and figures.
    """

    crops: npt.NDArray[np.float16]
    targets: npt.NDArray[np.float32]
    held_out: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class NetworkTraining:
    """Settings; all of them go into the card. The first `coarse_epochs` see half the resolution, eight times faster."""

    epochs: int = 22
    coarse_epochs: int = 19
    batch: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 2e-3
    average_decay: float = 0.98
    seed: int = 23


def survival_targets(
    time_months: npt.NDArray[np.float64], event: npt.NDArray[np.bool_], mtm: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Targets (N, 5): MTM as given (NaN if unknown), alive at each horizon, NaN if censored before it.

    Args:
        time_months: NaN for patients without follow-up.
    """
    columns = [mtm]
    for head in HEADS[1:]:
        horizon = HORIZON_MONTHS[head]
        alive = np.where(time_months >= horizon, 1.0, np.where(event, 0.0, np.nan))
        columns.append(np.where(np.isnan(time_months), np.nan, alive))
    return np.column_stack(columns).astype(np.float32)


def fit(
    cohort: NetworkCohort, out: Path, settings: NetworkTraining, report: Callable[[str], None], resume: bool = False
) -> MultitaskMobileNet:
    """Train on the patients that are not held out; the averaged network, in evaluation mode."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    network = build(DEFAULT_ARGUMENTS).train()
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    checkpoint = out / "checkpoint.safetensors"
    first = load_checkpoint(checkpoint, network, average, optimizer) if resume and checkpoint.exists() else 0
    started = time.monotonic()
    for epoch in range(first, settings.epochs):
        loss = _epoch(network, optimizer, average, cohort, settings, epoch)
        save_checkpoint(checkpoint, epoch + 1, network, average, optimizer)
        left = (time.monotonic() - started) / (epoch + 1 - first) * (settings.epochs - epoch - 1)
        report(f"epoch {epoch + 1}/{settings.epochs}  loss {loss:.4f}  {left / 60:.0f} min left")
    network.load_state_dict(average)
    _settle_statistics(network, cohort, settings)
    return network.eval()


def _settle_statistics(network: MultitaskMobileNet, cohort: NetworkCohort, settings: NetworkTraining) -> None:
    """Batch statistics anew for the averaged weights, over training patients (Izmailov et al., UAI 2018)."""
    rng = np.random.default_rng([settings.seed, settings.epochs])
    for layer in network.modules():
        if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm3d)):
            layer.reset_running_stats()
            layer.momentum = None
    seen = rng.permutation(np.flatnonzero(~cohort.held_out))[:STATISTICS_PATIENTS]
    with torch.no_grad():
        for chosen in np.array_split(seen, math.ceil(len(seen) / settings.batch)):
            network.train()(torch.from_numpy(np.stack([augment(cohort.crops[index], rng) for index in chosen])))


def predict(network: MultitaskMobileNet, crops: npt.NDArray[np.float16]) -> npt.NDArray[np.float64]:
    """Logits (N, 5), uncalibrated."""
    with torch.inference_mode():
        parts = [network(torch.from_numpy(crops[i : i + 4].astype(np.float32))) for i in range(0, len(crops), 4)]
    logits: npt.NDArray[np.float64] = torch.cat(parts).numpy().astype(np.float64)
    return logits


def calibrate(logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> dict[str, Mapping[str, float]]:
    """Platt slope and intercept of each head, fitted where its target is known; slope 0 if the head learned nothing."""
    calibration: dict[str, Mapping[str, float]] = {}
    for index, head in enumerate(HEADS):
        known = ~np.isnan(targets[:, index])
        slope, intercept = fit_platt(logits[:, index], targets[:, index], known)
        calibration[head] = {"slope": slope, "intercept": intercept}
    return calibration


def _epoch(
    network: MultitaskMobileNet,
    optimizer: torch.optim.Optimizer,
    average: dict[str, torch.Tensor],
    cohort: NetworkCohort,
    settings: NetworkTraining,
    epoch: int,
) -> float:
    rng = np.random.default_rng([settings.seed, epoch])
    order = rng.permutation(np.flatnonzero(~cohort.held_out))
    batches = np.array_split(order, math.ceil(len(order) / settings.batch))
    coarse = epoch < settings.coarse_epochs
    total = 0.0
    for number, chosen in enumerate(batches):
        progress = (epoch + number / len(batches)) / settings.epochs
        for group in optimizer.param_groups:
            group["lr"] = (
                settings.learning_rate * min(1.0, 20 * progress + 0.05) * (0.5 + 0.5 * math.cos(math.pi * progress))
            )
        seen = [halve(cohort.crops[index]) if coarse else cohort.crops[index] for index in chosen]
        crops = torch.from_numpy(np.stack([augment(crop, rng) for crop in seen]))
        loss = masked_loss(network(crops), torch.from_numpy(cohort.targets[chosen]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        update_average(average, network, settings.average_decay, epoch * len(batches) + number)
        total += float(loss.detach()) / len(batches)
    return total


def masked_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy over the known targets, each head weighted alike."""
    known = ~torch.isnan(targets)
    losses = functional.binary_cross_entropy_with_logits(logits, torch.nan_to_num(targets), reduction="none") * known
    per_head = losses.sum(dim=0) / known.sum(dim=0).clamp(min=1)
    return per_head.sum() / known.any(dim=0).sum().clamp(min=1)


def halve(crop: npt.NDArray[np.float16]) -> npt.NDArray[np.float16]:
    """Mean over 2x2x2 voxels: (2, 96, 96, 96) -> (2, 48, 48, 48)."""
    channels, side = crop.shape[0], crop.shape[1] // 2
    blocks = crop.astype(np.float32).reshape(channels, side, 2, side, 2, side, 2)
    halved: npt.NDArray[np.float16] = blocks.mean(axis=(2, 4, 6)).astype(np.float16)
    return halved


def augment(crop: npt.NDArray[np.float16], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A shifted, perhaps mirrored crop (2, 96, 96, 96) with another contrast and noise; blanked voxels stay at 0."""
    moved = crop.astype(np.float32)
    for axis in (1, 2, 3):
        moved = np.roll(moved, int(rng.integers(-3, 4)), axis=axis)
        if rng.random() < 0.3:
            moved = np.flip(moved, axis=axis)
    visible = moved != 0
    gain, offset = rng.uniform(0.9, 1.1, (2, 1, 1, 1)), rng.normal(0, 0.1, (2, 1, 1, 1))
    noise = rng.standard_normal(moved.shape, dtype=np.float32) * rng.uniform(0, 0.2)
    return np.where(visible, moved * gain + offset + noise, 0.0).astype(np.float32)
