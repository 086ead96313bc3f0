"""What moved the answer from the nomogram before treatment to the one after it, in survival at one horizon.

The two nomograms have different scales and baselines: points are never subtracted across them. With S_ref the survival
of the average patient (every input at the nomogram's reference) and phi an input's Shapley share,

    S_post(x) - S_pre(x) = [S_post_ref - S_pre_ref] + sum of phi_post(input) - sum of phi_pre(input)

The first bracket is the model's change. An input's share is its mean effect on survival over all orders in which the
inputs go from the average patient's to this patient's (Shapley 1953; Lundberg & Lee 2017), by all 2^p subsets; the
shares of one nomogram add up to S(x) - S_ref. What an input counts in the nomogram before treatment is taken off what
it counts after it, so that nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.survival.model import Nomogram
from core.survival.step_function import FloatArray

MONTHS = 36.0
MOST_TERMS = 16  # of one nomogram: 2^16 subsets


@dataclass(frozen=True)
class InputShare:
    """What one input moves, as differences of survival, -1..1.

    Attributes:
        name: of the term.
        post: its share within the nomogram after treatment.
        pre: its share within the one before treatment, 0 for an input that it does not have.
    """

    name: str
    post: float
    pre: float

    @property
    def moved(self) -> float:
        """What it adds to the shift."""
        return self.post - self.pre


@dataclass(frozen=True)
class Shift:
    """From one answer to the other; `pre`, `model` and what the inputs moved add up to `post`.

    Attributes:
        months: the horizon.
        pre, post: survival by each nomogram from the first HAIC, 0..1.
        model: the change for the average patient.
        shares: of the inputs, in the order of the later nomogram, then those that only the earlier one has.
    """

    months: float
    pre: float
    post: float
    model: float
    shares: tuple[InputShare, ...]

    @property
    def total(self) -> float:
        """The shift."""
        return self.post - self.pre


def shift(pre: Nomogram, post: Nomogram, inputs: Mapping[str, float], months: float = MONTHS) -> Shift:
    """The shift of one patient.

    Args:
        pre, post: the two nomograms.
        inputs: by name of the term; both nomograms' must be there, others are ignored.
        months: horizon within both follow-ups, from the first HAIC.

    Raises:
        InputError: for an input out of its range, a horizon outside a follow-up, or more than 16 terms.
    """
    before, after = (_by_name(model, inputs, months) for model in (pre, post))
    names = [*post.names, *(name for name in pre.names if name not in post.names)]
    shares = tuple(InputShare(name, after.get(name, 0.0), before.get(name, 0.0)) for name in names)
    return Shift(
        months=months,
        pre=_survival(pre, _x(pre, inputs), months),
        post=_survival(post, _x(post, inputs), months),
        model=_survival(post, post.reference, months) - _survival(pre, pre.reference, months),
        shares=shares,
    )


def shapley_shares(nomogram: Nomogram, x: npt.ArrayLike, months: float = MONTHS) -> FloatArray:
    """Exact Shapley shares (p,) of the inputs x (p,) in S(months|x) - S(months|reference), to which they add up.

    Raises:
        InputError: as `shift`.
    """
    p = len(nomogram.terms)
    if p > MOST_TERMS:
        raise InputError(f"nomogram: expected at most {MOST_TERMS} terms to split a shift, got {p}")
    chosen = _subsets(p)
    values = nomogram.survival(months, np.where(chosen, nomogram.checked(x), nomogram.reference) @ nomogram.beta)
    weight = np.array([1.0 / (p * comb(p - 1, size)) for size in range(p)])
    size, number = chosen.sum(axis=1), np.arange(2**p)
    shares = np.zeros(p)
    for term in range(p):
        without = number[~chosen[:, term]]
        shares[term] = weight[size[without]] @ (values[without + 2**term] - values[without])
    return shares


def _subsets(p: int) -> npt.NDArray[np.bool_]:
    """All subsets of p terms, (2^p, p); bit k of a row's number says whether term k is in it."""
    return np.asarray((np.arange(2**p)[:, None] >> np.arange(p)) & 1, dtype=np.bool_)


def _by_name(nomogram: Nomogram, inputs: Mapping[str, float], months: float) -> dict[str, float]:
    shares = shapley_shares(nomogram, _x(nomogram, inputs), months)
    return dict(zip(nomogram.names, shares.tolist(), strict=True))


def _x(nomogram: Nomogram, inputs: Mapping[str, float]) -> FloatArray:
    missing = [position for position, name in enumerate(nomogram.names, start=1) if name not in inputs]
    if missing:
        raise InputError(f"{nomogram.model} nomogram: expected every input, got none for term {missing[0]}")
    return np.array([inputs[name] for name in nomogram.names], dtype=np.float64)


def _survival(nomogram: Nomogram, x: FloatArray, months: float) -> float:
    return float(nomogram.survival(months, nomogram.linear_predictor(x)))
