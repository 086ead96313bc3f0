"""What a corrected mask changed: volume, scores and survival before and after; without streamlit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.case import LiverMask
from core.findings import Assessment

MONTHS = 36


@dataclass(frozen=True)
class Standing:
    """Figures of one assessment, small enough to keep beside the next.

    Attributes:
        liver_ml, lesion_ml: volumes; None without a mask, or without lesions in it.
        mtm, dlr: scores 0..1, None if unknown.
        alive: probability to be alive at 36 months by model ("pre", "post"), where it can be told.
    """

    liver_ml: float | None
    lesion_ml: float | None
    mtm: float | None
    dlr: float | None
    alive: dict[str, float]


def standing(assessment: Assessment) -> Standing:
    """The figures of `assessment`."""
    liver, scores = assessment.liver, assessment.scores
    found = {"pre": assessment.pre, "post": assessment.post}
    return Standing(
        liver_ml=liver.volume_ml if liver else None,
        lesion_ml=liver.lesion_volume_ml if liver else None,
        mtm=scores.mtm.value if scores.mtm else None,
        dlr=scores.dlr.value if scores.dlr else None,
        alive={name: prognosis.os[MONTHS].value for name, prognosis in found.items() if prognosis is not None},
    )


def same_labels(first: LiverMask, second: LiverMask) -> bool:
    """True if both masks are the same, wherever they came from."""
    return first is second or bool(np.array_equal(first.labels, second.labels))
