"""A centre's own nomogram: a fitted Cox model in the form of the published ones.

The baseline is kept at the horizons and at quantiles of the times of death. Its covariance with the betas makes the
band at each of them that of survival::survfit(conf.type = "log-log"): with H at the covariates' means,

    var log H(t|x) = (dx - m/H)' V (dx - m/H) + v/H^2,    m = sum (xbar - mean)/s0,  v = sum 1/s0^2

Between them log H is drawn straight in log t where the fit has steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.survival.cox import CoxFit
from core.survival.cox_curves import CoxCurves, cox_curves
from core.survival.model import Model, Nomogram
from core.survival.pretty import pretty
from core.survival.step_function import FloatArray
from core.survival.tagged import Coding, Figure, Figures, FigureTable, Tag, Term

KNOTS = 24  # horizons apart
MOST_DISTINCT = 10  # a number with no more distinct values is drawn with these, as datadist(n.unique = 10) has it
FITTED: Tag = "fitted"


@dataclass(frozen=True)
class TermDesign:
    """How one input of a model lies in its covariates.

    Attributes:
        name: of the input.
        columns: positions of its covariates: one of a number, one per level but the first of a category.
        levels: names of the levels, () for a number.
    """

    name: str
    columns: tuple[int, ...]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readings:
    """At which times survival is read out.

    Attributes:
        horizons: ascending, in the unit of the follow-up.
        months_per_unit: converts that unit to months.
    """

    horizons: Sequence[float]
    months_per_unit: float = 1.0


def own_nomogram(fit: CoxFit, terms: Sequence[Term], cuts: tuple[float, float], readings: Readings) -> Nomogram:
    """The nomogram of `fit`.

    Args:
        fit: the Cox model; its covariance may hold more than its own sampling (see studies/recalibration.py).
        terms: its p inputs, see `fitted_terms`.
        cuts: of the linear predictor, between low and high risk; equal where there is but one.
        readings: at which times survival is read out.

    Raises:
        InputError: for a horizon outside the follow-up, or or with no death before it.
    """
    curves = cox_curves(fit)
    knots = _knots(curves, _checked_horizons(curves, readings.horizons))
    scale = readings.months_per_unit
    return Nomogram(
        model=model_of([term.name for term in terms]),
        terms=tuple(terms),
        horizons_months=Figures(tuple((knots * scale).tolist()), FITTED),
        follow_up_months=Figure(float(knots[-1] * scale), FITTED),
        lp_reference=Figure(fit.center, FITTED),
        cumulative_hazard=Figures(tuple(curves.cumulative_hazard(fit.mean, knots).tolist()), FITTED),
        covariance=FigureTable(tuple(map(tuple, joint_covariance(curves, knots).tolist())), FITTED),
        sd_structural=Figures((0.0,) * len(knots), FITTED),
        cut_published=Figure(cuts[0], FITTED),
        cut_effective=Figure(cuts[1], FITTED),
        shown_months=tuple((np.asarray(readings.horizons, dtype=np.float64) * scale).tolist()),
    )


def fitted_terms(fit: CoxFit, x: FloatArray, designs: Sequence[TermDesign]) -> tuple[Term, ...]:
    """The inputs of `fit` with axes over the ranges of its patients, x (n, p)."""
    return tuple(term for design in designs for term in _terms(design, fit, x))


def model_of(names: Sequence[str]) -> Model:
    """Whether these inputs are those of a published model: then the same page asks for them."""
    known: dict[frozenset[str], Model] = {
        frozenset({"pvtt", "dlr"}): "pre",
        frozenset({"pvtt", "response", "haic_sessions", "mtm", "dlr"}): "post",
    }
    return known.get(frozenset(names), "own")


def axis_values(column: FloatArray) -> FloatArray:
    """Values to mark on the axis of a number: all of up to 10 distinct ones, else round ones over the range."""
    distinct = np.unique(column)
    return distinct if len(distinct) <= MOST_DISTINCT else pretty(float(distinct[0]), float(distinct[-1]))


def joint_covariance(curves: CoxCurves, times: FloatArray) -> FloatArray:
    """Covariance of the betas and of log H at the covariates' means at `times` (k,), (p + k, p + k)."""
    rows = np.searchsorted(curves.time, times, side="right") - 1
    hazard, own = curves.hazard[rows], curves.hazard_variance[rows]
    pull = -curves.mean_hazard[rows] / hazard[:, None]
    # hazards up to two times share their steps up to the earlier one
    shared = np.minimum.outer(own, own) / np.outer(hazard, hazard)
    mixed = curves.covariance @ pull.T
    table = np.block([[curves.covariance, mixed], [mixed.T, pull @ mixed + shared]])
    return np.asarray((table + table.T) / 2)


def _checked_horizons(curves: CoxCurves, horizons: Sequence[float]) -> FloatArray:
    times = np.asarray(horizons, dtype=np.float64)
    last = float(curves.time[-1])
    if not times.size or (np.diff(times) <= 0).any():
        raise InputError("horizons: expected ascending times, got others")
    if not ((times > 0) & (times <= last)).all():
        raise InputError(f"horizons: expected times over 0 and up to {last:g}, the last follow-up, got {times.max():g}")
    if curves.cumulative_hazard(curves.mean, times[:1])[0] <= 0:
        raise InputError(f"horizon {times[0]:g}: expected a death before it, got none")
    return times


def _knots(curves: CoxCurves, horizons: FloatArray) -> FloatArray:
    """The horizons, and times of death between them at which the hazard has another value than at a horizon."""
    rises = np.diff(curves.hazard, prepend=0.0) > 0
    deaths = curves.time[rises & (curves.time <= horizons[-1])]
    chosen = np.unique(deaths[np.linspace(0, len(deaths) - 1, min(KNOTS, len(deaths))).round().astype(int)])
    same = np.isin(curves.cumulative_hazard(curves.mean, chosen), curves.cumulative_hazard(curves.mean, horizons))
    return np.union1d(chosen[~same & (chosen > 0)], horizons)


def _terms(design: TermDesign, fit: CoxFit, x: FloatArray) -> list[Term]:
    if design.levels:
        return [
            _term(fit, column, fit.names[column], ((design.levels[0], 0.0), (level, 1.0)), design.name)
            for column, level in zip(design.columns, design.levels[1:], strict=True)
        ]
    column = design.columns[0]
    return [_term(fit, column, design.name, tuple((f"{v:.6g}", float(v)) for v in axis_values(x[:, column])), "")]


def _term(fit: CoxFit, column: int, name: str, levels: tuple[tuple[str, float], ...], factor: str) -> Term:
    beta = float(fit.beta[column])
    return Term(
        name=name,
        label=factor or name,
        coding=Coding("as in the cohort" if not factor else f"1 for {levels[1][0]}, 0 otherwise", FITTED),
        range=(levels[0][1], levels[-1][1]),
        levels=levels,
        hazard_ratio=Figure(float(np.exp(beta)), FITTED),
        beta=Figure(beta, FITTED),
        reference=Figure(float(fit.mean[column]), FITTED),
        factor=factor,
    )
