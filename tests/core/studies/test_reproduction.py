"""The whole reproduction, small, and the document that it makes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.errors import InputError
from core.studies.published_figures import COHORT_SIZE, MODEL_NAMES, auc
from core.studies.reproduce import STEPS, Reproduction, reproduce
from core.studies.reproduction_document import nearest_readings, reproduce_document
from core.studies.table3 import READINGS
from tests.core.studies.paper import nomograms, small

DOCUMENT = reproduce_document(small())
KEYS = ["quantity", "cohort", "published", "reproduced", "low", "high", "residual"]


def _rows(start: str, cohort: str | None = None) -> list[dict[str, float | str | None]]:
    return [row for row in DOCUMENT if row["quantity"].startswith(start) and cohort in (None, row["cohort"])]


def test_rows_have_the_keys_of_the_contract_and_are_plain_json() -> None:
    assert all(list(row) == KEYS for row in DOCUMENT)
    assert json.loads(json.dumps(DOCUMENT, allow_nan=False)) == DOCUMENT
    assert {row["cohort"] for row in DOCUMENT} == set(COHORT_SIZE)


def test_no_row_is_there_twice() -> None:
    assert len({(row["quantity"], row["cohort"]) for row in DOCUMENT}) == len(DOCUMENT)


def test_residuals_are_reproduced_less_published() -> None:
    compared = [row for row in DOCUMENT if row["residual"] is not None]
    assert len(compared) > 150
    for row in compared:
        assert row["residual"] == pytest.approx(row["reproduced"] - row["published"], abs=1e-15)
    limits = [row for row in DOCUMENT if "printed as <" in row["quantity"]]
    assert limits
    assert all(row["residual"] is None and row["published"] == 0.001 for row in limits)


def test_ranges_are_in_order() -> None:
    for row in DOCUMENT:
        if row["low"] is not None:
            assert row["low"] <= row["high"]


@pytest.mark.parametrize("cohort", COHORT_SIZE)
@pytest.mark.parametrize("model", MODEL_NAMES)
def test_table_3_is_complete(model: str, cohort: str) -> None:
    for printed in auc(model, cohort):
        for reading in READINGS:
            quantity = f"AUC {reading}, {MODEL_NAMES[model]} ({printed.where})"
            (row,) = [row for row in DOCUMENT if row["quantity"] == quantity and row["cohort"] == cohort]
            assert row["published"] == printed.value
            assert row["reproduced"] is not None


def test_p_values_of_table_3_are_complete() -> None:
    rows = _rows("p of the AUC")
    assert len(rows) == 6 * 3 * len(READINGS)
    assert all(0 <= row["low"] <= row["reproduced"] <= row["high"] <= 1 for row in rows)
    assert all(row["residual"] is None and row["published"] is not None for row in rows)


def test_group_survival_is_there_at_both_cuts_and_printed_for_the_training_cohort() -> None:
    for cohort in COHORT_SIZE:
        rows = _rows("survival at", cohort)
        assert len(rows) == 2 * 2 * 2 * 3
        assert all((row["published"] is not None) == (cohort == "training") for row in rows)
    assert {"effective cut -1.25" in row["quantity"] for row in _rows("survival at")} == {True, False}


def test_all_three_cohorts_have_one_expectation_and_wider_ranges_where_smaller() -> None:
    figures = small().figures
    values = [found.concordance.value.tolist() for found in figures.values()]
    assert values[0] == values[1] == values[2]
    width = {name: float((found.curve.high - found.curve.low)[0, 0, 0, 36]) for name, found in figures.items()}
    assert width["internal"] > width["training"]


def test_what_the_paper_lacks_is_none() -> None:
    assert all(row["published"] is None for row in _rows("concordance index"))
    assert all(row["published"] is None for row in _rows("calibration slope"))
    assert [row["published"] for row in _rows("hazard ratio per session")] == [0.74, 0.74, None, None, None]


def test_expected_figures_are_near_those_of_the_law() -> None:
    pre, post = (row["reproduced"] for row in _rows("concordance index", "training")[:2])
    assert pre == pytest.approx(0.655, abs=0.03)
    assert post == pytest.approx(0.737, abs=0.03)
    (died,) = _rows("share of patients who died", "training")
    assert died["reproduced"] == pytest.approx(0.616, abs=0.02)


def test_the_nearest_reading_of_every_printed_auc() -> None:
    found = nearest_readings(small())
    assert len(found) == sum(len(auc(model, cohort)) for model in MODEL_NAMES for cohort in COHORT_SIZE)
    for one in found:
        values = small().figures[one.cohort].auc.value[list(MODEL_NAMES).index(one.model)]
        distances = np.abs(values - one.printed.value)
        assert abs(one.residual) == distances.min()
        assert one.reading == READINGS[int(distances.argmin())]


def _figures(found: Reproduction) -> list[float]:
    return [row["reproduced"] for row in reproduce_document(found)] + [row["low"] for row in reproduce_document(found)]


def test_the_seed_decides_everything() -> None:
    one, two, other = (reproduce(nomograms(), 1000, 2, seed=seed) for seed in (3, 3, 4))
    assert _figures(one) == _figures(two)
    assert _figures(one) != _figures(other)


def test_progress_rises_through_the_steps() -> None:
    told: list[tuple[str, float]] = []
    reproduce(nomograms(), 1000, 2, seed=3, progress=lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] < 1
    assert tuple(dict.fromkeys(step for step, _ in told)) == STEPS


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((999, 2, 1), "patients: expected 1000 or more, got 999"),
        ((1000, 1, 1), "cohorts: expected 2 or more, got 1"),
        ((1000, 2, -1), "seed: expected 0 or more, got -1"),
    ],
)
def test_too_little_is_refused(arguments: tuple[int, int, int], text: str) -> None:
    with pytest.raises(InputError, match=text):
        reproduce(nomograms(), *arguments)


def test_every_contradiction_comes_along() -> None:
    assert len(small().contradictions) == 37
