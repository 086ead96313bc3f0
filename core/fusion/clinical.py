"""The clinical part of the MTM score: a logistic model of yes/no predictors, read from the card."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.case import ClinicalRecord
from core.errors import ArtefactError
from core.fusion.log_odds import LogOdds

LABELS = {name: str(field.metadata["label"]) for name, field in ClinicalRecord.__dataclass_fields__.items()}

_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True)
class ClinicalTerm:
    """One yes/no predictor of the clinical model.

    Attributes:
        field: name in ClinicalRecord.
        above: yes if the value is greater; None for a word.
        equals: yes if the value is this word; None for a number.
        coefficient: log odds of MTM for yes against no.
        mean: share of yes in the training cohort.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    field: str
    above: float | None
    equals: str | None
    coefficient: float
    mean: float

    def __post_init__(self) -> None:
        if self.field not in LABELS or (self.above is None) == (self.equals is None):
            raise ArtefactError("clinical model: expected a known variable with one of a cut-off and a word")

    def indicator(self, record: ClinicalRecord) -> float | None:
        """1 for yes, 0 for no, None if unknown."""
        value = getattr(record, self.field)
        if value is None:
            return None
        return float(value > self.above if self.above is not None else value == self.equals)


@dataclass(frozen=True)
class ClinicalModel:
    """Logistic model of MTM on clinical values.

    Attributes:
        covariance: of the intercept and the coefficients, in this order.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    intercept: float
    terms: tuple[ClinicalTerm, ...]
    covariance: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        side = len(self.terms) + 1
        if np.shape(self.covariance) != (side, side):
            raise ArtefactError(f"clinical model: expected a covariance of {side} rows and columns")

    def log_odds(self, record: ClinicalRecord) -> tuple[LogOdds | None, tuple[str, ...]]:
        """Log odds of MTM (None if every variable is unknown), and the variables that were unknown.

        An unknown variable takes the training cohort's share of yes; the spread of that share is added.
        """
        found = [term.indicator(record) for term in self.terms]
        unknown = tuple(term.field for term, value in zip(self.terms, found, strict=True) if value is None)
        if len(unknown) == len(self.terms):
            return None, unknown
        x = np.array([1.0, *(t.mean if v is None else v for t, v in zip(self.terms, found, strict=True))])
        beta = np.array([self.intercept, *(term.coefficient for term in self.terms)])
        variance = float(x @ np.array(self.covariance) @ x)
        variance += sum(t.coefficient**2 * t.mean * (1 - t.mean) for t in self.terms if t.field in unknown)
        return LogOdds(float(beta @ x), math.sqrt(variance)), unknown
