"""The training of one network, step by step: the same to the last bit whether it ran through or was cut off."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core.network.mobilenet import CODE, MobileNetArguments, MultitaskMobileNet
from core.train.averaging import update_average
from core.train.checkpoint import Kept, load_checkpoint, load_kept, save_checkpoint
from core.train.network_augmentation import augment_with
from core.train.network_cohort import MeasuredCohort, NetworkTraining
from core.train.network_loss import class_weights, mtm_losses, survival_losses, usual_log_odds

State = dict[str, torch.Tensor]
STATISTICS_PATIENTS = 240
"""Whose crops, augmented, give the averaged weights their batch statistics."""


@dataclass(frozen=True)
class LearningPoint:
    """One epoch: its mean loss in training and, with the averaged weights, on the stopping patients (None without)."""

    epoch: int
    loss: float
    stopping_loss: float | None


@dataclass(frozen=True)
class Progress:
    """What must be known to go on: curve so far, loss summed in the epoch that is under way, best epoch."""

    fingerprint: str
    curve: tuple[LearningPoint, ...] = ()
    total: float = 0.0
    best_loss: float = math.inf
    best_epoch: int = 0

    def to_json(self) -> str:
        """As a note of a checkpoint; floats keep every bit."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """Back."""
        found = json.loads(text)
        return cls(**{**found, "curve": tuple(LearningPoint(**point) for point in found["curve"])})


class MemberTraining:
    """One member of the ensemble in training; `run` does it.

    Attributes:
        progress: so far.
        batches: steps of an epoch.
    """

    def __init__(
        self,
        cohort: MeasuredCohort,
        settings: NetworkTraining,
        arguments: MobileNetArguments,
        number: int,
        checkpoint: Path,
    ) -> None:
        """Begin.

        Args:
            number: of the member, from 0; with the seed it decides all that is random.
            checkpoint: file of the state; a former one of the same cohort and settings is gone on from.
        """
        self.cohort, self.settings, self.number, self.checkpoint = cohort.prepared, settings, number, checkpoint
        targets = self.cohort.targets[self.cohort.training]
        known = ~np.isnan(targets[:, 0])
        self.class_weights, self.share_known = class_weights(targets), max(float(known.mean()), 1 / len(known))
        self.batches = math.ceil(len(known) / settings.batch)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(_torch_seed(settings.seed, number))
        self.network, self.judge = (_network(arguments, device) for _ in range(2))
        self.judge.eval()
        self.lesions, self.measures = cohort.lesions, torch.from_numpy(cohort.measures).to(device)
        self.network.begin_at(torch.from_numpy(usual_log_odds(targets)))
        self.network.standardise_by(self.measures[self.cohort.training])
        self.teller = torch.nn.Linear(CODE, cohort.measures.shape[1]).to(device)
        self.pupil = torch.nn.ModuleList([self.network, self.teller]).train()
        self.average: State = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.best: State = {}
        self.optimizer = torch.optim.AdamW(
            self.pupil.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.first, self.progress = self._found()

    def run(self, told: Callable[[LearningPoint, int], None]) -> tuple[State, tuple[LearningPoint, ...]]:
        """Train to the end; the best averaged weights, on the CPU, and the learning curve.

        Args:
            told: called after each epoch with its point and the steps done in this run.
        """
        epoch, position = divmod(self.first, self.batches)
        while epoch < self.settings.epochs and not self._stopped():
            for number, chosen in list(enumerate(self._order(epoch)))[position:]:
                self._step(chosen, epoch * self.batches + number)
            self._judge(epoch)
            epoch, position = epoch + 1, 0
            self._save(epoch * self.batches)
            told(self.progress.curve[-1], epoch * self.batches - self.first)
        if not self.best:
            self._settle(self.settings.epochs)
        found = self.best or self.judge.state_dict()
        return {name: value.cpu() for name, value in found.items()}, self.progress.curve

    def _stopped(self) -> bool:
        waited = len(self.progress.curve) - self.progress.best_epoch
        return bool(len(self.cohort.stopping)) and waited >= self.settings.patience

    def _order(self, epoch: int) -> list[npt.NDArray[np.int_]]:
        """Batches of training patients, those with known MTM spread evenly over them."""
        rng = np.random.default_rng([self.settings.seed, self.number, 0, epoch])
        training = self.cohort.training
        known = ~np.isnan(self.cohort.targets[training, 0])
        place = np.empty(len(training))
        for kind in (known, ~known):
            count = int(kind.sum())
            place[kind] = (rng.permutation(count) + rng.random(count)) / max(count, 1)
        return np.array_split(training[np.argsort(place)], self.batches)

    def _step(self, chosen: npt.NDArray[np.int_], step: int) -> None:
        rng = np.random.default_rng([self.settings.seed, self.number, 1, step])
        torch.manual_seed(_torch_seed(self.settings.seed, self.number, 2, step))  # dropout
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(step)
        loss = self._loss(chosen, *augment_with(*self._crops(chosen), rng))
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.pupil.parameters(), 5.0)
        self.optimizer.step()
        update_average(self.average, self.network, self.settings.average_decay, step)
        total = self.progress.total + float(loss.detach()) * len(chosen)
        self.progress = replace(self.progress, total=total)
        if (step + 1) % self.settings.checkpoint_every == 0 and (step + 1) % self.batches:
            self._save(step + 1)

    def _rate(self, step: int) -> float:
        warm = min(1.0, (step + 1) / self.settings.warm_up)
        turn = math.pi * step / (self.settings.epochs * self.batches)
        return self.settings.learning_rate * warm * (0.5 + 0.5 * math.cos(turn))

    def _loss(self, chosen: npt.NDArray[np.int_], crops: torch.Tensor, lesions: torch.Tensor) -> torch.Tensor:
        targets = torch.from_numpy(self.cohort.targets[chosen]).to(crops.device)
        code = self.network.code(self._features(self.network, chosen, crops, lesions))
        logits = self.network.from_code(code)
        told = self.teller(code[:, :CODE]) - self.network.standardised(self.measures[chosen])
        # by the expected number of known labels, not by that of the batch: a lone label must not outweigh the others
        mtm = mtm_losses(logits, targets, self.class_weights).sum() / self.share_known
        survival = survival_losses(logits, targets).sum()
        loss: torch.Tensor = (mtm + survival) / len(chosen) + self.settings.measures_weight * told.square().mean()
        return loss

    def _crops(self, chosen: npt.NDArray[np.int_]) -> tuple[torch.Tensor, torch.Tensor]:
        """Crops and the tumours found in them."""
        device = next(self.network.parameters()).device
        crops, lesions = (part[chosen].astype(np.float32) for part in (self.cohort.crops, self.lesions))
        return torch.from_numpy(crops).to(device), torch.from_numpy(lesions[:, None]).to(device)

    def _judge(self, epoch: int) -> None:
        """Close the epoch; keep the averaged weights if they do best on the stopping patients."""
        before, found = self.progress, None
        if len(self.cohort.stopping):
            self._settle(epoch)
            found = self._stopping_loss()
        point = LearningPoint(epoch + 1, before.total / len(self.cohort.training), found)
        self.progress = replace(before, curve=(*before.curve, point), total=0.0)
        if found is not None and found < before.best_loss:
            self.progress = replace(self.progress, best_loss=found, best_epoch=epoch + 1)
            self.best = {name: value.clone() for name, value in self.judge.state_dict().items()}

    def _settle(self, epoch: int) -> None:
        """Give the judge the averaged weights, with batch statistics of their own (Izmailov et al., UAI 2018)."""
        self.judge.load_state_dict(self.average)
        for layer in self.judge.modules():
            if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm3d)):
                layer.reset_running_stats()
                layer.momentum = None  # the average of all that is seen
        rng = np.random.default_rng([self.settings.seed, self.number, 3, epoch])
        seen = rng.permutation(self.cohort.training)[:STATISTICS_PATIENTS]
        self.judge.train()
        with torch.no_grad():
            for part in np.array_split(seen, math.ceil(len(seen) / self.settings.batch)):
                self.judge.code(self._features(self.judge, part, *augment_with(*self._crops(part), rng)))
        self.judge.eval()

    def _stopping_loss(self) -> float:
        """Loss of MTM and of survival by the judge, each over the patients known."""
        chosen = self.cohort.stopping
        with torch.inference_mode():
            parts = [self._judged(part) for part in np.array_split(chosen, math.ceil(len(chosen) / 8))]
        logits, targets = torch.cat(parts).cpu(), torch.from_numpy(self.cohort.targets[chosen])
        known = torch.tensor([(~torch.isnan(targets[:, 0])).sum(), (~torch.isnan(targets[:, 1])).sum()]).clamp(min=1)
        losses = (mtm_losses(logits, targets, self.class_weights), survival_losses(logits, targets))
        return float(sum(loss.sum() / count for loss, count in zip(losses, known, strict=True)))

    def _judged(self, chosen: npt.NDArray[np.int_]) -> torch.Tensor:
        return self.judge.from_features(self._features(self.judge, chosen, *self._crops(chosen)))

    def _features(
        self, network: MultitaskMobileNet, chosen: npt.NDArray[np.int_], crops: torch.Tensor, lesions: torch.Tensor
    ) -> torch.Tensor:
        """Of changed crops: the tumours move along with them, measures are those of the crop as it is."""
        return network.features(crops, lesions, self.measures[chosen])

    def _save(self, step: int) -> None:
        kept = Kept({"progress": self.progress.to_json()}, self.best)
        save_checkpoint(self.checkpoint, step, self.pupil, self.average, self.optimizer, kept)

    def _found(self) -> tuple[int, Progress]:
        """Go on from the checkpoint if it is of this cohort and these settings: the step, and what is known so far."""
        if self.checkpoint.exists():
            kept = load_kept(self.checkpoint)
            found = Progress.from_json(kept.notes["progress"])
            if found.fingerprint == self.cohort.fingerprint:
                device = next(self.network.parameters()).device
                self.best = {name: value.to(device) for name, value in kept.tensors.items()}
                return load_checkpoint(self.checkpoint, self.pupil, self.average, self.optimizer), found
        return 0, Progress(self.cohort.fingerprint)


def _torch_seed(*words: int) -> int:
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def _network(arguments: MobileNetArguments, device: torch.device) -> MultitaskMobileNet:
    network = MultitaskMobileNet(arguments).to(device, memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    return network  # type: ignore[no-any-return]
