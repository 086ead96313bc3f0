"""Measures the heatmaps of the shipped network and fills the tables of docs/heatmaps.md.

    python docs/make_heatmaps.py [--patients 9]

The demo case and simulated patients, each with its own mask; a few minutes on two cores.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from core.findings import HEADS, Heatmap
from core.models import load_models
from core.network.crop import SIDE, liver_crop
from core.network.ensemble import MobileNetEnsemble
from core.network.grad_cam import blank_activations, gradients_of_heads
from core.network.heatmaps import at_centres, map_grid
from core.network.probes import averaged_voxels, mirrored, probe_inputs
from core.network.reliability import mean_likeness, share_inside
from core.simulate.cohort import draw_patients, simulate_patient
from core.simulate.phantom import SimulatedCase, demo_case

PAGE = Path(__file__).with_name("heatmaps.md")
SEED = 4711
CHECKS = ("liver", "tumour", "untrained", "noise", "mirror")
DELETED = 0.2
RANDOM_DELETIONS = 6
Array = np.ndarray


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=9, help="simulated patients beside the demo case")
    count = parser.parse_args().patients
    tables = {"demo": demo_table(), "patients": patients_table(count), "methods": methods_table(count)}
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables.items():
        print(f"\n{table}")
        before, rest = text.split(f"<!-- {name}: begin -->")
        text = f"{before}<!-- {name}: begin -->\n{table}\n<!-- {name}: end -->{rest.split(f'<!-- {name}: end -->')[1]}"
    PAGE.write_text(text, encoding="utf-8")


def cases(count: int) -> Iterator[SimulatedCase]:
    """Simulated patients, two of three treated with HAIC."""
    resected = count // 3
    yield from map(simulate_patient, draw_patients(count - resected, resected, SEED))


def heatmaps(case: SimulatedCase) -> dict[str, Heatmap]:
    """The heatmaps as the assessment makes them, with the mask as drawn."""
    phases, cube = crop(case)
    return load_models().network.heatmaps(phases, cube, case.mask)


def crop(case: SimulatedCase) -> tuple[Array, object]:
    """What the network sees, and its grid."""
    return liver_crop(case.arterial.hu, case.portal_venous.hu, case.mask.liver, case.mask.geometry)


def demo_table() -> str:
    """Every figure of the demo case."""
    lines = [f"| head | {' | '.join(CHECKS)} | verdict |", f"|---|{'---|' * len(CHECKS)}---|"]
    for head, heatmap in heatmaps(demo_case()).items():
        found = heatmap.reliability
        cells = [f"{c.value:.2f}" + ("" if c.limit is None else f" ({c.limit:.2f})") for c in found.checks]
        lines.append(f"| {head} | {' | '.join(cells)} | {found.verdict} |")
    return "\n".join(lines)


def patients_table(count: int) -> str:
    """Median and range of each figure, how many pass, and the verdicts."""
    found = [heatmaps(case) for case in cases(count)]
    lines = [f"| head | {' | '.join(CHECKS)} | verdicts |", f"|---|{'---|' * len(CHECKS)}---|"]
    for head in HEADS:
        checks = [{c.name: c for c in one[head].reliability.checks} for one in found]
        cells = [_spread([one[name].value for one in checks], [one[name].passed for one in checks]) for name in CHECKS]
        verdicts = Counter(one[head].reliability.verdict for one in found)
        words = ", ".join(f"{n} {word}" for word, n in sorted(verdicts.items()))
        lines.append(f"| {head} | {' | '.join(cells)} | {words} |")
    return "\n".join(lines)


def _spread(values: list[float | None], passed: list[bool | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "no heat"
    low, high = min(known), max(known)
    judged = "" if None in passed else f", {sum(map(bool, passed))} pass"
    return f"{np.median(known):.2f} ({low:.2f} to {high:.2f}){judged}"


def maps_by_method(network: MobileNetEnsemble, phases: torch.Tensor, blank: torch.Tensor) -> dict[str, Array]:
    """Heat (N, 5, 12, 12, 12) of each kind of map."""
    activations, gradients = gradients_of_heads(network, phases)
    mean = gradients.mean(dim=(3, 4, 5), keepdim=True)
    signed = {
        "Grad-CAM": mean * activations,
        "Grad-CAM, less blank": mean * (activations - blank),
        "place by place": gradients * activations,
        "place by place, less blank (used)": gradients * (activations - blank),
    }
    return {name: values.sum(dim=2).transpose(0, 1).clamp(min=0).numpy() for name, values in signed.items()}


def methods_table(count: int) -> str:
    """Kinds of map against each other, over all heads and patients."""
    network = load_models().network.network
    blank = blank_activations(network, SIDE)
    rows: dict[str, list[Array]] = defaultdict(list)
    variances = []
    for case in cases(count):
        found, variance = _compared(network, case, blank)
        variances.append(variance)
        for name, row in found.items():
            rows[name].append(row)
    scale = np.sqrt(np.mean(variances, axis=0))
    lines = [
        "| map | heat in the liver / chance | repeats: noise | repeats: mirror | logit falls (95 % interval) |",
        "|---|---|---|---|---|",
    ]
    for name, measured in rows.items():
        each = np.array(measured)  # patients, heads, figures
        ratio, noise, mirror, _ = np.nanmedian(each.reshape(-1, 4), axis=0)
        falls = (each[:, :, 3] / scale).mean(axis=1)
        half = 1.96 * falls.std(ddof=1) / np.sqrt(len(falls))
        lines.append(
            f"| {name} | {ratio:.2f} | {noise:.2f} | {mirror:.2f} | {falls.mean():.2f} "
            f"({falls.mean() - half:.2f} to {falls.mean() + half:.2f}) |"
        )
    return "\n".join(lines)


def _compared(network: MobileNetEnsemble, case: SimulatedCase, blank: torch.Tensor) -> tuple[dict[str, Array], Array]:
    """(5, 4) by method: heat in liver over chance, noise, mirror, fall of the logit; its variance over blobs (5,)."""
    phases, cube = crop(case)
    averaged = averaged_voxels(SIDE)
    inputs = torch.from_numpy(probe_inputs(phases, averaged))
    liver = at_centres(case.mask, map_grid(cube, blank.shape[2], averaged))
    fall = Deletion(network, inputs[:1], liver)
    found = {}
    for name, heat in maps_by_method(network, inputs, blank).items():
        rows = []
        for head in range(len(HEADS)):
            shown = heat[0, head]
            mirrors = [mirrored(heat[1 + axis, head], axis) for axis in range(3)]
            inside = (share_inside(shown, liver) or np.nan) / liver.mean()
            likeness = [mean_likeness(shown, repeats, liver) for repeats in (list(heat[4:, head]), mirrors)]
            rows.append([inside, *(np.nan if one is None else one for one in likeness), fall(shown, head)])
        found[name] = np.array(rows)
    return found, fall.random.var(axis=0, ddof=1)


class Deletion:
    """How far a logit falls when the hottest fifth of the liver is blanked, beyond what random blobs of that size do.

    After Samek et al., IEEE TNNLS 2017;28:2660.
    """

    def __init__(self, network: MobileNetEnsemble, phases: torch.Tensor, liver: Array) -> None:
        self.network, self.phases, self.liver = network, phases, liver
        rng = np.random.default_rng(1)
        blobs = [ndimage.gaussian_filter(rng.standard_normal(liver.shape), 1.2) for _ in range(RANDOM_DELETIONS)]
        self.random = np.stack([self._left(blob) for blob in blobs])

    def __call__(self, heat: Array, head: int) -> float:
        """The fall of one head's logit."""
        return float(self.random[:, head].mean() - self._left(heat)[head])

    def _left(self, heat: Array) -> Array:
        """Logits (5,) without the hottest cells."""
        inside = np.random.default_rng(2).permutation(np.flatnonzero(self.liver))  # cells of equal heat in any order
        hottest = inside[np.argsort(-heat.ravel()[inside], kind="stable")[: int(DELETED * len(inside))]]
        blanked = np.isin(np.arange(heat.size), hottest).reshape(heat.shape)
        voxels = np.kron(blanked, np.ones((SIDE // len(blanked),) * 3)) > 0
        voxels = np.roll(voxels, -(SIDE // len(blanked)) // 2, (0, 1, 2))  # a cell is centred on its first voxel
        with torch.no_grad():
            logits: Array = self.network(torch.where(torch.from_numpy(voxels), 0.0, self.phases))[0].numpy()
        return logits


if __name__ == "__main__":
    main()
