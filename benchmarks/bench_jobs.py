"""What a large cohort costs besides its cases: the table read, its state kept, jobs handed to workers.

    python benchmarks/bench_jobs.py [--rows N] [--jobs N] [--workers N]

Writes a cohort table of --rows patients over one small file, reads it, takes the checksums of all inputs, adds a row of
scores for each and writes them in order; then hands --jobs empty jobs to --workers processes. CPU seconds are those of
this process.
"""

from __future__ import annotations

import argparse
import math
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.case import ClinicalRecord
from core.io.image_cohort import Patient, read_image_cohort, write_image_cohort
from core.io.scores_state import Made, inputs_checksum
from core.io.scores_table import COLUMNS, open_scores
from core.jobs.engine import open_workers
from core.jobs.settings import WorkerSettings

CLINICAL = ClinicalRecord(age_years=60.0, sex="male", pvtt=True, response="PR", haic_sessions=4, afp_ng_ml=820.0)
CELLS = {column: "0.12345678901234567" for column in COLUMNS[1:] if column != "error"}


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints what a block took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - wall:.1f} s, CPU {time.process_time() - cpu:.1f} s", flush=True)


def table(folder: Path, rows: int) -> None:
    """A table of so many rows from end to end, without the cases."""
    image = folder / "image.nii.gz"
    image.write_bytes(b"0" * 1000)
    ones = (
        Patient(0, f"P{i:07d}", "0", "haic", "train", image, image, None, CLINICAL, None, 12.5, True)
        for i in range(rows)
    )
    write_image_cohort(ones, folder / "cohort.csv")
    with timed(f"cohort of {rows} rows read"):
        patients, _ = read_image_cohort(folder / "cohort.csv")
    with timed("inputs' checksums"):
        inputs = {one.patient_id: inputs_checksum(one, folder) for one in patients}
    with timed("rows added and put in order"), open_scores(folder / "s.csv", {"weights": "0"}, inputs, []) as scores:
        for one in patients:
            scores.add(one.patient_id, CELLS, Made(inputs[one.patient_id], False))
        scores.order((one.patient_id, None) for one in patients)
    with timed("table opened again"), open_scores(folder / "s.csv", {"weights": "0"}, inputs, []) as scores:
        assert len(scores.lines) == rows
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        table(Path(name), options.rows)
    with open_workers(WorkerSettings(workers=options.workers)) as workers, timed(f"{options.jobs} empty jobs"):
        for _ in workers.run(math.sqrt, ((str(i), i) for i in range(options.jobs))):
            pass


if __name__ == "__main__":
    main()
