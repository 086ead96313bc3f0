"""What becomes of a survival figure when patients are lost, on simulated patients whose deaths are all known.

Deaths come from the law of `core.simulate.latents`, whose survival is that of the published nomogram. Then patients are
lost at random times and the same cohort is read in five ways: as it truly was, by Kaplan and Meier, and in the three
ways that a student tries first. Kaplan and Meier (J Am Stat Assoc 1958;53:457-481) is right where being lost has
nothing to do with being ill, and only there; the other case can be simulated too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import InputError
from core.simulate import latents
from core.simulate.latents import Numbers
from core.studies.simulated_cohorts import simulate_patients
from core.survival.follow_up import FollowUp
from core.survival.kaplan_meier import KaplanMeier, kaplan_meier

WayName = Literal["truth", "kaplan_meier", "left_out", "as_dead", "as_alive"]
WAYS: tuple[WayName, ...] = ("truth", "kaplan_meier", "left_out", "as_dead", "as_alive")
HORIZON_MONTHS = 36.0
END_MONTHS = 60.0


@dataclass(frozen=True, eq=False)
class Way:
    """The cohort read in one way.

    Attributes:
        name: see `censoring_lesson`.
        n, events: patients used and deaths counted, up to the end of follow-up.
        curve: survival.
        survival, low, high: at 36 months with its 95 % interval, 0..1.
        at_risk: patients still followed at 36 months.
    """

    name: WayName
    n: int
    events: int
    curve: KaplanMeier
    survival: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, eq=False)
class CensoringLesson:
    """One cohort in every way.

    Attributes:
        ways: in the order of WAYS.
        lost_before: patients lost alive before 36 months.
        n: all patients.
    """

    ways: tuple[Way, ...]
    lost_before: int
    n: int

    def way(self, name: WayName) -> Way:
        """The way of that name."""
        return self.ways[WAYS.index(name)]


def censoring_lesson(half_lost_months: float, seed: int, *, sicker_first: bool, n: int = 1000) -> CensoringLesson:
    """Simulate `n` patients, lose some, and read the cohort as

        truth           every death up to 60 months known, nobody lost
        kaplan_meier    a lost patient counts as long as he was followed
        left_out        without the patients lost before 36 months; to 36 months
        as_dead         a lost patient counts as dead from then on
        as_alive        a lost patient counts as alive to the end

    Args:
        half_lost_months: of patients who do not die, half are lost within this time.
        seed: of the simulation.
        sicker_first: the chance of being lost follows the hazard of death, in place of being the same for all.
        n: patients.

    Raises:
        InputError: for a time that is not positive.
    """
    if half_lost_months <= 0:
        raise InputError(f"months until half are lost: expected more than 0, got {half_lost_months:g}")
    rng = np.random.default_rng([seed, 42])
    death, relative = _deaths(n, rng)
    rate = np.log(2) / half_lost_months * (relative / np.median(relative) if sicker_first else 1.0)
    lost = rng.exponential(size=n) / rate
    followed = _until(np.minimum(death, lost), death <= lost, END_MONTHS)
    alive_lost = (lost < death) & (lost < HORIZON_MONTHS)
    readings: dict[WayName, FollowUp] = {
        "truth": _until(death, np.ones(n, dtype=bool), END_MONTHS),
        "kaplan_meier": followed,
        "left_out": _until(followed.time[~alive_lost], followed.event[~alive_lost], HORIZON_MONTHS),
        "as_dead": FollowUp(followed.time, followed.event | (followed.time < END_MONTHS)),
        "as_alive": FollowUp(np.where(followed.event, followed.time, END_MONTHS), followed.event),
    }
    ways = tuple(_way(name, readings[name]) for name in WAYS)
    return CensoringLesson(ways, int(np.count_nonzero(alive_lost)), n)


def _deaths(n: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Months to death, which no follow-up cuts off, and each patient's hazard against the reference."""
    patients = simulate_patients(n, rng)
    who = patients.baseline
    lp = latents.linear_predictor(who.pvtt, who.response, patients.planned, who.mtm, who.dlr)
    relative = np.exp(lp - latents.POST_REFERENCE)
    return latents.survival_time(rng.exponential(size=n) / relative), relative


def _until(time: Numbers, event: np.ndarray[tuple[int], np.dtype[np.bool_]], end: float) -> FollowUp:
    return FollowUp(np.minimum(time, end), event & (time <= end))


def _way(name: WayName, follow_up: FollowUp) -> Way:
    curve = kaplan_meier(follow_up)
    at = curve.at(HORIZON_MONTHS)
    read = float(at.survival), float(at.low), float(at.high)
    return Way(name, len(follow_up), follow_up.events, curve, *read, int(at.at_risk))
