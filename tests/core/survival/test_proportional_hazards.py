"""Against R 4.2.2, survival 3.5.3 (cox.zph, transform km); tests/golden/r/03_golden.R and 04_realdata.R."""

from __future__ import annotations

import numpy as np
import pytest

from core.survival.cox import fit_cox
from core.survival.follow_up import FollowUp
from core.survival.proportional_hazards import proportional_hazards_test, schoenfeld_residuals
from tests import r_answers
from tests.core.survival.test_cox import fit_of


@pytest.mark.parametrize("file", ["coxzph_km_post.csv", "coxzph_km_pre.csv", "coxzph_lung.csv"])
def test_score_test(file: str) -> None:
    names = {"post": r_answers.POST, "pre": r_answers.PRE}.get(file[10:-4], r_answers.LUNG)
    table = r_answers.lung() if "lung" in file else r_answers.cohort()
    found = proportional_hazards_test(fit_of(table, names))
    expected = r_answers.read(file).set_index("term")
    for name in names:
        assert found.terms[name].chi_square == pytest.approx(expected.loc[name, "chisq"], rel=1e-8)
        assert found.terms[name].p == pytest.approx(expected.loc[name, "p"], rel=1e-8)
    assert found.overall.df == expected.loc["GLOBAL", "df"]
    assert found.overall.chi_square == pytest.approx(expected.loc["GLOBAL", "chisq"], rel=1e-8)
    assert found.overall.p == pytest.approx(expected.loc["GLOBAL", "p"], rel=1e-8)


def test_one_term_of_all_covariates_is_the_global_test() -> None:
    fit = fit_of(r_answers.cohort(), r_answers.PRE)
    found = proportional_hazards_test(fit, {"both": [0, 1]})
    assert found.terms["both"] == found.overall


def test_schoenfeld_residuals_add_up_to_the_score() -> None:
    times, residuals = schoenfeld_residuals(fit_of(r_answers.lung(), r_answers.LUNG))
    assert residuals.shape == (len(times), 4)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-7)


def test_a_crossing_effect_is_found() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat([0.0, 1.0], 1500)
    death = np.where(group == 1, rng.weibull(0.6, 3000), rng.weibull(2.0, 3000))
    follow_up = FollowUp(np.minimum(death, 3.0), death < 3.0)
    fit = fit_cox(follow_up, np.stack([group, rng.normal(size=3000)], axis=1), ["group", "noise"])
    found = proportional_hazards_test(fit)
    assert found.terms["group"].p < 1e-10
    assert found.terms["noise"].p > 1e-3
