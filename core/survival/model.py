"""A Cox nomogram as nomogram.json holds it: the published ones before and after HAIC, or a centre's own.

    LP     = sum of beta * x, not centred; beta = ln(hazard ratio)
    S(t|x) = exp(-H_ref(t) * exp(LP - LP_ref))
    H_ref(t) is known at some months and a power of t between them and below the first

Published: He X. et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1. The hazard ratios and cut-offs are published,
the baseline at 12, 36 and 60 months is derived from the published group survival, references and coding are partly
assumed: each figure says which. Those of a centre's own nomogram are fitted (see `own.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from core.errors import ArtefactError, InputError
from core.survival.step_function import FloatArray, weighted_sum, within
from core.survival.tagged import STRICT, Figure, Figures, FigureTable, Term

PUBLISHED_FORMAT = "haic-nomogram published nomogram 1"
Model = Literal["pre", "post", "own"]


@dataclass(frozen=True)
class Nomogram:
    """One Cox model, p terms, its baseline known at K horizons.

    Attributes:
        model: "pre" or "post" HAIC, or "own" with other terms.
        terms: its inputs; arrays of inputs, x, are (..., p) in this order.
        horizons_months: where H_ref is known.
        follow_up_months: past it survival is refused.
        lp_reference: linear predictor (uncentred) to which H_ref belongs.
        cumulative_hazard: H_ref at the horizons.
        covariance: (p + K, p + K) sampling covariance of the betas and of log H_ref at the horizons.
        sd_structural: standard deviation of log H_ref at the horizons, over readings of the published figures; 0 for a
            baseline that was fitted.
        cut_published, cut_effective: on the scale of the linear predictor; equal where there is but one.
        shown_months: the horizons at which survival is read out; none: all.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    model: Model
    terms: tuple[Term, ...]
    horizons_months: Figures
    follow_up_months: Figure
    lp_reference: Figure
    cumulative_hazard: Figures
    covariance: FigureTable
    sd_structural: Figures
    cut_published: Figure
    cut_effective: Figure
    shown_months: tuple[float, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Nomogram:
        """Build from one model of nomogram.json, strictly.

        Raises:
            ArtefactError: for unknown, missing, mistyped or contradictory figures.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            nomogram = TypeAdapter(cls).validate_json(json.dumps(data))
        except ValidationError as error:
            first = str(next(iter(error.errors()[0]["loc"]), ""))
            where = first if first in cls.__dataclass_fields__ else "the document"
            raise ArtefactError(
                f"nomogram: expected the figures of a published model, got a fault in {where}"
            ) from None
        _check(nomogram)
        return nomogram

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the terms."""
        return tuple(term.name for term in self.terms)

    @cached_property
    def beta(self) -> FloatArray:
        """Log hazard ratios, (p,)."""
        return _read_only([term.beta.value for term in self.terms])

    @cached_property
    def reference(self) -> FloatArray:
        """Inputs at which the baseline is best known, (p,)."""
        return _read_only([term.reference.value for term in self.terms])

    @cached_property
    def covariance_array(self) -> FloatArray:
        """`covariance` as an array, (p + K, p + K)."""
        return _read_only(self.covariance.value)

    @cached_property
    def log_hazard(self) -> FloatArray:
        """Log of H_ref at the horizons, (K,)."""
        return _read_only(np.log(self.cumulative_hazard.value))

    @property
    def readings_months(self) -> tuple[float, ...]:
        """The horizons at which survival is read out."""
        return self.shown_months or self.horizons_months.value

    @cached_property
    def cuts(self) -> tuple[float, float]:
        """The lower and the higher of the published and the effective cut."""
        low, high = sorted((self.cut_published.value, self.cut_effective.value))
        return low, high

    def checked(self, x: npt.ArrayLike) -> FloatArray:
        """`x` (..., p) as float64.

        Raises:
            InputError: naming the input that is out of its range or not a number.
        """
        inputs = np.asarray(x, dtype=np.float64)
        if inputs.ndim == 0 or inputs.shape[-1] != len(self.terms):
            count = inputs.shape[-1] if inputs.ndim else 0
            raise InputError(f"{self.model} nomogram: expected {len(self.terms)} inputs, got {count}")
        for position, term in enumerate(self.terms):
            within(inputs[..., position], *term.range, role=term.name)
        return inputs

    def checked_months(self, months: npt.ArrayLike) -> FloatArray:
        """`months` as float64.

        Raises:
            InputError: for a time before 0 or past the follow-up; survival is never extrapolated.
        """
        return within(months, 0.0, self.follow_up_months.value, "months from the first HAIC, within the follow-up")

    def linear_predictor(self, x: npt.ArrayLike) -> FloatArray:
        """Uncentred sum of beta * x over (..., p), shape (...)."""
        return weighted_sum(self.checked(x), self.beta)

    def weights(self, months: npt.ArrayLike) -> FloatArray:
        """Shares (..., K) of the horizons' log H_ref in log H_ref(t), linear in log t; before the first as at it."""
        knots = np.log(self.horizons_months.value)
        with np.errstate(divide="ignore"):
            log_t = np.clip(np.log(self.checked_months(months)), knots[0], knots[-1])
        after = np.clip(np.searchsorted(knots, log_t, side="right") - 1, 0, max(len(knots) - 2, 0))
        left = np.eye(len(knots))[after]
        if len(knots) == 1:
            return left
        share = (log_t - knots[after]) / (knots[after + 1] - knots[after])
        return np.asarray(left + share[..., None] * (np.eye(len(knots))[after + 1] - left))

    def reference_hazard(self, months: npt.ArrayLike) -> FloatArray:
        """Cumulative hazard H_ref at `months`, at the reference linear predictor; 0 at 0.

        Raises:
            InputError: for a time before 0 or past the follow-up.
        """
        times = self.checked_months(months)
        early = np.minimum(times / self.horizons_months.value[0], 1.0) ** self._first_power
        return np.asarray(np.exp(self.weights(times) @ self.log_hazard) * early)

    @cached_property
    def _first_power(self) -> float:
        """The power of t below the first horizon: that of the first interval; 1 if there is none in which it rises."""
        if len(self.log_hazard) == 1 or self.log_hazard[1] == self.log_hazard[0]:
            return 1.0
        first, second = self.horizons_months.value[:2]
        return float((self.log_hazard[1] - self.log_hazard[0]) / np.log(second / first))

    def cumulative_hazard_at(self, months: npt.ArrayLike, linear_predictor: npt.ArrayLike) -> FloatArray:
        """Cumulative hazard H(t|x); `months` and `linear_predictor` (uncentred) are broadcast."""
        excess = np.exp(np.asarray(linear_predictor, dtype=np.float64) - self.lp_reference.value)
        return np.asarray(self.reference_hazard(months) * excess)

    def survival(self, months: npt.ArrayLike, linear_predictor: npt.ArrayLike) -> FloatArray:
        """Survival from the first HAIC, 0..1; `months` and `linear_predictor` (uncentred) are broadcast."""
        return np.asarray(np.exp(-self.cumulative_hazard_at(months, linear_predictor)))

    def risk_groups(self, linear_predictor: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """Low up to the lower of the two cuts, high above the higher, indeterminate between them."""
        lp = np.asarray(linear_predictor, dtype=np.float64)
        low, high = self.cuts
        return np.select([lp <= low, lp > high], ["low", "high"], "indeterminate")


def read_nomogram(document: Mapping[str, Any], model: Literal["pre", "post"]) -> Nomogram:
    """One model of nomogram.json.

    Raises:
        ArtefactError: if the document is of another format, or lacks the model or has it at fault.
    """
    if document.get("format") != PUBLISHED_FORMAT or not isinstance(document.get(model), dict):
        raise ArtefactError(f"nomogram: expected the published nomogram's format with the model {model}, got another")
    nomogram = Nomogram.from_dict(document[model])
    if nomogram.model != model:
        raise ArtefactError(f"nomogram: expected the model {model} in its place, got {nomogram.model}")
    return nomogram


def _read_only(values: npt.ArrayLike) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def _check(nomogram: Nomogram) -> None:
    horizons, hazard = np.array(nomogram.horizons_months.value), np.array(nomogram.cumulative_hazard.value)
    structural = np.array(nomogram.sd_structural.value)
    faults = {
        "horizons_months": not horizons.size or not (np.diff(horizons) > 0).all() or horizons[0] <= 0,
        "cumulative_hazard": hazard.shape != horizons.shape or (np.diff(hazard) < 0).any() or (hazard <= 0).any(),
        "sd_structural": structural.shape != horizons.shape or (structural < 0).any(),
        "follow_up_months": not horizons.size or nomogram.follow_up_months.value != horizons[-1],
        "shown_months": not set(nomogram.shown_months) <= set(horizons),
        "covariance": not _is_covariance(nomogram.covariance.value, len(nomogram.terms) + len(horizons)),
        "terms": not nomogram.terms or len(set(nomogram.names)) < len(nomogram.terms),
    }
    for term in nomogram.terms:
        ratio = term.hazard_ratio.value
        faults[f"terms, {term.name}"] = ratio <= 0 or abs(np.log(max(ratio, 1e-300)) - term.beta.value) > 1e-12
    for name, fault in faults.items():
        if fault:
            raise ArtefactError(
                f"nomogram {nomogram.model}: expected consistent figures, got a contradiction in {name}"
            )


def _is_covariance(rows: tuple[tuple[float, ...], ...], size: int) -> bool:
    if len(rows) != size or any(len(row) != size for row in rows):
        return False
    table = np.array(rows)
    eigenvalues = np.linalg.eigvalsh(table)
    # a fitted covariance of many horizons has eigenvalues that are 0 but for rounding
    return bool(np.allclose(table, table.T, rtol=1e-9, atol=0) and eigenvalues.min() >= -1e-9 * eigenvalues.max())
