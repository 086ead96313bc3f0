"""How well a way of training the segmenter does on scans it has not seen: `haic-nomogram train segmenter
--cross-validate`.

Choices are made by these figures; the scans kept aside (`TEST_SCANS`) are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from core.errors import InputError, NoLiverError
from core.segmentation.network import DEFAULT_ARGUMENTS, build
from core.segmentation.predict import Segmenter
from core.train.fit_segmenter import SegmenterTraining, fit
from core.train.segmenter import TRAINING_SCANS, agreement, read_scans, training_scans


@dataclass(frozen=True)
class LeftOut:
    """One scan, outlined by a network that was not trained on it.

    Attributes:
        dice: at the CT's own resolution; 0 where no liver was found.
        surface_mm: 95th-percentile surface distance; infinity where no liver was found.
    """

    scan: str
    fold: int
    dice: float
    surface_mm: float


def cross_validate(
    data: Path, work: Path, folds: int, settings: SegmenterTraining, report: Callable[[str], None], resume: bool = False
) -> list[LeftOut]:
    """Train once for each fold of the training scans and outline the scans left out.

    Args:
        data: as for `train_segmenter`. work: each fold's checkpoints and weights go into its folder fold_N.
        folds: 2 to 8; scan number i belongs to fold i modulo `folds`.

    Raises:
        InputError: another number of folds; a scan is missing or cannot be read.
    """
    if not 2 <= folds <= len(TRAINING_SCANS):
        raise InputError(f"cross-validation: expected 2-{len(TRAINING_SCANS)} parts, got {folds}")
    results = []
    for fold in range(folds):
        report(f"fold {fold + 1} of {folds}")
        results += run_fold(data, work, (fold, folds), settings, report, resume)
    for line in summary(results):
        report(line)
    return results


def run_fold(
    data: Path,
    work: Path,
    fold: tuple[int, int],
    settings: SegmenterTraining,
    report: Callable[[str], None],
    resume: bool,
) -> list[LeftOut]:
    """One fold, given as its number and how many there are."""
    number, folds = fold
    left_out = [name for index, name in enumerate(TRAINING_SCANS) if index % folds == number]
    scans = training_scans(data, [name for name in TRAINING_SCANS if name not in left_out])
    state = load_file(fit(scans, work / f"fold_{number + 1}", settings, report, resume))
    segmenter = Segmenter(_network(state))
    results = []
    for name, (volume, truth) in zip(left_out, read_scans(data, left_out), strict=True):
        try:
            overlap, distance_mm = agreement(segmenter, volume, truth)
        except NoLiverError:
            overlap, distance_mm = 0.0, float("inf")
        results.append(LeftOut(name, number + 1, overlap, distance_mm))
    return results


def summary(results: list[LeftOut]) -> list[str]:
    """A line for each scan, and the means with their ranges."""
    lines = [f"{one.scan}: Dice {one.dice:.4f}, surface distance {one.surface_mm:.1f} mm" for one in results]
    overlaps, distances = [one.dice for one in results], [one.surface_mm for one in results]
    return [
        *lines,
        f"mean of {len(results)}: Dice {np.mean(overlaps):.4f} ({min(overlaps):.4f}-{max(overlaps):.4f}), "
        f"surface distance {np.mean(distances):.1f} mm ({min(distances):.1f}-{max(distances):.1f})",
    ]


def _network(state: dict[str, torch.Tensor]) -> torch.nn.Module:
    network = build(DEFAULT_ARGUMENTS)
    network.load_state_dict({name: value.float() for name, value in state.items()})
    return network.eval()
