"""Against R 4.2.2: survival 3.5.3 (concordance) and Hmisc's rcorr.cens through rms 6.5.0; tests/golden/r."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.survival.concordance import Weighting, concordance
from core.survival.follow_up import FollowUp
from tests import r_answers
from tests.core.survival.test_cox import MODELS, fit_of

WEIGHTINGS: list[Weighting] = ["n", "S", "S/G", "n/G2", "I"]


def simulated(model: str) -> tuple[FollowUp, np.ndarray]:
    table = r_answers.cohort()
    lp = fit_of(table, MODELS[model]).linear_predictor(table[MODELS[model]])
    return FollowUp(table["time"].to_numpy(), table["status"].to_numpy()), lp


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_every_weighting(model: str, weighting: Weighting) -> None:
    expected = r_answers.scalars("sim")
    found = concordance(*simulated(model), weighting)
    assert found.value == pytest.approx(expected[f"{model}_C_{weighting}"], rel=1e-10)
    assert found.se**2 == pytest.approx(expected[f"{model}_C_var_{weighting}"], rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_counts_and_truncation(model: str) -> None:
    expected = r_answers.scalars("sim")
    found = concordance(*simulated(model))
    assert found.concordant == expected[f"{model}_C_count_concordant"]
    assert found.discordant == expected[f"{model}_C_count_discordant"]
    assert found.tied_score == expected[f"{model}_C_count_tied.x"]
    assert found.value == pytest.approx(expected[f"{model}_rcorrcens_C Index"], rel=1e-10)
    assert 2 * found.value - 1 == pytest.approx(expected[f"{model}_cph_stat_Dxy"], rel=1e-10)
    truncated = concordance(*simulated(model), "n/G2", ymax=60)
    assert truncated.value == pytest.approx(expected[f"{model}_UnoC_tau60"], rel=1e-10)


@pytest.mark.parametrize("weighting", ["n", "S", "n/G2"])
def test_lung_with_ties_of_deaths_and_censorings(weighting: Weighting) -> None:
    table, expected = r_answers.lung(), r_answers.scalars("lung")
    lp = fit_of(table, r_answers.LUNG).linear_predictor(table[r_answers.LUNG])
    found = concordance(FollowUp(table["time"].to_numpy(), table["status"].to_numpy()), lp, weighting)
    assert found.value == pytest.approx(expected[f"lung_C_{weighting}"], rel=1e-10)
    assert found.se**2 == pytest.approx(expected[f"lung_Cvar_{weighting}"], rel=1e-9)


def by_pairs(follow_up: FollowUp, score: np.ndarray) -> tuple[float, float, float]:
    """Counts over all pairs, as the definition has it."""
    time, event = follow_up.time, follow_up.event
    earlier = (time[:, None] < time) | ((time[:, None] == time) & event[:, None] & ~event)
    comparable = event[:, None] & earlier
    higher, equal = score[:, None] > score, score[:, None] == score
    return (comparable & higher).sum(), (comparable & ~higher & ~equal).sum(), (comparable & equal).sum()


@given(st.integers(0, 2**32 - 1))
def test_counts_are_those_over_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 60))
    follow_up = FollowUp(rng.integers(0, 9, n).astype(float), rng.random(n) < 0.6)
    score = rng.integers(0, 6, n).astype(float)
    expected = by_pairs(follow_up, score)
    if sum(expected) == 0:
        with pytest.raises(InputError, match="at least one pair"):
            concordance(follow_up, score)
        return
    found = concordance(follow_up, score)
    assert (found.concordant, found.discordant, found.tied_score) == expected
    assert found.influence.sum() == pytest.approx(0, abs=1e-9)
    flipped = concordance(follow_up, -score)
    assert flipped.value == pytest.approx(1 - found.value)
    assert flipped.se == pytest.approx(found.se)


def test_a_perfect_and_a_constant_score() -> None:
    follow_up = FollowUp(np.arange(1.0, 9.0), np.ones(8))
    assert concordance(follow_up, -follow_up.time).value == 1
    assert concordance(follow_up, np.zeros(8)).value == 0.5


@pytest.mark.parametrize("score", [[1.0, 2.0], [1.0, np.nan, 2.0]])
def test_bad_scores_are_refused(score: list[float]) -> None:
    with pytest.raises(InputError, match="score: expected 3 finite numbers"):
        concordance(FollowUp(np.array([1.0, 2, 3]), np.ones(3)), score)
