"""What it costs that response and sessions are known only later: the postoperative nomogram from landmarks.

Counted from the first HAIC, the number of sessions in the end received is partly a result of survival: who dies early
has few (immortal time). A landmark analysis takes those alive and followed at the landmark, with the sessions received
until then, and counts from there (Anderson et al., J Clin Oncol 1983;1:710-719). Response is taken as known at every
landmark; the paper assesses it first after 4-6 weeks.

Everything is done on simulated patients whose hazard ratio per planned session is the published one, so that the bias
of what is fitted to received sessions is known. In real patients, the paper's included, it is not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.simulate.latents import MONTHS_BETWEEN_SESSIONS
from core.studies.published_figures import HORIZONS_MONTHS
from core.studies.ranges import Measures
from core.studies.simulated_cohorts import Patients
from core.survival.auc import time_dependent_auc
from core.survival.concordance import concordance
from core.survival.cox import fit_cox
from core.survival.follow_up import FollowUp, IntArray
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

LANDMARKS_MONTHS = (1.5, 3.0, 6.0)
STARTS = (
    "first HAIC, sessions planned",
    "first HAIC, sessions received",
    *(f"landmark at {months:g} months" for months in LANDMARKS_MONTHS),
)
"""What is compared: two ways of counting sessions from the first HAIC, and the landmarks."""


def landmark_analysis(patients: Patients, nomograms: Mapping[str, Nomogram]) -> Measures:
    """Of one cohort, s ways of counting (STARTS).

    Returns:
        share: of the patients who are alive and followed at the start, (s,). concordance: of the postoperative nomogram
        and of the preoperative one, (s, 2). auc: of the postoperative nomogram at 12, 36 and 60 months after the first
        HAIC, (s, 3). log_hr: fitted log hazard ratio per session in the model of all five terms, (s,). lost: the
        postoperative concordance with planned less that with received sessions from the first HAIC, (1,).
    """
    whole = (0.0, patients)
    from_landmarks = [(months, patients.of(patients.follow_up.time > months)) for months in LANDMARKS_MONTHS]
    counted = [patients.planned, patients.received] + [_received_by(alive, months) for months, alive in from_landmarks]
    rows = [
        _from_start(alive, months, sessions, nomograms)
        for (months, alive), sessions in zip([whole, whole, *from_landmarks], counted, strict=True)
    ]
    measures = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    share = np.array([1.0, 1.0] + [len(alive) / len(patients) for _, alive in from_landmarks])
    index = measures["concordance"][:, 0]
    return measures | {"share": share, "lost": np.array([index[0] - index[1]])}


def _received_by(patients: Patients, months: float) -> IntArray:
    """Sessions received by that time, of patients followed past it."""
    possible = int(months // MONTHS_BETWEEN_SESSIONS) + 1
    return np.minimum(patients.received, possible)


def _from_start(
    patients: Patients, months: float, sessions: IntArray, nomograms: Mapping[str, Nomogram]
) -> dict[str, FloatArray]:
    """Figures of patients who are all alive at `months`, counted from then."""
    follow_up = FollowUp(patients.follow_up.time - months, patients.follow_up.event)
    post, pre = nomograms["post"], nomograms["pre"]
    x = patients.inputs(post, sessions)
    score = post.linear_predictor(x)
    index = [concordance(follow_up, lp).value for lp in (score, patients.linear_predictor(pre))]
    fit = fit_cox(follow_up, x, post.names)
    return {
        "concordance": np.array(index),
        "auc": _auc(follow_up, score, np.array(HORIZONS_MONTHS) - months),
        "log_hr": np.asarray(fit.beta[post.names.index("haic_sessions")]),
    }


def _auc(follow_up: FollowUp, score: FloatArray, horizons: FloatArray) -> FloatArray:
    """Not a number at a horizon without a death before it or a patient past it."""
    time, dead = follow_up.time, follow_up.event
    usable = np.array([(time > h).any() and (dead & (time <= h)).any() for h in horizons])
    auc = np.full(horizons.shape, np.nan)
    if usable.any():
        auc[usable] = time_dependent_auc(follow_up, {"post": score}, horizons[usable]).estimates.value[0]
    return auc
