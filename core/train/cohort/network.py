"""Stage network: one network for use, and networks that leave a fold out, whose answers fusion is fitted on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.findings import HEADS
from core.jobs.settings import WorkerSettings
from core.network.mobilenet import DEFAULT_ARGUMENTS
from core.network.predict import calibrated
from core.studies.image_training import CurvePoint
from core.train import fit_network
from core.train.cohort.check import targets_of
from core.train.cohort.images import Member
from core.train.cohort.presets import CohortPreset
from core.train.cohort.store import SECONDS, key_of, made_once, seconds_in, write_json
from core.train.cohort.trainings import NetworkJob, curve_of, load_network, train_networks
from core.train.export import export_network
from core.train.fit_network import NetworkTraining, calibrate

SCHEMA = 2
WEIGHTS, PROBABILITIES, FIGURES = "weights", "probabilities.npy", "calibration.json"
Targets = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class NetworkWork:
    """Where and how networks are trained.

    Attributes:
        work: folder of the stage. workers: as many networks at a time.
        weights: whose lesion finder is carried over if too few masks mark lesions; None for the usual ones.
        resume: go on with networks that were cut off in their training.
    """

    work: Path
    workers: WorkerSettings
    weights: Path | None
    resume: bool


@dataclass(frozen=True, eq=False)
class NetworkStage:
    """What the stage made.

    Attributes:
        weights: a weights folder with the artefact alone.
        key: of everything below.
        probability: float64 (n, 5), calibrated, rows as the members; of training patients by a network that did not
            see them.
        targets: float32 (n, 5), NaN where unknown.
        curve: learning curve of the network for use.
        seconds: of work, all runs together.
    """

    weights: Path
    key: str
    probability: Probabilities
    targets: Targets
    curve: tuple[CurvePoint, ...]
    seconds: float


def network_stage(
    members: Sequence[Member], preset: CohortPreset, how: NetworkWork, report: Callable[[str], None]
) -> NetworkStage:
    """Train, stop early by the internal patients, predict everybody, calibrate on the answers out of fold.

    Args:
        members: the whole cohort; split "train" is learned from.
    """
    targets = targets_of([member.patient for member in members])
    training = np.array([member.patient.split == "train" for member in members])
    fold = folds_of(targets, training, preset.folds, preset.seed)
    stopping = np.array([member.patient.split == "internal" for member in members]) & np.isfinite(targets).any(axis=1)
    left_out = [training & (fold != number) for number in range(preset.folds)]
    asked = [(training, preset.network), *((chosen, preset.fold_network) for chosen in left_out)]
    jobs = [_job(members, targets, (chosen, stopping), settings, how) for chosen, settings in asked]
    final, *networks = train_networks(jobs, how.workers, report)
    key = key_of(SCHEMA, [path.name for path in (*networks, final)], [member.key for member in members], fold)
    folder = how.work / key
    made_once(folder, partial(_answer, members, targets, (final, *networks), fold, preset))
    return NetworkStage(
        weights=folder / WEIGHTS,
        key=key,
        probability=np.load(folder / PROBABILITIES, allow_pickle=False),
        targets=targets,
        curve=curve_of(final),
        seconds=sum(seconds_in(path / SECONDS) for path in (*networks, final)),
    )


def folds_of(targets: Targets, training: npt.NDArray[np.bool_], folds: int, seed: int) -> npt.NDArray[np.int_]:
    """Fold of each training patient, (n,), -1 of the others; each kind of label is dealt out evenly."""
    rng = np.random.default_rng(seed)
    fold = np.full(len(targets), -1)
    kinds = np.nan_to_num(targets[:, [0, 2]], nan=2.0) @ [1.0, 3.0]
    start = 0
    for kind in np.unique(kinds[training]):
        chosen = rng.permutation(np.flatnonzero(training & (kinds == kind)))
        fold[chosen] = (start + np.arange(len(chosen))) % folds
        start += len(chosen)
    return fold


def _job(
    members: Sequence[Member], targets: Targets, who: tuple[Mask, Mask], settings: NetworkTraining, how: NetworkWork
) -> NetworkJob:
    """The network that learns from some and stops by others; `who`: those learned from, those to stop by."""
    chosen, stopping = who
    shown = np.flatnonzero(chosen | stopping).tolist()
    return NetworkJob(
        crops=tuple(members[at].crop for at in shown),
        lesions=tuple(members[at].lesions for at in shown),
        keys=tuple(members[at].key for at in shown),
        targets=targets[shown],
        stops=stopping[shown],
        settings=settings,
        work=how.work,
        weights=how.weights,
        resume=how.resume,
    )


def _answer(
    members: Sequence[Member],
    targets: Targets,
    networks: Sequence[Path],
    fold: npt.NDArray[np.int_],
    preset: CohortPreset,
    folder: Path,
) -> None:
    """Everybody's calibrated probabilities by the network that did not see him, and the artefact.

    Args:
        networks: the one for use, then those that left out fold 0, 1, ...
    """
    logits = np.full(targets.shape, np.nan)
    for number, path in enumerate(networks, start=-1):
        network = load_network(path)
        for at in np.flatnonzero(fold == number).tolist():
            logits[at] = fit_network.predict(network, np.load(members[at].crop, allow_pickle=False)[None])[0]
    out_of_fold = fold >= 0
    calibration = _calibration(logits[out_of_fold], targets[out_of_fold])
    slope, intercept = ({head: calibration[head][name] for head in HEADS} for name in ("slope", "intercept"))
    np.save(folder / PROBABILITIES, calibrated(logits, slope, intercept), allow_pickle=False)
    write_json(folder / FIGURES, calibration)
    settings = asdict(preset.network) | {"folds": preset.folds}
    export_network(folder / WEIGHTS, load_network(networks[0]), DEFAULT_ARGUMENTS, calibration, settings)


def _calibration(logits: Probabilities, targets: Targets) -> dict[str, dict[str, float]]:
    """Of each head; those of survival that nobody has say nothing, whatever they are given."""
    if np.isfinite(targets[:, 1:]).any():
        return {head: dict(found) for head, found in calibrate(logits, targets).items()}
    found = calibrate(logits, np.column_stack([targets[:, :1], np.ones_like(targets[:, 1:])]))
    return {head: dict(found[head]) if head == HEADS[0] else {"slope": 0.0, "intercept": 0.0} for head in HEADS}
