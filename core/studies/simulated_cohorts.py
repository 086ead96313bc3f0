"""Simulated cohorts like the paper's: the law of `core.simulate.latents`, many patients at once.

It is the generative model of tests/golden/r/sim.R: DLR, then PVTT, response, sessions and MTM given it, then survival
from the published hazard ratios and censoring. Survival follows the sessions that were planned. The nomogram can be
given either number of sessions:

    planned    as in sim.R, by which the paper's figures are read: everybody has had all of them
    received   limited by survival: of s sessions the last is given (s - 1) * 0.75 months after the first at the
               earliest, and nobody receives one after the end of his follow-up

The paper says nothing of how the three cohorts differ in what the law knows, so that here they differ in size alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.simulate import latents
from core.studies.published_figures import COHORT_SIZE
from core.survival.follow_up import BoolArray, FollowUp, IntArray
from core.survival.model import Nomogram
from core.survival.prognoses import MOST_SESSIONS
from core.survival.step_function import FloatArray

Sessions = Literal["planned", "received"]


@dataclass(frozen=True, eq=False)
class Baseline:
    """What is true of n patients whatever happens to them later.

    Attributes:
        pvtt, response, mtm: (n,).
        dlr: 0..1, higher is better, (n,).
    """

    pvtt: BoolArray
    response: BoolArray
    mtm: BoolArray
    dlr: FloatArray

    def __len__(self) -> int:
        return self.dlr.size

    def of(self, chosen: BoolArray | IntArray | slice) -> Baseline:
        """The chosen patients: a mask, a slice, or positions that may repeat."""
        return Baseline(self.pvtt[chosen], self.response[chosen], self.mtm[chosen], self.dlr[chosen])


@dataclass(frozen=True, eq=False)
class Patients:
    """n simulated patients.

    Attributes:
        baseline: PVTT, response, MTM, DLR.
        planned, received: HAIC sessions, 1..8, (n,).
        follow_up: months from the first HAIC.
    """

    baseline: Baseline
    planned: IntArray
    received: IntArray
    follow_up: FollowUp

    def __len__(self) -> int:
        return len(self.baseline)

    def of(self, chosen: BoolArray | IntArray | slice) -> Patients:
        """The chosen patients: a mask, a slice, or positions that may repeat."""
        follow_up = FollowUp(self.follow_up.time[chosen], self.follow_up.event[chosen])
        return Patients(self.baseline.of(chosen), self.planned[chosen], self.received[chosen], follow_up)

    def inputs(self, nomogram: Nomogram, sessions: Sessions | IntArray = "planned") -> FloatArray:
        """The inputs of `nomogram`, (n, p); `sessions` may also be numbers of sessions, (n,)."""
        counted = getattr(self, sessions) if isinstance(sessions, str) else sessions
        columns = {
            "pvtt": self.baseline.pvtt,
            "response": self.baseline.response,
            "haic_sessions": np.minimum(counted, MOST_SESSIONS),
            "mtm": self.baseline.mtm,
            "dlr": self.baseline.dlr,
        }
        return np.stack([columns[name].astype(np.float64) for name in nomogram.names], axis=-1)

    def linear_predictor(self, nomogram: Nomogram, sessions: Sessions | IntArray = "planned") -> FloatArray:
        """Of `nomogram`, uncentred, (n,)."""
        return nomogram.linear_predictor(self.inputs(nomogram, sessions))


Trio = Mapping[str, Patients]
"""The paper's three cohorts, by name."""


def simulate_patients(count: int, rng: np.random.Generator) -> Patients:
    """`count` patients by the law."""
    dlr = latents.draw_dlr(count, rng)
    pvtt, response, mtm = (
        rng.random(count) < latents.chance(logit, dlr)
        for logit in (latents.PVTT_LOGIT, latents.RESPONSE_LOGIT, latents.MTM_LOGIT)
    )
    return _treated(Baseline(pvtt, response, mtm, dlr), rng)


def simulate_cohorts(count: int, rng: np.random.Generator, sizes: Mapping[str, int] = COHORT_SIZE) -> Iterator[Trio]:
    """`count` times the cohorts of the given sizes, drawn at once."""
    everyone = simulate_patients(count * sum(sizes.values()), rng)
    return split(everyone, sizes)


def split(patients: Patients, sizes: Mapping[str, int] = COHORT_SIZE) -> Iterator[Trio]:
    """Cut `patients` into cohorts, in their order; what is left over is not used."""
    total = sum(sizes.values())
    ends = np.cumsum([0, *sizes.values()])
    for start in range(0, len(patients) - total + 1, total):
        yield {
            name: patients.of(slice(start + int(first), start + int(last)))
            for name, first, last in zip(sizes, ends[:-1], ends[1:], strict=True)
        }


def with_outcome(baseline: Baseline, event: BoolArray, rng: np.random.Generator) -> Patients:
    """Sessions and follow-up of patients of whom it is known, (n,), whether they died: drawn until they agree with it.

    What else depends on that outcome, as a clinical record does, then belongs to the same patient.
    """
    planned, received = (np.zeros(len(baseline), dtype=np.intp) for _ in range(2))
    time = np.zeros(len(baseline))
    left = np.arange(len(baseline))
    while left.size:
        drawn = _treated(baseline.of(left), rng)
        agrees = drawn.follow_up.event == event[left]
        done = left[agrees]
        planned[done], received[done] = drawn.planned[agrees], drawn.received[agrees]
        time[done] = drawn.follow_up.time[agrees]
        left = left[~agrees]
    return Patients(baseline, planned, received, FollowUp(time, event))


def _treated(baseline: Baseline, rng: np.random.Generator) -> Patients:
    planned = latents.draw_sessions(baseline.response, rng)
    lp = latents.linear_predictor(baseline.pvtt, baseline.response, planned, baseline.mtm, baseline.dlr)
    lived = latents.draw_follow_up(lp, planned, rng)
    follow_up = FollowUp(lived.time_months, lived.event)
    return Patients(baseline, planned.astype(np.intp), lived.sessions.astype(np.intp), follow_up)
