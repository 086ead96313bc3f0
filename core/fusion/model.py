"""From the image models and the clinical record to the two scores, MTM and DLR.

MTM (the paper's DLR-Cli): the log odds of the network, of radiomics and of a clinical logistic model, weighted and
added. A part that is unknown is left out, the weights of the others grow to the same sum, and a notice says so.

DLR: the mean of the four calibrated survival heads, brought to the published scale by a monotone map. Higher is better
survival.
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
from core.fusion.clinical import LABELS, ClinicalModel
from core.fusion.log_odds import Z95, LogOdds, log_odds
from core.geometry import FloatArray

PARTS = ("network", "radiomics", "clinical")

_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


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
        """The weighted sum over the known parts, their spreads taken as independent; None if none has a weight."""
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
        same_length = len(self.dlr) == len(self.mean_survival) > 1
        inside = all(0 <= value <= 1 for value in (*self.mean_survival, *self.dlr))
        if not (same_length and inside and min(np.diff(self.mean_survival)) > 0 and min(np.diff(self.dlr)) >= 0):
            raise ArtefactError("fusion: expected a monotone DLR map of at least two knots within 0-1")

    def __call__(self, mean_survival: float) -> float:
        """DLR, 0..1."""
        return float(np.interp(mean_survival, self.mean_survival, self.dlr))


@dataclass(frozen=True)
class FusionModel:
    """Everything after the image models.

    Attributes:
        dlr: None where the heads were trained on no survival; the DLR score is then unknown.
        version: of the artefact, shown with the scores.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    clinical: ClinicalModel
    weights: PartWeights
    dlr: DlrMap | None
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
        """Both scores; the survival heads by name, made never to rise from 12 to 48 months; and what was missing."""
        mtm, notices = self.mtm_score(evidence, clinical)
        if self.dlr is None:
            return Scores(mtm=mtm), {}, notices
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
        low, high = fused.interval
        return self._score(fused.probability, low, high, _known_values(parts)), notices

    def dlr_score(self, heads: FloatArray) -> Score:
        """The DLR score of (variants, 4) calibrated survival heads.

        Making the heads monotone by pooling keeps their mean, so it does not change this score.
        """
        mean = log_odds(np.asarray(heads).mean(axis=1))
        if mean is None or self.dlr is None:
            raise ValueError("heads: expected at least one row and a map to the DLR scale")
        low, high = mean.interval
        return self._score(self.dlr(mean.probability), self.dlr(low), self.dlr(high), {})

    def _score(self, value: float, low: float, high: float, parts: Mapping[str, float]) -> Score:
        sd = (high - low) / (2 * Z95)
        return Score(value, low, high, sd, ScoreOrigin.MODEL, parts, model="fusion", version=self.version)


def never_rising(values: FloatArray) -> FloatArray:
    """The nearest never-rising sequence in least squares (pool adjacent violators); the mean is kept."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-1]) > np.mean(blocks[-2]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    return np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])


def _known_values(parts: Mapping[str, LogOdds | None]) -> dict[str, float]:
    return {name: part.probability for name, part in parts.items() if part is not None}


def _missing_notices(parts: Mapping[str, LogOdds | None], unknown: tuple[str, ...]) -> tuple[Notice, ...]:
    notices = []
    named = ", ".join(LABELS[field] for field in unknown)
    if parts["clinical"] is None:
        text = f"The MTM score was made without its clinical part: unknown are {named}."
        notices.append(Notice("clinical_model_missing", text))
    elif unknown:
        text = (
            f"The clinical part of the MTM score used its training cohort's average, with a wider range, for: {named}."
        )
        notices.append(Notice("clinical_model_missing", text))
    if parts["radiomics"] is None:
        notices.append(Notice("radiomics_missing", "The MTM score was made without radiomics."))
    return tuple(notices)
