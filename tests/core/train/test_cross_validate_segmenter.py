"""Cross-validation of the segmenter: who is left out, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.case import LiverMask, MaskOrigin, Phase, Volume
from core.errors import InputError, NoLiverError
from core.geometry import Geometry
from core.segmentation.network import DEFAULT_ARGUMENTS, build
from core.segmentation.predict import Segmenter
from core.train import cross_validate_segmenter as cross
from core.train.fit_segmenter import SegmenterTraining
from core.train.segmenter import TRAINING_SCANS

GRID = Geometry.from_spacing((20, 20, 12), (2.0, 2.0, 3.0))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Trainings that take no time and remember which scans they saw; lits_03's liver is not found."""
    seen: list[list[str]] = []

    def pairs(_: Path, names: Sequence[str]) -> Iterator[tuple[Volume, LiverMask]]:
        for name in names:
            labels = np.zeros(GRID.shape, np.uint8)
            labels[4:12, 4:14, 2:9] = 1
            hu = np.full(GRID.shape, int(name[-2:]), np.int16)
            yield (
                Volume(hu, GRID, Phase.PORTAL_VENOUS, name, simulated=False),
                LiverMask(labels, GRID, MaskOrigin.GIVEN),
            )

    def fit(scans: list[str], out: Path, *_: object) -> Path:
        seen.append(scans)
        out.mkdir(parents=True)
        state = {name: value.contiguous() for name, value in build(DEFAULT_ARGUMENTS).state_dict().items()}
        save_file(state, out / "model.safetensors")
        return out / "model.safetensors"

    def segment(self: Segmenter, hu: np.ndarray, geometry: Geometry) -> tuple[LiverMask, None]:
        assert isinstance(self.network, torch.nn.Module)
        if hu[0, 0, 0] == 3:
            raise NoLiverError("no liver found")
        labels = np.zeros(GRID.shape, np.uint8)
        labels[4:12, 4:14, 3:9] = 1
        return LiverMask(labels, geometry, MaskOrigin.MODEL), None

    monkeypatch.setattr(cross, "read_scans", pairs)
    monkeypatch.setattr(cross, "training_scans", lambda _, names: list(names))
    monkeypatch.setattr(cross, "fit", fit)
    monkeypatch.setattr(Segmenter, "segment", segment)
    return seen


def test_every_scan_is_left_out_once_and_never_seen_by_its_network(trained: list[list[str]], tmp_path: Path) -> None:
    lines: list[str] = []
    results = cross.cross_validate(tmp_path, tmp_path, 3, SegmenterTraining(steps=1), lines.append)
    assert sorted(one.scan for one in results) == sorted(TRAINING_SCANS)
    for one in results:
        assert one.scan not in trained[one.fold - 1]
    assert sorted(len(seen) for seen in trained) == [5, 5, 6]
    found = {one.scan: one for one in results}
    assert found["lits_00"].dice == pytest.approx(2 * 6 / 13)
    assert found["lits_00"].surface_mm == 3.0
    assert (found["lits_03"].dice, found["lits_03"].surface_mm) == (0.0, float("inf"))
    assert (
        lines[-1] == f"mean of 8: Dice {7 / 8 * 12 / 13:.4f} (0.0000-{12 / 13:.4f}), surface distance inf mm (3.0-inf)"
    )


@pytest.mark.parametrize("folds", [1, 9])
def test_folds_are_bounded(tmp_path: Path, folds: int) -> None:
    with pytest.raises(InputError, match=f"expected 2-8 parts, got {folds}"):
        cross.cross_validate(tmp_path, tmp_path, folds, SegmenterTraining(), print)
