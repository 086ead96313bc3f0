"""What a case costs in `haic-nomogram batch`: CPU seconds, memory, bytes; and whether broken cases stop the others.

    python benchmarks/bench_batch.py [--cases N] [--broken N] [--workers N] [--spacing MM,MM,MM | --full-size] [--mask]

Simulates a cohort of --cases patients, of which --broken have no arterial phase, a text file for one, or the phases
swapped; runs the command in a process of its own and watches it and its workers in Linux's /proc every 0.1 s. With
--full-size the images are brought to 512 x 512 x 130. Ends with status 1 unless all but the broken cases have scores
and each broken one its reason.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench_assess import children, finer, resident

from core.case import LiverMask, Volume
from core.imaging.resample import resample
from core.io.image_cohort import Patient, write_image_cohort
from core.io.volumes import write_mask, write_volume
from core.simulate.cohort import Latent, draw_patients, simulate_patient

TICKS = os.sysconf("SC_CLK_TCK")
SEED = 20260


@dataclass
class Watch:
    """What a family of processes has used, by process: CPU seconds, bytes read and written; and its largest memory."""

    cpu_s: dict[int, float] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    largest: dict[int, int] = field(default_factory=dict)
    together: int = 0
    course: list[tuple[int, float, int]] = field(default_factory=list)

    def look(self, root: int, table: Path) -> None:
        """Once at the process and its descendants, and at the table, whose rows it notes with CPU and bytes read."""
        family = descendants(root)
        self.together = max(self.together, sum(resident(pid) for pid in family))
        for pid in family:
            self.largest[pid] = max(self.largest.get(pid, 0), resident(pid))
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                used = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
            except (OSError, ValueError):
                continue  # it ended in between
            self.cpu_s[pid] = (int(stat[11]) + int(stat[12])) / TICKS
            self.read[pid], self.written[pid] = int(used["rchar"]), int(used["wchar"])
        rows = table.read_bytes().count(b"\n") - 1 if table.exists() else 0
        if not self.course or rows > self.course[-1][0]:
            self.course.append((rows, sum(self.cpu_s.values()), sum(self.read.values())))

    def each(self, workers: int) -> tuple[float, float] | None:
        """CPU seconds and bytes read of a further case, once every worker has had its first; None with too few."""
        later = [one for one in self.course if one[0] >= self.course[0][0] + workers]
        if len(later) < 2:
            return None
        (rows, cpu, read), (more, more_cpu, more_read) = later[0], later[-1]
        return (more_cpu - cpu) / (more - rows), (more_read - read) / (more - rows)


def descendants(root: int) -> list[int]:
    """The process and all its descendants."""
    found, queue = [], [root]
    while queue:
        found.append(queue.pop())
        try:
            queue.extend(children(found[-1]))
        except OSError:
            continue  # it ended in between
    return found


def build(latent: Latent, folder: Path, options: argparse.Namespace) -> Patient:
    """The patient's images on disk."""
    case = simulate_patient(latent, options.spacing)
    volumes, mask = [case.arterial, case.portal_venous], case.mask
    if options.full_size:
        volumes = [
            replace(one, hu=resample(one.hu, one.geometry, finer(one.geometry)), geometry=finer(one.geometry))
            for one in volumes
        ]
        grid = finer(mask.geometry)
        mask = LiverMask(
            resample(mask.labels, mask.geometry, grid, interpolation="nearest", outside=0), grid, mask.origin
        )
    folder.mkdir()
    paths = [write(one, folder) for one in volumes]
    write_mask(mask, folder / "mask.nii.gz")
    given = folder / "mask.nii.gz" if options.mask else None
    known = (latent.time_months, latent.event)
    return Patient(0, latent.patient_id, "0", "haic", "train", paths[0], paths[1], given, case.clinical, None, *known)


def write(volume: Volume, folder: Path) -> Path:
    """One phase on disk."""
    path = folder / f"{volume.phase}.nii.gz"
    write_volume(volume, path)
    return path


def broken(patient: Patient, number: int, text: Path) -> Patient:
    """The patient with one of three things wrong."""
    swapped = {"arterial": patient.portal_venous, "portal_venous": patient.arterial}
    ways = (swapped, {"arterial": text}, {"arterial": text.with_name("nothing.nii.gz")})
    return replace(patient, **ways[number % 3])


def build_cohort(folder: Path, options: argparse.Namespace) -> int:
    """Write cohort.csv with its images; returns the bytes of the images."""
    text = folder / "text.nii.gz"
    text.write_text("no image")
    patients = [build(latent, folder / latent.patient_id, options) for latent in draw_patients(options.cases, 0, SEED)]
    step = max(1, options.cases // max(1, options.broken))
    for number in range(options.broken):
        patients[number * step] = broken(patients[number * step], number, text)
    write_image_cohort(patients, folder / "cohort.csv")
    return sum(path.stat().st_size for path in folder.rglob("*.nii.gz") if options.mask or path.name != "mask.nii.gz")


def watched(folder: Path, options: argparse.Namespace) -> tuple[Watch, float]:
    """Run the command; returns what it used and the seconds it took."""
    command = [sys.executable, "-m", "core", "batch", str(folder / "cohort.csv"), "--out", str(folder / "scores.csv")]
    started, watch = time.perf_counter(), Watch()
    process = subprocess.Popen([*command, "--workers", str(options.workers)])
    while process.poll() is None:
        watch.look(process.pid, folder / "scores.csv")
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(process.returncode)
    return watch, time.perf_counter() - started


def main() -> int:
    """Build, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--broken", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--spacing", type=lambda text: tuple(map(float, text.split(","))), default=(2.5, 2.5, 3.0))
    parser.add_argument("--full-size", action="store_true", help="512 x 512 x 130 voxels")
    parser.add_argument("--mask", action="store_true", help="give the masks: the liver is not looked for")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        size = build_cohort(Path(name), options)
        watch, wall = watched(Path(name), options)
        with (Path(name) / "scores.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        out = (Path(name) / "scores.csv").stat().st_size
    scored = [row for row in rows if row["mtm"] and not row["error"]]
    explained = [row for row in rows if row["error"]]
    cpu, read, written = (sum(one.values()) / len(rows) for one in (watch.cpu_s, watch.read, watch.written))
    seconds = statistics.median(float(row["seconds"]) for row in scored)
    print(f"cases {len(rows)}: {len(scored)} scored, {len(explained)} explained; workers {options.workers}")
    print(f"CPU a case   {cpu:.1f} s, with starting and ending the workers")
    if each := watch.each(options.workers):
        print(f"a further case {each[0]:.1f} s CPU, {each[1] / 1e6:.1f} MB read")
    print(f"wall a case  {seconds:.1f} s median; {wall:.0f} s in all")
    print(f"memory       {max(watch.largest.values()) / 2**30:.2f} GiB the largest process")
    print(f"             {watch.together / 2**30:.2f} GiB all processes together")
    print(f"images       {size / len(rows) / 1e6:.1f} MB a case on disk")
    print(f"read         {read / 1e6:.1f} MB a case, with programs and weights")
    print(f"written      {written / 1e3:.1f} kB a case, {out / len(rows):.0f} bytes of it the row")
    return int(len(scored) != options.cases - options.broken or len(explained) != options.broken)


if __name__ == "__main__":
    sys.exit(main())
