"""Training state on disk without pickle: tensors as safetensors, counters in its metadata."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file


@dataclass(frozen=True, eq=False)
class Kept:
    """What a training keeps beside weights and optimizer: words (numbers as JSON) and tensors, by name."""

    notes: Mapping[str, str] = field(default_factory=dict)
    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)


def save_checkpoint(
    path: Path,
    step: int,
    network: torch.nn.Module,
    average: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    kept: Kept | None = None,
) -> None:
    """Write atomically, so that a kill at any point leaves the former or the new state."""
    kept = kept or Kept()
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.items()}
    tensors |= {f"kept.{name}": value for name, value in kept.tensors.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    part = path.with_suffix(".part")
    save_file(
        {name: value.contiguous() for name, value in tensors.items()}, part, metadata={**kept.notes, "step": str(step)}
    )
    os.replace(part, path)


def load_checkpoint(
    path: Path, network: torch.nn.Module, average: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer
) -> int:
    """Restore all three in place; the step to go on from."""
    groups: dict[str, dict[str, torch.Tensor]] = {"network": {}, "average": {}, "optimizer": {}, "kept": {}}
    device = next(network.parameters()).device
    with safe_open(path, framework="pt") as file:
        step = int(file.metadata()["step"])
        for name in file.keys():  # noqa: SIM118 - not a dictionary
            group, rest = name.split(".", 1)
            groups[group][rest] = file.get_tensor(name)
    network.load_state_dict(groups["network"])
    average.update({name: value.to(device) for name, value in groups["average"].items()})
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in groups["optimizer"].items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return step


def load_kept(path: Path) -> Kept:
    """What was kept beside, with the step among the notes."""
    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith("kept.")]  # noqa: SIM118 - not a dictionary
        return Kept(dict(file.metadata()), {name.split(".", 1)[1]: file.get_tensor(name) for name in names})
