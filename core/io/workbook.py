"""Excel workbooks (xlsx) of public data sets, as tables of cells."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 50_000_000
MAX_INFLATED_BYTES = 500_000_000


def read_sheets(path: Path, role: str) -> dict[str, pd.DataFrame]:
    """The sheets by name, without header: a cell is a number, a text, or NaN where it is empty.

    Args:
        role: for error texts.

    Raises:
        InputError: no xlsx workbook, an over-large one, or the package that reads it is not installed.
    """
    import pandas as pd

    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{role}: expected at most {MAX_BYTES} bytes, got {path.stat().st_size}")
        with zipfile.ZipFile(path) as parts:
            inflated = sum(part.file_size for part in parts.infolist())
        if inflated > MAX_INFLATED_BYTES:
            raise InputError(f"{role}: expected at most {MAX_INFLATED_BYTES} bytes when unpacked, got {inflated}")
        sheets = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    except ImportError as error:
        raise InputError(f"{role}: expected the package openpyxl to be installed, got none") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{role}: expected a readable xlsx workbook, got none") from error
    return {str(name): sheet for name, sheet in sheets.items()}
