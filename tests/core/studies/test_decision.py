"""Decision curves of nomograms and staging systems on simulated patients."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies.decision import DECIDED, THRESHOLDS, net_benefit
from core.studies.published_figures import HORIZONS_MONTHS
from core.studies.staged_patients import simulate_staged
from core.survival.kaplan_meier import kaplan_meier
from tests.core.studies.paper import nomograms

STAGED = simulate_staged(1500, 5)
FOUND = net_benefit(STAGED, nomograms())["net_benefit"]


def _row(name: str, horizon: int) -> np.ndarray:
    return FOUND[DECIDED.index(name), horizon]


def _by_hand(acted: np.ndarray, months: float, threshold: float) -> float:
    """Vickers' formula, from the survival of those acted on."""
    share = acted.mean()
    alive = float(kaplan_meier(STAGED.patients.follow_up.of(acted)).at([months]).survival[0])
    return share * (1 - alive) - share * alive * threshold / (1 - threshold)


def test_shape() -> None:
    assert FOUND.shape == (len(DECIDED), len(HORIZONS_MONTHS), len(THRESHOLDS))
    assert THRESHOLDS[[0, -1]].tolist() == [0.05, 0.95]


@pytest.mark.parametrize("horizon", range(3))
def test_acting_on_everybody_is_the_formula(horizon: int) -> None:
    everybody = np.ones(len(STAGED), dtype=bool)
    expected = [_by_hand(everybody, HORIZONS_MONTHS[horizon], p) for p in THRESHOLDS.tolist()]
    assert _row("all", horizon) == pytest.approx(expected)


@pytest.mark.parametrize("model", ["pre", "post"])
def test_a_nomogram_acts_on_those_whose_own_risk_reaches_the_threshold(model: str) -> None:
    nomogram = nomograms()[model]
    risk = 1 - nomogram.survival(36.0, STAGED.patients.linear_predictor(nomogram))
    place = int(np.argmin(np.abs(THRESHOLDS - 0.6)))
    assert _row(model, 1)[place] == pytest.approx(_by_hand(risk >= THRESHOLDS[place], 36.0, float(THRESHOLDS[place])))


@pytest.mark.parametrize("system", ["ajcc8", "bclc", "clip", "hklc"])
def test_a_staging_system_is_never_worse_than_nobody_as_its_risks_are_those_of_these_patients(system: str) -> None:
    known = FOUND[DECIDED.index(system)]
    assert np.nanmin(known) >= -1e-12
    assert known[:, 0] == pytest.approx(FOUND[DECIDED.index("all"), :, 0])
