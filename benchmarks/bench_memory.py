"""How much memory an assessment takes, by its voxels: what `core.jobs.budget` reckons with.

    python benchmarks/bench_memory.py [--sizes 0,256,400,512]

Each size in a fresh process that works as a worker of the page does: the demo case's two phases on a grid of
N x N x (N / 4) voxels, the models loaded, the case assessed with heatmaps and packed. Prints the largest resident
memory and the estimate of `core.jobs.budget` (goal: never under what was measured).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from core.case import Case, Volume
from core.geometry import Geometry
from core.jobs.assessing import demo, packed
from core.jobs.budget import case_voxels, needed_bytes
from core.jobs.cluster import QUICK
from core.jobs.score import models_here
from core.pipeline import assess


def sized(case: Case, size: int) -> Case:
    """The case on a grid of size x size x size / 4 voxels of the same extent, the nearest voxel each."""
    shape = (size, size, max(8, size // 4))
    return replace(case, arterial=_sized(case.arterial, shape), portal_venous=_sized(case.portal_venous, shape))


def _sized(volume: Volume, shape: tuple[int, int, int]) -> Volume:
    old = volume.hu.shape
    where = [np.minimum((np.arange(n) * o) // n, o - 1) for n, o in zip(shape, old, strict=True)]
    affine = np.array(volume.geometry.affine_lps, dtype=float)
    affine[:3, :3] *= np.array(old) / np.array(shape)
    return replace(volume, hu=volume.hu[np.ix_(*where)], geometry=Geometry(shape, affine))


def measure(size: int) -> dict[str, float]:
    """One assessment in this process; `size` 0 takes the demo case as it is."""
    models, _ = models_here(None)
    case = demo("Demo case")
    case = sized(case, size) if size else case
    parcel = packed(assess(case, models), None)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return {"voxels": case_voxels(case), "peak": peak, "heads": len(parcel.heat), "estimate": needed_bytes(case)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size and print it; 1 if an estimate is under what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="0,256,400,512")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one is not None:
        print(json.dumps(measure(options.one)))
        return 0
    low = 0
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for size in map(int, options.sizes.split(",")):
        command = [sys.executable, __file__, "--one", str(size)]
        done = subprocess.run(command, env={**os.environ, **QUICK}, check=True, capture_output=True, text=True)
        one = json.loads(done.stdout.splitlines()[-1])
        low += one["estimate"] < one["peak"]
        print(
            f"{one['voxels'] / 1e6:7.2f} million voxels of both phases: {one['peak'] / 2**30:.2f} GiB, "
            f"estimated {one['estimate'] / 2**30:.2f} GiB",
            flush=True,
        )
    return int(low > 0)


if __name__ == "__main__":
    sys.exit(main())
