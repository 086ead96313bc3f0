"""Times and events out of a cohort table; the roles of a nomogram's inputs are tested with `named_columns`."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from tests.core.io.tables import NAME, checked, rows, table


def outcome(folder: Path, *lines: str) -> str:
    """The refusal of a table of time and event."""
    found = table(folder, rows("months,death", *lines))
    with pytest.raises(InputError) as caught:
        found.follow_up("months", "death")
    return checked(str(caught.value))


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("12", "-3"), "row 3, time: expected 0 or more, got -3"),
        (("12", "-48190273"), "row 3, time: expected 0 or more, got a number far outside"),
        (("12", "\u22120.5", "x"), "row 4, time: expected a duration as a number, got text"),
        (("12", "", "inf"), "row 4, time: expected a duration as a number, got a number that is not finite"),
        (("2021-03-04", "", "2021-03-05"), "time: expected a duration as a number, got dates"),
        (("04.03.2021", "14.12.2021"), "time: expected a duration as a number, got dates"),
        (("3/4/21", "12/24/2021 10:30"), "time: expected a duration as a number, got dates"),
        (("2021-03-04T10:00", "4-Mar-2021", "12 Dez 21"), "time: expected a duration as a number, got dates"),
        (("20210304", "20211224"), "time: expected a duration as a number, got dates"),
        (("12", "2021-03-04"), "row 3, time: expected a duration as a number, got a date"),
        ((NAME, "3"), "row 2, time: expected a duration as a number, got text"),
        (("5 months", "6 months"), "row 2, time: expected a duration as a number, got text"),
        (("10%", "20%"), "row 2, time: expected a duration as a number, got a percentage"),
        (("", "NA"), "time: expected a duration as a number, got no value in 2 rows"),
    ],
)
def test_times(cells: tuple[str, ...], text: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, *(f"{cell},1" for cell in cells)) == text


@pytest.mark.parametrize("cells", [("0", "1", "NA"), ("0.0", "1.0", ""), ("false", "TRUE", "."), ("0", "1e0", "?")])
def test_events(cells: tuple[str, ...], tmp_path: Path) -> None:
    found = table(tmp_path, rows("months,death", *(f"{n},{cell}" for n, cell in enumerate(cells))))
    assert found.follow_up("months", "death")[1][:2].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("1", "2", "2"), "event: expected 0 or 1, where 1 is a death, got the numbers 1, 2"),
        (
            ("0", "0.5", "1", "3", "4", "5", "6"),
            "event: expected 0 or 1, where 1 is a death, got the numbers 0, 0.5, 1, 3, 4 and 2 more",
        ),
        (
            ("48190273", "1"),
            "event: expected 0 or 1, where 1 is a death, got the numbers 1, a number far outside",
        ),
        (("yes", "no"), "row 2, event: expected 0 or 1, where 1 is a death, got text"),
        (("", "dead", "alive"), "row 3, event: expected 0 or 1, where 1 is a death, got text"),
        (("0", "TRUE"), "row 3, event: expected 0 or 1, where 1 is a death, got true or false"),
        (("1", "0", "dead"), "row 4, event: expected 0 or 1, where 1 is a death, got text"),
        (("", ""), "event: expected 0 or 1, where 1 is a death, got no value in 2 rows"),
    ],
)
def test_other_events(cells: tuple[str, ...], text: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, *(f"5,{cell}" for cell in cells)) == text
