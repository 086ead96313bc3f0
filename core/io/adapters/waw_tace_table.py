"""The clinical table of WAW-TACE as clinical records.

Bartnik K. et al., WAW-TACE: a hepatocellular carcinoma multiphase CT dataset with segmentations, radiomics features,
and clinical data, Radiol Artif Intell 2024, doi:10.1148/ryai.240296; data: Zenodo, doi:10.5281/zenodo.12741586. The
table states no units; those below are taken only where the median of the column fits them and no other usual unit
(docs/public-cohorts.md says from where each is known).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.io.adapters.clinical_rows import (
    Cells,
    ClinicalRow,
    ClinicalTable,
    clinical_rows,
    find_table,
    headers_of,
)
from core.io.image_cohort import Problem

PATIENT, SURVIVAL, DEATH, WOMAN, COUNT = "PATPRI", "survival_time", "death", "gender_woman", "lesions_number"
DIAMETERS = tuple(f"lesion{number}_diameter" for number in (1, 2, 3))
MM_PER_CM = 10.0
KNOWN = (PATIENT, SURVIVAL, DEATH, WOMAN, COUNT, "age", *DIAMETERS)
NOTES = (
    "these patients were treated by TACE, not by HAIC: concurrent_tace is 1 in every row",
    "sex is taken from gender_woman, the largest tumour from the largest of three diameters in mm",
    "not mapped: portal vein, Child-Pugh, stages and responses; their codes are not published with the columns",
)


@dataclass(frozen=True)
class Unit:
    """A unit that a laboratory column may have.

    Attributes:
        name: as said in notes.
        factor: to the unit of the record.
        low, high: between which the median of patients with HCC lies in this unit, and in no other usual one.
    """

    name: str
    factor: float
    low: float
    high: float


@dataclass(frozen=True)
class Laboratory:
    """A column, the field of a record it fills, and the units it may have."""

    column: str
    field: str
    units: tuple[Unit, ...]


LABORATORY = (
    Laboratory("lab_albumin", "albumin_g_l", (Unit("g/dL", 10.0, 2.0, 5.5), Unit("g/L", 1.0, 20.0, 55.0))),
    Laboratory("lab_bilirubin", "bilirubin_umol_l", (Unit("mg/dL", 17.1, 0.2, 3.5), Unit("umol/L", 1.0, 5.0, 60.0))),
    Laboratory(
        "lab_creatinine", "creatinine_umol_l", (Unit("mg/dL", 88.4, 0.4, 2.5), Unit("umol/L", 1.0, 35.0, 220.0))
    ),
    Laboratory("lab_inr", "inr", (Unit("ratio", 1.0, 0.8, 2.0),)),
    Laboratory("lab_alt", "alt_u_l", (Unit("U/L", 1.0, 10.0, 300.0),)),
    Laboratory("lab_afp", "afp_ng_ml", (Unit("ng/mL", 1.0, 1.0, 1e5),)),
)
LESION = Unit("mm", 1 / MM_PER_CM, 10.0, 200.0)
DAYS = Unit("days", 1.0, 100.0, 5000.0)
UNITS: tuple[tuple[str, tuple[Unit, ...]], ...] = (
    *((lab.column, lab.units) for lab in LABORATORY),
    *((name, (LESION,)) for name in DIAMETERS),
    (SURVIVAL, (DAYS,)),
)


def read_waw_tace_table(folder: Path, given: Path | None = None) -> ClinicalTable:
    """The patients of the published workbook.

    Args:
        folder: where to look for it. given: the file itself.

    Raises:
        InputError: none or several such workbooks, or another layout.
    """
    sheet = next(one for one in find_table(folder, given, _fits).values() if _is_data(one))
    units, notes, problems = _units(sheet)
    rows, others = clinical_rows(sheet, partial(_row, units))
    return ClinicalTable(tuple(rows), (*problems, *others), (*NOTES, *notes, *_unread(sheet)))


def _fits(sheets: dict[str, Any]) -> bool:
    return sum(_is_data(sheet) for sheet in sheets.values()) == 1


def _is_data(sheet: Any) -> bool:
    return {PATIENT, SURVIVAL, DEATH} <= set(headers_of(sheet))


def _units(sheet: Any) -> tuple[dict[str, Unit], list[str], list[Problem]]:
    """The unit of each column whose values speak for one, what to say of them, and the columns without one."""
    found: dict[str, Unit] = {}
    problems = []
    for column, units in UNITS:
        median = _median(sheet, column)
        fitting = [unit for unit in units if median is not None and unit.low <= median <= unit.high]
        if fitting:
            found[column] = fitting[0]
        else:
            expected = " or ".join(f"{unit.low:g}-{unit.high:g} {unit.name}" for unit in units)
            got = "no numbers" if median is None else f"{median:g}"
            problems.append(Problem(1, column, f"expected a median of {expected}, got {got}; left blank"))
    notes = [f"{column} is taken in {unit.name}: only that fits its median" for column, unit in found.items()]
    return found, notes, problems


def _median(sheet: Any, column: str) -> float | None:
    headers = headers_of(sheet)
    if headers.count(column) != 1:
        return None
    cells = sheet.iloc[1:, headers.index(column)]
    numbers = [float(cell) for cell in cells if isinstance(cell, int | float) and np.isfinite(cell)]
    return float(np.median(numbers)) if numbers else None


def _row(units: dict[str, Unit], cells: Cells) -> ClinicalRow:
    values: dict[str, Any] = {
        lab.field: cells.value(lab.column, lab.field, units[lab.column].factor)
        for lab in LABORATORY
        if lab.column in units
    }
    sizes = [cells.value(name, "largest_tumour_cm", units[name].factor) for name in DIAMETERS if name in units]
    values |= {
        "age_years": cells.value("age", "age_years"),
        "sex": cells.coded(WOMAN, {0: "male", 1: "female"}),
        "tumour_count": cells.whole(COUNT, "tumour_count"),
        "largest_tumour_cm": max((size for size in sizes if size is not None), default=None),
        "concurrent_tace": True,
    }
    months, died = cells.outcome(SURVIVAL, 1.0, DEATH) if SURVIVAL in units else (None, None)
    return ClinicalRow(cells.row, cells.identifier(PATIENT), cells.record(values), months, died)


def _unread(sheet: Any) -> list[str]:
    """How many columns are not read, by place: a header may hold anything."""
    known = {*KNOWN, *(lab.column for lab in LABORATORY)}
    places = [str(place) for place, header in enumerate(headers_of(sheet), start=1) if header not in known]
    return [f"not mapped: {len(places)} other columns, numbers {', '.join(places)}"] if places else []
