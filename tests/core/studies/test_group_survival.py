"""Survival of the risk groups, against survfit and survdiff of R 4.2.2 (survival 3.5.3) and the printed figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from core.studies.group_survival import CUTS, GROUPS, HORIZON_PLACES, cut, follow_up_measures, group_survival
from core.studies.published_figures import GROUP_SURVIVAL, MODELS
from core.studies.simulated_cohorts import simulate_patients
from tests import r_answers
from tests.core.studies.paper import nomograms, r_cohort

OF_R = group_survival(r_cohort(), nomograms())
LARGE = group_survival(simulate_patients(1_000_000, np.random.default_rng(2)), nomograms())
R_NAMES = {"effective": "eff", "published": "lit"}
# of a million patients, in points: about two standard errors of the smallest group
NOISE = 0.25


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", CUTS)
def test_curves_at_the_horizons_are_those_of_r(model: str, name: str) -> None:
    table = r_answers.read(f"km_{model}_{R_NAMES[name]}_log.csv")
    curve = OF_R["curve"][MODELS.index(model), CUTS.index(name)]
    for place, group in enumerate(("g=0", "g=1")):
        rows = table[table["group"] == group].set_index("time")["surv"]
        expected = [rows.get(months, rows.iloc[-1]) for months in (12, 36, 60)]
        np.testing.assert_allclose(curve[place, HORIZON_PLACES], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", CUTS)
def test_log_rank_and_numbers_are_those_of_r(model: str, name: str) -> None:
    table = r_answers.read(f"logrank_{model}_{R_NAMES[name]}.csv")
    place = MODELS.index(model), CUTS.index(name)
    low = table.iloc[0]
    expected = chi2.sf((low["obs"] - low["exp"]) ** 2 / low["var"], 1)
    assert OF_R["log_rank_p"][place] == pytest.approx(expected, rel=1e-6)
    assert OF_R["share_high"][place] == pytest.approx(table["n"].iloc[1] / 489, rel=1e-12)
    np.testing.assert_allclose(OF_R["at_risk"][place][:, 0] * 489, table["n"], rtol=1e-12)


def _residuals(name: str) -> np.ndarray:
    """Points of survival reproduced above the printed, (models, groups, horizons)."""
    printed = [[[figure.value for figure in GROUP_SURVIVAL[m, g]] for g in GROUPS] for m in MODELS]
    return np.asarray(100 * (LARGE["curve"][:, CUTS.index(name)][..., HORIZON_PLACES] - np.array(printed)))


def test_residuals_at_the_effective_cuts_are_as_stated() -> None:
    residuals = np.abs(_residuals("effective"))
    assert residuals.max() < 6.2 + NOISE
    assert residuals[..., :2].max() < 3.9 + NOISE
    assert residuals.max() > 5.5  # the gap is there and is shown


def test_the_literal_postoperative_cut_is_far_off() -> None:
    curve = 100 * LARGE["curve"][1, CUTS.index("published")][:, HORIZON_PLACES]
    np.testing.assert_allclose(curve, [[86, 51, 29], [20, 0, 0]], atol=0.75)


def test_cuts_are_those_of_the_nomogram() -> None:
    found = {(model, name): cut(nomograms()[model], name) for model in MODELS for name in CUTS}
    assert found == {
        ("pre", "effective"): -1.15,
        ("pre", "published"): -1.40,
        ("post", "effective"): -1.25,
        ("post", "published"): -0.26,
    }


def test_follow_up_is_about_that_of_table_2() -> None:
    measures = follow_up_measures(simulate_patients(100_000, np.random.default_rng(3)))
    assert measures["died"][0] == pytest.approx(299 / 489, abs=0.01)
    assert measures["median_alive"][0] == pytest.approx(22.5, abs=1.5)
    assert measures["median_dead"][0] == pytest.approx(23.7, abs=1.5)


def test_a_group_of_nobody_has_no_curve_and_no_test() -> None:
    best = r_cohort().of(np.flatnonzero(r_cohort().linear_predictor(nomograms()["post"]) < -3.0))
    measures = group_survival(best, nomograms())
    assert np.isnan(measures["curve"][1, 0, 1]).all()
    assert np.isnan(measures["log_rank_p"][1, 0])
    assert measures["share_high"][1, 0] == 0
    assert not np.isnan(measures["curve"][1, 0, 0]).any()


def test_nobody_dead_or_nobody_alive_has_no_median() -> None:
    dead = r_cohort().of(r_cohort().follow_up.event)
    measures = follow_up_measures(dead)
    assert measures["died"][0] == 1
    assert np.isnan(measures["median_alive"][0])
