"""From the image models and the clinical record to the two scores, MTM and DLR.

MTM (the paper's DLR-Cli): the log odds of the network, of radiomics and of a clinical logistic model, weighted and added. A part
that is unknown is left out, the weights of the others grow to the same sum, and a notice says so.

DLR: the mean of the four calibrated survival heads, brought to the published scale by a monotone map. Higher is better survival.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from core.artefacts import Artefact
from core.case import ClinicalRecord, Notice
from core.errors import ArtefactError
from core.findings import HEADS, ImageEvidence, Score, ScoreOrigin, Scores
from core.geometry import FloatArray

PARTS = ("network", "radiomics", "clinical")
PROBABILITY_LIMIT = 1e-4
"""Probabilities are held this far from 0 and 1 before log odds are taken."""
Z95 = 1.96

_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}
_LABELS = {name: str(field.metadata["label"]) for name, field in ClinicalRecord.__dataclass_fields__.items()}


@dataclass(frozen=True)
class LogOdds:
    """A probability on the logit scale, with the standard deviation there."""

    mean: float
    sd: float

    @property
    def probability(self) -> float:
        """0..1."""
        return 1 / (1 + math.exp(-self.mean))


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
        if self.field not in _LABELS or (self.above is None) == (self.equals is None):
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
        """Log odds of MTM, and the variables that were unknown.

        An unknown variable takes the training cohort's share, and its own spread is added. None if every variable is unknown.
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


@dataclass(frozen=True)
class PartWeights:
    """How the parts of the MTM score are added on the logit scale.

    Attributes:
        intercept: fused log odds where every part stands at its centre.
        weight: not negative, by part.
        centre: mean log odds in the training cohort, by part.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    intercept: float
    weight: Mapping[str, float]
    centre: Mapping[str, float]

    def __post_init__(self) -> None:
        if set(self.weight) != set(PARTS) or set(self.centre) != set(PARTS) or min(self.weight.values()) < 0:
            raise ArtefactError("fusion: expected weights of network, radiomics and clinical, none negative")

    def fuse(self, parts: Mapping[str, LogOdds | None]) -> LogOdds | None:
        """The weighted sum over the known parts, whose spreads are taken as independent; None if they have no weight."""
        known = {name: part for name, part in parts.items() if part is not None and self.weight[name] > 0}
        if not known:
            return None
        grow = sum(self.weight.values()) / sum(self.weight[name] for name in known)
        weights = {name: grow * self.weight[name] for name in known}
        mean = self.intercept + sum(weights[name] * (part.mean - self.centre[name]) for name, part in known.items())
        return LogOdds(mean, math.sqrt(sum((weights[name] * part.sd) ** 2 for name, part in known.items())))


@dataclass(frozen=True)
class DlrMap:
    """Monotone map from the mean of the four survival heads to the DLR scale, linear between knots, level beyond them.

    Attributes:
        mean_survival: increasing knots, 0..1.
        dlr: DLR at each knot, never decreasing, 0..1.
        method: how it was fitted.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    mean_survival: tuple[float, ...]
    dlr: tuple[float, ...]
    method: str

    def __post_init__(self) -> None:
        steps, rises = np.diff(self.mean_survival), np.diff(self.dlr)
        inside = all(0 <= value <= 1 for value in self.dlr)
        if len(self.dlr) != len(self.mean_survival) or len(steps) < 1 or not inside or min(steps) <= 0 or min(rises) < 0:
            raise ArtefactError("fusion: expected a monotone DLR map of at least two knots within 0-1")

    def __call__(self, mean_survival: float) -> float:
        """DLR, 0..1."""
        return float(np.interp(mean_survival, self.mean_survival, self.dlr))


