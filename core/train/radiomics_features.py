"""Radiomics of a whole cohort in worker processes, written row by row so that a stopped run goes on where it was."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geometry import Geometry
from core.jobs.engine import open_workers
from core.jobs.settings import WorkerSettings
from core.radiomics.extract import all_features, extract_phases
from core.radiomics.settings import RadiomicsSettings

if TYPE_CHECKING:
    import pandas as pd

ID_COLUMN = "patient_id"
SETTINGS_SUFFIX = ".settings.json"


@dataclass(frozen=True, eq=False)
class RadiomicsImages:
    """Both phases of one patient on the portal-venous grid.

    Attributes:
        arterial, portal_venous: int16 (I, J, K), HU.
        liver: bool (I, J, K), liver with its tumours.
        geometry: the portal-venous grid.
    """

    arterial: npt.NDArray[np.int16]
    portal_venous: npt.NDArray[np.int16]
    liver: npt.NDArray[np.bool_]
    geometry: Geometry


Loader = Callable[[], RadiomicsImages]
"""Reads or makes one patient's images; runs in the worker, so it must be a module's function or a partial of one."""

Result = dict[str, float] | str
"""Features by prefixed name, or the sentence that says why there are none."""


def extract_cohort(
    cases: Iterable[tuple[str, Loader]],
    csv_path: Path,
    settings: RadiomicsSettings,
    workers: int | WorkerSettings = 2,
    report: Callable[[str], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """All features of both phases for each patient.

    Args:
        cases: (patient id, loader); taken one by one, a few ahead of the workers.
        csv_path: rows are added as they are done; patients already there are not computed again.
        workers: processes, 0 to compute here; or a Dask cluster.
        report: told a line after each patient.

    Returns:
        The table (index patient_id, columns "ap_..." and "pvp_...", rows in the order of `cases`), and why the others
        failed, by patient id.

    Raises:
        InputError: if `csv_path` was written with other settings, or an id occurs twice.
    """
    columns = list(all_features(settings).prefixed)
    _claim(csv_path, settings)
    done = _complete_rows(csv_path, columns)
    order: list[str] = []
    failures: dict[str, str] = {}
    todo = ((name, loader) for name, loader in _once(cases, order) if name not in done)
    with csv_path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for name, result in _computed(todo, settings, workers):
            if isinstance(result, str):
                failures[name] = result
            else:
                writer.writerow([name, *(repr(result[column]) for column in columns)])
                file.flush()
            if report:
                report(f"radiomics: {len(order)} patients taken, {len(failures)} failed")
    return _table(csv_path, [name for name in order if name not in failures]), failures


def read_features(csv_path: Path) -> pd.DataFrame:
    """The table that `extract_cohort` wrote; index patient_id."""
    import pandas as pd

    return pd.read_csv(csv_path, index_col=ID_COLUMN, dtype={ID_COLUMN: str}, float_precision="round_trip")


def _table(csv_path: Path, order: list[str]) -> pd.DataFrame:
    return read_features(csv_path).loc[order]


def _claim(csv_path: Path, settings: RadiomicsSettings) -> None:
    """Keep the settings beside the table, so that rows of two settings are never mixed."""
    beside = csv_path.with_name(csv_path.name + SETTINGS_SUFFIX)
    document = json.dumps(settings.to_dict(), indent=1) + "\n"
    if csv_path.exists() and (not beside.exists() or beside.read_text(encoding="utf-8") != document):
        raise InputError("features table: expected one made with these settings, got another; give a new file")
    csv_path.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(document, encoding="utf-8")


def _complete_rows(csv_path: Path, columns: list[str]) -> set[str]:
    """The ids of complete rows; a header is written to a new table, and a row cut off by a kill is removed."""
    header = ",".join([ID_COLUMN, *columns]) + "\n"
    lines = csv_path.read_text(encoding="utf-8").splitlines(keepends=True) if csv_path.exists() else []
    commas = header.count(",")
    kept = [line.replace("\r\n", "\n") for line in lines[1:] if line.endswith("\n") and line.count(",") >= commas]
    partial = csv_path.with_name(csv_path.name + ".part")
    partial.write_text(header + "".join(kept), encoding="utf-8", newline="")
    os.replace(partial, csv_path)
    return {row[0] for row in csv.reader(kept)}


def _once(cases: Iterable[tuple[str, Loader]], order: list[str]) -> Iterator[tuple[str, Loader]]:
    seen: set[str] = set()
    for position, (name, loader) in enumerate(cases, start=1):
        if name in seen:
            raise InputError(f"cohort, patient {position}: expected an id of its own, got one that occurred before")
        seen.add(name)
        order.append(name)
        yield name, loader


def _computed(
    todo: Iterator[tuple[str, Loader]], settings: RadiomicsSettings, workers: int | WorkerSettings
) -> Iterator[tuple[str, Result]]:
    where = workers if isinstance(workers, WorkerSettings) else WorkerSettings(workers=workers)
    with open_workers(where) as pool:
        for outcome in pool.run(partial(_one, settings=settings), todo):
            if outcome.result is not None:
                yield outcome.name, outcome.result
            elif outcome.failure is not None:
                yield outcome.name, outcome.failure.text


def _one(loader: Loader, settings: RadiomicsSettings) -> dict[str, float]:
    images = loader()
    return extract_phases((images.arterial, images.portal_venous), images.liver, images.geometry, settings)
