"""Speed of the survival statistics against lifelines, in one process: prints seconds and ratios.

python benchmarks/bench_survival.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.utils import concordance_index

from core.models import load_models
from core.survival.bands import survival_band
from core.survival.concordance import concordance
from core.survival.cox import fit_cox
from core.survival.cox_curves import cox_curves
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import kaplan_meier

NAMES = ("pvtt", "response", "haic_sessions", "mtm", "dlr")
BETA = np.log([1.38, 0.54, 0.74, 2.44, 0.10])
HORIZONS = np.array([12.0, 36.0, 60.0])
REPEATS = 5


def cohort(n: int, seed: int = 0) -> tuple[FollowUp, np.ndarray]:
    """Patients with the inputs of the post-HAIC nomogram and survival that follows them."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [rng.integers(0, 2, n), rng.integers(0, 2, n), rng.integers(1, 5, n), rng.random(n), rng.random(n)]
    ).astype(float)
    death = 80 * rng.exponential(size=n) / np.exp(x @ BETA + 2.4)
    lost = rng.exponential(60, n)
    return FollowUp(np.round(np.minimum(death, lost), 2), death <= lost), x


def seconds(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median of several runs after one to warm up."""
    work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def row(what: str, ours: float, theirs: float | None = None, baseline: str = "") -> None:
    """One line of the table."""
    ratio = "" if theirs is None else f"{theirs:9.2f} s {theirs / ours:8.1f} x   ({baseline})"
    print(f"{what:66s} {ours:8.3f} s {ratio}")


def predictions() -> None:
    """A million patients at three horizons, with bands."""
    _, x = cohort(1_000_000)
    post = load_models().post
    row(
        "1,000,000 patients, 3 horizons, bands: published nomogram",
        seconds(lambda: survival_band(post, x[:, None], HORIZONS)),
    )
    follow_up, small = cohort(2_000, 1)
    curves = cox_curves(fit_cox(follow_up, small, NAMES))
    ours = seconds(lambda: curves.band(x, HORIZONS))
    table = pd.DataFrame(small, columns=NAMES).assign(time=follow_up.time, event=follow_up.event)
    fitter = CoxPHFitter().fit(table, "time", "event")
    patients = pd.DataFrame(x, columns=NAMES)
    theirs = seconds(lambda: fitter.predict_survival_function(patients, times=HORIZONS), 1)
    row("1,000,000 patients, 3 horizons, bands: fitted Cox model", ours, theirs, "lifelines, without bands")


def statistics() -> None:
    """One statistic each on 100,000 patients."""
    follow_up, x = cohort(100_000)
    score = x @ BETA
    theirs = seconds(lambda: concordance_index(follow_up.time, -score, follow_up.event), 1)
    row(
        "C-index with standard error, 100,000 patients",
        seconds(lambda: concordance(follow_up, score)),
        theirs,
        "lifelines, without standard error",
    )
    table = pd.DataFrame(x, columns=NAMES).assign(time=follow_up.time, event=follow_up.event)
    theirs = seconds(lambda: CoxPHFitter().fit(table, "time", "event"), 1)
    row(
        "Cox fit, 5 covariates, Efron ties, 100,000 patients",
        seconds(lambda: fit_cox(follow_up, x, NAMES)),
        theirs,
        "lifelines",
    )
    theirs = seconds(lambda: KaplanMeierFitter().fit(follow_up.time, follow_up.event), 1)
    row(
        "Kaplan-Meier with standard errors, 100,000 patients",
        seconds(lambda: kaplan_meier(follow_up)),
        theirs,
        "lifelines",
    )


def main() -> None:
    """Print the table."""
    print(f"{'':66s} {'ours':>10s} {'baseline':>11s} {'ratio':>10s}")
    predictions()
    statistics()


if __name__ == "__main__":
    main()
