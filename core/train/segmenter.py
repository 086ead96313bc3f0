"""From a folder of labelled CT to the segmenter's artefact: `haic-nomogram train segmenter`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from core.artefacts import Metric, read_artefact
from core.case import LiverMask, Phase, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.register import dice
from core.imaging.resample import to_isotropic
from core.imaging.surface import surface_distance_mm
from core.io.masks import read_mask
from core.io.series import read_phase
from core.segmentation.network import SPACING_MM
from core.segmentation.predict import Segmenter
from core.simulate.cohort import draw_patients, simulate_patient
from core.simulate.trunk import trunk_without_liver
from core.train.export import export_segmenter
from core.train.fit_segmenter import CONTINUED, SegmenterTraining, fit
from core.train.segmenter_augmentation import TrainingScan

TRAINING_SCANS = tuple(f"lits_{number:02d}" for number in range(8))
TEST_SCANS = ("lits_08", "lits_09", "lits_10")
"""Looked at once per released version."""
REAL_REPEATS = 3
PHANTOMS, PHANTOM_SEED = 4, 90
"""With these, three patches of four come from real scans."""


def segmenter_settings(*, continued: bool, steps: int | None) -> SegmenterTraining:
    """The settings of a new training, or of one that goes on from trained weights; `steps` instead of their own."""
    settings = CONTINUED if continued else SegmenterTraining()
    return settings if steps is None else replace(settings, steps=steps)


def train_segmenter(
    data: Path,
    out: Path,
    settings: SegmenterTraining,
    report: Callable[[str], None],
    resume: bool = False,
    start: Path | None = None,
) -> Path:
    """Train, test on the scans kept aside and write the artefact into the weights folder `out`.

    Args:
        data: folder with NAME_ct.nii.gz and NAME_labels.nii.gz of LiTS 00-10, and totalsegmentator/ (negatives).
        out: weights folder to be written.
        report: told a line of progress now and then.
        resume: go on from the last checkpoint.
        start: weights folder whose segmenter is trained on; None trains a new one.

    Raises:
        InputError: if a scan is missing or cannot be read.
    """
    scans = training_scans(data, TRAINING_SCANS)
    work = out.parent / "training-segmenter"
    state = load_file(fit(scans, work, settings, report, resume, None if start is None else _weights(start)))
    folder = export_segmenter(out, state, settings, len(TRAINING_SCANS) + 1, ())
    metrics = evaluate(Segmenter.load(read_artefact(out, "segmenter")), read_scans(data, TEST_SCANS), TEST_SCANS)
    for metric in metrics:
        report(f"{metric.name}: {metric.value:.4f}")
    export_segmenter(out, state, settings, len(TRAINING_SCANS) + 1, metrics)
    return folder


def training_scans(data: Path, names: Sequence[str]) -> list[TrainingScan]:
    """The named scans, the TotalSegmentator example and the phantoms, each as often as it is to be drawn."""
    scans = [training_scan(volume, mask) for volume, mask in read_scans(data, names)]
    example = data / "totalsegmentator"
    scans.append(training_scan(*_read_pair(example / "example_ct.nii.gz", example / "liver.nii.gz")))
    return [*(scans * REAL_REPEATS), *phantom_scans(), *trunks_without_liver()]


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    """Those of a trained segmenter, as float32."""
    return dict(Segmenter.load(read_artefact(folder, "segmenter")).network.state_dict())


def phantom_scans() -> list[TrainingScan]:
    """Both phases of procedural bodies, which show what is not liver: spleen, stomach, kidneys, lungs, table."""
    scans = []
    for latent in draw_patients(PHANTOMS, 0, PHANTOM_SEED):
        case = simulate_patient(latent, (2.0, 2.0, 3.0))
        scans += [training_scan(volume, case.mask) for volume in (case.arterial, case.portal_venous)]
    return scans


def trunks_without_liver() -> list[TrainingScan]:
    """Procedural chests and pelves in both phases."""
    scans = []
    for seed, (low_mm, high_mm) in enumerate(((100.0, 320.0), (-400.0, -130.0))):
        for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS):
            hu, grid = trunk_without_liver(PHANTOM_SEED + seed, phase, (low_mm, high_mm))
            scans.append(_at_3_mm(hu, np.zeros(grid.shape, dtype=bool), grid))
    return scans


def read_scans(data: Path, names: Sequence[str]) -> Iterator[tuple[Volume, LiverMask]]:
    """The named scans with their labels, one after the other."""
    for name in names:
        yield _read_pair(data / f"{name}_ct.nii.gz", data / f"{name}_labels.nii.gz")


def training_scan(volume: Volume, mask: LiverMask) -> TrainingScan:
    """A scan at the network's 3 mm."""
    return _at_3_mm(volume.hu, mask.liver, volume.geometry)


def _at_3_mm(values: npt.NDArray[np.int16], inside: npt.NDArray[np.bool_], geometry: Geometry) -> TrainingScan:
    hu, _ = to_isotropic(values, geometry, SPACING_MM)
    liver, _ = to_isotropic(inside.astype(np.float32), geometry, SPACING_MM, outside=0.0)
    return TrainingScan(torch.from_numpy(hu), torch.from_numpy((liver > 0.5).astype(np.float32)))


def evaluate(
    segmenter: Segmenter, scans: Iterator[tuple[Volume, LiverMask]], names: Sequence[str]
) -> tuple[Metric, ...]:
    """Dice and 95th-percentile surface distance (mm) at the CT's own resolution: the mean with its range, each scan's.

    The surface distance is symmetric, the larger of both ways (see `surface_distance_mm`).
    """
    overlaps, distances = zip(*(agreement(segmenter, volume, truth) for volume, truth in scans), strict=True)
    return (
        *_metrics("liver Dice at CT resolution", overlaps, names, higher_is_better=True),
        *_metrics("95th-percentile surface distance, mm", distances, names, higher_is_better=False),
    )


def agreement(segmenter: Segmenter, volume: Volume, truth: LiverMask) -> tuple[float, float]:
    """Dice and 95th-percentile surface distance (mm) of the liver found in `volume` and the true one, on its own grid.

    Raises:
        NoLiverError: if no liver is found.
    """
    found, _ = segmenter.segment(volume.hu, volume.geometry)
    return dice(found.liver, truth.liver), surface_distance_mm(found.liver, truth.liver, volume.geometry)


def _metrics(
    quality: str, values: Sequence[float], names: Sequence[str], *, higher_is_better: bool
) -> tuple[Metric, ...]:
    each = [Metric(f"{quality}, {name}", value, n=1) for name, value in zip(names, values, strict=True)]
    order = "worst and best" if higher_is_better else "best and worst"
    mean = Metric(
        f"{quality}, mean (low and high: {order} scan)", float(np.mean(values)), min(values), max(values), len(values)
    )
    return (mean, *each)


def _read_pair(ct: Path, labels: Path) -> tuple[Volume, LiverMask]:
    if not ct.exists() or not labels.exists():
        raise InputError("training data: expected the scans that docs/training.md lists, at least one file is missing")
    volume = read_phase(ct, Phase.PORTAL_VENOUS).volume
    mask, _ = read_mask(labels, volume.geometry, None)
    return volume, mask
