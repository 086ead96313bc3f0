"""Figure 2C-H: survival observed against predicted at 1, 3 and 5 years, and the two nomograms fitted anew.

Patients are cut into fifths of predicted survival, observed is Kaplan-Meier's estimate in each (as rms::calibrate for a
Cox model). The paper corrects its curves by the bootstrap, as the patients are those that the model was fitted to; here
the nomogram is given and the patients are new, so that nothing is left to correct, and the range over cohorts shows
what sampling alone does. Survival is simulated from the postoperative nomogram: its own calibration is good by
construction, and only that of the preoperative one can say anything.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.errors import InputError
from core.studies.published_figures import HAZARD_RATIO, HORIZONS_MONTHS, MODELS
from core.studies.ranges import Measures
from core.studies.simulated_cohorts import Patients
from core.survival.calibration import calibration_slope
from core.survival.cox import fit_cox
from core.survival.grouped_calibration import grouped_calibration
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

FIFTHS = 5


def calibration(patients: Patients, nomograms: Mapping[str, Nomogram]) -> Measures:
    """Of one cohort, m models, h horizons, five groups with the lowest predicted survival first.

    Returns:
        predicted, observed: mean predicted and Kaplan-Meier survival, (m, h, 5); not a number in groups that the cohort
        does not have or follow long enough. excess: observed less predicted, (m, h, 5). slope: Cox coefficient of the
        linear predictor, (m,). refitted_log_hr: Cox coefficients of the terms, in the order of HAZARD_RATIO, (terms,).
    """
    predicted, observed = (np.full((len(MODELS), len(HORIZONS_MONTHS), FIFTHS), np.nan) for _ in range(2))
    slope = np.zeros(len(MODELS))
    for i, model in enumerate(MODELS):
        lp = patients.linear_predictor(nomograms[model])
        slope[i] = calibration_slope(patients.follow_up, lp).value
        for j, months in enumerate(HORIZONS_MONTHS):
            found = grouped_calibration(patients.follow_up, nomograms[model].survival(months, lp), months, FIFTHS)
            groups = len(found.predicted)
            predicted[i, j, :groups], observed[i, j, :groups] = found.predicted, found.observed
    refitted = np.concatenate([_refitted(patients, nomograms[model]) for model in MODELS])
    return {
        "predicted": predicted,
        "observed": observed,
        "excess": observed - predicted,
        "slope": slope,
        "refitted_log_hr": refitted,
    }


def _refitted(patients: Patients, nomogram: Nomogram) -> FloatArray:
    """Coefficients of its terms in the order of HAZARD_RATIO; not a number where a small cohort has no finite ones."""
    terms = [term for model, term in HAZARD_RATIO if model == nomogram.model]
    x = patients.inputs(nomogram)[:, [nomogram.names.index(term) for term in terms]]
    try:
        return fit_cox(patients.follow_up, x, terms).beta
    except InputError:
        return np.full(len(terms), np.nan)
