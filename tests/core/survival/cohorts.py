"""Small cohorts, many of their times and scores tied, and the predictions of R's Cox models, for the tests beside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from core.survival.follow_up import FollowUp
from core.survival.step_function import FloatArray
from tests import r_answers

HORIZONS = [12.0, 36.0, 60.0]
LUNG_HORIZONS = [180.0, 365.0, 730.0]


@st.composite
def tied_cohorts(draw: st.DrawFn, least: int = 2) -> tuple[FollowUp, FloatArray]:
    """Follow-up at whole times 1 to 8, and a score of 0 to 5 for each patient."""
    n = draw(st.integers(least, 40))
    rows = st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 5))
    time, event, score = zip(*draw(st.lists(rows, min_size=n, max_size=n)), strict=True)
    return FollowUp(np.array(time, float), np.array(event)), np.array(score, float)


def simulated(n: int, seed: int = 1) -> tuple[FollowUp, FloatArray]:
    """n patients without ties whose hazard is exp(x) / 10, about a third censored, and x."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    death, loss = random.exponential(10 * np.exp(-x)), random.exponential(20, n)
    return FollowUp(np.minimum(death, loss), death <= loss), x


def cohort() -> FollowUp:
    """The 489 simulated patients of the golden files."""
    table = r_answers.cohort()
    return FollowUp(table["time"].to_numpy(), table["status"].to_numpy())


def lung() -> FollowUp:
    """survival::lung."""
    table = r_answers.lung()
    return FollowUp(table["time"].to_numpy(), table["status"].to_numpy())


def linear_predictor(model: str) -> FloatArray:
    """Of the Cox model `post` or `pre` that R fitted to `cohort`, or `lung`, with R's coefficients."""
    if model == "lung":
        return r_answers.lung()[r_answers.LUNG].to_numpy() @ r_answers.read("cox_lung_efron.csv")["coef"].to_numpy()
    inputs = r_answers.cohort()[{"post": r_answers.POST, "pre": r_answers.PRE}[model]].to_numpy()
    return np.asarray(inputs @ r_answers.read(f"cox_{model}.csv")["coef_efron"].to_numpy())


def survival_curves(model: str) -> Callable[[FloatArray], FloatArray]:
    """From times (k,) to S(t|x), (n, k), by R's coefficients and baseline."""
    name, column = ("lung_efron", "hazard") if model == "lung" else (model, "H0_uncentred")
    baseline, excess = r_answers.read(f"basehaz_{name}.csv"), np.exp(linear_predictor(model))
    steps = np.append(0.0, baseline[column])
    return lambda times: np.exp(-excess[:, None] * steps[np.searchsorted(baseline["time"], times, side="right")])


def predicted_survival(model: str) -> FloatArray:
    """R's own S(t|x) at 12, 36 and 60 months of `post` or `pre`, (489, 3)."""
    table = r_answers.read("pred_surv_all.csv")
    return np.asarray(table[[f"S{model}{horizon:.0f}" for horizon in HORIZONS]].to_numpy())
