"""Training the multitask network: five heads, unknown targets masked, calibrated on patients it has not seen.

The same to the last bit after a kill at any point (on one machine, with one number of threads); a GPU is used if there
is one. Weights are averaged as they change; those that did best on the stopping patients are kept.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.findings import HEADS
from core.network.ensemble import MobileNetEnsemble
from core.network.mobilenet import DEFAULT_ARGUMENTS, MultitaskMobileNet
from core.train.calibration import fit_platt, fit_survival_platt
from core.train.fit_lesion_finder import finder_of, fit_lesion_finder
from core.train.network_cohort import (
    HORIZON_MONTHS,
    MeasuredCohort,
    NetworkCohort,
    NetworkTraining,
    measure,
    prepare,
    survival_targets,
)
from core.train.network_member import LearningPoint, MemberTraining

__all__ = [
    "DEFAULT_ARGUMENTS",
    "HORIZON_MONTHS",
    "NetworkCohort",
    "NetworkFit",
    "NetworkTraining",
    "calibrate",
    "fit",
    "fit_recorded",
    "predict",
    "survival_targets",
]


@dataclass(frozen=True, eq=False)
class NetworkFit:
    """A trained network, in evaluation mode on the CPU, and the learning curve of each member."""

    network: MobileNetEnsemble
    curves: tuple[tuple[LearningPoint, ...], ...]


def fit(
    cohort: NetworkCohort, out: Path, settings: NetworkTraining, report: Callable[[str], None], resume: bool = False
) -> MobileNetEnsemble:
    """The network of `fit_recorded`; arguments as there."""
    return fit_recorded(cohort, out, settings, report, resume).network


def fit_recorded(
    cohort: NetworkCohort, out: Path, settings: NetworkTraining, report: Callable[[str], None], resume: bool = False
) -> NetworkFit:
    """Train on the patients that are not held out.

    Args:
        out: folder of the working files. report: told a line after each epoch.
        resume: go on from the state in `out`, if it is of the same cohort and settings; else begin anew.
    """
    out.mkdir(parents=True, exist_ok=True)
    prepared = prepare(cohort, settings, DEFAULT_ARGUMENTS)
    state = cohort.finder
    if prepared.marked is not None:
        state = fit_lesion_finder(prepared.marked, out, settings.finder, report, resume)
    seen = measure(prepared, finder_of(state))
    members = [_member(seen, out, settings, number, (report, resume)) for number in range(settings.members)]
    network = MobileNetEnsemble(seen.finder, [network for network, _ in members])
    return NetworkFit(network.eval(), tuple(curve for _, curve in members))


def predict(network: MobileNetEnsemble, crops: npt.NDArray[np.float16]) -> npt.NDArray[np.float64]:
    """Logits (N, 5), uncalibrated, the mean of the members."""
    device = next(network.parameters()).device
    with torch.inference_mode():
        parts = [
            network(torch.from_numpy(crops[i : i + 4].astype(np.float32)).to(device)) for i in range(0, len(crops), 4)
        ]
    logits: npt.NDArray[np.float64] = torch.cat(parts).cpu().numpy().astype(np.float64)
    return logits


def calibrate(logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> dict[str, Mapping[str, float]]:
    """Slope and intercept of each head, so that survival never rises from one horizon to the next.

    MTM by Platt's logistic regression where it is known; survival with one slope and intercepts that never rise, by the
    likelihood of discrete time. A slope is 0 if the head learned nothing, or of MTM if it is known of nobody.

    Args:
        logits: (n, 5) of `predict`. targets: (n, 5), NaN where unknown.
    """
    known = ~np.isnan(targets[:, 0])
    slope, intercept = fit_platt(logits[:, 0], targets[:, 0], known) if known.any() else (0.0, 0.0)
    common, intercepts = fit_survival_platt(logits[:, 1:], targets[:, 1:])
    calibration: dict[str, Mapping[str, float]] = {HEADS[0]: {"slope": slope, "intercept": intercept}}
    for head, found in zip(HEADS[1:], intercepts, strict=True):
        calibration[head] = {"slope": common, "intercept": found}
    return calibration


def _member(
    seen: MeasuredCohort,
    out: Path,
    settings: NetworkTraining,
    number: int,
    how: tuple[Callable[[str], None], bool],
) -> tuple[MultitaskMobileNet, tuple[LearningPoint, ...]]:
    report, resume = how
    finished, checkpoint = out / f"member-{number}.safetensors", out / f"checkpoint-{number}.safetensors"
    if not resume:
        finished.unlink(missing_ok=True)
        checkpoint.unlink(missing_ok=True)
    found = _finished(finished, seen.prepared.fingerprint)
    if found is None:
        training = MemberTraining(seen, settings, DEFAULT_ARGUMENTS, number, checkpoint)
        state, curve = training.run(_teller(training, settings, number, report))
        _finish(finished, state, curve, seen.prepared.fingerprint)
        checkpoint.unlink(missing_ok=True)
    else:
        state, curve = found
    network = MultitaskMobileNet(DEFAULT_ARGUMENTS)
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last_3d).eval(), curve  # type: ignore[call-overload]


def _teller(
    training: MemberTraining, settings: NetworkTraining, number: int, report: Callable[[str], None]
) -> Callable[[LearningPoint, int], None]:
    """What turns an epoch into a line; the time left counts all further members in full, without an early stop."""
    started = time.monotonic()
    which = f"network {number + 1}/{settings.members}, " if settings.members > 1 else ""

    def tell(point: LearningPoint, steps: int) -> None:
        stopping = "" if point.stopping_loss is None else f", stopping patients {point.stopping_loss:.4f}"
        epochs = settings.epochs * (settings.members - number) - point.epoch
        left = (time.monotonic() - started) / steps * epochs * training.batches
        report(
            f"{which}epoch {point.epoch}/{settings.epochs}  loss {point.loss:.4f}{stopping}  {left / 60:.0f} min left"
        )

    return tell


def _finish(path: Path, state: dict[str, torch.Tensor], curve: tuple[LearningPoint, ...], fingerprint: str) -> None:
    part = path.with_suffix(".part")
    notes = {"fingerprint": fingerprint, "curve": json.dumps([asdict(point) for point in curve])}
    save_file({name: value.contiguous() for name, value in state.items()}, part, metadata=notes)
    os.replace(part, path)


def _finished(path: Path, fingerprint: str) -> tuple[dict[str, torch.Tensor], tuple[LearningPoint, ...]] | None:
    """A member that was trained to its end on the same cohort with the same settings."""
    if not path.exists():
        return None
    with safe_open(path, framework="pt") as file:
        notes = file.metadata()
        if notes["fingerprint"] != fingerprint:
            return None
        curve = tuple(LearningPoint(**point) for point in json.loads(notes["curve"]))
        return {name: file.get_tensor(name) for name in file.keys()}, curve  # noqa: SIM118 - not a dictionary
