"""The clinical table of HCC-TACE-Seg: 105 real patients treated by TACE, none of them of the paper.

Moawad A.W. et al., Multimodality annotated HCC cases with and without advanced imaging segmentation, The Cancer Imaging
Archive 2021, doi:10.7937/TCIA.5FNA-0924, CC BY 4.0; file HCC-TACE-Seg_clinical_data-V2.xlsx. Its second sheet is the
glossary of columns, from which the codes below are taken: survival and scan intervals in weeks, responses 1 CR, 2 PR,
3 SD, 4 PD by three readers, performance status in the groups 0, 1-2 and 3-4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.io.workbook import read_sheets
from core.survival.follow_up import BoolArray, FollowUp, IntArray
from core.survival.step_function import FloatArray

ROLE = "TACE table"
DATA_SHEET, GLOSSARY_SHEET = "data table", "glossary"
MONTHS_PER_WEEK = 7 / 30.4375
READERS = ("1", "2", "3")
_WEEKS = ("OS", "Interval_FU")  # the glossary has to say so


@dataclass(frozen=True, eq=False, repr=False)
class TaceCohort:
    """n patients in the order of the table; who they are is not kept. Not a number: not recorded.

    Attributes:
        follow_up: overall survival in months.
        age_years: at diagnosis, (n,).
        male, pvtt, vascular_invasion, metastasis, lymph_nodes: (n,).
        multinodular: several tumours, of unknown number, (n,).
        over_half: more than half of the liver involved, (n,).
        size_cm: of the tumour, recorded only where a stage hangs on it, (n,).
        afp_ng_ml: alpha-fetoprotein, (n,).
        performance: lowest ECOG status of the recorded group: 0, 1 (1-2) or 3 (3-4), (n,).
        child_pugh: class, 0 A, 1 B, 2 C, (n,).
        clip: score, 0-6, (n,).
        okuda, tnm, bclc: positions in OKUDA, TNM and BCLC, (n,).
        response: by mRECIST for each of three readers, 1 CR, 2 PR, 3 SD, 4 PD, (n, 3).
        baseline_mm, now_mm: the readers' sums of viable diameters before and after treatment, (n, 3).
        months_to_response: from the scan before to the scan after treatment, (n,); not a number also where the recorded
            interval is not positive.
    """

    follow_up: FollowUp
    age_years: FloatArray
    male: BoolArray
    pvtt: BoolArray
    vascular_invasion: BoolArray
    metastasis: BoolArray
    lymph_nodes: BoolArray
    multinodular: BoolArray
    over_half: BoolArray
    size_cm: FloatArray
    afp_ng_ml: FloatArray
    performance: IntArray
    child_pugh: IntArray
    clip: IntArray
    okuda: IntArray
    tnm: IntArray
    bclc: IntArray
    response: FloatArray
    baseline_mm: FloatArray
    now_mm: FloatArray
    months_to_response: FloatArray

    def __len__(self) -> int:
        return len(self.follow_up)

    @property
    def objective_response(self) -> FloatArray:
        """1 if most of a patient's readings are CR or PR, 0 if most are SD or PD, else not a number, (n,)."""
        read = np.isfinite(self.response)
        excess = 2 * np.count_nonzero(self.response <= 2, axis=1) - np.count_nonzero(read, axis=1)
        return np.where(excess == 0, np.nan, (excess > 0).astype(np.float64))

    def objective_response_of(self, reader: int) -> FloatArray:
        """1 for CR or PR, 0 for SD or PD in the readings of one reader (0-2), else not a number, (n,)."""
        reading = self.response[:, reader]
        return np.where(np.isfinite(reading), (reading <= 2).astype(np.float64), np.nan)


CHILD_PUGH = ("A", "B", "C")
CLIP = tuple("0123456")
OKUDA = ("I", "II", "III")
TNM = ("I", "II", "IIIA", "IIIB", "IIIC", "IVA", "IVB")
BCLC = ("0", "A", "B", "C", "D")

_DEATH = "Death_1_StillAliveorLostToFU_0"
_YES_NO: Mapping[Any, int] = {0: 0, 1: 1}


def read_tace_cohort(path: Path) -> TaceCohort:
    """The cohort in the published spreadsheet.

    Raises:
        InputError: for another kind of file, a glossary that does not give the survival in weeks, a column that is
            missing or there twice, a patient who is there twice, or a cell out of its code or range; rows are counted
            as in the spreadsheet, its header being row 1.
    """
    return tace_cohort(*_sheets(path))


