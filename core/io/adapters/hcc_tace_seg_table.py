"""The clinical table of HCC-TACE-Seg as clinical records.

Moawad A.W. et al., Multimodality annotated HCC cases with and without advanced imaging segmentation, The Cancer Imaging
Archive 2021, doi:10.7937/TCIA.5FNA-0924, CC BY 4.0; file HCC-TACE-Seg_clinical_data-V2.xlsx, whose second sheet is the
glossary: survival in weeks, sex 1 male and 2 female, responses 1 CR, 2 PR, 3 SD, 4 PD by three readers.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from core.errors import InputError
from core.io.adapters.clinical_rows import (
    DAYS_PER_WEEK,
    ROLE,
    YES_NO,
    Cells,
    ClinicalRow,
    ClinicalTable,
    clinical_rows,
    find_table,
    headers_of,
)
from core.io.image_cohort import Problem

DATA_SHEET, GLOSSARY_SHEET = "data table", "glossary"
PATIENT, SURVIVAL, DEATH = "TCIA_ID", "OS", "Death_1_StillAliveorLostToFU_0"
PERFORMANCE, NODULES = "PS_bclc_0_0_1-2_1_3-4_3", "tumor_nodul"
DIAMETERS = tuple(f"{reader}_RECIST_BL" for reader in (1, 2, 3))
RESPONSES = tuple(f"{reader}_mRECIST" for reader in (1, 2, 3))
HEADERS = (
    *(PATIENT, SURVIVAL, DEATH, "age", "Sex", "hepatitis", PERFORMANCE, "Tr_Size", NODULES, "Vascular invasion"),
    *("Metastasis", "Lymphnodes", "Portal Vein Thrombosis", "T_involvment", "AFP", *DIAMETERS, *RESPONSES),
)
SEX = {1: "male", 2: "female"}
HBV = {"No virus": False, "HCV only": False, "HBV only": True, "HCV and HBV": True}
OVER_HALF = {"< or = 50%": False, ">50%": True}
CONTRADICTS = 1.5
"""A size this many times larger or smaller than the median of the readers is not taken; assumed."""
MM_PER_CM = 10.0
GRADES = {1: "CR", 2: "PR", 3: "SD", 4: "PD"}
NOTES = (
    "these patients were treated by TACE, not by HAIC: concurrent_tace is 1 in every row",
    "Portal Vein Thrombosis is taken as pvtt; the glossary does not say whether the thrombus is tumour",
    "Vascular invasion is taken as macrovascular_invasion, as it was judged without a resection",
    "response is the mRECIST grade that at least two of the three readers give, else blank",
    f"not mapped: {PERFORMANCE} 1 and 3, which stand for ECOG 1-2 and 3-4",
    "not mapped: the number of tumours where tumor_nodul is multinodular, and Tr_Size there: see the docs",
    "not mapped: CPS, a Child-Pugh class without its items; CLIP, Okuda, TNM and BCLC, stages that are computed here",
    "not mapped: Personal history of cancer, which does not say whether there is another malignancy now",
)


def read_hcc_tace_seg_table(folder: Path, given: Path | None = None) -> ClinicalTable:
    """The patients of the published workbook.

    Args:
        folder: where to look for it. given: the file itself.

    Raises:
        InputError: none or several such workbooks, another layout, or a survival that is not in weeks.
    """
    sheets = find_table(folder, given, _fits)
    _check_weeks(sheets[GLOSSARY_SHEET])
    rows, problems = clinical_rows(sheets[DATA_SHEET], _row)
    absent = [name for name in HEADERS if name not in headers_of(sheets[DATA_SHEET])]
    problems = [Problem(1, name, "expected a column of this name, got none; left blank") for name in absent] + problems
    return ClinicalTable(tuple(rows), tuple(problems), NOTES)


def _fits(sheets: dict[str, Any]) -> bool:
    return {DATA_SHEET, GLOSSARY_SHEET} <= set(sheets) and PATIENT in headers_of(sheets[DATA_SHEET])


def _check_weeks(glossary: Any) -> None:
    meanings = {str(row[0]).strip(): str(row[1]).lower() for row in glossary.to_numpy() if len(row) > 1}
    if "weeks" not in meanings.get(SURVIVAL, ""):
        raise InputError(f"{ROLE}, glossary, {SURVIVAL}: expected a time in weeks, got no such unit")


def _row(cells: Cells) -> ClinicalRow:
    single = cells.coded(NODULES, {"uninodular": True, "multinodular": False})
    values = {
        "age_years": cells.value("age", "age_years"),
        "sex": cells.coded("Sex", SEX),
        "hbv": cells.coded("hepatitis", HBV),
        "ecog": cells.coded(PERFORMANCE, {0: 0, 1: None, 3: None}),
        "afp_ng_ml": cells.value("AFP", "afp_ng_ml"),
        "tumour_count": 1 if single else None,
        "largest_tumour_cm": _size_cm(cells) if single else None,
        "pvtt": cells.coded("Portal Vein Thrombosis", YES_NO),
        "macrovascular_invasion": cells.coded("Vascular invasion", YES_NO),
        "extrahepatic_spread": cells.coded("Metastasis", YES_NO),
        "lymph_node_metastasis": cells.coded("Lymphnodes", YES_NO),
        "liver_involvement_over_half": cells.coded("T_involvment", OVER_HALF),
        "response": _response(cells),
        "concurrent_tace": True,
    }
    months, died = cells.outcome(SURVIVAL, DAYS_PER_WEEK, DEATH)
    return ClinicalRow(cells.row, cells.identifier(PATIENT), cells.record(values), months, died)


def _size_cm(cells: Cells) -> float | None:
    """Of a single tumour; blank where the readers' diameters (RECIST, mm) contradict it."""
    size = cells.value("Tr_Size", "largest_tumour_cm")
    read = [mm / MM_PER_CM for header in DIAMETERS if (mm := cells.number(header, 1.0, 400.0)) is not None]
    if size is None or not read or 1 / CONTRADICTS <= size / median(read) <= CONTRADICTS:
        return size
    cells.wrong("Tr_Size", f"expected the readers' {median(read):.3g} cm, got {size:.3g}; left blank")
    return None


def _response(cells: Cells) -> str | None:
    """The grade that at least two readers give."""
    graded = Counter(cells.coded(reader, GRADES) for reader in RESPONSES)
    graded.pop(None, None)
    grade, votes = max(graded.items(), key=lambda one: one[1], default=(None, 0))
    return grade if votes > 1 else None
