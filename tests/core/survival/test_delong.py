"""Against R 4.2.2, pROC 1.18.0 (roc, roc.test, ci.auc, coords); tests/golden/r/03_golden.R and 04_realdata.R."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.delong import paired_test, roc_auc, unpaired_test, youden_cut
from tests import r_answers
from tests.core.survival.test_cox import fit_of


def scores() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Status and the fitted linear predictors of both models."""
    table = r_answers.cohort()
    post, pre = (fit_of(table, names).linear_predictor(table[names]) for names in (r_answers.POST, r_answers.PRE))
    return table["status"].to_numpy(), post, pre


def test_areas_and_paired_test() -> None:
    expected = r_answers.scalars("sim")
    status, post, pre = scores()
    for name, score in (("post", post), ("pre", pre)):
        area = roc_auc(status, score)
        assert area.value == pytest.approx(expected[f"delong_auc_{name}"], rel=1e-10)
        assert area.variance == pytest.approx(expected[f"delong_var_{name}"], rel=1e-9)
        limits = expected[f"delong_ci_{name}_lo"], expected[f"delong_ci_{name}_hi"]
        assert area.interval() == pytest.approx(limits, rel=1e-9)
    test = paired_test(status, post, pre)
    assert test.covariance == pytest.approx(expected["delong_cov"], rel=1e-9)
    assert test.z == pytest.approx(expected["delong_Z"], rel=1e-9)
    assert test.p == pytest.approx(expected["delong_p"], rel=1e-8)


def test_unpaired_test() -> None:
    expected = r_answers.scalars("sim")
    status, post, _ = scores()
    even = r_answers.cohort()["id"].to_numpy() % 2 == 0
    test = unpaired_test(roc_auc(status[even], post[even]), roc_auc(status[~even], post[~even]))
    assert test.statistic == pytest.approx(expected["delong_unpaired_D"], rel=1e-8)
    assert test.df == pytest.approx(expected["delong_unpaired_df"], rel=1e-9)
    assert test.p == pytest.approx(expected["delong_unpaired_p"], rel=1e-8)


def test_status_at_36_months() -> None:
    expected, table = r_answers.scalars("sim"), r_answers.cohort()
    status, post, pre = scores()
    kept = ~((table["time"] < 36) & (table["status"] == 0)).to_numpy()
    dead = ((table["time"] <= 36) & (status == 1)).to_numpy()[kept]
    assert kept.sum() == expected["delong36_n"]
    assert roc_auc(dead, post[kept]).value == pytest.approx(expected["delong36_auc_post"], rel=1e-10)
    assert roc_auc(dead, pre[kept]).value == pytest.approx(expected["delong36_auc_pre"], rel=1e-10)
    test = paired_test(dead, post[kept], pre[kept])
    assert (test.z, test.p) == pytest.approx((expected["delong36_Z"], expected["delong36_p"]), rel=1e-8)


def test_lung_with_tied_scores() -> None:
    expected, table = r_answers.scalars("lung"), r_answers.lung()
    lp = fit_of(table, r_answers.LUNG).linear_predictor(table[r_answers.LUNG])
    test = paired_test(table["status"], lp, table["ph.ecog"])
    assert roc_auc(table["status"], lp).value == pytest.approx(expected["lung_delong_auc1"], rel=1e-10)
    assert roc_auc(table["status"], table["ph.ecog"]).value == pytest.approx(expected["lung_delong_auc2"], rel=1e-10)
    assert (test.z, test.p) == pytest.approx((expected["lung_delong_Z"], expected["lung_delong_p"]), rel=1e-8)


def test_youden() -> None:
    expected = r_answers.scalars("sim")
    status, post, _ = scores()
    found = youden_cut(status, post)
    for name in ("threshold", "sensitivity", "specificity", "ppv", "npv", "accuracy"):
        assert getattr(found, name) == pytest.approx(expected[f"youden_post_{name}"], rel=1e-9), name


@given(st.integers(0, 2**32 - 1))
def test_area_is_the_share_of_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    label = np.append(rng.random(int(rng.integers(2, 40))) < 0.5, [True, False])
    score = rng.integers(0, 6, len(label)).astype(float)
    gap = score[label][:, None] - score[~label]
    area = roc_auc(label, score)
    assert area.value == pytest.approx(float(((gap > 0) + 0.5 * (gap == 0)).mean()))
    assert roc_auc(~label, -score).value == pytest.approx(area.value)
    same = paired_test(label, score, score)
    if same.z is not None:
        assert (same.difference, same.z, same.p) == (0, 0, 1)


@pytest.mark.parametrize(
    ("label", "score"), [([1, 1], [1.0, 2]), ([0, 2], [1.0, 2]), ([0, 1], [1.0, np.nan]), ([0, 1], [1.0]), ([], [])]
)
def test_bad_labels_and_scores_are_refused(label: list[int], score: list[float]) -> None:
    with pytest.raises(InputError):
        roc_auc(label, score)


def test_one_case_has_no_variance() -> None:
    area = roc_auc([1, 0, 0, 0], [3.0, 1, 2, 4])
    assert area.value == pytest.approx(2 / 3)
    assert area.variance is None
    assert area.interval() is None
    assert unpaired_test(area, area).statistic is None