def tace_cohort(data: Any, glossary: Any) -> TaceCohort:
    """The cohort of two sheets, DataFrames without header as pandas.read_excel(header=None) has them.

    Errors as in `read_tace_cohort`.
    """
    _check_units(glossary)
    cells = _columns(data.dropna(how="all"))
    _check_patients(_column(cells, "TCIA_ID"))
    interval = _numbers(cells, "Interval_FU", -1000, 1000, optional=True)
    return TaceCohort(
        follow_up=FollowUp(_numbers(cells, "OS", 0, 2000) * MONTHS_PER_WEEK, _yes(cells, _DEATH)),
        age_years=_numbers(cells, "age", 0, 120),
        male=_yes(cells, "Sex", {1: 1, 2: 0}),
        pvtt=_yes(cells, "Portal Vein Thrombosis"),
        vascular_invasion=_yes(cells, "Vascular invasion"),
        metastasis=_yes(cells, "Metastasis"),
        lymph_nodes=_yes(cells, "Lymphnodes"),
        multinodular=_yes(cells, "tumor_nodul", {"uninodular": 0, "multinodular": 1}),
        over_half=_yes(cells, "T_involvment", {"< or = 50%": 0, ">50%": 1}),
        size_cm=_numbers(cells, "Tr_Size", 0.1, 40, optional=True),
        afp_ng_ml=_numbers(cells, "AFP", 0, 1e8),
        performance=_coded(cells, "PS_bclc_0_0_1-2_1_3-4_3", {0: 0, 1: 1, 3: 3}),
        child_pugh=_coded(cells, "CPS", _places("", CHILD_PUGH)),
        clip=_coded(cells, "CLIP_Score", _places("Stage_", CLIP)),
        okuda=_coded(cells, "Okuda", _places("Stage ", OKUDA)),
        tnm=_coded(cells, "TNM", _places("Stage-", TNM)),
        bclc=_coded(cells, "BCLC", _places("Stage-", BCLC)),
        response=_whole(_by_reader(cells, "mRECIST", 1, 4)),
        baseline_mm=_by_reader(cells, "mRECIST_BL", 0.1, 2000),
        now_mm=_by_reader(cells, "mRECIST_FU", 0, 2000),
        months_to_response=np.where(interval > 0, interval * MONTHS_PER_WEEK, np.nan),
    )


def _sheets(path: Path) -> tuple[Any, Any]:
    sheets = read_sheets(path, ROLE)
    for name in (DATA_SHEET, GLOSSARY_SHEET):
        if name not in sheets:
            raise InputError(f"{ROLE}: expected a sheet called {name!r}, got none of that name")
    return sheets[DATA_SHEET], sheets[GLOSSARY_SHEET]


def _check_units(glossary: Any) -> None:
    if glossary.shape[1] < 2:
        raise InputError(f"{ROLE}, glossary: expected names and meanings, got {glossary.shape[1]} columns")
    meanings = {str(name).strip(): str(meaning) for name, meaning in glossary.iloc[:, :2].to_numpy()}
    for header in _WEEKS:
        if "weeks" not in meanings.get(header, "").lower():
            raise InputError(f"{ROLE}, glossary, {header}: expected a time in weeks, got no such unit")


def _columns(data: Any) -> dict[str, Any]:
    """Cells by header, without the header row; a header that is there twice is kept as none."""
    if len(data) < 2:
        raise InputError(f"{ROLE}: expected a header and at least one patient, got {len(data)} rows")
    headers = [str(header).strip() for header in data.iloc[0]]
    return {header: data.iloc[1:, headers.index(header)] for header in headers if headers.count(header) == 1}


def _column(cells: Mapping[str, Any], header: str) -> Any:
    if header not in cells:
        raise InputError(f"{ROLE}: expected one column {header}, got none or several")
    return cells[header]


def _check_patients(ids: Any) -> None:
    _refuse(ids, "TCIA_ID", ids.isna().to_numpy(), "a patient's key")
    _refuse(ids, "TCIA_ID", ids.duplicated().to_numpy(), "a patient who is there once", "one who is there twice")


def _places(prefix: str, words: Sequence[str]) -> dict[Any, int]:
    return {prefix + word: place for place, word in enumerate(words)}


def _yes(cells: Mapping[str, Any], header: str, codes: Mapping[Any, int] = _YES_NO) -> BoolArray:
    return _coded(cells, header, codes).astype(np.bool_)


def _by_reader(cells: Mapping[str, Any], what: str, low: float, high: float) -> FloatArray:
    return np.stack([_numbers(cells, f"{reader}_{what}", low, high, optional=True) for reader in READERS], axis=1)


def _whole(response: FloatArray) -> FloatArray:
    broken = np.isfinite(response) & (response != np.round(response))
    if broken.any():
        raise InputError(f"{ROLE}, mRECIST: expected 1, 2, 3 or 4, got {response[broken][0]:g}")
    return response


def _coded(cells: Mapping[str, Any], header: str, codes: Mapping[Any, int]) -> IntArray:
    column = _column(cells, header)
    places = column.map(lambda cell: None if isinstance(cell, bool) else codes.get(_stripped(cell)))
    _refuse(column, header, places.isna().to_numpy(), f"one of {', '.join(map(str, codes))}")
    return np.asarray(places.to_numpy(dtype=np.intp))


def _stripped(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _numbers(cells: Mapping[str, Any], header: str, low: float, high: float, optional: bool = False) -> FloatArray:
    column = _column(cells, header)
    is_number = column.map(lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool)).to_numpy()
    missing = column.isna().to_numpy()
    expected = f"a number from {low:g} to {high:g}{' or an empty cell' if optional else ''}"
    _refuse(column, header, ~is_number & ~missing | missing & (not optional), expected)
    values = column.to_numpy(dtype=np.float64)
    _refuse(column, header, ~missing & ~((values >= low) & (values <= high)), expected)
    return np.asarray(values)


def _refuse(column: Any, header: str, wrong: npt.NDArray[np.bool_], expected: str, got: str = "") -> None:
    """Name the first cell at fault by its row in the spreadsheet; a number is echoed, text is not."""
    if wrong.any():
        place = int(np.argmax(wrong))
        row, cell = int(column.index[place]) + 1, column.iloc[place]
        raise InputError(f"{ROLE}, row {row}, {header}: expected {expected}, got {got or _kind(cell)}")


def _kind(cell: Any) -> str:
    if isinstance(cell, str):
        return "text"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return "an empty cell" if np.isnan(cell) else f"{cell:g}"
    return "an empty cell" if cell is None else "a value of another kind"
