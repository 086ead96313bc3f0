"""Seconds per step and peak memory of core.pipeline.assess on a 512 x 512 x 130 dual-phase case.

    python benchmarks/bench_assess.py [--runs N] [--given-mask]

The case is the procedural phantom on a fine grid; it is built in a process of its own, so that the memory printed is
that of the assessment. The first run loads the models (cold), the others are warm. Goal on 2 cores: warm at most 30 s,
memory at most 4 GiB.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from core.case import Case, ClinicalRecord, LiverMask, MaskOrigin, Phase, Volume
from core.findings import Assessment
from core.geometry import Geometry
from core.imaging.resample import resample
from core.models import load_models
from core.pipeline import STEPS, assess

SHAPE = (512, 512, 130)
GOAL_SECONDS, GOAL_GIB = 30.0, 4.0
CLINICAL = ClinicalRecord(pvtt=True, response="PR", haic_sessions=4, afp_ng_ml=820.0, months_since_first_haic=5.0)


def build(folder: Path) -> None:
    """Write both phases and the mask of the phantom, resampled to SHAPE, into `folder`."""
    from core.simulate.phantom import demo_case

    case = demo_case(1)
    grid = finer(case.portal_venous.geometry)
    for volume in (case.arterial, case.portal_venous):
        np.save(folder / f"{volume.phase}.npy", resample(volume.hu, volume.geometry, finer(volume.geometry)))
        np.save(folder / f"{volume.phase}_affine.npy", finer(volume.geometry).affine_lps)
    np.save(
        folder / "mask.npy", resample(case.mask.labels, case.mask.geometry, grid, interpolation="nearest", outside=0)
    )


def finer(geometry: Geometry) -> Geometry:
    """The grid of SHAPE that covers the same box of the patient."""
    scale = np.array(geometry.shape) / np.array(SHAPE)
    affine = geometry.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ ((scale - 1) / 2)
    affine[:3, :3] = affine[:3, :3] * scale
    return Geometry(SHAPE, affine)


def load(folder: Path, with_mask: bool) -> Case:
    """The case that `build` wrote."""
    volumes = {}
    for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
        geometry = Geometry(SHAPE, np.load(folder / f"{phase}_affine.npy"))
        volumes[phase] = Volume(np.load(folder / f"{phase}.npy"), geometry, phase, "benchmark", simulated=True)
    reference = volumes[Phase.PORTAL_VENOUS].geometry
    mask = LiverMask(np.load(folder / "mask.npy"), reference, MaskOrigin.GIVEN) if with_mask else None
    return Case("benchmark", volumes[Phase.ARTERIAL], volumes[Phase.PORTAL_VENOUS], CLINICAL, mask)


class PeakMemory(threading.Thread):
    """Watches the resident memory of this process and its children, bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0

    def run(self) -> None:
        """Look every 50 ms until the process ends."""
        while True:
            self.peak = max(self.peak, sum(resident(pid) for pid in (os.getpid(), *children(os.getpid()))))
            time.sleep(0.05)


def resident(pid: int) -> int:
    """Resident memory of one process, bytes; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """Ids of the direct children."""
    ids: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            ids += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread ended in between
    return ids


def report(name: str, seconds: float, assessment: Assessment) -> None:
    """One line per run, with its steps."""
    steps = "  ".join(f"{step} {assessment.seconds.get(step, 0.0):.1f}" for step in STEPS)
    print(f"{name}: {seconds:6.1f} s   {steps}", flush=True)


def main() -> None:
    """Build, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="warm runs")
    parser.add_argument("--given-mask", action="store_true", help="give the phantom's mask: the segmenter does not run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        builder = multiprocessing.get_context("spawn").Process(target=build, args=(Path(name),))
        builder.start()
        builder.join()
        case = load(Path(name), options.given_mask)
    watcher = PeakMemory()
    watcher.start()
    models = load_models()
    times = []
    for run in range(options.runs + 1):
        started = time.perf_counter()
        assessment = assess(case, models)
        times.append(time.perf_counter() - started)
        report("warm" if run else "cold", times[-1], assessment)
    warm = statistics.median(times[1:])
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"cores {os.cpu_count()}, grid {' x '.join(map(str, SHAPE))}, warnings {[w.code for w in assessment.warnings]}"
    )
    print(f"warm median {warm:.1f} s (goal {GOAL_SECONDS:.0f}), cold/warm {times[0] / warm:.2f}")
    print(f"peak memory {own:.2f} GiB, with child processes {watcher.peak / 2**30:.2f} GiB (goal {GOAL_GIB:.0f})")


if __name__ == "__main__":
    main()
