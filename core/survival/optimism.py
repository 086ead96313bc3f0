"""How much a measure flatters a model on the very patients it was fitted to: Harrell's bootstrap.

The model is fitted again to each bootstrap sample; what its measure there exceeds that on the original patients, on
average, is the optimism, which is taken off the apparent measure (Efron and Gong, Am Stat 1983;37:36-48; Harrell, Lee
and Mark, Stat Med 1996;15:361-387; rms::validate and rms::calibrate of R).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.follow_up import FollowUp
from core.survival.step_function import FloatArray

Model = TypeVar("Model")

Fit = Callable[[FollowUp, FloatArray], Model]
Metric = Callable[[Model, FollowUp, FloatArray], npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class Corrected:
    """A measure of any shape, and what is left of it on new patients.

    Attributes:
        apparent: on the patients the model was fitted to.
        optimism: its mean excess over resamples.
        value: apparent - optimism.
        resamples: those that count.
        failed: those left out, because model or measure could not be had there (InputError).
    """

    apparent: FloatArray
    optimism: FloatArray
    value: FloatArray
    resamples: int
    failed: int


def bootstrap_optimism(
    follow_up: FollowUp,
    x: npt.ArrayLike,
    fit: Fit[Model],
    metric: Metric[Model],
    resamples: int = 200,
    seed: int = 0,
) -> Corrected:
    """Correct `metric` of the model that `fit` gives; the same seed gives the same answer.

    Args:
        follow_up: of n patients.
        x: their covariates, (n, ...).
        fit: all steps of modelling, from follow-up and covariates to a model.
        metric: from a model and the patients to judge it on to an array, always of one shape.
        resamples: bootstrap samples of n patients.
        seed: of the random numbers.

    Raises:
        InputError: for no resample, as `fit` and `metric` on the original patients, or if they fail in more than half
            of the resamples.
    """
    if resamples < 1:
        raise InputError(f"resamples: expected at least 1, got {resamples}")
    covariates = np.asarray(x, dtype=np.float64)
    apparent = np.asarray(metric(fit(follow_up, covariates), follow_up, covariates), dtype=np.float64)
    random = np.random.default_rng(seed)
    total, failed = np.zeros_like(apparent), 0
    for _ in range(resamples):
        drawn = random.integers(len(follow_up), size=len(follow_up))
        sample, of_sample = follow_up.of(drawn), covariates[drawn]
        try:
            model = fit(sample, of_sample)
            excess = np.subtract(metric(model, sample, of_sample), metric(model, follow_up, covariates))
        except InputError:
            failed += 1
            continue
        total = total + excess
    if 2 * failed > resamples:
        raise InputError(
            f"bootstrap: expected a model in at least half of {resamples} resamples, got {failed} failures"
        )
    optimism = np.asarray(total / (resamples - failed))
    return Corrected(apparent, optimism, apparent - optimism, resamples - failed, failed)
