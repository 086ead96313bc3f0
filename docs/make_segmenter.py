"""The figures of docs/segmenter.md on real scans: how much the liver found depends on how it was scanned and stored.

    python docs/make_segmenter.py CT/ [--weights DIR]

`CT/` as for `train segmenter`; LiTS 00-07 only, on which the network was trained. Prints a line a scan and the ranges:
Dice and surface distance against the experts, what a simulated arterial phase and slices of 8 mm cost, and how like the
livers are that are found when the same patient is stored otherwise or lies turned by 15 degrees.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.case import LiverMask
from core.imaging.register import dice
from core.imaging.surface import surface_distance_mm
from core.models import load_models
from core.segmentation.predict import Segmenter
from core.simulate.phases import simulate_arterial
from core.train.segmenter import TRAINING_SCANS, read_scans
from tests.core.segmentation.livers import (
    Mask,
    Scan,
    brought_back,
    patient_turned,
    stored_in_order,
    stored_oblique,
    thick,
    turn,
)

DEGREES, THICK_MM = 15.0, 8.0
STORED = (((0, 1, 2), (True, True, False)), ((2, 1, 0), (False, True, True)), ((1, 2, 0), (False, False, False)))
COLUMNS = ("Dice", "95 % surface, mm", "arterial", "8 mm slices", "stored otherwise", "grid turned", "patient turned")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="CT")
    parser.add_argument("--weights", type=Path, metavar="DIR")
    options = parser.parse_args(arguments)
    segmenter = load_models(options.weights).segmenter
    print("scan", *COLUMNS, sep=" | ")
    rows = []
    for name, pair in zip(TRAINING_SCANS, read_scans(options.data, TRAINING_SCANS), strict=True):
        rows.append(measured(segmenter, Scan(*pair)))
        print(name, *(f"{value:.3f}" for value in rows[-1]), sep=" | ", flush=True)
    for words, values in (
        ("mean", np.mean(rows, axis=0)),
        ("low", np.min(rows, axis=0)),
        ("high", np.max(rows, axis=0)),
    ):
        print(f"{words} (n = {len(rows)})", *(f"{value:.4f}" for value in values), sep=" | ")
    return 0


def measured(segmenter: Segmenter, scan: Scan) -> tuple[float, ...]:
    """One value for each of COLUMNS; arterial and thick slices are falls of Dice, the last three the lowest Dice."""
    truth, geometry = scan.mask.liver, scan.geometry
    upright = found(segmenter, scan)
    overlap = dice(upright.liver, truth)
    arterial = Scan(simulate_arterial(scan.volume, scan.mask, displaced=False), scan.mask)
    slices = thick(scan, THICK_MM)
    return (
        overlap,
        surface_distance_mm(upright.liver, truth, geometry),
        overlap - dice(found(segmenter, arterial).liver, truth),
        overlap - dice(found(segmenter, slices).liver, slices.mask.liver),
        min(dice(stored(segmenter, scan, order, flips), upright.liver) for order, flips in STORED),
        min(dice(oblique(segmenter, scan, axis), upright.liver) for axis in "xyz"),
        min(turned(segmenter, scan, axis, upright.liver) for axis in "xyz"),
    )


def found(segmenter: Segmenter, scan: Scan) -> LiverMask:
    """The segmenter's mask."""
    return segmenter.segment(scan.volume.hu, scan.geometry)[0]


def stored(segmenter: Segmenter, scan: Scan, order: tuple[int, int, int], flips: tuple[bool, bool, bool]) -> Mask:
    """The liver found with the axes stored in another order and direction, on the scan's own grid."""
    volume = stored_in_order(scan, order, flips)
    return brought_back(segmenter.segment(volume.hu, volume.geometry)[0], scan.geometry)


def oblique(segmenter: Segmenter, scan: Scan, axis: str) -> Mask:
    """The liver found on a grid that is turned about `axis`."""
    volume = stored_oblique(scan, axis, DEGREES)
    return brought_back(segmenter.segment(volume.hu, volume.geometry)[0], scan.geometry)


def turned(segmenter: Segmenter, scan: Scan, axis: str, upright: Mask) -> float:
    """Dice of the livers of the patient upright and turned about `axis`, where both are within the images."""
    transform = turn(scan.geometry, axis, DEGREES)
    inside = LiverMask(np.ones(scan.volume.hu.shape, dtype=np.uint8), scan.geometry, scan.mask.origin)
    seen = brought_back(inside, scan.geometry, transform)
    volume = patient_turned(scan, axis, DEGREES)
    again = brought_back(segmenter.segment(volume.hu, volume.geometry)[0], scan.geometry, transform)
    return dice(again & seen, upright & seen)


if __name__ == "__main__":
    raise SystemExit(main())
