"""Figure 2C-H: survival observed against survival predicted by each nomogram at 1, 3 and 5 years.

Patients are cut into fifths of predicted survival, observed is Kaplan-Meier's estimate in each (as rms::calibrate for a
Cox model). The paper corrects its curves by the bootstrap, for the patients are those that the model was fitted to; here
the nomogram is given and the patients are new, so that nothing is left to correct, and the range over cohorts shows
what sampling alone does. Survival is simulated from the postoperative nomogram: its own calibration is good by
construction, and only that of the preoperative one can say anything.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.studies.published_figures import HORIZONS_MONTHS, MODELS
from core.studies.ranges import Measures
from core.studies.simulated_cohorts import Patients
from core.survival.calibration import calibration_slope
from core.survival.grouped_calibration import grouped_calibration
from core.survival.model import Nomogram

FIFTHS = 5


def calibration(patients: Patients, nomograms: Mapping[str, Nomogram]) -> Measures:
    """Of one cohort, m models, h horizons, five groups with the lowest predicted survival first.

    Returns:
        predicted, observed: mean predicted and Kaplan-Meier survival, (m, h, 5); not a number in groups that the cohort
        does not have or follow long enough. gap: largest of their differences, (m, h). slope: Cox coefficient of the
        linear predictor, (m,).
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
    gaps = np.nan_to_num(np.abs(observed - predicted), nan=0.0)
    return {"predicted": predicted, "observed": observed, "gap": gaps.max(axis=-1), "slope": slope}
