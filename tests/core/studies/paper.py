"""The published nomograms, R's simulated cohort as patients of the study, and one small reproduction for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from core.artefacts import read_artefact
from core.studies.reproduce import Reproduction, reproduce
from core.studies.simulated_cohorts import Baseline, Patients
from core.survival.follow_up import FollowUp
from core.survival.model import Nomogram, read_nomogram
from tests import r_answers

ROOT = Path(__file__).resolve().parents[3]


@cache
def nomograms() -> dict[str, Nomogram]:
    """The shipped models."""
    document = read_artefact(ROOT / "weights", "nomogram").read_json("nomogram.json")
    return {"pre": read_nomogram(document, "pre"), "post": read_nomogram(document, "post")}


@cache
def r_cohort() -> Patients:
    """The 489 patients of simcohort(489, 24) in tests/golden/r/sim.R."""
    table = r_answers.cohort()
    pvtt, response, mtm = (table[name].to_numpy() == 1 for name in ("PVTT", "OR", "MTM"))
    sessions = table["sessions"].to_numpy(dtype=np.intp)
    follow_up = FollowUp(table["time"].to_numpy(dtype=float), table["status"].to_numpy())
    return Patients(Baseline(pvtt, response, mtm, table["DLR"].to_numpy(dtype=float)), sessions, sessions, follow_up)


@cache
def small() -> Reproduction:
    """3000 patients, 8 cohorts."""
    return reproduce(nomograms(), 3000, 8, seed=7)
