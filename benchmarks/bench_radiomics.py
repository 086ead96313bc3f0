"""Radiomics: the selected features against all of them, and both against PyRadiomics' own extractor.

    python benchmarks/bench_radiomics.py [--settings quick|full] [--patients N] [--seed S] [--skip-extractor]

One process, one thread, simulated patients, both phases, from the same CT and mask. "Extractor" is
`radiomics.featureextractor` on the same cropped and resampled images, once with every feature of the settings and once
with the selected ones alone; resampling is counted on our side only. The 22 selected features, 10 arterial and 12
portal venous, are drawn by the seed, one of them the mesh's volume. Prints seconds (of the processor, median of the
patients), ratios, and the largest relative difference. Goals: selected and full equal to 1e-9; five times faster.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.geometry import Geometry
from core.radiomics.extract import all_features, extract_phases
from core.radiomics.region import Region, footprint, prepare
from core.radiomics.selected import SelectedFeatures
from core.radiomics.settings import NAMED, RadiomicsSettings
from core.simulate.cohort import draw_patients, simulate_patient
from tests.core.radiomics.pyradiomics_extractor import extractor_values

Phases = tuple[np.ndarray, np.ndarray]
SMALLEST = 1e-6  # below it a difference is not divided by the value


def drawn(settings: RadiomicsSettings, seed: int) -> SelectedFeatures:
    """10 arterial and 12 portal-venous features, one of them of the shape."""
    rng, known = np.random.default_rng(seed), all_features(settings)
    venous = [name for name in known.portal_venous if "_shape_" not in name]
    chosen = ("original_shape_MeshVolume", *rng.choice(venous, 11, replace=False).tolist())
    return SelectedFeatures(tuple(rng.choice(known.arterial, 10, replace=False).tolist()), chosen)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The result and the processor's seconds."""
    started = time.process_time()
    return work(), time.process_time() - started


def by_extractor(
    regions: tuple[Region, Region], settings: RadiomicsSettings, selected: SelectedFeatures | None
) -> dict[str, float]:
    """The same features by PyRadiomics' own extractor."""
    names = (None, None) if selected is None else (selected.arterial, selected.portal_venous)
    found: dict[str, float] = {}
    for prefix, region, wanted in zip(("ap_", "pvp_"), regions, names, strict=True):
        found |= {prefix + name: value for name, value in extractor_values(region, settings, wanted).items()}
    return found


def largest_difference(some: Mapping[str, float], others: Mapping[str, float]) -> float:
    """Relative, over the features that both have; what neither defines is equal."""
    common = [name for name in some if name in others]
    one, two = (np.array([values[name] for name in common]) for values in (some, others))
    apart = np.abs(one - two) / np.maximum(np.abs(two), SMALLEST)
    return float(np.max(np.where(np.isnan(one) & np.isnan(two), 0.0, apart)))


def measure(
    phases: Phases, liver: np.ndarray, grid: Geometry, options: argparse.Namespace
) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds and differences of one patient."""
    settings = NAMED[options.settings]
    selected = drawn(settings, options.seed)
    full, full_s = timed(lambda: extract_phases(phases, liver, grid, settings))
    few, few_s = timed(lambda: extract_phases(phases, liver, grid, settings, selected))
    seconds = {"full": full_s, "selected": few_s}
    apart = {"selected, full": largest_difference(few, full)}
    if not options.skip_extractor:
        where = footprint(liver, grid, settings)
        regions = (prepare(phases[0], where, settings), prepare(phases[1], where, settings))
        baseline, seconds["extractor, all features"] = timed(lambda: by_extractor(regions, settings, None))
        _, seconds["extractor, selected features"] = timed(lambda: by_extractor(regions, settings, selected))
        apart["full, extractor"] = largest_difference(full, baseline)
    return seconds, apart


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", choices=sorted(NAMED), default="quick")
    parser.add_argument("--patients", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--skip-extractor", action="store_true")
    options = parser.parse_args()
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    found = []
    for latent in draw_patients(0, options.patients, options.seed):
        case = simulate_patient(latent)
        hu = (case.arterial.hu, case.portal_venous.hu)
        liver, grid = case.mask.liver, case.mask.geometry
        extract_phases(hu, liver, grid, NAMED["quick"], drawn(NAMED["quick"], 0))  # packages are loaded
        found.append(measure(hu, liver, grid, options))
    seconds = {name: statistics.median(one[name] for one, _ in found) for name in found[0][0]}
    count = NAMED[options.settings].feature_count
    print(f"{options.settings}: {count} features a phase, {options.patients} patients, both phases, one thread")
    for name, value in seconds.items():
        print(f"{name}: {value:.2f} s, {value / seconds['selected']:.1f} times the selected 22")
    for name in found[0][1]:
        print(f"largest relative difference, {name}: {max(apart[name] for _, apart in found):.1e}")


if __name__ == "__main__":
    main()
