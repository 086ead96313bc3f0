"""Stage network: one network for use, and networks that leave a fold out, whose answers fusion is fitted on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.findings import HEADS
from core.network.mobilenet import DEFAULT_ARGUMENTS, MultitaskMobileNet, build
from core.network.predict import calibrated
from core.studies.image_training import CurvePoint
from core.train import fit_network
from core.train.cohort.check import targets_of
from core.train.cohort.images import Member
from core.train.cohort.presets import CohortPreset
from core.train.cohort.store import SECONDS, Clock, key_of, made_once, read_json, seconds_in, write_json
from core.train.export import export_network, half
from core.train.fit_network import NetworkCohort, NetworkTraining, calibrate

SCHEMA = 1
STATE, ARGUMENTS, CURVE, WEIGHTS, PROBABILITIES, FIGURES = (
    "state.safetensors",
    "arguments.json",
    "curve.json",
    "weights",
    "probabilities.npy",
    "calibration.json",
)
Targets = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]


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
    members: Sequence[Member], work: Path, preset: CohortPreset, report: Callable[[str], None], resume: bool
) -> NetworkStage:
    """Train, stop early by the internal patients, predict everybody, calibrate on the answers out of fold.

    Args:
        members: the whole cohort; split "train" is learned from.
        resume: go on with a network that was cut off in its training.
    """
    targets = targets_of([member.patient for member in members])
    training = np.array([member.patient.split == "train" for member in members])
    fold = folds_of(targets, training, preset.folds, preset.seed)
    stopping = np.array([member.patient.split == "internal" for member in members]) & np.isfinite(targets).any(axis=1)
    trainer = _Trainer(members, targets, stopping, work / "network", report, resume)
    networks = [trainer.trained(training & (fold != number), preset.fold_network) for number in range(preset.folds)]
    final = trainer.trained(training, preset.network)
    key = key_of(SCHEMA, [path.name for path in (*networks, final)], [member.key for member in members], fold)
    folder = work / "network" / key
    made_once(folder, partial(_answer, trainer, networks, final, fold, preset))
    return NetworkStage(
        weights=folder / WEIGHTS,
        key=key,
        probability=np.load(folder / PROBABILITIES, allow_pickle=False),
        targets=targets,
        curve=tuple(CurvePoint(**point) for point in read_json(final / CURVE)),
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


@dataclass(frozen=True, eq=False)
class _Trainer:
    """Trains networks on parts of the cohort, each kept under the hash of what it saw."""

    members: Sequence[Member]
    targets: Targets
    stopping: npt.NDArray[np.bool_]
    folder: Path
    report: Callable[[str], None]
    resume: bool

    def trained(self, chosen: npt.NDArray[np.bool_], settings: NetworkTraining) -> Path:
        """Folder with the weights of the network trained on the chosen members."""
        seen = [
            (member.key, self.targets[at].tolist(), bool(chosen[at]))
            for at, member in enumerate(self.members)
            if chosen[at] or self.stopping[at]
        ]
        key = key_of(SCHEMA, asdict(settings), dict(DEFAULT_ARGUMENTS), seen)
        folder = self.folder / key
        made_once(folder, partial(self._train, chosen, settings, self.folder / f"training-{key}"))
        shutil.rmtree(self.folder / f"training-{key}", ignore_errors=True)
        return folder

    def crops(self, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float16]:
        """(k, 2, 96, 96, 96) of the chosen members."""
        found = [np.load(member.crop, allow_pickle=False) for at, member in enumerate(self.members) if chosen[at]]
        return np.stack(found)

    def _train(self, chosen: npt.NDArray[np.bool_], settings: NetworkTraining, scratch: Path, folder: Path) -> None:
        from safetensors.torch import save_file

        if not self.resume:
            shutil.rmtree(scratch, ignore_errors=True)
        clock = Clock(scratch / SECONDS)

        def told(line: str) -> None:
            clock.tick()
            self.report(f"network on {int(chosen.sum())} patients: {line}")

        shown = chosen | self.stopping
        stops = self.stopping[shown]
        cohort = NetworkCohort(self.crops(shown), self.targets[shown], stops, stops if stops.any() else None)
        fitted = fit_network.fit_recorded(cohort, scratch, settings, told, resume=self.resume)
        clock.tick()
        save_file(half(fitted.network.state_dict()), folder / STATE)
        write_json(folder / ARGUMENTS, fitted.network.arguments)
        write_json(folder / SECONDS, seconds_in(clock.path))
        points = [(number, point) for number, member in enumerate(fitted.curves, start=1) for point in member]
        curve = [CurvePoint(number, point.epoch, point.loss, point.stopping_loss) for number, point in points]
        write_json(folder / CURVE, [asdict(point) for point in curve])


def _answer(
    trainer: _Trainer,
    networks: Sequence[Path],
    final: Path,
    fold: npt.NDArray[np.int_],
    preset: CohortPreset,
    folder: Path,
) -> None:
    """Everybody's calibrated probabilities by the network that did not see him, and the artefact."""
    logits = np.full(trainer.targets.shape, np.nan)
    for number, path in enumerate(networks):
        _fill(logits, trainer, fold == number, path)
    _fill(logits, trainer, fold == -1, final)
    out_of_fold = fold >= 0
    calibration = _calibration(logits[out_of_fold], trainer.targets[out_of_fold])
    slope, intercept = ({head: calibration[head][name] for head in HEADS} for name in ("slope", "intercept"))
    np.save(folder / PROBABILITIES, calibrated(logits, slope, intercept), allow_pickle=False)
    write_json(folder / FIGURES, calibration)
    network = _load(final)
    export_network(
        folder / WEIGHTS, network, network.arguments, calibration, asdict(preset.network) | {"folds": preset.folds}
    )


def _calibration(logits: Probabilities, targets: Targets) -> dict[str, dict[str, float]]:
    """Of each head; those of survival that nobody has say nothing, whatever they are given."""
    if np.isfinite(targets[:, 1:]).any():
        return {head: dict(found) for head, found in calibrate(logits, targets).items()}
    found = calibrate(logits, np.column_stack([targets[:, :1], np.ones_like(targets[:, 1:])]))
    return {head: dict(found[head]) if head == HEADS[0] else {"slope": 0.0, "intercept": 0.0} for head in HEADS}


def _fill(logits: Probabilities, trainer: _Trainer, chosen: npt.NDArray[np.bool_], path: Path) -> None:
    if chosen.any():
        logits[chosen] = fit_network.predict(_load(path), trainer.crops(chosen))


def _load(folder: Path) -> MultitaskMobileNet:
    """The network with its weights as they are shipped, float16."""
    from safetensors.torch import load_file

    network = build(read_json(folder / ARGUMENTS))
    state = load_file(folder / STATE)
    network.load_state_dict({name: v.float() if v.is_floating_point() else v for name, v in state.items()})
    return network.eval()
