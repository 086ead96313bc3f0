"""What the model card says of a segmenter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.geometry import Geometry
from core.train.segmenter import evaluate

GRID = Geometry.from_spacing((40, 40, 30), (1.0, 1.0, 2.0))


def scan(seed: int) -> tuple[Volume, LiverMask]:
    labels = np.zeros(GRID.shape, dtype=np.uint8)
    labels[10 : 20 + seed, 10:30, 8:20] = 1
    volume = Volume(np.zeros(GRID.shape, np.int16), GRID, Phase.PORTAL_VENOUS, str(seed), simulated=True)
    return volume, LiverMask(labels, GRID, MaskOrigin.GIVEN)


class ShiftedBy:
    """A stand-in that knows the truth and moves it along I."""

    def __init__(self, voxels: list[int]) -> None:
        self.voxels, self.seen = voxels, 0

    def segment(self, hu: np.ndarray, geometry: Geometry) -> tuple[LiverMask, Any]:
        labels = np.roll(scan(self.seen)[1].labels, self.voxels[self.seen], axis=0)
        self.seen += 1
        return LiverMask(labels, geometry, MaskOrigin.MODEL), None


def test_dice_and_surface_distance_of_each_scan_and_their_means() -> None:
    metrics = evaluate(ShiftedBy([0, 3]), (scan(n) for n in range(2)), ("a", "b"))  # type: ignore[arg-type]
    values = {metric.name: metric for metric in metrics}
    overlap = 2 * 8 / (11 + 11)
    assert values["liver Dice at CT resolution, a"].value == 1.0
    assert values["liver Dice at CT resolution, b"].value == pytest.approx(overlap)
    assert values["95th-percentile surface distance, mm, a"].value == 0.0
    assert values["95th-percentile surface distance, mm, b"].value == pytest.approx(3.0)
    dice = values["liver Dice at CT resolution, mean (low and high: worst and best scan)"]
    assert (dice.value, dice.low, dice.high, dice.n) == pytest.approx(((1 + overlap) / 2, overlap, 1.0, 2))
    distance = values["95th-percentile surface distance, mm, mean (low and high: best and worst scan)"]
    assert (distance.value, distance.low, distance.high, distance.n) == pytest.approx((1.5, 0.0, 3.0, 2))
