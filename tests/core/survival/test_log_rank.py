"""Against R 4.2.2, survival 3.5.3 (survdiff); scripts tests/golden/r/03_golden.R and 04_realdata.R."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.log_rank import log_rank
from tests import r_answers
from tests.core.survival.test_cox import fit_of
from tests.core.survival.test_kaplan_meier import CUTS, all_patients, group_of


@pytest.mark.parametrize("tag", CUTS)
def test_risk_groups(tag: str) -> None:
    group, scalars = group_of(tag), r_answers.scalars("sim")
    expected = r_answers.read(f"logrank_{tag}.csv")
    found = log_rank(all_patients(), group)
    np.testing.assert_array_equal(found.n, expected["n"])
    np.testing.assert_allclose(found.observed, expected["obs"])
    np.testing.assert_allclose(found.expected, expected["exp"], rtol=1e-10)
    np.testing.assert_allclose(np.diag(found.variance), expected["var"], rtol=1e-9)
    for rho in (0, 1):
        test = log_rank(all_patients(), group, rho=rho)
        assert test.chi_square == pytest.approx(scalars[f"logrank_{tag}_rho{rho}_chisq"], rel=1e-9)
        assert test.p == pytest.approx(scalars[f"logrank_{tag}_rho{rho}_p"], rel=1e-7)
        assert test.df == 1


def test_four_groups_and_strata() -> None:
    table, scalars = r_answers.cohort(), r_answers.scalars("sim")
    sessions = log_rank(all_patients(), table["sess4"].to_numpy())
    assert sessions.df == 3
    assert sessions.chi_square == pytest.approx(scalars["logrank_sess4_chisq_df3"], rel=1e-9)
    stratified = log_rank(all_patients(), table["OR"].to_numpy(), strata=table["PVTT"].to_numpy())
    assert stratified.chi_square == pytest.approx(scalars["logrank_OR_strataPVTT_chisq"], rel=1e-9)


def test_lung_with_tied_deaths() -> None:
    table, scalars = r_answers.lung(), r_answers.scalars("lung")
    lp = fit_of(table, r_answers.LUNG).linear_predictor(table[r_answers.LUNG])
    follow_up = FollowUp(table["time"].to_numpy(), table["status"].to_numpy())
    for rho in (0, 1):
        found = log_rank(follow_up, lp > np.median(lp), rho=rho)
        assert found.chi_square == pytest.approx(scalars[f"lung_logrank_medianlp_rho_{rho}"], rel=1e-9)


def test_weights_by_hand() -> None:
    """Gehan's and Tarone's weights against sums written out."""
    follow_up = FollowUp(np.array([1.0, 2, 3, 4, 5, 6]), np.array([1, 1, 0, 1, 1, 0]))
    group = np.array([0, 1, 0, 0, 1, 1])
    deaths = [(6, 3, 1), (5, 2, 0), (3, 1, 1), (2, 0, 0)]  # at risk, of group 0, death in group 0
    for power in (1.0, 0.5):
        excess = sum(n**power * (dead - ours / n) for n, ours, dead in deaths)
        variance = sum(n ** (2 * power) * ours / n * (1 - ours / n) for n, ours, _ in deaths)
        found = log_rank(follow_up, group, at_risk=power)
        assert found.chi_square == pytest.approx(excess**2 / variance)


def test_late_weights_find_a_late_difference() -> None:
    rng = np.random.default_rng(1)
    death = np.concatenate([rng.exponential(2, 400), rng.exponential(2, 400)])
    group = np.repeat([0, 1], 400)
    death = np.where((group == 1) & (death > 2), 2 + (death - 2) / 3, death)
    follow_up = FollowUp(death, np.ones(800))
    early, late = log_rank(follow_up, group, rho=1), log_rank(follow_up, group, gamma=1)
    assert late.p is not None
    assert early.p is not None
    assert late.p < early.p


@pytest.mark.parametrize("groups", [[1, 1, 1], [1, 2]])
def test_bad_groups_are_refused(groups: list[int]) -> None:
    with pytest.raises(InputError, match="groups"):
        log_rank(FollowUp(np.array([1.0, 2, 3]), np.ones(3)), groups)
