"""Decision curves of the two nomograms and of the staging systems: what is it worth to act on their risks?

The paper has none. Risks of a nomogram are its own; a staging system has no risk of its own and is given that of
Kaplan-Meier within each stage of the very patients it is judged on, which flatters it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.studies.published_figures import HORIZONS_MONTHS, MODELS
from core.studies.ranges import Measures
from core.studies.staged_patients import SYSTEMS, StagedPatients
from core.studies.validation import stage_risks
from core.survival.decision_curve import ALL, decision_curve
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.05), 2)
"""Risks of dying by the horizon at which one would act."""
DECIDED = (*MODELS, *SYSTEMS, ALL)
"""Whose net benefit is computed: the nomograms, the staging systems, and to act on everybody."""


def net_benefit(staged: StagedPatients, nomograms: Mapping[str, Nomogram]) -> Measures:
    """Of one cohort.

    Returns:
        net_benefit: true positives per patient, by DECIDED, horizon and THRESHOLDS, (models, h, thresholds); not a
        number where the follow-up of those to be treated ends before the horizon.
    """
    follow_up, horizons = staged.patients.follow_up, np.array(HORIZONS_MONTHS)
    risks: dict[str, FloatArray] = {}
    for model in MODELS:
        lp = staged.patients.linear_predictor(nomograms[model])
        risks[model] = 1 - np.asarray(nomograms[model].survival(horizons, lp[:, None]))
    risks |= {name: stage_risks(follow_up, staged.stages[name], horizons) for name in SYSTEMS}
    curves = [
        decision_curve(follow_up, {name: risk[:, place] for name, risk in risks.items()}, months, THRESHOLDS)
        for place, months in enumerate(HORIZONS_MONTHS)
    ]
    return {"net_benefit": np.array([[curve.net_benefit[name] for curve in curves] for name in DECIDED])}
