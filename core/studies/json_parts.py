"""The pieces that cox.json and validate.json share: plain values, None where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from core.case import Notice
from core.studies.performance import Performance
from core.survival.calibration import Estimate
from core.survival.classification import HorizonClassification
from core.survival.concordance import Concordance
from core.survival.cox import CoxFit
from core.survival.estimates import Estimates

Json = dict[str, Any]


def coefficients(fit: CoxFit) -> Json:
    """Coefficients with hazard ratios and 95 % limits, by covariate."""
    low, high = fit.interval()
    rows = zip(fit.names, fit.beta, fit.se, np.exp(low), np.exp(high), fit.p, strict=True)
    return {
        name: {
            "coef": float(beta),
            "se": float(se),
            "hazard_ratio": float(np.exp(beta)),
            "low": float(lower),
            "high": float(upper),
            "p": float(p),
        }
        for name, beta, se, lower, upper, p in rows
    }


def with_se(found: Concordance) -> Json:
    """Value and standard error."""
    return {"value": found.value, "se": found.se}


def with_limits(found: Concordance) -> Json:
    """Value and 95 % limits within 0..1."""
    low, high = found.interval()
    return {"value": found.value, "low": low, "high": high}


def horizon_key(horizon: float) -> str:
    """A horizon as a key: "12", "365.25"."""
    return f"{horizon:.10g}"


def by_horizon(estimates: Estimates, row: int) -> Json:
    """One model's estimates with intervals, by horizon."""
    columns = zip(
        estimates.horizons,
        estimates.value[row],
        estimates.se[row],
        estimates.low[row],
        estimates.high[row],
        strict=True,
    )
    return {
        horizon_key(t): {"value": float(value), "se": float(se), "low": float(low), "high": float(high)}
        for t, value, se, low, high in columns
    }


def estimate(found: Estimate) -> Json:
    """Value and limits."""
    return {"value": found.value, "low": finite(found.low), "high": finite(found.high)}


def calibration(judged: Performance) -> Json:
    """Observed over expected, integrated calibration index and groups, by horizon."""
    return {
        horizon_key(grouped.horizon): {
            "observed_over_expected": dict(zip(("value", "low", "high"), map(finite, large.ratio), strict=True)),
            "ici": None if smooth is None else smooth.errors[0],
            "groups": [
                dict(zip(("predicted", "n", "observed", "low", "high"), map(finite, row), strict=True))
                for row in zip(grouped.predicted, grouped.n, grouped.observed, grouped.low, grouped.high, strict=True)
            ],
        }
        for grouped, smooth, large in zip(judged.grouped, judged.smooth, judged.in_the_large, strict=True)
    }


def classification(judged: Performance) -> Json:
    """What the cut is worth, by horizon."""
    return {
        horizon_key(t): _figures(found) for t, found in zip(judged.horizons.tolist(), judged.classified, strict=True)
    }


def _figures(found: HorizonClassification) -> Json:
    named = ("accuracy", "sensitivity", "specificity", "ppv", "npv")
    figures = {name: getattr(found.figures, name) for name in named}
    return {
        "high": found.high,
        "low": found.low,
        **{
            name: None if one is None else {"value": one.value, "low": one.low, "high": one.high}
            for name, one in figures.items()
        },
    }


def warnings(notices: Iterable[Notice]) -> list[Json]:
    """Notices as code and text."""
    return [{"code": notice.code, "text": notice.text} for notice in notices]


def finite(value: float) -> float | None:
    """None for what is not a number: JSON has none."""
    return float(value) if np.isfinite(value) else None
