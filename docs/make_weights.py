"""The demonstration weights from nothing but labelled CT and the public clinical table: simulate, join, train.

    python docs/make_weights.py ANATOMY/ mtm_dect_262.csv OUT/ [WORKERS]

Two simulated cohorts, half of each over the given CT and half over procedural bodies, become one table; the preset
"quick" trains on it. A run that was stopped goes on with the same command. The weights are in OUT/trained/weights.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.cli import main
from core.io.image_cohort import read_image_cohort, write_image_cohort
from core.io.patient import Patient

COHORTS = (("A", 5005, 400, 340), ("B", 5006, 400, 0))
"""Letter before the patients' names, seed, treated with HAIC, resected with histology. HAIC alone has survival."""
ANATOMY_SHARE = ".5"
VERSION = "2.0.0"
ATTRIBUTION = (
    "anatomy of half of the patients: Liver Tumor Segmentation Benchmark (P. Bilic et al., Med Image Anal 2023), "
    "Medical Segmentation Decathlon (M. Antonelli et al., Nat Commun 2022), CC BY-SA 4.0"
)


def make_weights(anatomy: Path, clinical: Path, out: Path, workers: str) -> int:
    """All three steps; the exit status of the last."""
    for name, seed, treated, resected in COHORTS:
        numbers = ["--patients", str(treated), "--mtm-patients", str(resected), "--seed", str(seed)]
        bodies = ["--anatomy", str(anatomy), "--anatomy-share", ANATOMY_SHARE]
        (out / name).mkdir(parents=True, exist_ok=True)
        if main(["simulate", *numbers, *bodies, "--workers", workers, "--out", str(out / name)]):
            return 1
    table = out / "cohort.csv"
    write_image_cohort(joined([(name, out / name / "cohort.csv") for name, *_ in COHORTS]), table)
    settings = ["--preset", "quick", "--clinical-table", str(clinical), "--workers", workers, "--resume"]
    card = ["--weights-version", VERSION, "--licence", "CC BY-SA 4.0", "--attribution", ATTRIBUTION]
    return main(["train", "cohort", str(table), *settings, *card, "--out", str(out / "trained")])


def joined(tables: Sequence[tuple[str, Path]]) -> Iterator[Patient]:
    """The patients of several tables, each named after its table first."""
    row = 2
    for name, table in tables:
        for patient in read_image_cohort(table)[0]:
            yield replace(patient, row=row, patient_id=f"{name}{patient.patient_id}")
            row += 1


if __name__ == "__main__":
    sys.exit(make_weights(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), (sys.argv[4:] or ["2"])[0]))
