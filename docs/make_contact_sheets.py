"""Contact sheets of simulated patients, for the eye: without MTM, with MTM, and tumour thrombus.

    python docs/make_contact_sheets.py

Writes docs/contact_sheets/{without_mtm,with_mtm,thrombus}.webp. Every column is a patient: above the arterial,
below the portal-venous phase. The slices of the first two sheets are axial and show most of the tumour, those of the
third are coronal and show most of the thrombus. Procedural anatomy only: no picture shows a patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.case import Volume
from core.simulate.cohort import Latent, SimulatedCase, draw_patients, simulate_patient

FOLDER = Path(__file__).with_name("contact_sheets")
SEED, COLUMNS, ROWS = 15, 4, 2
SPACING_MM = (1.5, 1.5, 3.0)
"""Finer in plane than `simulate` writes, as a hospital's CT is."""
WINDOW_HU = (-160.0, 240.0)
CELL = (340, 258)
QUALITY = 78

Slice = npt.NDArray[np.int16]
Grey = npt.NDArray[np.uint8]


def main() -> None:
    """Draw the sheets."""
    FOLDER.mkdir(exist_ok=True)
    patients = draw_patients(100, 0, SEED)
    single = [p for p in patients if not p.look.pvtt and p.centre == 0]
    sheets = {
        "without_mtm": (axial, [p for p in single if not p.mtm]),
        "with_mtm": (axial, [p for p in single if p.mtm]),
        "thrombus": (coronal, [p for p in patients if p.look.pvtt and p.look.size_cm < 12]),
    }
    for name, (cut, chosen) in sheets.items():
        rows = ROWS if cut is axial else 1
        sheet([chosen[row * COLUMNS : (row + 1) * COLUMNS] for row in range(rows)], cut).save(
            FOLDER / f"{name}.webp", quality=QUALITY, method=6
        )


def sheet(rows: list[list[Latent]], cut: Callable[[SimulatedCase], tuple[Slice, Slice]]) -> Image.Image:
    """Two lines of pictures for each row of patients: arterial above portal venous."""
    lines: list[Grey] = []
    for row in rows:
        cells = [cut(simulate_patient(latent, SPACING_MM)) for latent in row]
        lines += [np.hstack([grey(cell[phase]) for cell in cells]) for phase in (0, 1)]
    return Image.fromarray(np.vstack(lines))


def axial(case: SimulatedCase) -> tuple[Slice, Slice]:
    """Both phases in the axial slice that shows most tumour, as seen from the feet, front up."""
    at = int((case.mask.labels == 2).sum(axis=(0, 1)).argmax())
    return _both(case, lambda volume: volume.hu[:, :, at].T)


def coronal(case: SimulatedCase) -> tuple[Slice, Slice]:
    """Both phases in the coronal slice that shows most of the thrombus, head up."""
    look = replace(case.latent.look, pvtt=False)
    without = simulate_patient(replace(case.latent, look=look), SPACING_MM)
    thrombus = (case.mask.labels == 2) & (without.mask.labels != 2)
    at = int(thrombus.sum(axis=(0, 2)).argmax())
    return _both(case, lambda volume: volume.hu[:, at, ::-1].T)


def grey(hu: Slice) -> Grey:
    """WINDOW_HU as black to white, CELL pixels, voxels square."""
    low, high = WINDOW_HU
    levels = np.clip((hu - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(levels).resize(CELL, Image.Resampling.BICUBIC))


def _both(case: SimulatedCase, cut: Callable[[Volume], Slice]) -> tuple[Slice, Slice]:
    return cut(case.arterial), cut(case.portal_venous)


if __name__ == "__main__":
    main()
