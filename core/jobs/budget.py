"""How much memory an assessment will need, and how much all of them may have together.

The estimate is BASE_BYTES + BYTES_PER_VOXEL x voxels of both phases, a line over what `benchmarks/bench_memory.py`
measured; docs/scale.md has the figures. What is under way holds its estimate; what does not fit beside it waits.
"""

from __future__ import annotations

import os
import re

from core.case import Case
from core.errors import InputError
from core.io.machine import memory_bytes

BUDGET_VARIABLE = "HAIC_NOMOGRAM_MEMORY_BUDGET"
LEAST_GIB = 1.5
BASE_BYTES = 1_100 * 2**20
"""Of a worker with its libraries and models."""
BYTES_PER_VOXEL = 12
SHARE = 0.7
"""Of the memory there is; the rest is the server's, which holds the results that pages show, and the system's."""
DEMO_VOXELS = 8_000_000
"""Upper bound of the procedural demo case, which the worker makes itself."""
UNREAD_VOXELS = 2 * 512 * 512 * 130
"""What is assumed of a cohort's patient, whose images only the worker reads."""


def case_voxels(case: Case | None) -> int:
    """Voxels of both phases; those of the demo case for None."""
    if case is None:
        return DEMO_VOXELS
    return case.arterial.hu.size + case.portal_venous.hu.size


def needed_bytes(case: Case | None) -> int:
    """Memory of a worker that assesses the case, None for the demo case."""
    return reckoned(case_voxels(case))


def reckoned(voxels: int) -> int:
    """Memory of a worker that assesses a case of so many voxels in both phases."""
    return BASE_BYTES + BYTES_PER_VOXEL * voxels


def budget_bytes() -> int:
    """What all assessments under way may take together: as HAIC_NOMOGRAM_MEMORY_BUDGET (GiB) says, or SHARE of all.

    Raises:
        InputError: the variable cannot be used.
    """
    given = os.environ.get(BUDGET_VARIABLE, "")
    if not given:
        return int(max(SHARE * memory_bytes(), LEAST_GIB * 2**30))
    if not (re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", given) and float(given) >= LEAST_GIB):
        raise InputError(f"{BUDGET_VARIABLE}: expected GiB, at least {LEAST_GIB:g}, got another value")
    return int(float(given) * 2**30)


def check_fits(needed: int, budget: int) -> None:
    """Refuse what could never be begun.

    Raises:
        InputError: it needs more than the whole budget.
    """
    if needed > budget:
        raise InputError(
            f"images: expected an assessment that fits in {budget / 2**30:.1f} GiB of memory, "
            f"got one that needs about {needed / 2**30:.1f} GiB"
        )
