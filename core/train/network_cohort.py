"""What the training of the network is given: crops, targets, who is kept aside, and the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.errors import InputError
from core.findings import HEADS
from core.network.lesions import LesionFinder
from core.network.mobilenet import SIDE_SEEN, measured
from core.train.fit_lesion_finder import FinderTraining, Marked
from core.train.network_augmentation import halve

FOUND_TOGETHER = 8
HORIZON_MONTHS = {"os1": 12.0, "os2": 24.0, "os3": 36.0, "os_gt3": 48.0}


@dataclass(frozen=True, eq=False)
class NetworkCohort:
    """Crops and targets of N patients.

    Attributes:
        crops: float16 (N, 2, 96, 96, 96) of `core.network.crop.liver_crop`.
        targets: float32 (N, 5), 0, 1 or NaN where unknown, columns as HEADS.
        held_out: bool (N,), patients not learned from.
        stopping: bool (N,), those of them whose loss decides when to stop (the internal ones, never the external); None
            for nobody: then all epochs are run.
        lesions: (N, 96, 96, 96) or halved like the crops, the share of each voxel that is lesion; None for nobody.
        marked: bool (N,), whose masks mark lesions; None for nobody.
        finder: weights of a lesion finder to use where too few training patients are marked; None for none.
    """

    crops: npt.NDArray[np.float16]
    targets: npt.NDArray[np.float32]
    held_out: npt.NDArray[np.bool_]
    stopping: npt.NDArray[np.bool_] | None = None
    lesions: npt.NDArray[Any] | None = None
    marked: npt.NDArray[np.bool_] | None = None
    finder: Mapping[str, torch.Tensor] | None = None

    def __post_init__(self) -> None:
        if self.stopping is not None and (self.stopping & ~self.held_out).any():
            raise InputError("stopping patients: expected patients held out of the training, got others")
        if np.count_nonzero(~self.held_out) < 2:
            raise InputError("training: expected at least 2 patients to learn from, got fewer")


@dataclass(frozen=True)
class NetworkTraining:
    """Settings; all of them go into the card.

    Attributes:
        measures_weight: of telling the measures of `image_measures`, beside the heads.
        members: networks trained one after the other, from other random weights, for the spread.
        patience: epochs without a lower loss on the stopping patients, then the best averaged weights are taken.
        checkpoint_every: steps; a checkpoint costs a few hundredths of a second.
        finder: of the lesion finder, which is trained first.
    """

    epochs: int = 20
    batch: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 2e-3
    average_decay: float = 0.98
    measures_weight: float = 1.0
    warm_up: int = 60
    members: int = 1
    patience: int = 8
    checkpoint_every: int = 20
    seed: int = 23
    finder: FinderTraining = field(default_factory=FinderTraining)


@dataclass(frozen=True, eq=False)
class PreparedCohort:
    """A cohort as the steps of the training need it.

    Attributes:
        crops: float16 (N, 2, 48, 48, 48). targets: float32 (N, 5).
        training, stopping: indices.
        fingerprint: of everything that decides the result.
        marked: training patients whose lesions are marked, None if too few.
    """

    crops: npt.NDArray[np.float16]
    targets: npt.NDArray[np.float32]
    training: npt.NDArray[np.int_]
    stopping: npt.NDArray[np.int_]
    fingerprint: str
    marked: Marked | None


@dataclass(frozen=True, eq=False)
class MeasuredCohort:
    """A prepared cohort with what the finder made of it.

    Attributes:
        lesions: float16 (N, 48, 48, 48), probability of tumour.
        measures: float32 (N, M) of `core.network.mobilenet.measured`.
    """

    prepared: PreparedCohort
    finder: LesionFinder
    lesions: npt.NDArray[np.float16]
    measures: npt.NDArray[np.float32]


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


def prepare(cohort: NetworkCohort, settings: NetworkTraining, arguments: Mapping[str, object]) -> PreparedCohort:
    """Halve the crops; patients neither learned from nor deciding the stop are left aside."""
    stopping = np.zeros(len(cohort.held_out), dtype=bool) if cohort.stopping is None else cohort.stopping
    kept = np.flatnonzero(~cohort.held_out | stopping)
    crops = np.stack([as_seen(cohort.crops[index]) for index in kept])
    training = np.flatnonzero(~cohort.held_out[kept])
    lesions, marked = _lesions(cohort, settings.finder)
    digest = sha256(json.dumps([asdict(settings), dict(arguments)], sort_keys=True).encode())
    own = sha256(json.dumps(asdict(settings.finder), sort_keys=True).encode())
    for part in (crops, cohort.targets[kept], training, lesions, marked):
        digest.update(np.ascontiguousarray(part).tobytes())
    for name, values in sorted((cohort.finder or {}).items()):
        digest.update(name.encode() + values.cpu().numpy().tobytes())
    found = None
    if marked.size:
        shown = np.stack([as_seen(cohort.crops[index]) for index in marked])
        for part in (shown, lesions):
            own.update(np.ascontiguousarray(part).tobytes())
        found = Marked(shown, lesions, own.hexdigest())
    return PreparedCohort(
        crops=crops,
        targets=cohort.targets[kept],
        training=training,
        stopping=np.flatnonzero(stopping[kept]),
        fingerprint=digest.hexdigest(),
        marked=found,
    )


def measure(prepared: PreparedCohort, finder: LesionFinder) -> MeasuredCohort:
    """Find the tumours of everybody and measure, a few patients at a time."""
    lesions, measures = [], []
    for first in range(0, len(prepared.crops), FOUND_TOGETHER):
        crops = torch.from_numpy(prepared.crops[first : first + FOUND_TOGETHER].astype(np.float32))
        found = finder.find(crops)
        lesions.append(found[:, 0].numpy().astype(np.float16))
        measures.append(measured(crops, found).numpy())
    return MeasuredCohort(prepared, finder, np.concatenate(lesions), np.concatenate(measures))


def _lesions(cohort: NetworkCohort, settings: FinderTraining) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.int_]]:
    """Lesions of the marked training patients (n, 48, 48, 48) and who they are; nobody if there are too few."""
    if cohort.lesions is not None and cohort.marked is not None:
        marked = np.flatnonzero(cohort.marked & ~cohort.held_out)
        if len(marked) >= settings.fewest:
            return np.concatenate([as_seen(cohort.lesions[index][None]) for index in marked]), marked
    return np.empty((0, 0, 0, 0), dtype=np.float16), np.empty(0, dtype=np.int_)


def as_seen(crop: npt.NDArray[Any]) -> npt.NDArray[np.float16]:
    """A crop or part (C, 96, 96, 96) at half the resolution, as the network sees it; a smaller one as it is."""
    return halve(crop) if crop.shape[1] > SIDE_SEEN else crop.astype(np.float16)
