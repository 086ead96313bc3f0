from __future__ import annotations

import numpy as np
import pytest

from core.case import Case, ClinicalRecord, Phase, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.io import machine
from core.jobs import budget


def series(phase: Phase, shape: tuple[int, int, int]) -> Volume:
    return Volume(np.zeros(shape, dtype=np.int16), Geometry(shape, np.eye(4)), phase, "0" * 64)


def test_the_estimate_grows_with_the_voxels_of_both_phases() -> None:
    small = Case("Case 1", series(Phase.ARTERIAL, (8, 8, 8)), series(Phase.PORTAL_VENOUS, (8, 8, 4)), ClinicalRecord())
    assert budget.case_voxels(small) == 512 + 256
    assert budget.needed_bytes(small) == budget.BASE_BYTES + 768 * budget.BYTES_PER_VOXEL
    assert budget.needed_bytes(None) > budget.needed_bytes(small)


def test_the_demo_case_fits_the_smallest_budget() -> None:
    budget.check_fits(budget.needed_bytes(None), int(budget.LEAST_GIB * 2**30))


def test_what_can_never_fit_is_one_sentence_with_both_numbers() -> None:
    budget.check_fits(2 * 2**30, 2 * 2**30)
    with pytest.raises(InputError, match=r"fits in 2\.0 GiB of memory, got one that needs about 3\.0 GiB"):
        budget.check_fits(3 * 2**30, 2 * 2**30)


@pytest.mark.parametrize(("text", "expected"), [("2", 2 * 2**30), ("1.5", 3 * 2**29)])
def test_the_budget_is_what_the_variable_says(monkeypatch: pytest.MonkeyPatch, text: str, expected: int) -> None:
    monkeypatch.setenv(budget.BUDGET_VARIABLE, text)
    assert budget.budget_bytes() == expected


@pytest.mark.parametrize("text", ["1", "-2", "much", "1e9", "nan"])
def test_other_budgets_are_refused_without_their_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(budget.BUDGET_VARIABLE, text)
    with pytest.raises(InputError, match=r"at least 1\.5, got another value$"):
        budget.budget_bytes()


def test_without_it_a_container_s_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.delenv(budget.BUDGET_VARIABLE, raising=False)
    whole = machine.memory_bytes()
    limit = f"{tmp_path}/memory.max"
    with open(limit, "w", encoding="ascii") as stream:
        stream.write("max\n")
    monkeypatch.setattr(machine, "_CGROUPS", (limit,))
    assert machine.memory_bytes() >= whole
    with open(limit, "w", encoding="ascii") as stream:
        stream.write(f"{4 * 2**30}\n")
    assert machine.memory_bytes() == min(whole, 4 * 2**30)
    assert budget.budget_bytes() == int(budget.SHARE * machine.memory_bytes())