@dataclass(frozen=True)
class FusionModel:
    """Everything after the image models.

    Attributes:
        version: of the artefact, shown with the scores.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    clinical: ClinicalModel
    weights: PartWeights
    dlr: DlrMap
    version: str = ""

    @classmethod
    def load(cls, artefact: Artefact) -> FusionModel:
        """Read fusion.json.

        Raises:
            ArtefactError: if it is not a fusion model of the card's version.
        """
        model = cls.from_json(artefact.read_bytes("fusion.json"))
        if model.version != artefact.card.version:
            raise ArtefactError("fusion: expected the version of the card, got another")
        return model

    @classmethod
    def from_json(cls, data: bytes) -> FusionModel:
        """Read strictly: no unknown, missing or mistyped field.

        Raises:
            ArtefactError: if the document does not fit.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_json(data)
        except ValidationError as error:
            raise ArtefactError(f"fusion: expected a fusion model, got {error.error_count()} faults in it") from None

    def to_json(self) -> bytes:
        """fusion.json as bytes."""
        return (json.dumps(asdict(self), indent=1, allow_nan=False) + "\n").encode()

    def scores(
        self, evidence: ImageEvidence, clinical: ClinicalRecord
    ) -> tuple[Scores, Mapping[str, float], tuple[Notice, ...]]:
        """Both scores, the survival heads in order (alive at 12, 24, 36, 48 months, never rising), and what was missing."""
        mtm, notices = self.mtm_score(evidence, clinical)
        heads = np.asarray(evidence.heads)[:, 1:]
        os_heads = dict(zip(HEADS[1:], never_rising(heads.mean(axis=0)).tolist(), strict=True))
        return Scores(mtm=mtm, dlr=self.dlr_score(heads)), os_heads, notices

    def mtm_score(self, evidence: ImageEvidence, clinical: ClinicalRecord) -> tuple[Score | None, tuple[Notice, ...]]:
        """The fused MTM score, and notices on parts or clinical values that were missing."""
        by_record, unknown = self.clinical.log_odds(clinical)
        parts = {
            "network": log_odds(np.asarray(evidence.heads)[:, 0]),
            "radiomics": log_odds(np.asarray(evidence.radiomics)),
            "clinical": by_record,
        }
        fused = self.weights.fuse(parts)
        notices = _missing_notices(parts, unknown)
        if fused is None:
            return None, notices
        low, high = _interval(fused)
        return self._score(fused.probability, low, high, _known_values(parts)), notices

    def dlr_score(self, heads: FloatArray) -> Score:
        """The DLR score of (variants, 4) calibrated survival heads.

        Making the heads monotone by pooling keeps their mean, so it does not change this score.
        """
        mean = log_odds(np.asarray(heads).mean(axis=1))
        if mean is None:
            raise ValueError("heads: expected at least one row")
        low, high = _interval(mean)
        return self._score(self.dlr(mean.probability), self.dlr(low), self.dlr(high), {})

    def _score(self, value: float, low: float, high: float, parts: Mapping[str, float]) -> Score:
        sd = (high - low) / (2 * Z95)
        return Score(value, low, high, sd, ScoreOrigin.MODEL, parts, model="fusion", version=self.version)


def log_odds(probabilities: FloatArray) -> LogOdds | None:
    """Mean and standard deviation of several answers' log odds; None for no answer, sd 0 for a single one."""
    if probabilities.size == 0:
        return None
    p = np.clip(probabilities, PROBABILITY_LIMIT, 1 - PROBABILITY_LIMIT)
    logits = np.log(p / (1 - p))
    return LogOdds(float(logits.mean()), float(logits.std(ddof=1)) if logits.size > 1 else 0.0)


def never_rising(values: FloatArray) -> FloatArray:
    """The nearest never-rising sequence in least squares (pool adjacent violators); the mean is kept."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-1]) > np.mean(blocks[-2]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    return np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])


def _interval(value: LogOdds) -> tuple[float, float]:
    low, high = (LogOdds(value.mean + sign * Z95 * value.sd, 0.0).probability for sign in (-1, 1))
    return low, high


def _known_values(parts: Mapping[str, LogOdds | None]) -> dict[str, float]:
    return {name: part.probability for name, part in parts.items() if part is not None}


def _missing_notices(parts: Mapping[str, LogOdds | None], unknown: tuple[str, ...]) -> tuple[Notice, ...]:
    notices = []
    named = ", ".join(_LABELS[field] for field in unknown)
    if parts["clinical"] is None:
        text = f"The MTM score was made without its clinical part: unknown are {named}."
        notices.append(Notice("clinical_model_missing", text))
    elif unknown:
        text = f"The clinical part of the MTM score used the training cohort's average for: {named}. Its range is wider."
        notices.append(Notice("clinical_model_missing", text))
    if parts["radiomics"] is None:
        notices.append(Notice("radiomics_missing", "The MTM score was made without radiomics."))
    return tuple(notices)
