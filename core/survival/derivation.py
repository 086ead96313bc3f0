"""A nomogram worked out by hand: hazard ratios, points, total, survival, with every number on the way.

The formulas are written out one after the other as a student does them, apart from `model.py` and `nomogram.py`, which
draw and predict; tests hold the two against each other.

    beta = ln(hazard ratio)                         contribution = beta * x
    LP   = sum of the contributions                 points = 100 * (contribution - least) / longest span
    H(t) = H_ref(t) * exp(LP - LP_ref)              S(t) = exp(-H(t))
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.survival.model import Nomogram
from core.survival.nomogram import LONGEST_AXIS_POINTS, exact_months
from core.survival.tagged import Term


@dataclass(frozen=True)
class TermSteps:
    """One input on its way to points.

    Attributes:
        name: of the input.
        hazard_ratio: of one unit of it; beta: its natural logarithm.
        value: x.
        contribution: beta * x.
        low, high: least and greatest contribution that its range allows.
        points: of the value, on the ruler of the nomogram.
    """

    name: str
    hazard_ratio: float
    beta: float
    value: float
    contribution: float
    low: float
    high: float
    points: float

    @property
    def span(self) -> float:
        """How far the input can move the linear predictor."""
        return self.high - self.low


@dataclass(frozen=True)
class HorizonSteps:
    """Survival at one horizon.

    Attributes:
        months: from the first HAIC.
        reference_hazard: cumulative hazard at the reference linear predictor.
        cumulative_hazard: of these inputs.
        survival: 0..1.
    """

    months: float
    reference_hazard: float
    cumulative_hazard: float
    survival: float


@dataclass(frozen=True)
class Derivation:
    """The whole way for one set of inputs.

    Attributes:
        terms: the inputs, in the model's order.
        linear_predictor: sum of the contributions, not centred; lp_lowest: the least that the ranges allow.
        points_per_unit: points for one unit of the linear predictor.
        total_points: sum of the points.
        lp_reference: to which the reference hazard belongs.
        relative_hazard: exp(linear predictor - reference).
        horizons: where survival is read out.
    """

    terms: tuple[TermSteps, ...]
    linear_predictor: float
    lp_lowest: float
    points_per_unit: float
    total_points: float
    lp_reference: float
    relative_hazard: float
    horizons: tuple[HorizonSteps, ...]

    @property
    def longest(self) -> TermSteps:
        """The input that can move the linear predictor most: its axis is 100 points long."""
        return max(self.terms, key=lambda term: term.span)


def derive(nomogram: Nomogram, inputs: Mapping[str, float]) -> Derivation:
    """Work out `nomogram` for `inputs` by name; others are ignored.

    Raises:
        InputError: for an input out of its range, or a nomogram with a categorical variable (its levels share an axis).
    """
    if any(term.factor for term in nomogram.terms):
        raise InputError("nomogram: expected one axis for each input, got a categorical variable")
    nomogram.checked(np.array([inputs[name] for name in nomogram.names]))
    unscaled = [_term(term, inputs[term.name]) for term in nomogram.terms]
    scale = LONGEST_AXIS_POINTS / max(term.span for term in unscaled)
    terms = tuple(_with_points(term, scale) for term in unscaled)
    lp = math.fsum(term.contribution for term in terms)
    relative = math.exp(lp - nomogram.lp_reference.value)
    known = dict(zip(nomogram.horizons_months.value, nomogram.cumulative_hazard.value, strict=True))
    return Derivation(
        terms=terms,
        linear_predictor=lp,
        lp_lowest=math.fsum(term.low for term in terms),
        points_per_unit=scale,
        total_points=math.fsum(term.points for term in terms),
        lp_reference=nomogram.lp_reference.value,
        relative_hazard=relative,
        horizons=tuple(_horizon(months, known[months], relative) for months in nomogram.readings_months),
    )


def _term(term: Term, value: float) -> TermSteps:
    beta = math.log(term.hazard_ratio.value)
    ends = sorted(beta * end for end in term.range)
    return TermSteps(term.name, term.hazard_ratio.value, beta, value, beta * value, ends[0], ends[1], math.nan)


def _with_points(term: TermSteps, scale: float) -> TermSteps:
    points = scale * (term.contribution - term.low)
    return TermSteps(
        term.name, term.hazard_ratio, term.beta, term.value, term.contribution, term.low, term.high, points
    )


def _horizon(months: float, reference: float, relative: float) -> HorizonSteps:
    hazard = reference * relative
    return HorizonSteps(exact_months(months), reference, hazard, math.exp(-hazard))
