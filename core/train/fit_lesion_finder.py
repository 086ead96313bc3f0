"""Training the lesion finder on the patients whose masks mark lesions: the same to the last bit after a kill."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn import functional

from core.network.layers import widened
from core.network.lesions import NOTHING, LesionFinder
from core.train.checkpoint import Kept, load_checkpoint, load_kept, save_checkpoint
from core.train.network_augmentation import augment_with

BCE_WEIGHT = 2.0
CHECKPOINT_EVERY = 20
"""Steps."""
State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class FinderTraining:
    """Settings; all of them go into the card.

    Attributes:
        fewest: patients with marked lesions without which the finder is not trained.
    """

    epochs: int = 8
    batch: int = 4
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    warm_up: int = 30
    fewest: int = 10
    seed: int = 23


@dataclass(frozen=True, eq=False)
class Marked:
    """Patients whose lesions are marked.

    Attributes:
        crops: float16 (n, 2, 48, 48, 48). lesions: float16 (n, 48, 48, 48), the share of each voxel that is lesion.
        fingerprint: of these and the settings.
    """

    crops: npt.NDArray[np.float16]
    lesions: npt.NDArray[np.float16]
    fingerprint: str


def fit_lesion_finder(
    marked: Marked, out: Path, settings: FinderTraining, report: Callable[[str], None], resume: bool
) -> State:
    """Weights of the finder, on the CPU.

    Args:
        out: folder of the working files. report: told a line after each epoch.
        resume: go on from the state in `out`, if it is of the same patients and settings; else begin anew.
    """
    finished, checkpoint = out / "finder.safetensors", out / "finder-checkpoint.safetensors"
    if resume and (found := _finished(finished, marked.fingerprint)) is not None:
        return found
    if not resume:
        checkpoint.unlink(missing_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    finder = LesionFinder()
    finder.begin()
    finder = finder.to(device, memory_format=torch.channels_last_3d).train()  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(finder.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    batches = math.ceil(len(marked.crops) / settings.batch)
    first = _found(checkpoint, marked.fingerprint, finder, optimizer)
    for step in range(first, settings.epochs * batches):
        loss = _step(finder, optimizer, marked, settings, step)
        if (step + 1) % CHECKPOINT_EVERY == 0:
            save_checkpoint(checkpoint, step + 1, finder, {}, optimizer, _notes(marked))
        if (step + 1) % batches == 0:
            report(f"lesion finder, epoch {(step + 1) // batches}/{settings.epochs}  loss of its last step {loss:.4f}")
    state = {name: value.detach().cpu().contiguous() for name, value in finder.state_dict().items()}
    part = finished.with_suffix(".part")
    save_file(state, part, metadata={"fingerprint": marked.fingerprint})
    os.replace(part, finished)
    checkpoint.unlink(missing_ok=True)
    return state


def loss_of(log_odds: torch.Tensor, lesions: torch.Tensor) -> torch.Tensor:
    """Cross-entropy and one minus the soft Dice coefficient of each patient; both (N, 1, I, J, K)."""
    probability, axes = torch.sigmoid(log_odds), (1, 2, 3, 4)
    dice = (2 * (probability * lesions).sum(axes) + 1) / (probability.sum(axes) + lesions.sum(axes) + 1)
    return BCE_WEIGHT * functional.binary_cross_entropy_with_logits(log_odds, lesions) + (1 - dice).mean()


def _step(
    finder: LesionFinder, optimizer: torch.optim.Optimizer, marked: Marked, settings: FinderTraining, step: int
) -> float:
    batches = math.ceil(len(marked.crops) / settings.batch)
    epoch, number = divmod(step, batches)
    order = np.random.default_rng([settings.seed, 0, epoch]).permutation(len(marked.crops))
    chosen = np.array_split(order, batches)[number]
    device = next(finder.parameters()).device
    crops, lesions = (
        torch.from_numpy(part[chosen].astype(np.float32)).to(device) for part in (marked.crops, marked.lesions)
    )
    crops, lesions = augment_with(crops, lesions[:, None], np.random.default_rng([settings.seed, 1, step]))
    warm = min(1.0, (step + 1) / settings.warm_up)
    rate = settings.learning_rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / (settings.epochs * batches)))
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = loss_of(finder(crops.contiguous(memory_format=torch.channels_last_3d)), lesions)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _notes(marked: Marked) -> Kept:
    return Kept({"fingerprint": marked.fingerprint})


def _found(checkpoint: Path, fingerprint: str, finder: LesionFinder, optimizer: torch.optim.Optimizer) -> int:
    """The step to go on from; 0 without a checkpoint of the same patients and settings."""
    if checkpoint.exists() and load_kept(checkpoint).notes["fingerprint"] == fingerprint:
        return load_checkpoint(checkpoint, finder, {}, optimizer)
    return 0


def _finished(path: Path, fingerprint: str) -> State | None:
    if not path.exists():
        return None
    with safe_open(path, framework="pt") as file:
        if file.metadata()["fingerprint"] != fingerprint:
            return None
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dictionary


def finder_of(state: Mapping[str, torch.Tensor] | None) -> LesionFinder:
    """A finder with these weights, in evaluation mode; None for one that finds nothing."""
    finder = LesionFinder()
    if state is None:  # the same for everybody
        state = {name: torch.zeros_like(value) for name, value in finder.state_dict().items()}
        state["answer.bias"] += NOTHING
    finder.load_state_dict(widened(state))
    return finder.eval()
