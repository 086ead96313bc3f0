"""Made-up tables in the layout of HCC-TACE-Seg; nobody in them is a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from core.studies.tace_cohort import TaceCohort, tace_cohort

PATIENT: dict[str, Any] = {
    "TCIA_ID": "P",
    "Interval_FU": 8.0,
    "Death_1_StillAliveorLostToFU_0": 1,
    "OS": 100.0,
    "age": 60,
    "Sex": 1,
    "PS_bclc_0_0_1-2_1_3-4_3": 0,
    "CPS": "A",
    "Tr_Size": 4.0,
    "tumor_nodul": "uninodular",
    "Vascular invasion": 0,
    "Metastasis": 0,
    "Lymphnodes": 0,
    "Portal Vein Thrombosis": 0,
    "T_involvment": "< or = 50%",
    "AFP": 20.0,
    "CLIP_Score": "Stage_0",
    "Okuda": "Stage I",
    "TNM": "Stage-I",
    "BCLC": "Stage-A",
} | {
    f"{reader}_mRECIST{part}": value
    for reader in (1, 2, 3)
    for part, value in (("_BL", 50.0), ("_FU", 30.0), ("", 2))
}  # fmt: skip
GLOSSARY = (("OS", "overall survival (weeks)"), ("Interval_FU", "Weeks between the studies"))


def patients(*changes: dict[str, Any]) -> pd.DataFrame:
    """The data sheet, without header: a row per change, made to `PATIENT`; None empties a cell."""
    rows = [PATIENT | {"TCIA_ID": f"P{place}"} | change for place, change in enumerate(changes)]
    return pd.DataFrame([list(PATIENT), *([row[name] for name in PATIENT] for row in rows)])


def glossary(meanings: tuple[tuple[str, str], ...] = GLOSSARY) -> pd.DataFrame:
    return pd.DataFrame(list(meanings))


def cohort(*changes: dict[str, Any]) -> TaceCohort:
    return tace_cohort(patients(*changes), glossary())


def write(path: Path, data: pd.DataFrame, meanings: pd.DataFrame, second_sheet: str = "glossary") -> Path:
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        data.to_excel(book, sheet_name="data table", header=False, index=False)
        meanings.to_excel(book, sheet_name=second_sheet, header=False, index=False)
    return path
