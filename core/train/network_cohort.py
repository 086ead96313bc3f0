"""What the training of the network is given: crops, targets, who is kept aside, and the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.findings import HEADS
from core.network.measures import image_measures
from core.network.mobilenet import SIDE_SEEN
from core.train.network_augmentation import halve

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
    """

    crops: npt.NDArray[np.float16]
    targets: npt.NDArray[np.float32]
    held_out: npt.NDArray[np.bool_]
    stopping: npt.NDArray[np.bool_] | None = None

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


@dataclass(frozen=True, eq=False)
class PreparedCohort:
    """A cohort as the steps of the training need it.

    Attributes:
        crops: float16 (N, 2, 48, 48, 48). targets: float32 (N, 5). measures: float32 (N, M) of `image_measures`.
        training, stopping: indices.
        fingerprint: of everything that decides the result.
    """

    crops: npt.NDArray[np.float16]
    targets: npt.NDArray[np.float32]
    measures: npt.NDArray[np.float32]
    training: npt.NDArray[np.int_]
    stopping: npt.NDArray[np.int_]
    fingerprint: str


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
    """Halve the crops and measure them; patients neither learned from nor deciding the stop are left aside."""
    stopping = np.zeros(len(cohort.held_out), dtype=bool) if cohort.stopping is None else cohort.stopping
    kept = np.flatnonzero(~cohort.held_out | stopping)
    crops = np.stack([_small(cohort.crops[index]) for index in kept])
    training = np.flatnonzero(~cohort.held_out[kept])
    digest = sha256(json.dumps([asdict(settings), dict(arguments)], sort_keys=True).encode())
    for part in (crops, cohort.targets[kept], training):
        digest.update(np.ascontiguousarray(part).tobytes())
    return PreparedCohort(
        crops=crops,
        targets=cohort.targets[kept],
        measures=np.stack([image_measures(crop) for crop in crops]),
        training=training,
        stopping=np.flatnonzero(stopping[kept]),
        fingerprint=digest.hexdigest(),
    )


def _small(crop: npt.NDArray[np.float16]) -> npt.NDArray[np.float16]:
    return halve(crop) if crop.shape[1] > SIDE_SEEN else crop
