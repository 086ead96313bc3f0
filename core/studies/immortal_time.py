"""Immortal time on simulated patients in whom a session does nothing: how it comes to look as if it did.

Everybody is planned 1 to 8 sessions by lot. Survival does not depend on it, so that the true hazard ratio per
session is 1. Who dies early has received few, so that the sessions received, counted from the first HAIC, look
protective: a patient with s sessions was immortal until the last of them was given. A landmark analysis takes those
alive at the landmark, counts the sessions received until then and begins the clock there (Anderson et al., J Clin Oncol
1983;1:710-719).

Patients come from the law of `core.simulate.latents`, everyone's hazard being that of three sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import InputError
from core.simulate import latents
from core.simulate.latents import Counts, Numbers
from core.studies.simulated_cohorts import simulate_patients
from core.survival.cox import fit_cox
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import KaplanMeier, kaplan_meier

Counting = Literal["received", "planned", "landmark"]
COUNTINGS: tuple[Counting, ...] = ("received", "landmark", "planned")
END_MONTHS = 60.0
HORIZON_MONTHS = 36.0
MANY = 4
"""Sessions from which a patient is counted among those with many, the paper's "more than 3"."""
MOST = 8
SAME_FOR_ALL = 3
WEEKS_PER_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True, eq=False)
class Group:
    """Patients with few or with many sessions.

    Attributes:
        many: MANY sessions or more.
        n, events: patients and deaths.
        curve: their survival.
        survival, low, high: at the horizon with its 95 % interval, 0..1; NaN where the curve does not reach it.
    """

    many: bool
    n: int
    events: int
    curve: KaplanMeier
    survival: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """One way of counting sessions.

    Attributes:
        counting: received in all, or planned, from the first HAIC; or received by the landmark, from there.
        start_months: where the clock begins, months from the first HAIC.
        hazard_ratio, low, high: per session, with its 95 % interval; the truth is 1.
        n, events: patients and deaths.
        groups: few and many sessions.
    """

    counting: Counting
    start_months: float
    hazard_ratio: float
    low: float
    high: float
    n: int
    events: int
    groups: tuple[Group, Group]


def immortal_time(weeks_between: float, landmark_months: float, seed: int, n: int = 4000) -> tuple[Analysis, ...]:
    """The same `n` patients counted in three ways (COUNTINGS); survival is read 36 months after the first HAIC.

    Args:
        weeks_between: sessions, at least.
        landmark_months: months from the first HAIC.
        seed: of the simulation.
        n: patients.

    Raises:
        InputError: for an interval that is not positive, or a landmark before MANY sessions fit or past the horizon.
    """
    if weeks_between <= 0:
        raise InputError(f"weeks between sessions: expected more than 0, got {weeks_between:g}")
    earliest = last_session_months(MANY, weeks_between)
    if not earliest <= landmark_months < HORIZON_MONTHS:
        raise InputError(f"landmark: expected {earliest:.1f} to {HORIZON_MONTHS:g} months, got {landmark_months:g}")
    planned, follow_up = _patients(n, np.random.default_rng([seed, 41]))
    interval = weeks_between / WEEKS_PER_MONTH
    received = np.minimum(planned, _possible(follow_up.time, interval))
    alive = follow_up.time > landmark_months
    by_landmark = np.minimum(received[alive], _possible(np.array(landmark_months), interval))
    later = FollowUp(follow_up.time[alive] - landmark_months, follow_up.event[alive])
    return (
        _analysis("received", 0.0, received, follow_up),
        _analysis("landmark", landmark_months, by_landmark, later),
        _analysis("planned", 0.0, planned, follow_up),
    )


def last_session_months(sessions: int, weeks_between: float) -> float:
    """Months from the first HAIC until the last of `sessions` at the earliest: so long a patient was immortal."""
    return (sessions - 1) * weeks_between / WEEKS_PER_MONTH


def _patients(n: int, rng: np.random.Generator) -> tuple[Counts, FollowUp]:
    """Sessions planned by lot, and follow-up that does not depend on them."""
    who = simulate_patients(n, rng).baseline
    planned = rng.integers(1, MOST + 1, size=n)
    same = np.full(n, SAME_FOR_ALL)
    lp = latents.linear_predictor(who.pvtt, who.response, same, who.mtm, who.dlr)
    death = latents.survival_time(rng.exponential(size=n) / np.exp(lp - latents.POST_REFERENCE))
    lost = np.minimum(latents.CENSOR_SCALE * rng.weibull(latents.CENSOR_SHAPE, n), END_MONTHS)
    return planned, FollowUp(np.minimum(death, lost), death <= lost)


def _possible(months: Numbers, interval: float) -> Counts:
    """Sessions that fit into `months`, the first on the first day."""
    return np.asarray(np.floor(months / interval), dtype=np.int64) + 1


def _analysis(counting: Counting, start: float, sessions: Counts, follow_up: FollowUp) -> Analysis:
    fit = fit_cox(follow_up, sessions[:, None].astype(np.float64), ("sessions",))
    low, high = fit.interval()
    groups = tuple(_group(many, sessions, follow_up, HORIZON_MONTHS - start) for many in (False, True))
    return Analysis(
        counting=counting,
        start_months=start,
        hazard_ratio=float(np.exp(fit.beta[0])),
        low=float(np.exp(low[0])),
        high=float(np.exp(high[0])),
        n=fit.n,
        events=fit.events,
        groups=(groups[0], groups[1]),
    )


def _group(many: bool, sessions: Counts, follow_up: FollowUp, horizon: float) -> Group:
    chosen = follow_up.of((sessions >= MANY) == many)
    curve = kaplan_meier(chosen)
    known = curve.known_at(horizon)
    reading = curve.at(horizon)
    if known is None:
        return Group(many, len(chosen), chosen.events, curve, np.nan, np.nan, np.nan)
    return Group(many, len(chosen), chosen.events, curve, known, float(reading.low), float(reading.high))
