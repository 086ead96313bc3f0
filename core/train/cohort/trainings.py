"""Several networks trained side by side, each in a worker; what they say of themselves is read from their folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.jobs.engine import open_workers
from core.jobs.settings import WorkerSettings
from core.models import load_models
from core.network.ensemble import MobileNetEnsemble, from_state
from core.network.mobilenet import DEFAULT_ARGUMENTS
from core.studies.image_training import CurvePoint
from core.train import fit_network
from core.train.cohort.store import SECONDS, Clock, key_of, made_once, read_json, seconds_in, write_json
from core.train.export import half
from core.train.fit_network import NetworkCohort, NetworkTraining
from core.train.network_cohort import as_seen

if TYPE_CHECKING:
    import torch

SCHEMA = 2
STATE, CURVE, PROGRESS = "state.safetensors", "curve.json", "progress.txt"
POLL_S = 1.0


@dataclass(frozen=True, eq=False)
class NetworkJob:
    """One network to be trained.

    Attributes:
        crops, lesions: files of the patients; None where the mask marks no lesions.
        keys: sha256 of all each patient's images were made from.
        targets: float32 (n, 5), NaN where unknown.
        stops: bool (n,), those who decide when to stop and are not learned from.
        work: the network's folder is in it, under the hash of all of the above.
        weights: whose lesion finder is used where too few masks mark lesions; None for the usual ones.
        resume: go on with a training that was cut off.
    """

    crops: tuple[Path, ...]
    lesions: tuple[Path | None, ...]
    keys: tuple[str, ...]
    targets: npt.NDArray[np.float32]
    stops: npt.NDArray[np.bool_]
    settings: NetworkTraining
    work: Path
    weights: Path | None
    resume: bool

    @property
    def folder(self) -> Path:
        """Where the trained network is kept."""
        seen = list(zip(self.keys, self.targets.tolist(), self.stops.tolist(), strict=True))
        finder = load_models(self.weights).cards["network"].to_json().decode() if self.carries_finder else None
        return self.work / key_of(SCHEMA, asdict(self.settings), dict(DEFAULT_ARGUMENTS), seen, finder)

    @property
    def carries_finder(self) -> bool:
        """Whether too few of those learned from have marked lesions to train a finder on."""
        marked = sum(path is not None for path, stop in zip(self.lesions, self.stops, strict=True) if not stop)
        return marked < self.settings.finder.fewest


def train_networks(
    jobs: Sequence[NetworkJob], workers: WorkerSettings, report: Callable[[str], None]
) -> tuple[Path, ...]:
    """The networks' folders; those that are there already are not trained again.

    Args:
        report: told what the trainings tell, from another thread.

    Raises:
        InputError: a training failed.
    """
    folders = tuple(job.folder for job in jobs)
    todo = [(str(at), job) for at, job in enumerate(jobs) if not folders[at].is_dir()]
    scratch = {_scratch(folders[int(at)]): job for at, job in todo}
    _clear(folder for folder, job in scratch.items() if not job.resume)
    if todo:
        with open_workers(workers) as pool, _followed(list(scratch), report):
            for outcome in pool.run(train_network, todo):
                if outcome.failure is not None:
                    raise InputError(f"network: {outcome.failure.text} {outcome.failure.detail}".strip())
    _clear(map(_scratch, folders))
    return folders


def train_network(job: NetworkJob) -> None:
    """Train one and keep it; runs in a worker."""
    folder = job.folder
    made_once(folder, partial(_train, job, _scratch(folder)))


def load_network(folder: Path) -> MobileNetEnsemble:
    """The network with its weights as they are shipped, float16."""
    from safetensors.torch import load_file

    return from_state(DEFAULT_ARGUMENTS, load_file(folder / STATE))


def curve_of(folder: Path) -> tuple[CurvePoint, ...]:
    """The learning curve of a network."""
    return tuple(CurvePoint(**point) for point in read_json(folder / CURVE))


def _scratch(folder: Path) -> Path:
    return folder.with_name(f"training-{folder.name}")


def _clear(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _train(job: NetworkJob, scratch: Path, folder: Path) -> None:
    from safetensors.torch import save_file

    clock = Clock(scratch / SECONDS)
    patients = int(np.count_nonzero(~job.stops))

    def told(line: str) -> None:
        clock.tick()
        with (scratch / PROGRESS).open("a", encoding="utf-8") as file:
            file.write(f"network on {patients} patients: {line}\n")

    fitted = fit_network.fit_recorded(_cohort(job), scratch, job.settings, told, resume=job.resume)
    clock.tick()
    save_file(half(fitted.network.state_dict()), folder / STATE)
    write_json(folder / SECONDS, seconds_in(clock.path))
    points = [(number, point) for number, member in enumerate(fitted.curves, start=1) for point in member]
    curve = [CurvePoint(number, point.epoch, point.loss, point.stopping_loss) for number, point in points]
    write_json(folder / CURVE, [asdict(point) for point in curve])


def _cohort(job: NetworkJob) -> NetworkCohort:
    """The patients at half the resolution, as the network sees them."""
    crops = [as_seen(np.load(path, allow_pickle=False)) for path in job.crops]
    blank = np.zeros(crops[0].shape[1:], dtype=np.float16)
    lesions = [blank if path is None else as_seen(np.load(path, allow_pickle=False)[None])[0] for path in job.lesions]
    return NetworkCohort(
        crops=np.stack(crops),
        targets=job.targets,
        held_out=job.stops,
        stopping=job.stops if job.stops.any() else None,
        lesions=np.stack(lesions),
        marked=np.array([path is not None for path in job.lesions]),
        finder=_carried(job),
    )


def _carried(job: NetworkJob) -> dict[str, torch.Tensor] | None:
    if not job.carries_finder:
        return None
    return load_models(job.weights).network.network.finder.state_dict()


@contextmanager
def _followed(folders: Sequence[Path], report: Callable[[str], None]) -> Iterator[None]:
    """Report what the trainings in these folders write, each line once; not what an earlier run wrote."""
    done, told = Event(), {folder: len(_lines(folder / PROGRESS)) for folder in folders}

    def follow() -> None:
        ended = False
        while not ended:
            ended = done.wait(POLL_S)
            for folder in folders:
                lines = _lines(folder / PROGRESS)
                for line in lines[told[folder] :]:
                    report(line)
                told[folder] = max(told[folder], len(lines))

    thread = Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _lines(path: Path) -> list[str]:
    """The whole lines that a training has written; none before it begins."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return text[: text.rfind("\n") + 1].splitlines()
