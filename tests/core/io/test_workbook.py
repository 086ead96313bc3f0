"""Workbooks, opened as if they were hostile."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from core.io import workbook
from core.io.workbook import read_sheets


def test_every_sheet_is_read_by_its_name(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, None], "b": ["x", "y"]}).to_excel(tmp_path / "t.xlsx", index=False, sheet_name="one")
    sheets = read_sheets(tmp_path / "t.xlsx", "table")
    assert list(sheets) == ["one"]
    assert sheets["one"].iloc[0].tolist() == ["a", "b"]
    assert sheets["one"].iloc[2].isna().tolist() == [True, False]


@pytest.mark.parametrize("content", [None, b"", b"text", b"PK\x03\x04 and no more"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "jane.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"^table: expected a readable xlsx workbook, got none$"):
        read_sheets(path, "table")


def test_a_zip_of_other_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputError, match="expected a readable xlsx workbook"):
        read_sheets(tmp_path / "t.xlsx", "table")


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_INFLATED_BYTES"])
def test_a_workbook_beyond_all_measure_is_not_opened(
    tmp_path: Path, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "t.xlsx")
    monkeypatch.setattr(workbook, limit, 100)
    with pytest.raises(InputError, match="expected at most 100 bytes"):
        read_sheets(tmp_path / "t.xlsx", "table")
