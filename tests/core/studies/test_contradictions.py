"""The paper's contradictions as package data."""

from __future__ import annotations

import pkgutil

import pytest

from core.errors import ArtefactError
from core.studies.contradictions import contradictions


def test_every_row_is_there_and_says_how_it_is_read() -> None:
    rows = contradictions()
    assert [row.number for row in rows] == list(range(1, 38))
    assert all(row.printed and row.read_as for row in rows)
    assert len({row.printed for row in rows}) == 37


@pytest.mark.parametrize(
    ("number", "printed", "against", "read_as"),
    [
        (1, "158 pts (abstract)", "159 (methods, Table 1; 118/159=74.2%)", "159"),
        (3, "EVC mortality 35.5% (50/141)", "Table 2: 91 deaths, 50 alive (50/141 is the survivors)", "91/141=64.5%"),
        (17, "Pre AUC .7099/.7029/.6484 (Table 3) vs .80/.71/.74 (text)", None, "Table 3, show both"),
        (24, 'HR cut-off -1.40/-0.26"', "HR cannot be negative", "cut-offs on the LP scale"),
        (37, "MTM AUC in TC/ITC/ETC", "159 patients of one centre, no split described", "split is ASSUMED"),
    ],
)
def test_rows_in_full(number: int, printed: str, against: str | None, read_as: str) -> None:
    row = contradictions()[number - 1]
    assert row.printed.removeprefix('"') == printed
    assert (row.against, row.read_as) == (against, read_as)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b'[{"number": 1}]', b'[{"number": 2, "printed": "a", "against": null, "read_as": "b"}]'],
)
def test_a_damaged_table_is_refused(monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    monkeypatch.setattr(pkgutil, "get_data", lambda package, name: content)
    with pytest.raises(ArtefactError, match="table of contradictions"):
        contradictions()
