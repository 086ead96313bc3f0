"""What is true of a simulated patient: the subtype with the evidence for it, the joint law of prognosis and treatment.

Sign frequencies: Li et al., Radiology 2023 (262 patients, doi 10.1148/radiol.230255). Joint law of DLR, PVTT, response,
sessions and MTM, survival and censoring: derived from the published nomogram of He et al. 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.case import ClinicalRecord
from core.simulate.fields import Mask
from core.simulate.tumour import Signs, TumourLook

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

SIGN_FREQUENCY: dict[str, tuple[float, float]] = {
    "non_smooth_margin": (0.50, 0.69),
    "capsule": (0.48, 0.38),
    "arterial_rim": (0.25, 0.42),
    "intratumoral_artery": (0.44, 0.70),
    "mosaic": (0.35, 0.39),
    "blood_products": (0.10, 0.14),
    "substantial_necrosis": (0.16, 0.32),
}
"""Share of patients with the sign, without and with MTM."""

AFP_HIGH_FREQUENCY = (0.41, 0.79)
"""Share of patients with AFP >= 400 ng/mL, without and with MTM."""

TEXTURE_EFFECT = 1.70
"""Distance between the means of the texture latent without and with MTM, in its standard deviations.

Chosen so that a reader who knows signs, AFP and texture reaches an AUC of about .93.
"""

# The generative model: DLR is a mixture of two beta distributions, what goes with it is logistic in standardised DLR.
LOW_SHARE, LOW_BETA, HIGH_BETA = (
    0.12067919617376612,
    (0.7102199277773958, 8.173386306794495),
    (8.526738584327287, 0.7789082035472005),
)
DLR_MEAN, DLR_SD = 0.815153730052298, 0.28549989720409374
PVTT_LOGIT = (0.18245350892517073, -0.36894651420860275)
RESPONSE_LOGIT = (-0.19025288360560105, 0.3633694062114459)
MTM_LOGIT = (0.48587575636688735, -0.1896219920449306)
RESECTED_MTM_LOGIT = float(np.log(118 / 41)) - MTM_LOGIT[0]
"""Added to the MTM logit of resected patients, of whom 118 of 159 had the subtype."""
SESSIONS_RHO, RESPONSE_RATE = 0.7287750062965213, 0.4557705009535282
SESSIONS_SHARE = np.array([75, 109, 66, 239 * 0.30, 239 * 0.15, 239 * 0.40, 239 * 0.05, 239 * 0.10]) / 489
"""Of 1, 2, ... 8 sessions; more than 3 is split by assumption."""
CENSOR_SCALE, CENSOR_SHAPE, CENSOR_LAST = 80.53023185354677, 1.0651459494573152, 105.0
POST_BETA = {"pvtt": 1.38, "response": 0.54, "sessions": 0.74, "mtm": 2.44, "dlr": 0.10}
PRE_BETA = {"pvtt": 1.42, "dlr": 0.11}
POST_REFERENCE, POST_HAZARD = -2.36, (0.1278, 0.7314, 1.5938)
"""Reference linear predictor and cumulative hazard at 12, 36 and 60 months."""


@dataclass(frozen=True)
class Latent:
    """One patient before any image is made.

    Attributes:
        patient_id: a pseudonym.
        seed, index: decide the images.
        cohort: "haic" (survival known) or "resection" (MTM known from histology).
        split: "train", "internal" or "external".
        centre: 0, 1 or 2; 0 is that of "train" and "internal".
        clinical: the record, consistent with everything below.
        look: how the tumours look.
        cirrhosis: 0..1. ascites_mm: thickness of the fluid around the liver.
        mtm: the truth. true_mtm_logit: log odds of a reader who knows signs, AFP, texture and DLR.
        dlr: the true score, 0..1, higher is better.
        lp_pre, lp_post: linear predictors of the nomograms with the true values; post is None without treatment.
        time_months, event: follow-up from the first HAIC, None in the resection cohort.
    """

    patient_id: str
    seed: int
    index: int
    cohort: Literal["haic", "resection"]
    split: Literal["train", "internal", "external"]
    centre: int
    clinical: ClinicalRecord
    look: TumourLook
    cirrhosis: float
    ascites_mm: float
    mtm: bool
    true_mtm_logit: float
    dlr: float
    lp_pre: float
    lp_post: float | None
    time_months: float | None
    event: bool | None


@dataclass(frozen=True, eq=False)
class Evidence:
    """The evidence for MTM in n patients.

    Attributes:
        signs: bool (n, 7), in the order of SIGN_FREQUENCY.
        afp_high: bool (n,), AFP >= 400 ng/mL.
        texture: (n,), standard deviations from the middle between the subtypes.
        log_likelihood_ratio: (n,), of all three.
    """

    signs: Mask
    afp_high: Mask
    texture: Numbers
    log_likelihood_ratio: Numbers

    def signs_of(self, row: int) -> Signs:
        """The signs of one patient."""
        return Signs(**dict(zip(SIGN_FREQUENCY, map(bool, self.signs[row]), strict=True)))


def draw_evidence(mtm: Mask, rng: np.random.Generator) -> Evidence:
    """Signs, AFP and texture given the subtype; independent of each other given it."""
    frequency = np.array([*SIGN_FREQUENCY.values(), AFP_HIGH_FREQUENCY])
    chance = np.where(mtm[:, None], frequency[:, 1], frequency[:, 0])
    present = rng.random(chance.shape) < chance
    without, with_mtm = frequency.T
    ratio = np.where(present, np.log(with_mtm / without), np.log((1 - with_mtm) / (1 - without))).sum(axis=1)
    texture = rng.standard_normal(len(mtm)) + TEXTURE_EFFECT * (mtm - 0.5)
    return Evidence(present[:, :-1], present[:, -1], texture, ratio + TEXTURE_EFFECT * texture)


def draw_dlr(count: int, rng: np.random.Generator) -> Numbers:
    """True DLR scores, (count,)."""
    low = rng.random(count) < LOW_SHARE
    return np.asarray(np.where(low, rng.beta(*LOW_BETA, count), rng.beta(*HIGH_BETA, count)))


def dlr_normal_score(dlr: Numbers) -> Numbers:
    """The standard normal variable with the same ranks: higher is better."""
    from scipy.special import betainc, ndtri

    rank = LOW_SHARE * betainc(*LOW_BETA, dlr) + (1 - LOW_SHARE) * betainc(*HIGH_BETA, dlr)
    return np.asarray(ndtri(np.clip(rank, 1e-6, 1 - 1e-6)))


def chance(logit: tuple[float, float], dlr: Numbers, shift: float = 0.0) -> Numbers:
    """Probability of a binary variable whose log odds are linear in the standardised DLR."""
    return np.asarray(1 / (1 + np.exp(-(mtm_prior(logit, dlr) + shift))))


def mtm_prior(logit: tuple[float, float], dlr: Numbers) -> Numbers:
    """Log odds, linear in the standardised DLR."""
    return np.asarray(logit[0] + logit[1] * (dlr - DLR_MEAN) / DLR_SD)


def draw_sessions(response: Mask, rng: np.random.Generator) -> Counts:
    """Planned HAIC sessions, 1..8: responders get more."""
    number = np.arange(1, 9)
    steps = (number - (SESSIONS_SHARE * number).sum()) / 7
    drawn = rng.random(len(response))
    result = np.zeros(len(response), dtype=np.int64)
    for value in (False, True):
        share = np.maximum(SESSIONS_SHARE * (1 + SESSIONS_RHO * (value - RESPONSE_RATE) * steps), 1e-9)
        cumulative = np.cumsum(share / share.sum())
        here = response == value
        result[here] = np.searchsorted(cumulative, drawn[here], side="right") + 1
    return np.minimum(result, 8)


def linear_predictor(pvtt: Mask, response: Mask, sessions: Counts, mtm: Mask, dlr: Numbers) -> Numbers:
    """Of the post-HAIC nomogram, uncentred, (n,)."""
    beta = {name: np.log(ratio) for name, ratio in POST_BETA.items()}
    return np.asarray(
        beta["pvtt"] * pvtt
        + beta["response"] * response
        + beta["sessions"] * np.minimum(sessions, 4)
        + beta["mtm"] * mtm
        + beta["dlr"] * dlr
    )


def survival_time(hazard: Numbers) -> Numbers:
    """Months at which the reference cumulative hazard reaches `hazard`: a power law between 12, 36 and 60 months."""
    h12, h36, h60 = POST_HAZARD
    early, late = np.log(h36 / h12) / np.log(3), np.log(h60 / h36) / np.log(5 / 3)
    return np.asarray(np.where(hazard <= h36, 12 * (hazard / h12) ** (1 / early), 36 * (hazard / h36) ** (1 / late)))


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Treatment and survival of n patients.

    Attributes:
        sessions: received; fewer than planned where follow-up ended first.
        time_months, event: (n,).
    """

    sessions: Counts
    time_months: Numbers
    event: Mask


MONTHS_BETWEEN_SESSIONS = 0.75


def draw_follow_up(lp_planned: Numbers, planned: Counts, rng: np.random.Generator) -> FollowUp:
    """Survival from the linear predictor with the planned sessions; nobody receives a session after his follow-up.

    Sessions are at least three weeks apart, so s of them need (s - 1) * .75 months: the immortal time that the
    published model does not account for.
    """
    count = len(planned)
    death = survival_time(rng.exponential(size=count) / np.exp(lp_planned - POST_REFERENCE))
    censoring = np.minimum(CENSOR_SCALE * rng.weibull(CENSOR_SHAPE, count), CENSOR_LAST)
    time = np.maximum(np.round(np.minimum(death, censoring), 2), 0.03)
    possible = np.floor(time / MONTHS_BETWEEN_SESSIONS).astype(np.int64) + 1
    return FollowUp(np.minimum(planned, possible), time, death <= censoring)
