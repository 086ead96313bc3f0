"""Seconds by stage and peak memory of the liver segmenter, and its ratio to a plain MONAI sliding window.

    python benchmarks/bench_segmenter.py [--runs N] [--slices 130]

The CT is the procedural demo on a grid of 512 x 512 x 130; it is built in a process of its own, so that the memory
printed is that of the segmenter. Plain is the same network in the same process as MONAI's example has it: float32,
overlap .5, over the whole volume at 3 mm, no body crop, no checks, one look. Goal on 2 cores: warm at most 5 s, memory
at most 1.5 GiB over the CT itself.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.geometry import Geometry
from core.imaging.register import dice
from core.imaging.resample import resample, to_isotropic
from core.models import load_models
from core.segmentation import predict
from core.segmentation.network import SPACING_MM, normalise
from core.segmentation.predict import Segmenter

STAGES = {
    "_lowest": "lowest HU",
    "to_isotropic": "resample to 3 mm",
    "_body_box": "body crop",
    "_slide": "network at 3 mm",
    "keep_liver": "components and checks",
    "_closer": "closer look at 2.5 mm",
    "on_grid": "back to the grid",
}
GOAL_SECONDS, GOAL_GIB = 5.0, 1.5
Image = npt.NDArray[np.int16]


def build(folder: Path, slices: int) -> None:
    """Write the demo's portal-venous phase and mask on a grid of 512 x 512 x `slices` over the same box."""
    from core.simulate.phantom import demo_case

    case = demo_case()
    grid = case.portal_venous.geometry
    shape = (512, 512, slices)
    scale = np.array(grid.shape) / np.array(shape)
    affine = grid.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ ((scale - 1) / 2)
    affine[:3, :3] = affine[:3, :3] * scale
    fine = Geometry(shape, affine)
    np.save(folder / "hu.npy", resample(case.portal_venous.hu, grid, fine))
    np.save(folder / "mask.npy", resample(case.mask.labels, grid, fine, interpolation="nearest", outside=0))
    np.save(folder / "affine.npy", affine)


class Stopwatch:
    """Takes the time of the functions that `Segmenter.segment` calls; what a stage calls counts to that stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.running = False
        for name in STAGES:
            owner: Any = Segmenter if name == "_closer" else predict
            setattr(owner, name, self.timed(name, getattr(owner, name)))

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, which adds its seconds to its stage."""

        def call(*args: Any, **options: Any) -> Any:
            if self.running:
                return function(*args, **options)
            self.running, started = True, time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
                self.running = False

        return call


def plain(segmenter: Segmenter, hu: Image, geometry: Geometry) -> tuple[float, float]:
    """Seconds of the network alone and of resampling, network and the way back, as MONAI's example has it."""
    import torch
    from monai.inferers.utils import sliding_window_inference

    started = time.perf_counter()
    coarse, grid = to_isotropic(hu, geometry, SPACING_MM)
    image = torch.from_numpy(normalise(coarse))[None, None]
    before = time.perf_counter()
    with torch.inference_mode():
        logit = sliding_window_inference(image, predict.WINDOW, 1, segmenter.network, overlap=0.5)
    network = time.perf_counter() - before
    fine = resample(torch.sigmoid(logit)[0, 0].numpy(), grid, geometry, outside=0.0)  # type: ignore[union-attr]
    np.count_nonzero(fine > 0.5)
    return network, time.perf_counter() - started


def peak_gib() -> float:
    """The most memory this process has held, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def runs(segmenter: Segmenter, hu: Image, geometry: Geometry, count: int) -> tuple[list[dict[str, float]], Any]:
    """Seconds by stage and in all ("all") of each run, the first of them cold, and the last run's mask."""
    watch, rows, mask = Stopwatch(), [], None
    for _ in range(count + 1):
        watch.seconds = {}
        started = time.perf_counter()
        mask, _coarse = segmenter.segment(hu, geometry)
        rows.append({**watch.seconds, "all": time.perf_counter() - started})
    return rows, mask


def main() -> None:
    """Build, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="warm runs")
    parser.add_argument("--slices", type=int, default=130)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        builder = multiprocessing.get_context("spawn").Process(target=build, args=(Path(name), options.slices))
        builder.start()
        builder.join()
        hu, truth, affine = (np.load(Path(name) / f"{part}.npy") for part in ("hu", "mask", "affine"))
    geometry = Geometry(hu.shape, affine)
    segmenter = load_models().segmenter
    rows, mask = runs(segmenter, hu, geometry, options.runs)
    memory = peak_gib() - (hu.nbytes + truth.nbytes) / 2**30
    others = [plain(segmenter, hu, geometry) for _ in range(options.runs + 1)][1:]
    report(rows, others, memory, f"{os.cpu_count()} cores, {' x '.join(map(str, hu.shape))}")
    print(f"Dice with the mask as drawn {dice(mask.liver, truth > 0):.3f}")


def report(rows: list[dict[str, float]], others: list[tuple[float, float]], memory_gib: float, machine: str) -> None:
    """The table."""
    warm = {name: statistics.median(row[name] for row in rows[1:]) for name in rows[0]}
    network, whole = (statistics.median(values) for values in zip(*others, strict=True))
    print(f"{machine}\n{'stage':<24}{'warm, s':>10}{'share':>8}")
    for name, words in STAGES.items():
        print(f"{words:<24}{warm[name]:>10.2f}{warm[name] / warm['all']:>8.0%}")
    print(f"{'all':<24}{warm['all']:>10.2f}   goal {GOAL_SECONDS:.0f}; cold {rows[0]['all']:.2f}")
    print(f"{'plain MONAI, network':<24}{network:>10.2f}   {network / warm['_slide']:.1f} times ours at 3 mm")
    print(f"{'plain MONAI, all':<24}{whole:>10.2f}   {whole / warm['all']:.1f} times ours with both looks and checks")
    print(f"peak memory {memory_gib:.2f} GiB over the CT, Python and torch included (goal {GOAL_GIB})")


if __name__ == "__main__":
    main()
