"""The command that makes a cohort: simulate."""

from __future__ import annotations

import argparse

from core.commands.common import folder, progress
from core.errors import InputError

MTM_SHARE = 159 / 752
"""Resected patients for each treated one, as in the paper."""


def simulate(options: argparse.Namespace) -> int:
    """Simulate a cohort, images and all, into a folder."""
    from core.simulate.to_disk import CohortPlan, write_cohort

    if options.anatomy is not None and not options.anatomy.is_dir():
        raise InputError("--anatomy: expected a folder, got none")
    resected = options.mtm_patients
    if resected is None:
        resected = round(options.patients * MTM_SHARE)
    plan = CohortPlan(options.patients, resected, options.seed, options.anatomy, options.anatomy_share)
    write_cohort(plan, folder(options.out), progress, options.workers)
    return 0
