"""The table of patients by outcome that opens a report: counts with chi-square tests, medians with Kruskal-Wallis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.survival.step_function import FloatArray

MOST_CLASSES = 6  # a whole number with no more distinct values is counted by value, not summarised
SMALL_EXPECTED = 5.0  # below it the chi-square test is an approximation only


@dataclass(frozen=True)
class Variable:
    """One column of a cohort.

    Attributes:
        name: of the column.
        values: numbers, or positions in `levels`, (n,).
        levels: names of the classes, () for a number.
    """

    name: str
    values: FloatArray
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class BaselineRow:
    """One line of the table.

    Attributes:
        variable, level: what is described; level "" for a number's median and quartiles.
        cells: text per group: "n (%)" or "median (quartiles)".
        test: "chi-square" or "Kruskal-Wallis", "" on all but a variable's first line.
        p: its p value, None where it cannot be computed.
        approximate: True if an expected count is below 5.
    """

    variable: str
    level: str
    cells: tuple[str, ...]
    test: str = ""
    p: float | None = None
    approximate: bool = False


def baseline_table(variables: Sequence[Variable], group: npt.NDArray[np.intp], groups: int) -> tuple[BaselineRow, ...]:
    """Describe `variables` in the groups 0..`groups` - 1, `group` (n,).

    Classes: Pearson's chi-square, with Yates' correction in a table of 2 x 2, as R's chisq.test. Numbers: Kruskal and
    Wallis' rank test with correction for ties, as R's kruskal.test.
    """
    rows: list[BaselineRow] = []
    for variable in variables:
        classes = _classes(variable)
        rows.extend(_counted(variable, classes, group, groups) if classes else [_summarised(variable, group, groups)])
    return tuple(rows)


def _classes(variable: Variable) -> dict[float, str]:
    """Label by value of a variable that is counted, {} for one that is summarised."""
    if variable.levels:
        return {float(position): level for position, level in enumerate(variable.levels)}
    distinct = np.unique(variable.values)
    if len(distinct) <= MOST_CLASSES and (distinct == np.round(distinct)).all():
        return {float(value): f"{value:g}" for value in distinct}
    return {}


def _counted(
    variable: Variable, classes: dict[float, str], group: npt.NDArray[np.intp], groups: int
) -> list[BaselineRow]:
    counts = np.array(
        [[np.count_nonzero((variable.values == v) & (group == g)) for g in range(groups)] for v in classes]
    )
    totals = np.maximum(counts.sum(axis=0), 1)
    p, approximate = _chi_square(counts)
    rows = []
    for position, (label, line) in enumerate(zip(classes.values(), counts, strict=True)):
        cells = tuple(f"{count} ({100 * count / total:.1f} %)" for count, total in zip(line, totals, strict=True))
        first = position == 0
        rows.append(
            BaselineRow(variable.name, label, cells, "chi-square" if first else "", p if first else None, approximate)
        )
    return rows


def _chi_square(counts: npt.NDArray[np.int_]) -> tuple[float | None, bool]:
    from scipy.stats import chi2_contingency

    filled = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(filled.shape) < 2:
        return None, False
    result = chi2_contingency(filled, correction=True)
    return float(result.pvalue), bool((result.expected_freq < SMALL_EXPECTED).any())


def _summarised(variable: Variable, group: npt.NDArray[np.intp], groups: int) -> BaselineRow:
    from scipy.stats import kruskal

    parts = [variable.values[group == g] for g in range(groups)]
    cells = tuple(_quartiles(part) for part in parts)
    filled = [part for part in parts if len(part)]
    p = float(kruskal(*filled).pvalue) if len(filled) > 1 else None
    return BaselineRow(variable.name, "", cells, "Kruskal-Wallis", p)


def _quartiles(values: FloatArray) -> str:
    if not len(values):
        return "-"
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:.4g} ({low:.4g}-{high:.4g})"
