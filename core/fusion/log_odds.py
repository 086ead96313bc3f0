"""Probabilities on the logit scale, with their spread there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.geometry import FloatArray

PROBABILITY_LIMIT = 1e-4
"""Probabilities are held this far from 0 and 1 before log odds are taken."""
Z95 = 1.96


@dataclass(frozen=True)
class LogOdds:
    """A probability on the logit scale, with the standard deviation there."""

    mean: float
    sd: float

    @property
    def probability(self) -> float:
        """0..1."""
        return 1 / (1 + math.exp(-self.mean))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % range of the probability."""
        low, high = (LogOdds(self.mean + sign * Z95 * self.sd, 0.0).probability for sign in (-1, 1))
        return low, high


def log_odds(probabilities: FloatArray) -> LogOdds | None:
    """Mean and standard deviation of several answers' log odds; None for no answer, sd 0 for a single one."""
    if probabilities.size == 0:
        return None
    p = np.clip(probabilities, PROBABILITY_LIMIT, 1 - PROBABILITY_LIMIT)
    logits = np.log(p / (1 - p))
    return LogOdds(float(logits.mean()), float(logits.std(ddof=1)) if logits.size > 1 else 0.0)
