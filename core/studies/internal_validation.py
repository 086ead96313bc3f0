"""What will be left of a model's apparent figures on new patients, by refitting it to bootstrap samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.survival.brier import brier
from core.survival.calibration import CorrectedCalibration, calibration_slope, corrected_calibration
from core.survival.concordance import concordance
from core.survival.cox import CoxFit, fit_cox
from core.survival.cox_curves import CoxCurves, cox_curves
from core.survival.follow_up import FollowUp
from core.survival.optimism import Corrected, bootstrap_optimism
from core.survival.risk_sets import Ties
from core.survival.step_function import FloatArray

# With so many patients optimism is far below the standard errors, and refitting would take hours.
MOST_PATIENTS = 20_000


@dataclass(frozen=True, eq=False)
class InternalValidation:
    """Corrected figures.

    Attributes:
        figures: concordance, slope and Brier score at each horizon, (2 + h,) in this order.
        calibration: smooth curves, by horizon; None where none could be had.
    """

    figures: Corrected
    calibration: tuple[CorrectedCalibration, ...]

    @property
    def concordance(self) -> float:
        """Harrell's, corrected."""
        return float(self.figures.value[0])

    @property
    def slope(self) -> float:
        """The calibration slope to be expected on new patients: what coefficients should be shrunk by."""
        return float(self.figures.value[1])

    @property
    def brier(self) -> FloatArray:
        """By horizon, corrected, (h,)."""
        return self.figures.value[2:]


def validate_internally(
    follow_up: FollowUp, x: FloatArray, ties: Ties, horizons: Sequence[float], resamples: int, seed: int
) -> InternalValidation | None:
    """Correct for optimism; None for over 20,000 patients or no resamples.

    Args:
        follow_up: of n patients.
        x: covariates, (n, p).
        ties, horizons: of the model.
        resamples: bootstrap samples.
        seed: of the random numbers.
    """
    if len(follow_up) > MOST_PATIENTS or resamples == 0:
        return None
    names = [f"covariate {position + 1}" for position in range(x.shape[1])]
    times = np.asarray(horizons, dtype=np.float64)

    def fit(patients: FollowUp, covariates: FloatArray) -> tuple[CoxFit, CoxCurves]:
        model = fit_cox(patients, covariates, names, ties)
        return model, cox_curves(model)

    def figures(model: tuple[CoxFit, CoxCurves], patients: FollowUp, covariates: FloatArray) -> FloatArray:
        lp = model[0].linear_predictor(covariates)
        score = brier(patients, {"model": 1 - model[1].survival(covariates, times)}, times).estimates.value[1]
        return np.array([concordance(patients, lp).value, calibration_slope(patients, lp).value, *score])

    def risk_at(horizon: float) -> CorrectedCalibration:
        return corrected_calibration(
            follow_up,
            x,
            lambda patients, covariates: _risks(fit(patients, covariates)[1], horizon),
            horizon,
            resamples,
            seed,
        )

    return InternalValidation(
        bootstrap_optimism(follow_up, x, fit, figures, resamples, seed), tuple(risk_at(t) for t in times.tolist())
    )


def _risks(curves: CoxCurves, horizon: float):  # type: ignore[no-untyped-def]
    return lambda covariates: 1 - curves.survival(covariates, horizon)[..., 0]
