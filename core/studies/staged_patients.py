"""Simulated patients with the stages that their clinical records lead to, for the comparison with staging systems.

The records are those of `core.simulate`: number and size of tumours, ascites and infiltration go with the DLR by
assumed correlations, AFP with the subtype, laboratory values and performance status with nothing. Metastases are drawn
given whether the patient died, at the shares of Table 2 of the paper: lymph nodes in 22 % of survivors and 35 % of the
dead. So AJCC, BCLC and HKLC are told part of the outcome, and their AUC here is a consequence of Table 2 and of these
assumptions, not evidence about the systems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.case import ClinicalRecord
from core.simulate.cohort import Latent, draw_patients
from core.staging.ajcc8 import ajcc8
from core.staging.bclc import bclc
from core.staging.clip import clip
from core.staging.hklc import hklc
from core.studies.simulated_cohorts import Baseline, Patients, with_outcome
from core.survival.follow_up import BoolArray, IntArray
from core.survival.step_function import FloatArray

# Stages from best to worst.
_AJCC = ("IA", "IB", "II", "IIIA", "IIIB", "IVA", "IVB")
_BCLC = ("0", "A", "B", "C", "D")
_CLIP = (0, 1, 2, 3, 4, 5, 6)
_HKLC = ("I", "IIa", "IIb", "IIIa", "IIIb", "IVa", "IVb", "Va", "Vb")
SYSTEMS = ("ajcc8", "bclc", "clip", "hklc")

AT_ONCE = 5000  # records are large: they are staged and forgotten in portions


@dataclass(frozen=True, eq=False)
class StagedPatients:
    """n simulated patients.

    Attributes:
        patients: their baseline, sessions and follow-up.
        stages: position of the stage in its system, 0 the best, by system, (n,).
    """

    patients: Patients
    stages: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.patients)

    def of(self, chosen: BoolArray | IntArray | slice) -> StagedPatients:
        """The chosen patients: a mask, a slice, or positions that may repeat."""
        return StagedPatients(self.patients.of(chosen), {name: stage[chosen] for name, stage in self.stages.items()})


def simulate_staged(count: int, seed: int, progress: Callable[[float], None] | None = None) -> StagedPatients:
    """`count` patients with stages, the same for the same arguments; `progress` is told the share that is done."""
    portions = [min(AT_ONCE, count - start) for start in range(0, count, AT_ONCE)]
    seeds = np.random.SeedSequence([seed, 31]).generate_state(len(portions))
    columns = []
    for position, (portion, own_seed) in enumerate(zip(portions, seeds.tolist(), strict=True)):
        if progress is not None:
            progress(position / len(portions))
        columns.append(_columns(draw_patients(portion, 0, int(own_seed))))
    values = dict(zip(_NAMES, np.concatenate(columns).T, strict=True))
    pvtt, response, mtm, event = (values[name] == 1 for name in ("pvtt", "response", "mtm", "event"))
    baseline = Baseline(pvtt, response, mtm, values["dlr"])
    patients = with_outcome(baseline, event, np.random.default_rng([seed, 32]))
    return StagedPatients(patients, {name: values[name] for name in SYSTEMS})


_NAMES = ("pvtt", "response", "mtm", "event", "dlr", *SYSTEMS)


def _columns(drawn: list[Latent]) -> FloatArray:
    """The values of `_NAMES`, (n, names); a record is an object, so that this is the one loop over patients."""
    return np.array(
        [
            (p.look.pvtt, bool(p.clinical.objective_response), p.mtm, bool(p.event), p.dlr, *_stages(p.clinical))
            for p in drawn
        ],
        dtype=np.float64,
    )


def _stages(clinical: ClinicalRecord) -> tuple[float, ...]:
    return (
        _place(_AJCC, ajcc8(clinical).stage),
        _place(_BCLC, bclc(clinical).stage),
        _place(_CLIP, clip(clinical).score),
        _place(_HKLC, hklc(clinical).stage),
    )


def _place(order: tuple[object, ...], stage: object) -> float:
    """Simulated records are complete, so that every patient has a stage."""
    return float(order.index(stage))
