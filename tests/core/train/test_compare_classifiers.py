from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.train.compare_classifiers import CLASSIFIERS, XGBOOST, as_markdown, compare_classifiers
from core.train.discrimination import auc, auc_difference
from core.train.fit_radiomics import RadiomicsTraining, fit_radiomics
from tests.core.train.test_fit_radiomics import N, cohort


@pytest.fixture(scope="module")
def comparison():
    table, mtm = cohort(signal=1.0)
    return compare_classifiers(table, mtm, folds=3)


def test_four_classifiers_score_every_patient(comparison):
    assert [line.classifier for line in comparison.figures] == list(CLASSIFIERS)
    assert len(CLASSIFIERS) == 4
    assert comparison.out_of_fold.shape == (N, 4)
    assert np.isfinite(comparison.out_of_fold.to_numpy()).all()
    assert all(line.n == N and line.positives == N // 2 and 0.7 < line.auc < 1 for line in comparison.figures)


def test_intervals_and_differences_are_delongs(comparison):
    _, mtm = cohort(signal=1.0)
    first, *others = comparison.figures
    assert (first.classifier, first.difference, first.p) == (XGBOOST, None, None)
    for line in comparison.figures:
        expected = auc(mtm, comparison.out_of_fold[line.classifier])
        assert (line.auc, line.low, line.high) == pytest.approx((expected.value, expected.low, expected.high))
    for line in others:
        apart = auc_difference(mtm, comparison.out_of_fold[XGBOOST], comparison.out_of_fold[line.classifier])
        found = (line.difference, line.difference_low, line.difference_high)
        assert found == pytest.approx((apart.value, apart.low, apart.high))
        assert (line.p < 0.05) == (apart.low > 0 or apart.high < 0)


def test_folds_and_features_are_those_of_the_model(comparison):
    """XGBoost's scores are the log odds behind `fit_radiomics`: the same order of patients, calibrated or not."""
    table, mtm = cohort(signal=1.0)
    fitted = fit_radiomics(table, mtm, training=RadiomicsTraining(folds=3))
    order = np.argsort(fitted.out_of_fold.to_numpy(), kind="stable")
    assert (np.diff(comparison.out_of_fold[XGBOOST].to_numpy()[order]) >= -1e-9).all()


@pytest.mark.slow
def test_no_classifier_learns_labels_that_mean_nothing():
    values = [line.auc for seed in range(2) for line in compare_classifiers(*cohort(seed, 0.0), folds=3).figures]
    assert 0.35 < np.mean(values) < 0.62


def test_the_table_says_what_the_figures_say(comparison):
    lines = as_markdown(comparison.figures).splitlines()
    assert len(lines) == 6
    assert lines[2].startswith("| XGBoost | 0.")
    assert all(line.count("|") == 5 for line in lines)
    assert comparison.rows()[1]["p"] == comparison.figures[1].p


def test_patients_without_a_label_are_left_out_and_nobody_is_refused():
    table, mtm = cohort(signal=1.0, n=40)
    mtm.iloc[:9] = np.nan
    assert compare_classifiers(table, mtm, folds=2).figures[0].n == 31
    with pytest.raises(InputError, match="with known MTM, got none"):
        compare_classifiers(table, mtm * np.nan)
